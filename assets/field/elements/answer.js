// <field-answer>: one piece of evidence a step asks for. The page is rendered by the server; this gives its controls life.
import { doubt, limitWords, numberOf } from "../lib/checks.js";
import { prepared } from "../lib/photo.js";
import { sha256 } from "../lib/sha256.js";

const DRAFT_PAUSE = 300;
const COUNT_PAUSE = 1200;
const LEAVE_PAUSE = 500; // leaving a field saves it, unless one of its own buttons was the way out

const STATES = {
  open: "",
  kept: "Saved on this phone, not sent yet",
  sending: "Saved; the picture is still on its way",
  sent: "Sent",
  accepted: "Sent and accepted",
  rejected: "Answer again",
  refused: "Saved on this phone, but not taken by the server",
};

class Answer extends HTMLElement {
  /** Called once by <field-visit>. `visit` offers record, draft, keepDraft, pictureUrl. */
  begin(spec, visit) {
    this.spec = spec;
    this.visit = visit;
    this.find = (selector) => this.querySelector(selector);
    this.field = this.find("[data-field]");
    this.addEventListener("click", (event) => this.#click(event.target.closest("button")));
    this.addEventListener("change", (event) => this.#change(event.target));
    this.field?.addEventListener("input", () => this.#typed());
    this.field?.addEventListener("blur", () => this.typed && (this.leaveTimer = setTimeout(() => this.#saveField(), LEAVE_PAUSE)));
    if (spec.kind === "reading") this.#readingHints();
    if (this.find("field-signature")) this.find("field-signature").begin((blob, name) => this.#sign(blob, name));
  }

  #readingHints() {
    const { low } = this.spec.options;
    this.find("[data-limits]").textContent = limitWords(this.spec.options);
    // Number pads of phones have no minus.
    this.find("[data-sign]").hidden = !(low === undefined || low === null || low === "" || Number(low) < 0);
  }

  #click(button) {
    if (!button) return;
    clearTimeout(this.leaveTimer);
    const { dataset } = button;
    if ("toggle" in dataset) this.save(button.getAttribute("aria-pressed") !== "true");
    if ("save" in dataset && this.field) this.#saveField();
    if ("less" in dataset) this.#count(-1);
    if ("more" in dataset) this.#count(1);
    if ("sign" in dataset) this.#turnSign();
    if ("open" in dataset) this.#openSignature(true);
  }

  #change(target) {
    if (target.type === "file") this.#photo(target);
    if (target.type === "radio") this.save(target.value);
  }

  #typed() {
    this.typed = true;
    this.#doubt();
    clearTimeout(this.draftTimer);
    this.draftTimer = setTimeout(() => this.visit.keepDraft(this.spec.place, this.field.value), DRAFT_PAUSE);
    this.#mark("draft");
  }

  #count(step) {
    const now = Number.parseInt(this.field.value, 10);
    this.field.value = Math.max(0, (Number.isNaN(now) ? 0 : now) + step);
    this.#typed();
    clearTimeout(this.countTimer);
    this.countTimer = setTimeout(() => this.#saveField(), COUNT_PAUSE);
  }

  #turnSign() {
    const { value } = this.field;
    this.field.value = value.startsWith("-") ? value.slice(1) : `-${value.replace(/^\+/, "")}`;
    this.field.focus();
    this.#typed();
  }

  #doubt() {
    const place = this.find("[data-doubt]");
    const value = this.field?.value.trim() ?? "";
    const half = value === "" || value === "-" || document.activeElement === this.field && this.spec.kind === "serial";
    if (place) this.#say(place, half ? "" : doubt(this.spec, value));
  }

  #saveField() {
    clearTimeout(this.countTimer);
    const value = this.field.value.trim();
    if (value === "") return;
    this.typed = false;
    if (this.spec.kind === "reading" && Number.isNaN(numberOf(value))) return this.#say(this.find("[data-doubt]"), "Type a number, such as 12.5. What you typed is not saved yet.");
    if (this.spec.kind === "count" && !/^\d+$/.test(value)) return this.#mark("count");
    this.save(this.spec.kind === "reading" ? value.replace(",", ".") : value);
  }

  /** Keep a value, once: the same answer again is no new fact. */
  async save(value) {
    if (this.standing?.value === value && !["open", "rejected", "refused"].includes(this.standing.status)) return this.visit.redraw();
    if (this.busy) return;
    await this.#busily(async () => {
      await this.visit.record("step_answered", { ...this.#place(), value });
      await this.visit.keepDraft(this.spec.place, null);
      clearTimeout(this.draftTimer);
    });
  }

  async #photo(input) {
    const [file] = input.files;
    if (!file || this.busy) return;
    await this.#busily(async () => {
      this.#mark("working");
      await this.visit.record("photo_attached", this.#place(), await prepared(file));
      input.value = "";
    });
  }

  async #sign(blob, name) {
    if (this.busy) return;
    await this.#busily(async () => {
      const bytes = await blob.arrayBuffer();
      const data = name ? { ...this.#place(), value: name } : this.#place();
      await this.visit.record("photo_attached", data, { bytes, type: "image/png", sha256: await sha256(bytes) });
      this.#openSignature(false);
    });
  }

  #openSignature(open) {
    const pad = this.find("field-signature");
    pad.hidden = !open;
    this.find("[data-open]").hidden = open;
    if (!open) return;
    pad.clear();
    pad.scrollIntoView({ block: "center" });
  }

  #place() {
    return { step_key: this.spec.step, spec_key: this.spec.place.slice(this.spec.step.length + 1) };
  }

  /** One at a time, so that a double tap is one answer; what could not be kept is said, and nothing looks saved. */
  async #busily(work) {
    this.busy = true;
    this.#disable();
    try {
      await work();
    } catch (error) {
      console.error(error);
      this.#say(this.find("[data-refused]"), "This could not be kept on the phone. Free some space, then do it again.");
      this.failed = true;
    } finally {
      this.busy = false;
      this.visit.redraw();
    }
  }

  /** Show how it stands. `lock` says why it cannot be answered now. */
  async update(standing, lock) {
    const changed = this.standing?.value !== standing.value || this.standing?.status !== standing.status;
    this.standing = standing;
    this.lock = lock;
    this.dataset.status = standing.status;
    this.#disable();
    if (!this.failed) this.#say(this.find("[data-refused]"), standing.status === "rejected" ? `Rejected: ${standing.reason}` : standing.sentence ?? "");
    this.failed = false;
    const draft = this.field && (await this.visit.draft(this.spec.place));
    this.#show(standing, changed, draft);
    this.#mark(draft ? "draft" : "");
  }

  #disable() {
    for (const control of this.querySelectorAll("button, input, textarea")) control.disabled = Boolean(this.lock) || Boolean(this.busy) || (control.matches("field-signature [data-save]") && !this.find("field-signature").inked);
    this.toggleAttribute("data-locked", Boolean(this.lock));
  }

  #show({ value, file, picture }, changed, draft) {
    const word = this.find("[data-word]");
    if (this.spec.kind === "confirmation") {
      this.find("[data-toggle]").setAttribute("aria-pressed", String(value === true));
      word.textContent = value === true ? "Confirmed" : "Confirm";
    }
    if (this.spec.kind === "choice") this.querySelectorAll("[type=radio]").forEach((radio) => (radio.checked = radio.value === value));
    if (this.field && document.activeElement !== this.field) {
      if (draft) this.field.value = draft;
      else if (changed && value !== null && value !== undefined) this.field.value = value;
    }
    if (this.field) this.#doubt();
    if (this.find("[data-shown]")) this.#picture(file, picture, word);
  }

  #picture(file, key, word) {
    const shown = this.find("[data-shown]");
    const name = file?.key ?? key ?? "";
    if (word) word.textContent = name ? (this.spec.kind === "photo" ? "Take again" : "Sign again") : this.spec.kind === "photo" ? "Take photo" : "Sign here";
    if (this.shownKey === name) return;
    if (shown.src.startsWith("blob:") && !name) URL.revokeObjectURL(shown.src);
    this.shownKey = name;
    shown.hidden = !name;
    if (file) shown.src = URL.createObjectURL(new Blob([file.bytes], { type: file.type }));
    else if (key) shown.src = this.visit.pictureUrl(key);
  }

  #mark(what) {
    const { status, awaited, remarks = [] } = this.standing ?? { status: "open" };
    const words = { draft: "Not saved yet", working: "Saving the picture…", count: "Type a whole number. Not saved yet." };
    let text = words[what] ?? STATES[status];
    if (!what && status === "sending" && !awaited) text = "The picture is not on this phone and has not arrived. Take it again, or wait for the other phone.";
    if (!what && this.lock === "check-in") text = "Check in first.";
    const remarked = !what && status === "sent" && remarks.length > 0;
    if (remarked) text = this.find("[data-doubt]:not([hidden])") ? "Sent, with this remark" : `Sent, with a remark: ${remarks.join(" ")}`;
    const line = this.find("[data-answer-state]");
    line.dataset.tone = remarked ? "remarked" : what || status;
    this.toggleAttribute("data-dirty", what === "draft" || what === "count");
    if (line.textContent !== text) line.textContent = text;
  }

  #say(place, text) {
    if (!place) return;
    if (place.textContent !== text) place.textContent = text;
    place.hidden = !text;
  }
}
customElements.define("field-answer", Answer);
