// The outbox of one visit: facts go in, are kept, are sent in order, and leave only when the server has said so.
// Answers go before photos, photos before the word "submitted". Sending twice is harmless; the server knows every id.
import { uuid7, localMoment } from "./ids.js";
import { Trouble, getState, sendEvents, sendFile } from "./server.js";
import { unsentOf } from "./store.js";

const BATCH = 100;
const PAUSES = [4, 10, 30, 60, 120, 300]; // seconds until the next try
const MOST_TRIES = 4;

export class Outbox extends EventTarget {
  constructor(store, visit, urls, state) {
    super();
    Object.assign(this, { store, visit, urls, state, events: [], files: [], trouble: null, sending: false });
    this.failures = 0;
  }

  /** Read what is kept; the newer of the page's and the kept state of the server counts. */
  async load() {
    [this.events, this.files] = await Promise.all([this.store.events(this.visit), this.store.files(this.visit)]);
    const kept = await this.store.note(this.visit, "state");
    if (kept && (!this.state || kept.server_at > this.state.server_at)) this.state = kept;
    this.#changed();
  }

  get unsent() {
    return unsentOf(this.events, this.files);
  }

  get refused() {
    return this.unsent.filter((thing) => thing.status === "refused");
  }

  waiting(type) {
    return this.events.find((event) => event.type === type && event.status === "waiting");
  }

  refusedOf(type) {
    return this.events.findLast((event) => event.type === type && event.status === "refused");
  }

  /** Keep one fact; resolves once it is safely on the phone. `file`: {bytes, type, sha256} of a picture. */
  async record(type, data, file) {
    const id = uuid7();
    const place = data.step_key ? `${data.step_key}/${data.spec_key}` : "";
    if (file) data = { ...data, evidence_key: id, sha256: file.sha256 };
    const event = { id, visit: this.visit, type, device_at: localMoment(), data, status: "waiting", sentence: "" };
    const kept = file && { key: id, visit: this.visit, place, ...file, event, status: "waiting", sentence: "", tries: 0 };
    await this.store.add(event, kept);
    await this.#setAside(type, place);
    this.events.push(event);
    if (kept) this.files.push(kept);
    this.failures = 0;
    this.#changed();
    void this.flush();
    return event;
  }

  /** An earlier refused answer to the same question has been answered anew: it stays, but asks for nothing any more. */
  async #setAside(type, place) {
    const same = (event) => event.type === type && placeOf(event) === place;
    const events = this.events.filter((event) => event.status === "refused" && same(event) && type !== "problem_raised");
    const files = place ? this.files.filter((file) => file.status === "refused" && file.place === place) : [];
    for (const thing of [...events, ...files]) thing.status = "aside";
    if (events.length || files.length) await this.store.settle(this.visit, { events, files });
  }

  /** Try refused things once more, because the person asked. */
  async retryRefused() {
    const again = (things) => things.filter((thing) => thing.status === "refused");
    const [events, files] = [again(this.events), again(this.files)];
    for (const thing of [...events, ...files]) Object.assign(thing, { status: "waiting", sentence: "", tries: 0 });
    await this.store.settle(this.visit, { events, files });
    this.failures = 0;
    return this.flush();
  }

  /** Send all there is to send, then ask how things stand. One at a time; asked meanwhile, it runs once more. */
  flush() {
    if (this.running) {
      this.again = true;
      return this.running;
    }
    this.running = this.#run().finally(() => (this.running = null));
    return this.running;
  }

  async #run() {
    clearTimeout(this.timer);
    this.sending = true;
    this.#changed();
    try {
      do {
        this.again = false;
        await this.#sendEvents((event) => event.type !== "submitted");
        await this.#sendFiles();
        if (!this.files.some((file) => file.status === "waiting")) await this.#sendEvents(() => true);
        await this.#keep({ state: await getState(this.urls.state) }); // inside: what is recorded meanwhile goes, too
      } while (this.again);
      this.trouble = null;
      this.failures = 0;
    } catch (trouble) {
      this.trouble = trouble instanceof Trouble ? trouble : new Trouble("busy", "Something went wrong while sending. It is tried again.");
      this.failures += 1;
      if (!(trouble instanceof Trouble)) console.error(trouble);
    }
    this.sending = false;
    this.#changed();
    this.#plan();
  }

  #plan() {
    const left = this.unsent.some((thing) => thing.status === "waiting");
    if (left && this.trouble) this.timer = setTimeout(() => this.flush(), 1000 * PAUSES[Math.min(this.failures, PAUSES.length) - 1]);
  }

  async #sendEvents(wanted) {
    for (;;) {
      const batch = this.events.filter((event) => event.status === "waiting" && wanted(event)).slice(0, BATCH);
      if (!batch.length) return;
      const told = await sendEvents(this.urls.events, batch.map(asSent));
      const answers = new Map(told.events.map((answer) => [answer.id, answer]));
      const unheard = batch.filter((event) => !answers.has(event.id));
      await this.#apply(batch, answers, told.state);
      if (unheard.length === batch.length) throw new Trouble("busy", "The server did not answer for what was sent. It is tried again.");
    }
  }

  async #apply(batch, answers, state) {
    const gone = [];
    const events = [];
    for (const event of batch) {
      const answer = answers.get(event.id);
      if (!answer) continue;
      if (answer.status !== "refused") gone.push(event.id);
      else events.push(Object.assign(event, { status: "refused", sentence: answer.sentence }));
    }
    // A picture whose announcement was refused waits with it.
    const refused = new Map(events.map((event) => [event.id, event]));
    const files = this.files.filter((file) => refused.has(file.event.id));
    for (const file of files) Object.assign(file, { status: "refused", sentence: refused.get(file.event.id).sentence });
    await this.#keep({ gone, events, files, state });
  }

  async #sendFiles() {
    const announced = (file) => file.status === "waiting" && !this.events.some((event) => event.id === file.event.id);
    for (const file of this.files.filter(announced)) await this.#sendFile(file);
  }

  async #sendFile(file) {
    try {
      const { sha256 } = await sendFile(this.urls.file(file.key), file);
      if (sha256 !== file.sha256) throw new Trouble("refused", "The server kept something else than was sent. It is sent again.", 422);
      const answer = this.state?.answers[file.place];
      if (answer?.evidence_key === file.key) answer.arrived = true;
      await this.#keep({ goneFiles: [file.key], state: this.state });
    } catch (trouble) {
      if (trouble.kind !== "refused") throw trouble;
      await this.#fileRefused(file, trouble);
    }
  }

  /** Some refusals are for good (413, 415); others may be mended by sending again (409: announce it again, 422). */
  async #fileRefused(file, trouble) {
    file.tries += 1;
    const forGood = trouble.status === 413 || trouble.status === 415 || file.tries >= MOST_TRIES;
    Object.assign(file, { status: forGood ? "refused" : "waiting", sentence: trouble.message });
    const events = trouble.status === 409 && !forGood ? [{ ...file.event, status: "waiting" }] : [];
    this.events.push(...events);
    if (!forGood) this.again = true;
    await this.#keep({ files: [file], events });
  }

  async #keep(change) {
    await this.store.settle(this.visit, change);
    const [gone, goneFiles] = [new Set(change.gone), new Set(change.goneFiles)];
    this.events = this.events.filter((event) => !gone.has(event.id));
    this.files = this.files.filter((file) => !goneFiles.has(file.key));
    if (change.state) this.state = change.state;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

const asSent = ({ id, type, device, sequence, device_at, data }) => ({ id, type, device, sequence, device_at, data });

export const placeOf = (event) => (event.data.step_key ? `${event.data.step_key}/${event.data.spec_key}` : "");
