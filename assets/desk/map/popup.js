// What a point says when it is chosen.
import { html, sign } from "./draw.js";

const SHOWN = 8;

function entry(place, look) {
  const name = place.url ? html("a", { href: place.url }, place.label) : html("strong", {}, place.label);
  const line = html("span", { class: "map-popup-state" }, sign(look), look.label, place.hint ? html("span", { class: "muted" }, ` · ${place.hint}`) : "");
  return html("li", {}, name, line);
}

export class Popup {
  constructor(host, onClose) {
    this.host = host;
    this.onClose = onClose;
    this.box = html("div", { class: "map-popup", hidden: "", role: "group", "aria-label": "Chosen site" });
    host.append(this.box);
    this.box.addEventListener("keydown", (event) => event.key === "Escape" && this.close(true));
  }

  get isOpen() {
    return !this.box.hidden;
  }

  open(members, looks, { x, y }, focus) {
    const items = members.slice(0, SHOWN).map((place) => entry(place, looks.get(place.state ?? "")));
    const more = members.length > SHOWN ? [html("p", { class: "muted small" }, `and ${members.length - SHOWN} more here. The table lists them all.`)] : [];
    const close = html("button", { type: "button", class: "map-popup-close", "aria-label": "Close" }, "×");
    close.addEventListener("click", () => this.close(true));
    this.box.replaceChildren(close, html("ul", {}, ...items), ...more);
    this.box.hidden = false;
    this.place(x, y);
    if (focus) (this.box.querySelector("a") ?? close).focus();
  }

  /** Say a sentence at a point of the map, with a link if there is one. */
  say(sentence, { x, y }) {
    const close = html("button", { type: "button", class: "map-popup-close", "aria-label": "Close" }, "×");
    close.addEventListener("click", () => this.close(true));
    this.box.replaceChildren(close, html("p", {}, sentence));
    this.box.hidden = false;
    this.place(x, y);
    close.focus();
  }

  place(x, y) {
    const { clientWidth: width, clientHeight: height } = this.host;
    const { offsetWidth: w, offsetHeight: h } = this.box;
    const above = y - h - 14 > 0;
    this.box.style.left = `${Math.max(8, Math.min(width - w - 8, x - w / 2))}px`;
    this.box.style.top = `${above ? y - h - 14 : Math.min(height - h - 8, y + 14)}px`;
  }

  close(refocus = false) {
    if (!this.isOpen) return;
    this.box.hidden = true;
    this.onClose(refocus);
  }
}
