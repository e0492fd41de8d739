// <ui-menu>: a button and a popover of links and buttons. Arrow keys move, Escape closes (the browser's), Tab leaves.
class Menu extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector("button");
    this.list = this.querySelector("[popover]");
    this.button.addEventListener("click", () => this.list.togglePopover());
    this.list.addEventListener("beforetoggle", (event) => event.newState === "open" && requestAnimationFrame(() => this.place()));
    this.list.addEventListener("toggle", (event) => this.toggled(event.newState === "open"));
    this.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !this.contains(event.relatedTarget)) this.list.hidePopover();
    });
  }

  get items() {
    return [...this.list.querySelectorAll("a[href], button:not(:disabled)")];
  }

  toggled(open) {
    this.button.setAttribute("aria-expanded", String(open));
    if (open) {
      this.place();
      if (this.byKey) this.items[0]?.focus();
    }
    this.byKey = false;
  }

  place() {
    const at = this.button.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.list;
    const below = at.bottom + 4 + height <= innerHeight || at.top < height;
    const left = at.left + width <= innerWidth - 8 ? at.left : Math.max(8, at.right - width);
    this.list.style.left = `${left}px`;
    this.list.style.top = `${below ? at.bottom + 4 : at.top - height - 4}px`;
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) {
      this.byKey = event.target === this.button && (event.key === "Enter" || event.key === " ");
      return;
    }
    event.preventDefault();
    if (!this.list.matches(":popover-open")) {
      this.byKey = true;
      this.list.showPopover();
      return;
    }
    const items = this.items;
    const next = (items.indexOf(document.activeElement) + step + items.length) % items.length;
    items[next]?.focus();
  }
}
customElements.define("ui-menu", Menu);
