// Before you go, On site, Close out: one part at a time, steps that fold, progress, and the next thing to do.
import { plural, setText } from "../lib/dom.js";

const PARTS = ["before", "on-site", "close-out"];

export class Parts {
  constructor(host) {
    this.host = host;
    this.memory = `downbeat-open-${host.dataset.visit}`;
    this.next = host.querySelector("[data-next]");
    this.next.addEventListener("click", () => this.goNext());
    window.addEventListener("hashchange", () => this.followHash());
    host.addEventListener("toggle", (event) => event.target.matches?.(".step") && this.remember(), true);
    this.restore();
  }

  /** Come back to where one was: Android may end the page while the camera is open. */
  restore() {
    let kept = {};
    try { kept = JSON.parse(sessionStorage.getItem(this.memory)) ?? {}; } catch { /* forbidden or broken: begin anew */ }
    for (const key of kept.steps ?? []) document.getElementById(`step-${key}`)?.setAttribute("open", "");
    const begun = ["on_site", "submitted", "done"].includes(this.host.outbox.state.state);
    if (location.hash) this.followHash();
    else this.show(kept.part ?? (begun ? "on-site" : "before"), kept.scroll);
    addEventListener("pagehide", () => this.remember());
  }

  remember() {
    const steps = [...this.host.querySelectorAll(".step[open]")].map((step) => step.dataset.step);
    try { sessionStorage.setItem(this.memory, JSON.stringify({ part: this.part, steps, scroll: scrollY })); } catch { /* comfort only */ }
  }

  followHash() {
    const id = decodeURIComponent(location.hash.slice(1));
    if (PARTS.includes(id)) return this.show(id);
    const target = document.getElementById(id);
    const part = target?.closest("[data-section]")?.id;
    if (part) this.jump(target);
  }

  show(part, scroll = 0) {
    this.part = PARTS.includes(part) ? part : "before";
    for (const section of this.host.querySelectorAll("[data-section]")) section.hidden = section.id !== this.part;
    for (const link of this.host.querySelectorAll("[data-part]")) if (link.dataset.part === this.part) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    scrollTo(0, scroll);
    this.remember();
  }

  jump(target) {
    const part = target.closest("[data-section]").id;
    if (part !== this.part) this.show(part);
    target.closest(".step")?.setAttribute("open", "");
    target.querySelector("summary")?.setAttribute("tabindex", "0");
    target.scrollIntoView({ block: "start" });
    (target.querySelector("summary, button, input, textarea") ?? target).focus({ preventScroll: true });
  }

  goNext() {
    const { visit, missing } = this.view;
    const first = missing.find((item) => visit.checkedIn || item.spec.before_check_in);
    if (!visit.checkedIn && !first) return this.jump(this.host.querySelector("[data-check-in]"));
    this.jump(first ? document.getElementById(first.spec.place.replace("/", "--")) : this.host.querySelector("[data-submit-block]"));
  }

  update(view) {
    this.view = view;
    const required = view.items.filter((item) => item.spec.required);
    const done = required.length - view.missing.length;
    const bar = this.host.querySelector("[data-progress]");
    bar.max = Math.max(1, required.length);
    bar.value = done;
    bar.textContent = `${done} of ${required.length}`;
    this.#counts(view.items);
    this.#nextButton(view, `${done} of ${required.length}`);
  }

  #counts(items) {
    for (const link of this.host.querySelectorAll("[data-part]")) {
      const mine = items.filter((item) => item.spec.part === link.dataset.part && item.spec.required);
      const done = mine.filter((item) => item.answered).length;
      setText(link.querySelector("[data-part-count]"), mine.length ? (done === mine.length ? "done" : `${done} of ${mine.length}`) : "");
    }
    for (const step of this.host.querySelectorAll(".step")) {
      const mine = items.filter((item) => item.spec.step === step.dataset.step);
      const required = mine.filter((item) => item.spec.required);
      const done = required.filter((item) => item.answered).length;
      const trouble = mine.filter((item) => ["rejected", "refused"].includes(item.standing.status)).length;
      step.dataset.standing = trouble ? "trouble" : required.length && done === required.length ? "done" : done ? "begun" : "open";
      setText(step.querySelector("[data-step-count]"), trouble ? `${plural(trouble, "answer")} to do again` : required.length ? `${done} of ${required.length}` : mine.length ? "optional" : "read");
    }
  }

  #nextButton({ visit, missing, writer }, count) {
    const first = missing.find((item) => visit.checkedIn || item.spec.before_check_in);
    const words = visit.closed ? (visit.state === "done" ? "Released" : "Submitted") : first ? "Next" : visit.checkedIn ? "Submit" : "Check in";
    setText(this.host.querySelector("[data-next-text]"), words);
    setText(this.host.querySelector("[data-next-count]"), count);
    this.next.disabled = writer === false || visit.closed;
    this.next.toggleAttribute("data-complete", !missing.length && visit.checkedIn);
  }
}
