// The workbench of the statement of work, and the rows of a step's and a variation's form.

/** Keys that act on the row one is in: a button with data-row-do="accept" clicks the row's [data-do="accept"]. */
class RowKeys extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const key = event.target.closest("[data-row-do]");
      if (key) this.act(key.dataset.rowDo);
      const own = event.target.closest("[data-row]");
      if (own) this.mark(own);
    });
    this.swapped = () => this.recover();
    document.addEventListener("htmx:after:swap", this.swapped);
  }

  disconnectedCallback() {
    document.removeEventListener("htmx:after:swap", this.swapped);
  }

  get rows() {
    return [...this.querySelectorAll("[data-row]")];
  }

  get current() {
    return document.activeElement?.closest?.("[data-row]") ?? this.querySelector("[data-row][data-current]");
  }

  mark(row) {
    this.querySelectorAll("[data-row][data-current]").forEach((other) => other !== row && other.removeAttribute("data-current"));
    row?.setAttribute("data-current", "");
    this.remembered = row?.id;
  }

  /** A row that was swapped is another element with the same id. */
  recover() {
    const row = this.remembered && document.getElementById(this.remembered);
    if (!row || row.hasAttribute("data-current")) return;
    this.mark(row);
    row.focus({ preventScroll: true });
  }

  go(row) {
    if (!row) return;
    this.mark(row);
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  act(what) {
    const row = this.current ?? this.rows[0];
    if (!row) return;
    this.mark(row);
    row.querySelector(`[data-do="${what}"]`)?.click();
  }
}
customElements.define("row-keys", RowKeys);

/** The workbench: after a decision the next open clause is at hand; chosen clauses can be decided together. */
class Workbench extends RowKeys {
  connectedCallback() {
    super.connectedCallback();
    this.addEventListener("change", () => this.showChosen());
    this.addEventListener("click", (event) => this.clicked(event));
    this.history = [];
    // The event comes with the answer, before its parts are in the page: act once they are.
    this.decided = (event) => (this.answer = event.detail ?? {});
    this.settled = () => this.answer && this.afterDecision();
    document.addEventListener("clauses-decided", this.decided);
    document.addEventListener("htmx:finally:request", this.settled);
    window.addEventListener("pageshow", () => this.showChosen());
    this.showChosen();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("clauses-decided", this.decided);
    document.removeEventListener("htmx:finally:request", this.settled);
  }

  get chosen() {
    return [...this.querySelectorAll(".sow-clause input[type=checkbox]:checked")];
  }

  clicked(event) {
    if (event.target.closest("[data-choose-none]")) {
      this.chosen.forEach((box) => (box.checked = false));
      this.showChosen();
    }
    const decide = event.target.closest(".sow-clause [data-do]");
    if (decide) this.decide(decide.closest("[data-row]"), decide.dataset.do);
    const box = event.target.closest(".sow-clause input[type=checkbox]");
    if (!box) return;
    if (event.shiftKey && this.lastBox) this.range(this.lastBox, box);
    this.lastBox = box;
  }

  /** Decisions on one clause: accepting and undoing at once, the others ask in the dialog. */
  decide(row, what) {
    const pk = row.id.replace("clause-", "");
    const shown = location.search.slice(1);
    if (what === "accept" || what === "undo") {
      if (row.hasAttribute("aria-busy")) return;
      row.setAttribute("aria-busy", "true");
      this.mark(row);
      this.undoing = what === "undo";
      const values = { pk };
      const done = () => row.removeAttribute("aria-busy");
      window.htmx.ajax("POST", `${this.dataset[what]}?${shown}`, { source: row, swap: "none", values }).finally(done);
    } else {
      this.mark(row);
      this.undoing = false;
      const dialog = this.querySelector("dialog");
      const body = dialog.querySelector("#decide-body");
      body.replaceChildren();
      window.htmx.ajax("GET", `${this.dataset[what]}?pk=${pk}&${shown}`, { source: row, target: body, swap: "innerHTML" });
      dialog.showModal();
    }
  }

  range(from, to) {
    const boxes = [...this.querySelectorAll(".sow-clause input[type=checkbox]")];
    const [a, b] = [boxes.indexOf(from), boxes.indexOf(to)].sort((x, y) => x - y);
    if (a >= 0) boxes.slice(a, b + 1).forEach((one) => (one.checked = to.checked));
    this.showChosen();
  }

  showChosen() {
    const bar = this.querySelector("[data-chosen]");
    if (!bar) return;
    const count = this.chosen.length;
    bar.hidden = count === 0;
    bar.querySelector("[data-chosen-count]").textContent = `${count} ${count === 1 ? "clause" : "clauses"}`;
  }

  act(what) {
    if (what === "next") this.go(this.nextOpen(this.current));
    else if (what === "undo") this.undo();
    else super.act(what);
  }

  /** The row one is in when it is decided, else what was decided last, and so on backwards. */
  undo() {
    const here = this.current?.querySelector('[data-do="undo"]');
    while (!here && this.history.length) {
      const last = document.getElementById(this.history.pop())?.querySelector('[data-do="undo"]');
      if (!last) continue;
      this.mark(last.closest("[data-row]"));
      last.click();
      return;
    }
    here?.click();
  }

  afterDecision() {
    const { refused, many } = this.answer;
    this.answer = null;
    this.querySelector("dialog[open]")?.close();
    this.showChosen();
    const row = this.remembered && document.getElementById(this.remembered);
    if (many) return;
    if (!refused && !this.undoing && row) this.history.push(row.id);
    this.go(refused || this.undoing ? row : this.nextOpen(row));
    this.undoing = false;
  }

  nextOpen(row) {
    const rows = this.rows;
    const at = rows.indexOf(row);
    const open = (one) => one.dataset.state === "open";
    return rows.slice(at + 1).find(open) ?? rows.find(open) ?? row;
  }

  recover() {
    const body = this.querySelector("#decide-body");
    const title = body?.querySelector("[data-decide-title]")?.dataset.decideTitle;
    if (title) {
      body.closest("dialog").querySelector("h2").textContent = title;
      body.querySelector("input[type=text]:not([data-focused])")?.focus();
      body.querySelector("input[type=text]")?.setAttribute("data-focused", "");
    } else {
      super.recover();
    }
    this.showChosen();
  }
}
customElements.define("sow-workbench", Workbench);

/** Rows of a form that come and go: copies of its template, numbered as Django's formsets number them. */
class Rows extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      if (event.target.closest("[data-add]")) this.add();
      const remove = event.target.closest("[data-remove]");
      if (remove) this.remove_(remove.closest("[data-item]"));
    });
    this.addEventListener("change", (event) => {
      const item = event.target.closest("[data-item]");
      if (item && event.target.name?.endsWith("-kind")) item.dataset.kind = event.target.value;
    });
  }

  get total() {
    return this.querySelector(`[name="${this.dataset.prefix}-TOTAL_FORMS"]`);
  }

  add() {
    const number = Number(this.total.value);
    const html = this.querySelector("template[data-blank]").innerHTML.replaceAll("__prefix__", number);
    const list = this.querySelector("[data-rows]");
    list.insertAdjacentHTML("beforeend", html);
    this.total.value = number + 1;
    const item = list.lastElementChild;
    window.htmx?.process(item);
    item.querySelector("select, input:not([type=hidden])")?.focus();
    item.dispatchEvent(new Event("change", { bubbles: true }));
  }

  remove_(item) {
    const beside = item.nextElementSibling ?? item.previousElementSibling;
    item.remove();
    (beside?.querySelector("select, input:not([type=hidden])") ?? this.querySelector("[data-add]"))?.focus();
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
customElements.define("ui-rows", Rows);
