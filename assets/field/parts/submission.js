// Submit: what is missing, each line leading to its step; then waiting for release.
import { make, plural, say, setText } from "../lib/dom.js";

export class Submission {
  constructor(host) {
    const find = (name) => host.querySelector(`[data-${name}]`);
    Object.assign(this, { host, button: find("submit"), text: find("submit-text"), refused: find("submit-refused"), block: find("submit-block") });
    Object.assign(this, { missing: find("missing"), missingText: find("missing-text"), list: find("missing-list") });
    this.button.addEventListener("click", () => this.submit());
  }

  async submit() {
    if (this.busy) return;
    this.busy = true;
    this.button.disabled = true;
    try {
      await this.host.record("submitted", {});
      scrollTo(0, 0); // the banner there tells what happens now
    } catch (error) {
      console.error(error);
      say(this.refused, "This could not be kept on the phone. Free some space, then submit again.");
    } finally {
      this.busy = false;
      this.host.redraw();
    }
  }

  update({ visit, missing, outbox, writer }) {
    const refusal = visit.closed ? null : outbox.refusedOf("submitted");
    say(this.refused, refusal && !missing.length ? refusal.sentence : "");
    this.button.hidden = visit.closed;
    this.button.disabled = !writer || !visit.checkedIn || missing.length > 0 || Boolean(this.busy);
    this.missing.hidden = visit.closed || !missing.length;
    setText(this.missingText, `Still missing: ${plural(missing.length, "answer")}`);
    this.#lines(missing);
    if (visit.closed) setText(this.text, CLOSED[visit.submitting ? "submitting" : visit.state] ?? CLOSED.submitted);
    else if (!visit.checkedIn) setText(this.text, "Check in on site first. Then record the evidence and submit.");
    else setText(this.text, missing.length ? "Record what is missing, then submit." : "Everything is there. Submit now, while you are still on site: your facilitator looks at it and releases you.");
  }

  #lines(missing) {
    const key = missing.map((item) => item.spec.place + item.standing.status).join();
    if (key === this.shown) return;
    this.shown = key;
    this.list.replaceChildren(...missing.map(({ spec, standing }) => {
      const again = standing.status === "rejected" ? "do again" : standing.status === "refused" ? "not taken" : "";
      const href = `#${spec.place.replace("/", "--")}`;
      const link = make("a", { href }, make("span", {}, spec.label, make("small", {}, `Step ${spec.number}: ${spec.title}${again ? ` · ${again}` : ""}`)));
      link.addEventListener("click", (event) => {
        event.preventDefault();
        this.host.parts[0].jump(document.getElementById(href.slice(1)));
      });
      return make("li", {}, link);
    }));
  }
}

const CLOSED = {
  submitting: "Kept on this phone. It is submitted by itself as soon as everything else is sent.",
  submitted: "Submitted. Stay on site until you are released.",
  done: "Released. This visit is done.",
  cancelled: "This visit was cancelled.",
};
