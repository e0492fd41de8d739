// <ui-filter-form> around a GET form: filters apply as they are changed, the address holds them, focus and caret stay.
const KEY = "downbeat-filter-focus";

class FilterForm extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.addEventListener("change", (event) => {
      if (event.target.type !== "search" && event.target.type !== "text") this.go(event.target);
    });
    this.addEventListener("input", (event) => {
      if (event.target.type !== "search" && event.target.type !== "text") return;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.go(event.target), 500);
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.go(document.activeElement);
    });
    this.restore();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  /** Go to the address the form describes, without empty fields and without the page number. */
  go(from) {
    clearTimeout(this.timer);
    const data = new FormData(this.form);
    data.delete("page");
    const query = new URLSearchParams([...data].filter(([, value]) => value !== ""));
    const url = new URL(this.form.action); // keeps a #fragment of the form's own
    url.search = query;
    if (url.pathname === location.pathname && url.search === location.search) return;
    if (from?.name) sessionStorage.setItem(KEY, JSON.stringify([location.pathname, from.name, from.value, from.selectionStart ?? null]));
    location.assign(url);
  }

  restore() {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    if (!kept || kept[0] !== location.pathname) return;
    sessionStorage.removeItem(KEY);
    const [, name, value, caret] = kept;
    const fields = [...this.form.elements].filter((field) => field.name === name);
    const field = fields.find((one) => one.value === value) ?? fields[0];
    field?.focus({ preventScroll: true });
    if (caret !== null && field?.setSelectionRange && field.type !== "checkbox") field.setSelectionRange(caret, caret);
  }
}
customElements.define("ui-filter-form", FilterForm);
