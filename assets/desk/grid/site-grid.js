// <site-grid>: a table whose cells can be typed into. The table comes from the server and works as a table without this.
import { toast } from "../elements/toasts.js";
import { Draft } from "./draft.js";

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const CHECK = 400; // milliseconds after the last change before the server is asked

class SiteGrid extends HTMLElement {
  connectedCallback() {
    if (this.table) return;
    this.setup = JSON.parse(this.querySelector("script[type='application/json']").textContent);
    this.scroller = this.querySelector(".grid-scroll");
    this.table = this.querySelector("table");
    this.body = this.table.tBodies[0];
    this.bar = this.querySelector("[data-bar]");
    this.draft = new Draft(this.setup.store);
    this.bad = new Map();
    this.settleSaved();
    this.at = [0, 0];
    this.from = this.at;
    this.listen();
    this.meetOthers();
    this.paint();
    this.cell(0, 0)?.setAttribute("tabindex", 0);
    if (this.draft.cells.size) this.check();
  }

  get rows() {
    return this.body.rows;
  }

  /** The cell of a row and column, both counted from 0. */
  cell(row, column) {
    return this.rows[row]?.cells[column + 1];
  }

  get width() {
    return this.table.tHead.rows[0].cells.length - 1;
  }

  of(cell) {
    const row = cell.parentElement;
    return { pk: Number(row.dataset.pk), column: cell.dataset.c, key: row.dataset.key, was: this.original(cell) };
  }

  original(cell) {
    cell.said ??= cell.textContent;
    return cell.said;
  }

  /** What was sent and saved is no draft any more. */
  settleSaved() {
    const sent = JSON.parse(sessionStorage.getItem(`${this.setup.store}-sent`) ?? "null");
    if (!this.setup.saved || !sent) return;
    const said = new Map([...this.body.querySelectorAll("td")].map((cell) => [`${cell.parentElement.dataset.pk}|${cell.dataset.c}`, cell.textContent]));
    // A cell that somebody else changed was refused: it is here, and does not say what was typed.
    this.draft.drop(sent.filter(([name, text, was]) => !said.has(name) || said.get(name) === text || said.get(name) !== was).map(([name]) => name));
    sessionStorage.removeItem(`${this.setup.store}-sent`);
    const page = new URL(location.href);
    page.searchParams.delete("saved");
    history.replaceState(history.state, "", page);
  }

  /** A cell that says something else than when it was typed into was changed by somebody else: say so, keep what was typed. */
  meetOthers() {
    for (const cell of this.body.querySelectorAll("td")) {
      const { pk, column, was, key } = this.of(cell);
      const mine = this.draft.get(pk, column);
      if (!mine || mine.was === was) continue;
      if (mine.text === was) this.draft.put(`${pk}|${column}`, undefined);
      else {
        toast(`${key}: ${this.label(column)} was changed to “${was || "nothing"}” meanwhile. What you typed is still here; saving replaces it.`, "warning");
        mine.was = was;
      }
    }
    this.draft.keep();
  }

  label(column) {
    return this.setup.columns[column]?.label ?? column;
  }

  listen() {
    this.table.addEventListener("keydown", (event) => this.key(event));
    this.table.addEventListener("pointerdown", (event) => this.press(event));
    this.table.addEventListener("pointerover", (event) => event.buttons === 1 && this.drag(event));
    this.table.addEventListener("dblclick", (event) => event.target.closest("td") && this.edit());
    this.table.addEventListener("focusin", (event) => event.target.closest("td") && this.entered(event.target.closest("td")));
    document.addEventListener("copy", (event) => this.within() && this.copy(event));
    document.addEventListener("paste", (event) => this.within() && this.paste(event));
    this.bar.querySelector("[data-undo]").addEventListener("click", () => this.again(this.draft.back()));
    this.bar.querySelector("[data-discard]").addEventListener("click", () => this.discard());
    this.bar.addEventListener("submit", (event) => this.send(event));
    document.querySelector("[data-match]")?.addEventListener("submit", (event) => this.match(event));
    document.querySelector("[data-columns]")?.addEventListener("submit", (event) => {
      const chosen = [...event.target.querySelectorAll("input:checked")].map(({ value }) => value);
      event.target.elements.cols.value = chosen.join(",");
    });
    const shown = document.querySelector("#match-column option[data-shown]");
    if (shown) shown.selected = true;
  }

  within() {
    return !this.editor && this.body.contains(document.activeElement);
  }

  entered(cell) {
    if (this.moving) return;
    this.at = [cell.parentElement.sectionRowIndex, cell.cellIndex - 1];
    this.from = this.at;
    this.choose();
  }

  press(event) {
    const cell = event.target.closest("td");
    if (!cell || event.target === this.editor) return;
    event.preventDefault();
    this.go([cell.parentElement.sectionRowIndex, cell.cellIndex - 1], event.shiftKey);
  }

  drag(event) {
    const cell = event.target.closest("td");
    if (cell && !this.editor) this.go([cell.parentElement.sectionRowIndex, cell.cellIndex - 1], true);
  }

  /** Go to a cell; with `stretch` the selection reaches from where it began. */
  go([row, column], stretch = false) {
    this.commit();
    const to = [Math.max(0, Math.min(this.rows.length - 1, row)), Math.max(0, Math.min(this.width - 1, column))];
    this.cell(...this.at)?.setAttribute("tabindex", -1);
    this.at = to;
    if (!stretch) this.from = to;
    const cell = this.cell(...to);
    cell.setAttribute("tabindex", 0);
    this.moving = true;
    cell.focus({ preventScroll: true });
    this.moving = false;
    this.reveal(cell);
    this.choose();
  }

  /** Scroll so that the sticky head and the site numbers do not cover the cell. */
  reveal(cell) {
    const [box, frame] = [cell.getBoundingClientRect(), this.scroller.getBoundingClientRect()];
    const [top, left] = [frame.top + this.table.tHead.offsetHeight, frame.left + this.rows[0].cells[0].offsetWidth];
    if (box.top < top) this.scroller.scrollTop -= top - box.top;
    else if (box.bottom > frame.bottom - 16) this.scroller.scrollTop += box.bottom - frame.bottom + 16;
    if (box.left < left) this.scroller.scrollLeft -= left - box.left;
    else if (box.right > frame.right - 16) this.scroller.scrollLeft += box.right - frame.right + 16;
  }

  get block() {
    const [[a, b], [c, d]] = [this.from, this.at];
    return { top: Math.min(a, c), bottom: Math.max(a, c), left: Math.min(b, d), right: Math.max(b, d) };
  }

  choose() {
    this.chosen?.forEach((cell) => cell.classList.remove("is-chosen"));
    const { top, bottom, left, right } = this.block;
    this.chosen = [];
    for (let row = top; row <= bottom; row += 1) for (let column = left; column <= right; column += 1) this.chosen.push(this.cell(row, column));
    if (this.chosen.length > 1) this.chosen.forEach((cell) => cell.classList.add("is-chosen"));
    this.say();
  }

  key(event) {
    if (this.editor) return this.keyInEditor(event);
    const command = event.ctrlKey || event.metaKey;
    const [row, column] = this.at;
    const move = MOVES[event.key];
    if (move) {
      const far = command ? 1e6 : 1;
      this.go([row + move[0] * far, column + move[1] * far], event.shiftKey);
    } else if (event.key === "Home") this.go([command ? 0 : row, 0], event.shiftKey);
    else if (event.key === "End") this.go([command ? 1e6 : row, 1e6], event.shiftKey);
    else if (event.key === "PageDown" || event.key === "PageUp") this.go([row + (event.key === "PageDown" ? 15 : -15), column], event.shiftKey);
    else if (command && event.key.toLowerCase() === "z") this.again(event.shiftKey ? this.draft.again() : this.draft.back());
    else if (command && event.key.toLowerCase() === "y") this.again(this.draft.again());
    else if (command && event.key.toLowerCase() === "d") this.fillDown();
    else if (command || event.altKey) return;
    else if (event.key === "Enter" || event.key === "F2") this.edit();
    else if (event.key === "Delete" || event.key === "Backspace") this.write(this.chosen.map((cell) => [cell, ""]));
    else if (event.key.length === 1 && event.key !== " ") this.edit(event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  keyInEditor(event) {
    event.stopPropagation();
    if (event.isComposing) return;
    const [row, column] = this.at;
    if (event.key === "Escape") {
      this.close();
      this.go(this.at);
    } else if (event.key === "Enter") this.go([row + (event.shiftKey ? -1 : 1), column]);
    else if (event.key === "Tab") this.go([row, column + (event.shiftKey ? -1 : 1)]);
    else return;
    event.preventDefault();
  }

  edit(text) {
    const cell = this.cell(...this.at);
    if (!cell) return;
    const { column, key } = this.of(cell);
    const { words = [] } = this.setup.columns[column] ?? {};
    this.editor = Object.assign(document.createElement("input"), { className: "grid-edit", value: text ?? cell.textContent, maxLength: 500, autocomplete: "off" });
    this.editor.setAttribute("aria-label", `${this.label(column)} of ${key}`);
    if (words.length) this.suggest(words);
    Object.assign(this.editor.style, { top: `${cell.offsetTop}px`, left: `${cell.offsetLeft}px`, width: `${Math.max(cell.offsetWidth, 140)}px`, height: `${cell.offsetHeight}px` });
    this.editing = cell;
    cell.append(this.editor);
    this.editor.focus();
    this.editor.addEventListener("blur", () => this.commit());
  }

  suggest(words) {
    const list = Object.assign(document.createElement("datalist"), { id: "grid-words" });
    list.append(...words.filter(Boolean).map((word) => Object.assign(document.createElement("option"), { value: word })));
    document.getElementById("grid-words")?.remove();
    this.append(list);
    this.editor.setAttribute("list", "grid-words");
  }

  close() {
    const editor = this.editor;
    this.editor = null;
    editor?.remove();
  }

  commit() {
    if (!this.editor) return;
    const [cell, text] = [this.editing, this.editor.value.trim()];
    this.close();
    this.write([[cell, text]]);
  }

  /** Write texts into cells, [[cell, text], …], as one step. */
  write(pairs) {
    this.draft.change(pairs.filter(([cell]) => cell).map(([cell, text]) => ({ ...this.of(cell), text })));
    this.changed();
  }

  changed() {
    this.paint();
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.check(), CHECK);
  }

  again(names) {
    if (names.length) this.changed();
  }

  fillDown() {
    const { top, bottom, left, right } = this.block;
    const pairs = [];
    for (let column = left; column <= right; column += 1) for (let row = top + 1; row <= bottom; row += 1) pairs.push([this.cell(row, column), this.cell(top, column).textContent]);
    this.write(pairs);
  }

  copy(event) {
    const { top, bottom, left, right } = this.block;
    const lines = [];
    for (let row = top; row <= bottom; row += 1) lines.push(Array.from({ length: right - left + 1 }, (_, i) => this.cell(row, left + i).textContent).join("\t"));
    event.clipboardData.setData("text/plain", lines.join("\n"));
    event.preventDefault();
  }

  paste(event) {
    event.preventDefault();
    const lines = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
    const { top, left } = this.block;
    if (lines.length === 1 && lines[0].length === 1) return this.write(this.chosen.map((cell) => [cell, lines[0][0].trim()]));
    const pairs = lines.flatMap((line, i) => line.map((text, j) => [this.cell(top + i, left + j), text.trim()]));
    const beyond = pairs.filter(([cell]) => !cell).length;
    this.write(pairs);
    if (beyond) toast(`${beyond} pasted cells lie beyond the end of this page and were left out. “Match by number” reaches every site of the list.`, "warning");
  }

  async check() {
    const cells = this.draft.list;
    if (!cells.length) return;
    try {
      const { bad } = await this.ask(this.setup.check, { cells: JSON.stringify(cells) });
      this.bad = new Map(bad.map(([pk, column, verdict, sentence]) => [`${pk}|${column}`, { verdict, sentence }]));
    } catch {
      return; // reviewing checks again
    }
    this.paint();
  }

  async ask(address, values) {
    const data = new FormData();
    for (const [name, value] of Object.entries(values)) data.set(name, value);
    data.set("csrfmiddlewaretoken", this.bar.elements.csrfmiddlewaretoken.value);
    const response = await fetch(address, { method: "POST", body: data, headers: { Accept: "application/json" } });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error ?? "");
    return answer;
  }

  paint() {
    for (const row of this.rows) for (const cell of row.cells) if (cell.dataset.c) this.paintCell(cell);
    this.say();
  }

  paintCell(cell) {
    const name = `${cell.parentElement.dataset.pk}|${cell.dataset.c}`;
    const mine = this.draft.cells.get(name);
    if (!mine && cell.said === undefined) return;
    const said = this.original(cell);
    const bad = mine && this.bad.get(name);
    if (this.editing !== cell || !this.editor) cell.textContent = mine ? mine.text : said;
    cell.classList.toggle("is-changed", Boolean(mine));
    cell.classList.toggle("is-bad", Boolean(bad));
    cell.toggleAttribute("aria-invalid", Boolean(bad));
    if (mine) cell.title = bad ? bad.sentence : `Before: ${said || "nothing"}`;
    else cell.removeAttribute("title");
  }

  /** Say how much is changed, and what is wrong with the cell one is on. */
  say() {
    const total = this.draft.cells.size;
    const wrong = [...this.bad.keys()].filter((name) => this.draft.cells.has(name)).length;
    this.bar.hidden = !total;
    const here = this.cell(...this.at);
    const bad = here && this.bad.get(`${here.parentElement.dataset.pk}|${here.dataset.c}`);
    const counted = `${total.toLocaleString("en-US")} cell${total === 1 ? "" : "s"} changed${wrong ? `, ${wrong} cannot be saved as they are` : ""}.`;
    const said = bad && here.classList.contains("is-bad") ? `${counted} ${bad.sentence}` : counted;
    const line = this.bar.querySelector("[data-said]");
    if (line.textContent !== said) line.textContent = said;
  }

  discard() {
    this.draft.drop();
    this.bad.clear();
    this.paint();
    this.cell(...this.at)?.focus();
  }

  send() {
    this.commit();
    this.bar.elements.cells.value = JSON.stringify(this.draft.list);
    const sent = [...this.draft.cells].map(([name, { text, was }]) => [name, text, was]);
    sessionStorage.setItem(`${this.setup.store}-sent`, JSON.stringify(sent));
  }

  async match(event) {
    event.preventDefault();
    const form = event.target;
    const line = form.querySelector("[data-matched]");
    try {
      const { cells, unknown } = await this.ask(this.setup.match + location.search, { column: form.elements.column.value, text: form.elements.text.value });
      this.draft.change(cells.map(([pk, column, was, text, key]) => ({ pk, column, was, text, key })));
      form.elements.text.value = unknown.join("\n");
      line.textContent = `${cells.length} matched.${unknown.length ? ` What stays here (${unknown.length}) has a number that is not in this list.` : ""}`;
      this.changed();
    } catch (error) {
      line.textContent = error.message || "This could not be matched. What you pasted is still here; try again.";
    }
  }
}
customElements.define("site-grid", SiteGrid);
