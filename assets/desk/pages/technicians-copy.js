// <ui-copy>: a read-only field and a button that copies it; where the clipboard is forbidden the text is selected instead.
class Copy extends HTMLElement {
  connectedCallback() {
    const [field, button] = [this.querySelector("input"), this.querySelector("button")];
    field.addEventListener("focus", () => field.select());
    button.addEventListener("click", async () => {
      const word = button.querySelector("span");
      field.select();
      const copied = await navigator.clipboard?.writeText(field.value).then(() => true, () => false);
      word.textContent = copied ? "Copied" : "Press Ctrl-C";
      setTimeout(() => (word.textContent = "Copy"), 3000);
    });
  }
}
customElements.define("ui-copy", Copy);
