// <ui-palette>: Ctrl K opens it; a few letters find a page, a site, a work order, a person; arrows choose, Enter goes there.
import { tinykeys } from "tinykeys";

const PAUSE = 120; // milliseconds without a letter before the server is asked

class Palette extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.input = this.querySelector("input");
    this.hits = this.querySelector("[role=listbox]");
    this.asked = new AbortController();
    const open = (event) => {
      event.preventDefault();
      this.open();
    };
    this.stop = tinykeys(window, { "$mod+k": open });
    this.opener = (event) => event.target.closest("[data-palette]") && this.open();
    document.addEventListener("click", this.opener);
    this.input.addEventListener("input", () => this.soon());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.hits.addEventListener("pointermove", (event) => this.choose(event.target.closest("[role=option]")));
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
  }

  disconnectedCallback() {
    this.stop?.();
    document.removeEventListener("click", this.opener);
  }

  open() {
    if (document.querySelector("dialog[open]")) return;
    this.dialog.showModal();
    this.input.select();
    this.ask();
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  async ask() {
    this.asked.abort();
    this.asked = new AbortController();
    const query = new URLSearchParams({ q: this.input.value, in: this.dataset.in });
    try {
      const answer = await fetch(`${this.dataset.src}?${query}`, { signal: this.asked.signal });
      if (answer.redirected) location.reload(); // signed out meanwhile
      if (!answer.ok) throw new Error(String(answer.status));
      this.hits.innerHTML = await answer.text();
      const all = this.options;
      this.choose(all[0]);
      this.querySelector("[data-palette-count]").textContent = `${all.length} found`;
    } catch (error) {
      if (error.name === "AbortError") return;
      this.hits.replaceChildren(Object.assign(document.createElement("p"), { className: "muted palette-none", textContent: "The server could not be asked. Check the connection and type on." }));
    }
  }

  get options() {
    return [...this.hits.querySelectorAll("[role=option]")];
  }

  choose(option) {
    if (!option || option === this.chosen) return;
    this.chosen?.removeAttribute("aria-selected");
    this.chosen = option;
    option.setAttribute("aria-selected", "true");
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  key(event) {
    const all = this.options;
    const at = all.indexOf(this.chosen);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const next = all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length];
      this.choose(next);
      next?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      // What was typed last may still be on its way; then there is nothing chosen to go to.
      if (this.chosen?.isConnected) event.ctrlKey || event.metaKey ? window.open(this.chosen.href) : location.assign(this.chosen.href);
    } else return;
    event.preventDefault();
  }
}
customElements.define("ui-palette", Palette);
