// <site-placer>: a map and a field for coordinates that follow each other. Without it the field works alone.
const PAIR = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/;

class SitePlacer extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("input[name='place']");
    this.map = this.querySelector("site-map");
    this.addEventListener("site-map:pick", ({ detail }) => this.picked(detail));
    this.field?.addEventListener("input", () => this.typed());
  }

  picked({ lat, lon }) {
    this.field.value = `${lat}, ${lon}`;
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  typed() {
    const found = PAIR.exec(this.field.value);
    if (!found) return;
    const [lat, lon] = [Number(found[1]), Number(found[2])];
    if (Math.abs(lat) <= 90 && Math.abs(lon) <= 180) this.map?.pin?.(lat, lon);
  }
}
customElements.define("site-placer", SitePlacer);
