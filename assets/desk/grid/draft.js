// What was typed and not saved: kept for the tab, over reloads, pages and filters. Steps can be taken back.
const id = (pk, column) => `${pk}|${column}`;

export class Draft {
  constructor(store) {
    this.store = store;
    this.cells = new Map();
    this.done = [];
    this.undone = [];
    try {
      this.cells = new Map(JSON.parse(sessionStorage.getItem(store) ?? "[]"));
    } catch {
      sessionStorage.removeItem(store);
    }
  }

  get(pk, column) {
    return this.cells.get(id(pk, column));
  }

  /** Take over cells [{pk, column, was, text, key}] as one step; a cell that says what it said is no change. */
  change(cells) {
    const step = [];
    for (const cell of cells) {
      const [name, before] = [id(cell.pk, cell.column), this.get(cell.pk, cell.column)];
      const was = before?.was ?? cell.was;
      if ((before?.text ?? cell.was) === cell.text) continue;
      const after = cell.text === was ? undefined : { ...cell, was };
      step.push([name, before, after]);
      this.put(name, after);
    }
    if (!step.length) return;
    this.done.push(step);
    this.undone = [];
    this.keep();
  }

  put(name, cell) {
    if (cell) this.cells.set(name, cell);
    else this.cells.delete(name);
  }

  back() {
    const step = this.done.pop();
    if (!step) return [];
    for (const [name, before] of [...step].reverse()) this.put(name, before);
    this.undone.push(step);
    this.keep();
    return step.map(([name]) => name);
  }

  again() {
    const step = this.undone.pop();
    if (!step) return [];
    for (const [name, , after] of step) this.put(name, after);
    this.done.push(step);
    this.keep();
    return step.map(([name]) => name);
  }

  /** Forget some cells for good, or all. */
  drop(names = [...this.cells.keys()]) {
    names.forEach((name) => this.cells.delete(name));
    this.done = [];
    this.undone = [];
    this.keep();
  }

  keep() {
    try {
      sessionStorage.setItem(this.store, JSON.stringify([...this.cells]));
    } catch {
      return false; // full or forbidden: the page still holds everything
    }
    return true;
  }

  get list() {
    return [...this.cells.values()].map(({ pk, column, was, text }) => [pk, column, was, text]);
  }
}
