// <field-signature>: a pad to sign on with a finger, handed over as PNG on white.
const LINE = 2.5;

class Signature extends HTMLElement {
  begin(save) {
    this.canvas = this.querySelector("canvas");
    this.button = this.querySelector("[data-save]");
    this.inked = false;
    this.querySelector("[data-clear]").addEventListener("click", () => this.clear());
    this.button.addEventListener("click", () => this.inked && this.canvas.toBlob((blob) => save(blob, this.querySelector("[data-signer]").value.trim()), "image/png"));
    this.canvas.addEventListener("pointerdown", (event) => this.#down(event));
    this.canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const type of ["pointerup", "pointercancel"]) this.canvas.addEventListener(type, () => (this.last = null));
  }

  /** An empty white pad as large as it is shown, in the pixels of this screen. */
  clear() {
    const { width, height } = this.canvas.getBoundingClientRect();
    const scale = Math.min(3, devicePixelRatio || 1);
    this.canvas.width = Math.max(1, Math.round(width * scale));
    this.canvas.height = Math.max(1, Math.round(height * scale));
    const pen = this.canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, this.canvas.width, this.canvas.height);
    pen.scale(scale, scale);
    Object.assign(pen, { lineWidth: LINE, lineCap: "round", lineJoin: "round", strokeStyle: "#10181f", fillStyle: "#10181f" });
    this.pen = pen;
    this.inked = false;
    this.button.disabled = true;
  }

  #at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  #down(event) {
    if (this.button.closest("field-answer")?.hasAttribute("data-locked")) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.last = this.#at(event);
    this.pen.beginPath();
    this.pen.arc(...this.last, LINE / 2, 0, 2 * Math.PI);
    this.pen.fill();
  }

  #move(event) {
    if (!this.last) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) {
      const point = this.#at(each);
      this.pen.beginPath();
      this.pen.moveTo(...this.last);
      this.pen.lineTo(...point);
      this.pen.stroke();
      this.last = point;
    }
    this.inked = true;
    this.button.disabled = false;
  }
}
customElements.define("field-signature", Signature);
