// Check in: the time always, the place if the person allows it. Being far away asks for a reason and never blocks.
import { clock, say, setText } from "../lib/dom.js";
import { distanceWords, metresBetween, whereAmI } from "../lib/place.js";

const NEAR_M = 1000;

export class CheckIn {
  constructor(host) {
    this.host = host;
    this.block = host.querySelector("[data-check-in]");
    const find = (name) => this.block.querySelector(`[data-check-in-${name}]`);
    [this.text, this.refused, this.start, this.plain, this.far] = ["text", "refused", "start", "plain", "far"].map(find);
    this.asked = this.text.textContent;
    this.start.addEventListener("click", () => this.begin());
    this.plain.addEventListener("click", () => this.keep({ place: "skipped" }));
    this.far.addEventListener("submit", (event) => {
      event.preventDefault();
      const reason = this.far.querySelector("textarea").value.trim();
      if (reason) this.keep({ ...this.found, reason });
    });
  }

  async begin() {
    if (this.looking) return;
    this.looking = true;
    this.kept = false;
    this.plain.hidden = false;
    this.draw();
    void navigator.storage?.persist?.(); // asks the browser not to clear what is not sent yet
    const found = await whereAmI();
    this.looking = false;
    if (this.kept) return;
    const metres = this.distance(found);
    if (metres === null) return this.keep(found);
    const all = { ...found, distance_m: Math.round(metres) };
    if (metres - found.accuracy <= NEAR_M || this.host.dataset.precision !== "exact") return this.keep(all);
    this.found = all;
    this.far.hidden = false;
    this.plain.hidden = true;
    setText(this.far.querySelector("[data-far-text]"), `Your phone is ${distanceWords(metres)} from the site, give or take ${distanceWords(Math.max(10, found.accuracy))}. Say why, then check in all the same.`);
    this.far.querySelector("textarea").focus();
    this.draw();
  }

  distance(found) {
    const { latitude, longitude } = this.host.dataset;
    if (found.latitude === undefined || !latitude || !longitude) return null;
    return metresBetween(found, { latitude: Number(latitude), longitude: Number(longitude) });
  }

  /** Once, however often it is tapped. */
  async keep(data) {
    if (this.kept) return;
    this.kept = true;
    this.far.hidden = this.plain.hidden = true;
    try {
      await this.host.record("checked_in", data);
    } catch (error) {
      console.error(error);
      this.kept = false;
      say(this.refused, "The check-in could not be kept on the phone. Free some space, then check in again.");
    }
    this.host.redraw();
  }

  update(view) {
    this.view = view;
    this.draw();
  }

  draw() {
    const { visit, outbox, writer } = this.view;
    const refusal = visit.checkedIn ? null : outbox.refusedOf("checked_in");
    if (refusal && !this.looking) this.kept = false;
    say(this.refused, refusal ? `${refusal.sentence}` : "");
    this.block.toggleAttribute("data-done", visit.checkedIn);
    setText(this.text, visit.checkedIn ? this.told(visit, outbox) : this.asked);
    this.start.hidden = visit.checkedIn || !this.far.hidden;
    this.plain.hidden ||= visit.checkedIn || !this.looking;
    this.start.disabled = !writer || this.looking || this.kept || visit.closed;
    setText(this.start.querySelector("span"), this.looking ? "Finding your place…" : "Check in");
  }

  told(visit, outbox) {
    const waiting = outbox.waiting("checked_in");
    const metres = waiting?.data.distance_m;
    const far = metres === undefined ? "" : `, ${distanceWords(metres)} from the site`;
    return `Checked in at ${clock(visit.checkedInAt)}${far}${waiting ? ". Saved on this phone, not sent yet" : ""}.`;
  }
}
