// The badge in the header, "All sent" or "3 not sent", and the sheet behind it with every unsent thing.
import { clock, make, plural, say, setText } from "../lib/dom.js";

const NAMES = { checked_in: "Check-in", step_answered: "Answer", photo_attached: "Picture", problem_raised: "Problem", submitted: "Submission" };

export class SyncSheet {
  constructor(host) {
    this.host = host;
    this.badge = host.querySelector("[data-sync]");
    this.sheet = host.querySelector("#sync-sheet");
    this.now = this.sheet.querySelector("[data-sync-now]");
    this.now.addEventListener("click", () => host.outbox.retryRefused());
    void this.#storage();
  }

  async #storage() {
    const persisted = await navigator.storage?.persisted?.().catch(() => null);
    if (persisted === false) setText(this.sheet.querySelector("[data-sync-kept]"), "This browser may clear what is not sent when the phone runs out of space. Sync as soon as you can; adding this page to the home screen helps.");
  }

  update({ outbox, writer }) {
    const { unsent, refused, trouble, sending } = outbox;
    const tone = refused.length ? "refused" : unsent.length ? (trouble ? "waiting" : "sending") : trouble && trouble.kind !== "offline" ? "waiting" : "sent";
    this.badge.dataset.tone = tone;
    setText(this.badge.querySelector("[data-sync-text]"), unsent.length ? `${unsent.length} not sent` : "All sent");
    this.badge.setAttribute("aria-label", `${unsent.length ? `${unsent.length} not sent` : "All sent"}. Show details`);
    this.badge.toggleAttribute("data-busy", sending && unsent.length > 0);
    setText(this.sheet.querySelector("[data-sync-sentence]"), this.#sentence(unsent, refused));
    say(this.sheet.querySelector("[data-sync-trouble]"), trouble?.message ?? "");
    this.now.disabled = !writer || sending;
    if (this.sheet.open || !this.drawn) this.#lines(unsent);
    this.drawn = true;
  }

  #sentence(unsent, refused) {
    if (!unsent.length) return "The server has everything you recorded.";
    const kept = `${plural(unsent.length, "thing")} you recorded ${unsent.length === 1 ? "is" : "are"} safe on this phone and not sent yet.`;
    return refused.length ? `${kept} ${plural(refused.length, "one", "of them")} ${refused.length === 1 ? "was" : "were"} not taken; see why below.` : kept;
  }

  #lines(unsent) {
    const list = this.sheet.querySelector("[data-sync-list]");
    for (const link of list.querySelectorAll("a")) URL.revokeObjectURL(link.href);
    list.replaceChildren(...unsent.map((thing) => this.#line(thing)));
  }

  #line(thing) {
    const event = thing.event ?? thing;
    const spec = this.host.specs.find((each) => each.place === (thing.place ?? `${event.data.step_key}/${event.data.spec_key}`));
    const about = spec ? `${spec.number}. ${spec.label}` : event.data.text ?? NAMES[event.type];
    const size = thing.bytes ? ` · ${Math.max(1, Math.round(thing.bytes.byteLength / 1024))} kB` : "";
    const words = make("span", {}, about, make("small", {}, `${NAMES[event.type]}, ${clock(event.device_at)}${size}`));
    if (thing.sentence) words.append(make("small", { class: "is-danger" }, thing.sentence));
    const line = make("li", {}, words);
    if (thing.bytes) line.append(this.#copy(thing));
    return line;
  }

  /** A way out for what cannot be sent: the picture as a file on the phone. */
  #copy(file) {
    const href = URL.createObjectURL(new Blob([file.bytes], { type: file.type }));
    return make("a", { class: "act is-quiet is-small", href, download: `${file.place.replace("/", "-")}.${file.type.split("/")[1]}` }, "Keep a copy");
  }
}
