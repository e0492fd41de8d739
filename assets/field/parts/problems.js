// The problem button: a sentence to the facilitator, kept like everything else.
import { clock, make, say } from "../lib/dom.js";

export class Problems {
  constructor(host) {
    this.host = host;
    this.dialog = host.querySelector("#problem-sheet");
    this.form = host.querySelector("[data-problem-form]");
    this.text = this.form.querySelector("textarea");
    this.error = this.form.querySelector("[data-problem-error]");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.report();
    });
    this.text.addEventListener("input", () => host.keepDraft("problem", this.text.value));
    host.draft("problem").then((draft) => (this.text.value ||= draft ?? ""));
  }

  async report() {
    const text = this.text.value.trim();
    if (!text || this.busy) return;
    this.busy = true;
    try {
      await this.host.record("problem_raised", { text, ...this.openStep() });
      await this.host.keepDraft("problem", null);
      this.text.value = "";
      this.dialog.close();
      say(this.error, "");
    } catch (error) {
      console.error(error);
      say(this.error, "This could not be kept on the phone. Call your facilitator.");
    } finally {
      this.busy = false;
      this.host.redraw();
    }
  }

  /** The step somebody was at, when just one is open. */
  openStep() {
    const open = [...this.host.querySelectorAll("[data-section]:not([hidden]) .step[open]")];
    return open.length === 1 ? { step: open[0].dataset.step } : {};
  }

  update({ outbox, writer }) {
    const here = outbox.events.filter((event) => event.type === "problem_raised").reverse();
    const there = (outbox.state.problems ?? []).filter((problem) => !here.some((event) => event.id === problem.id));
    const lines = [
      ...here.map((event) => this.line(event.data.text, event.device_at, event.status === "refused" ? event.sentence : "not sent yet")),
      ...there.map((problem) => this.line(problem.text, problem.at, "sent")),
    ];
    this.dialog.querySelector("[data-problem-list]").replaceChildren(...lines);
    this.dialog.querySelector("[data-problems]").hidden = !lines.length;
    this.form.querySelector("button:not([data-close])").disabled = !writer;
  }

  line(text, moment, told) {
    return make("li", {}, make("span", {}, text, make("small", {}, `${clock(moment)} · ${told}`)));
  }
}
