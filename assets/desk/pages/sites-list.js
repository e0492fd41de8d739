// <ui-columns> around a GET form: [data-chosen] lists the columns in order, [data-offered] are the others.
// Buttons and dragging move them, a tick adds one at the end; the address gets one `cols=a,b,c`.
class Columns extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector("[data-chosen]");
    this.form = this.querySelector("form");
    this.said = this.querySelector("[data-said]");
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("change", (event) => event.target.matches("[data-offered]") && this.add(event.target));
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.list.addEventListener("dragstart", (event) => this.lift(event));
    this.list.addEventListener("dragover", (event) => this.drag(event));
    this.list.addEventListener("dragend", () => this.drop());
  }

  clicked(event) {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const item = button.closest("li");
    const down = button.dataset.move === "1";
    const beside = down ? item.nextElementSibling : item.previousElementSibling;
    if (!beside) return;
    if (down) beside.after(item);
    else beside.before(item);
    button.focus();
    const place = [...this.list.children].indexOf(item) + 1;
    this.said.textContent = `${item.textContent.trim()}: ${place} of ${this.list.children.length}`;
  }

  /** Move a column that was ticked to the end of those that are shown, or back to its place when it is unticked. */
  add(box) {
    const label = box.closest("label");
    if (box.checked && !this.list.contains(label)) {
      box.home = [label.parentElement, label.nextElementSibling];
      const item = document.createElement("li");
      item.draggable = true;
      const moves = this.list.querySelector(".columns-move")?.cloneNode(true);
      item.append(label, ...(moves ? [moves] : []));
      this.list.append(item);
      box.focus();
      item.scrollIntoView({ block: "nearest" });
    } else if (!box.checked && box.home) {
      const item = label.closest("li");
      const [group, before] = box.home;
      group.insertBefore(label, before?.parentElement === group ? before : null);
      item.remove();
      box.focus();
    }
  }

  lift(event) {
    this.dragged = event.target.closest("li");
    this.dragged.toggleAttribute("data-dragged", true);
    event.dataTransfer.effectAllowed = "move";
  }

  drag(event) {
    const over = event.target.closest("li");
    if (!this.dragged || !over) return;
    event.preventDefault();
    if (over === this.dragged) return;
    const { top, height } = over.getBoundingClientRect();
    if (event.clientY > top + height / 2) over.after(this.dragged);
    else over.before(this.dragged);
  }

  drop() {
    this.dragged?.removeAttribute("data-dragged");
    this.dragged = null;
  }

  submit(event) {
    event.preventDefault();
    const data = new FormData(this.form);
    const columns = data.getAll("cols");
    data.delete("cols");
    const query = new URLSearchParams(data);
    // Commas may stand in a query as they are; an address that can be read is worth more than one that is escaped.
    const text = columns.map(encodeURIComponent).join(",").replaceAll("%3A", ":");
    location.assign(`?${[query.toString(), text && `cols=${text}`].filter(Boolean).join("&")}`);
  }
}
customElements.define("ui-columns", Columns);
