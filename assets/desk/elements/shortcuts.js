// <ui-shortcuts>: keys of the page. j k move through [data-row], x selects, Enter opens, / searches, ? lists them.
// An element adds its own: <a data-key="e" data-key-label="Edit"> is clicked by its key ("g s" is g, then s).
import { tinykeys } from "tinykeys";

const typing = (event) =>
  event.target.closest?.("input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]") ||
  document.querySelector("dialog[open]");

class Shortcuts extends HTMLElement {
  connectedCallback() {
    this.bind();
    this.rebind = () => this.bind(); // rows and keys may have come or gone
    document.addEventListener("htmx:after:swap", this.rebind);
    document.querySelector("[data-shortcuts]")?.addEventListener("click", () => this.help());
  }

  disconnectedCallback() {
    document.removeEventListener("htmx:after:swap", this.rebind);
    this.stop?.();
  }

  bind() {
    this.stop?.();
    const keys = { "?": () => this.help(), "Shift+?": () => this.help(), "/": () => this.search(), ...this.pageKeys() };
    if (this.rows.length) Object.assign(keys, { j: () => this.move(1), k: () => this.move(-1), x: () => this.select(), Enter: (event) => this.open(event) });
    for (const [key, run] of Object.entries(keys)) {
      keys[key] = (event) => {
        if (typing(event) || run(event) === false) return;
        event.preventDefault();
      };
    }
    this.stop = tinykeys(window, keys, { ignore: (event) => event.isComposing });
  }

  get rows() {
    return [...document.querySelectorAll("[data-row]")];
  }

  get keyed() {
    return [...document.querySelectorAll("[data-key]")].filter((element) => element.dataset.key);
  }

  pageKeys() {
    return Object.fromEntries(
      this.keyed.map((element) => [element.dataset.key, () => document.querySelector(`[data-key="${CSS.escape(element.dataset.key)}"]`)?.click()]),
    );
  }

  move(step) {
    const rows = this.rows;
    const now = rows.findIndex((row) => row.hasAttribute("data-current"));
    const next = rows[Math.min(rows.length - 1, Math.max(0, now + step))];
    rows[now]?.removeAttribute("data-current");
    next.setAttribute("data-current", "");
    const inside = next.querySelector("a[href]") ?? next.querySelector("button, input") ?? next;
    if (inside === next && !next.hasAttribute("tabindex")) next.tabIndex = -1;
    inside.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  get current() {
    return document.activeElement?.closest?.("[data-row]") ?? document.querySelector("[data-row][data-current]");
  }

  select() {
    this.current?.querySelector("input[type=checkbox]")?.click();
  }

  /** Enter on a link or button does what it always does; elsewhere in a row it opens the row's first link. */
  open(event) {
    if (event.target.closest("a, button, summary, input")) return false;
    const link = this.current?.querySelector("a[href]");
    if (!link) return false;
    link.click();
    return true;
  }

  search() {
    const field = document.querySelector("[data-search], input[type=search]");
    if (!field) return false;
    field.focus();
    field.select();
    return true;
  }

  help() {
    const dialog = this.querySelector("dialog") ?? this.build();
    const list = dialog.querySelector("dl");
    list.replaceChildren(...this.described().flatMap(([key, label]) => this.line(key, label)));
    dialog.showModal();
  }

  described() {
    const found = [["?", "Show this list"]];
    if (document.querySelector("[data-search], input[type=search]")) found.push(["/", "Search"]);
    if (this.rows.length) {
      found.push(["j", "Next row"], ["k", "Previous row"], ["Enter", "Open the row"]);
      if (document.querySelector("[data-row] input[type=checkbox]")) found.push(["x", "Select the row"]);
    }
    const own = this.keyed.map((element) => [element.dataset.key, element.dataset.keyLabel ?? element.textContent.trim()]);
    return [...found, ...own, ["Esc", "Close a dialog or menu"]];
  }

  line(key, label) {
    const [term, text] = [document.createElement("dt"), document.createElement("dd")];
    key.split(" ").forEach((part) => term.append(Object.assign(document.createElement("kbd"), { textContent: part }), " "));
    text.textContent = label;
    return [term, text];
  }

  build() {
    this.append(document.getElementById("shortcuts-template").content.cloneNode(true));
    return this.querySelector("dialog");
  }
}
customElements.define("ui-shortcuts", Shortcuts);
