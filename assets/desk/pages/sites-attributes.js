// <attribute-kind>: shows only what goes with the chosen kind: choices for one of a list, the unit for numbers.
class AttributeKind extends HTMLElement {
  connectedCallback() {
    this.kind = this.querySelector("select[name=kind]");
    this.kind.addEventListener("change", () => this.fit());
    this.fit();
  }

  fit() {
    for (const part of this.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== this.kind.value;
  }
}
customElements.define("attribute-kind", AttributeKind);
