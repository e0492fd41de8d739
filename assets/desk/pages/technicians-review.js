// <review-sheet>: judge evidence by keyboard, and look at pictures in full size with next and previous.
// Verdicts are plain forms swapped by htmx; the keys only press their buttons.
import { tinykeys } from "tinykeys";

const typing = (event) => event.target.closest?.("textarea, input:not([type=radio]), select") || document.querySelector("dialog[open]");

class ReviewSheet extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog.lightbox");
    const keys = { j: () => this.move(1), k: () => this.move(-1), a: () => this.press("[data-accept]", 1), r: () => this.reject(), u: () => this.press("[data-undo]", 0) };
    for (const [key, run] of Object.entries(keys)) keys[key] = (event) => !typing(event) && (event.preventDefault(), run());
    this.stop = tinykeys(window, keys);
    this.addEventListener("click", (event) => this.#click(event));
    this.dialog.addEventListener("keydown", (event) => this.#turn(event));
    document.addEventListener("htmx:after:swap", (this.swapped = () => this.#restore()));
  }

  disconnectedCallback() {
    this.stop?.();
    document.removeEventListener("htmx:after:swap", this.swapped);
  }

  get items() {
    return [...this.querySelectorAll("[data-evidence]")];
  }

  get current() {
    return this.items.find((item) => item.id === this.currentId) ?? document.activeElement?.closest?.("[data-evidence]");
  }

  choose(item) {
    this.currentId = item.id;
    for (const each of this.items) each.toggleAttribute("data-current", each === item);
    (item.querySelector("a[data-lightbox]") ?? item).focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }

  move(step) {
    const items = this.items;
    const now = items.indexOf(this.current);
    const next = items[Math.min(items.length - 1, Math.max(0, now + step))];
    if (next) this.choose(next);
  }

  /** Press a button of the current item; after accepting, the next one is current. */
  press(selector, step) {
    const item = this.current ?? this.items[0];
    if (!item) return;
    this.choose(item);
    const button = item.querySelector(selector);
    if (!button) return this.move(step);
    button.click();
    const items = this.items;
    this.currentId = (items[items.indexOf(item) + step] ?? item).id;
  }

  reject() {
    const item = this.current ?? this.items[0];
    const box = item?.querySelector("details.reject");
    if (!box) return;
    this.choose(item);
    box.open = true;
    box.querySelector("input").focus();
  }

  #restore() {
    const item = this.items.find((each) => each.id === this.currentId);
    if (item && !document.querySelector("dialog[open]")) this.choose(item);
  }

  #click(event) {
    const item = event.target.closest("[data-evidence]");
    if (item) this.currentId = item.id;
    const link = event.target.closest("[data-lightbox]");
    if (link && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.#show(link);
    } else if (event.target.closest("dialog.lightbox")) {
      const button = event.target.closest("button");
      if (!button || "close" in button.dataset) this.dialog.close();
      else this.#step("next" in button.dataset ? 1 : -1);
    }
  }

  #turn(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1, j: 1, k: -1 }[event.key];
    if (step) this.#step(step);
  }

  #step(step) {
    const links = [...this.querySelectorAll("[data-lightbox]")];
    const next = links[links.indexOf(this.shown) + step];
    if (next) this.#show(next);
  }

  #show(link) {
    this.shown = link;
    const picture = this.dialog.querySelector("img");
    picture.src = link.dataset.lightbox;
    picture.alt = link.dataset.caption;
    const links = [...this.querySelectorAll("[data-lightbox]")];
    const place = links.indexOf(link);
    this.dialog.querySelector("figcaption").textContent = `${link.dataset.caption} (${place + 1} of ${links.length})`;
    this.dialog.querySelector("[data-previous]").disabled = place === 0;
    this.dialog.querySelector("[data-next]").disabled = place === links.length - 1;
    if (!this.dialog.open) this.dialog.showModal();
    this.currentId = link.closest("[data-evidence]").id;
  }
}
customElements.define("review-sheet", ReviewSheet);
