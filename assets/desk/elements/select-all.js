// <ui-select-all data-total="3214" data-name="pk" data-noun="sites"> around a table whose rows hold <input type="checkbox" name="pk">.
// The bar ([data-selection]) shows how many are chosen and offers "Select all N matching", which posts all_matching=1.
class SelectAll extends HTMLElement {
  connectedCallback() {
    this.noun = this.dataset.noun ?? "rows";
    this.total = Number(this.dataset.total ?? 0);
    this.head = this.querySelector("[data-select-page]");
    this.bar = this.querySelector("[data-selection]");
    this.all = this.querySelector("input[name=all_matching]");
    this.addEventListener("change", (event) => this.changed(event.target));
    this.addEventListener("click", (event) => this.clicked(event));
    window.addEventListener("pageshow", () => this.show());
    this.show();
  }

  get boxes() {
    return [...this.querySelectorAll(`tbody input[type=checkbox][name="${this.dataset.name ?? "pk"}"]`)];
  }

  changed(target) {
    if (target === this.head) this.boxes.forEach((box) => (box.checked = this.head.checked));
    if (this.all) this.all.value = "";
    this.show();
  }

  clicked(event) {
    const box = event.target.closest?.("tbody input[type=checkbox]");
    if (box) {
      if (event.shiftKey && this.last) this.range(this.last, box);
      this.last = box;
    } else if (event.target.closest("[data-select-matching]")) {
      this.boxes.forEach((one) => (one.checked = true));
      if (this.all) this.all.value = "1";
      this.show();
    } else if (event.target.closest("[data-select-none]")) {
      this.boxes.forEach((one) => (one.checked = false));
      if (this.all) this.all.value = "";
      this.show();
    }
  }

  range(from, to) {
    const boxes = this.boxes;
    const [a, b] = [boxes.indexOf(from), boxes.indexOf(to)].sort((x, y) => x - y);
    boxes.slice(a, b + 1).forEach((box) => (box.checked = to.checked));
    this.show();
  }

  show() {
    const boxes = this.boxes;
    const chosen = boxes.filter((box) => box.checked).length;
    const everything = this.all?.value === "1";
    if (this.head) {
      this.head.checked = boxes.length > 0 && chosen === boxes.length;
      this.head.indeterminate = chosen > 0 && chosen < boxes.length;
    }
    if (!this.bar) return;
    this.bar.hidden = chosen === 0;
    const count = (everything ? this.total : chosen).toLocaleString("en-US");
    const text = this.bar.querySelector("[data-selection-count]");
    if (text) text.textContent = everything ? `All ${count} matching ${this.noun} selected` : `${count} selected`;
    const matching = this.bar.querySelector("[data-select-matching]");
    if (!matching) return;
    matching.hidden = everything || chosen < boxes.length || this.total <= boxes.length;
    matching.textContent = `Select all ${this.total.toLocaleString("en-US")} matching`;
  }
}
customElements.define("ui-select-all", SelectAll);
