// <field-visit>: the page of one visit. It owns the outbox and shows on every part how things stand.
import { Outbox } from "../lib/outbox.js";
import { answerStanding, isAnswered, lockOf, visitStanding } from "../lib/standing.js";
import { Store } from "../lib/store.js";
import { beWriter } from "../lib/writer.js";
import { CheckIn } from "../parts/check-in.js";
import { showBanners } from "../parts/banners.js";
import { Parts } from "../parts/parts.js";
import { Problems } from "../parts/problems.js";
import { SyncSheet } from "../parts/sync-sheet.js";
import { Submission } from "../parts/submission.js";

const POLL = { submitted: 12, on_site: 45 }; // seconds; others on becoming visible

class Visit extends HTMLElement {
  connectedCallback() {
    void this.#begin();
  }

  async #begin() {
    const { user, visit, stateUrl, eventsUrl } = this.dataset;
    const read = (id) => JSON.parse(document.getElementById(id).textContent);
    this.specs = read("visit-specs");
    this.base = eventsUrl.replace(/events\/$/, "");
    const urls = { state: stateUrl, events: eventsUrl, file: (key) => `${this.base}files/${key}/` };
    try {
      this.store = await Store.open(user);
      this.outbox = new Outbox(this.store, visit, urls, read("visit-state"));
      await this.outbox.load();
    } catch (error) {
      console.error(error);
      return showBanners(this, { storage: false });
    }
    this.parts = [new Parts(this), new CheckIn(this), new Problems(this), new SyncSheet(this), new Submission(this)];
    this.answers = new Map([...this.querySelectorAll("field-answer")].map((element) => [element.dataset.place, element]));
    for (const spec of this.specs) this.answers.get(spec.place)?.begin(spec, this);
    this.outbox.addEventListener("change", () => this.redraw());
    this.writer = null;
    this.takeOver = beWriter(visit, (may) => this.#became(may));
    this.#listen();
    this.#ticks();
    this.redraw();
  }

  async #became(may) {
    this.writer = may;
    if (may) {
      await this.outbox.load(); // the other tab may have written meanwhile
      void this.outbox.flush();
    }
    this.redraw();
  }

  #listen() {
    const flush = () => this.writer && document.visibilityState === "visible" && this.outbox.flush();
    window.addEventListener("online", flush);
    document.addEventListener("visibilitychange", flush);
    window.addEventListener("pageshow", (event) => event.persisted && flush());
    // Calls and maps are no farewell.
    this.addEventListener("click", (event) => event.target.closest("a[href^='tel:'], a[target]") && (this.stepsOut = Date.now()));
    window.addEventListener("beforeunload", (event) => {
      if (this.outbox.unsent.length && !(Date.now() - this.stepsOut < 1000)) event.preventDefault();
    });
    const poll = () => {
      const pause = POLL[this.outbox.state.state] ?? 120;
      setTimeout(() => (flush(), poll()), pause * 1000);
    };
    poll();
  }

  async #ticks() {
    const { visit } = this.dataset;
    for (const box of this.querySelectorAll("[data-tick]")) {
      const name = `tick:${box.dataset.tick}`;
      box.checked = Boolean(await this.store.note(visit, name));
      box.addEventListener("change", () => this.store.keepNote(visit, name, box.checked));
    }
  }

  // --- What the answers and parts ask for ---
  record(type, data, file) {
    return this.outbox.record(type, data, file);
  }

  draft(place) {
    return this.store.note(this.dataset.visit, `draft:${place}`);
  }

  keepDraft(place, text) {
    return this.store.keepNote(this.dataset.visit, `draft:${place}`, text);
  }

  pictureUrl(key) {
    return `${this.base}pictures/${key}/`;
  }

  /** Everything on the page from the outbox; cheap enough for every change, and once per frame. */
  redraw() {
    if (this.drawing) return;
    this.drawing = requestAnimationFrame(() => {
      this.drawing = 0;
      this.#draw();
    });
  }

  #draw() {
    const visit = visitStanding(this.outbox);
    const items = this.specs.map((spec) => {
      const standing = answerStanding(this.outbox, spec);
      this.answers.get(spec.place)?.update(standing, lockOf(visit, spec, standing, this.writer));
      return { spec, standing, answered: isAnswered(spec, standing) };
    });
    const view = { visit, items, outbox: this.outbox, writer: this.writer, missing: items.filter((item) => item.spec.required && !item.answered) };
    this.dataset.state = visit.state;
    this.toggleAttribute("data-checked-in", visit.checkedIn);
    for (const part of this.parts) part.update(view);
    showBanners(this, { storage: true, ...view, packetChanged: this.outbox.state.packet !== this.dataset.packet });
    this.toggleAttribute("data-ready", true);
  }
}
customElements.define("field-visit", Visit);
