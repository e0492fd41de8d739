// <answer-sheet>: sends every answer as soon as it is given, keeps it on the device until it has arrived, and says so loudly.
// Without this the form is sent as a whole by its button.
import { Kept } from "./kept.js";

const PAUSE = 900; // after the last letter
const AGAIN = 12000; // until the next try without a connection

class AnswerSheet extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.kept = new Kept(this.dataset.key);
    this.waiting = new Set();
    this.unsent = new Set();
    this.timers = new Map();
    this.form.addEventListener("input", (event) => this.#typed(event));
    this.form.addEventListener("change", (event) => this.#chosen(event));
    this.form.addEventListener("click", (event) => this.#pressed(event));
    this.form.addEventListener("submit", (event) => this.#done(event));
    this.querySelector("[data-send-now]").addEventListener("click", () => this.flush());
    addEventListener("online", () => this.flush());
    document.addEventListener("visibilitychange", () => this.flush());
    addEventListener("beforeunload", (event) => this.unsent.size && event.preventDefault());
    setInterval(() => this.unsent.size && this.flush(), AGAIN);
    this.#restore();
  }

  #restore() {
    for (const [id, fields] of Object.entries(this.kept.all())) {
      const box = this.querySelector(`[data-question="${CSS.escape(id)}"]`);
      if (box) this.#fill(box, fields);
      else this.kept.drop(id);
    }
    this.flush();
  }

  #fill(box, fields) {
    for (const input of box.querySelectorAll("input:not([type=file], [type=hidden]), textarea")) {
      const values = fields.filter(([name]) => name === input.name).map(([, value]) => value);
      if (["radio", "checkbox"].includes(input.type)) input.checked = values.includes(input.value);
      else input.value = values[0] ?? "";
    }
    this.waiting.add(box);
  }

  #typed({ target }) {
    const box = target.closest("[data-question]");
    if (!box || !target.matches("textarea, [type=text], [type=date]")) return;
    const unsure = box.querySelector("[name$='-unknown']");
    if (unsure && target.value && !target.name.endsWith("-remark")) unsure.checked = false;
    clearTimeout(this.timers.get(box));
    this.timers.set(box, setTimeout(() => this.#save(box), PAUSE));
  }

  #chosen({ target }) {
    const box = target.closest("[data-question]");
    if (target.name === "name") this.#send(null);
    if (!box) return;
    if (target.name.endsWith("-unknown") && target.checked) box.querySelector(`#q${box.dataset.question}-value`).value = "";
    this.#save(box);
  }

  #pressed(event) {
    const button = event.target.closest("button[name=remove]");
    if (!button) return;
    event.preventDefault();
    this.#send(button.closest("[data-question]"), button.value);
  }

  #save(box) {
    clearTimeout(this.timers.get(box));
    this.kept.put(box.dataset.question, this.#fields(box).filter(([, value]) => typeof value === "string"));
    this.waiting.add(box);
    return this.flush();
  }

  /** Names and values of what stands in a question, files included. */
  #fields(box) {
    const inside = [...new FormData(this.form)].filter(([name]) => name.startsWith(`q${box.dataset.question}`));
    const own = new RegExp(`^q${box.dataset.question}(-|$)`);
    return inside.filter(([name, value]) => own.test(name) && !(value instanceof File && !value.size));
  }

  /** Send what waits, one after the other; whatever changes meanwhile goes again. */
  async flush() {
    if (this.sending) return this.sending;
    this.sending = (async () => {
      this.unsent.forEach((box) => this.waiting.add(box));
      for (const box of this.waiting) {
        this.waiting.delete(box);
        if (!(await this.#send(box))) break;
      }
    })();
    await this.sending;
    this.sending = null;
    this.#banner();
    return null;
  }

  async #send(box, remove = "") {
    const body = new FormData();
    for (const name of ["csrfmiddlewaretoken", "name"]) body.append(name, this.form.elements[name].value);
    if (box) {
      body.append("asked", box.dataset.question);
      this.#fields(box).forEach(([name, value]) => body.append(name, value));
      this.#say(box, this.dataset.saving, "sending");
    }
    if (remove) body.append("remove", remove);
    const before = box && JSON.stringify(this.#texts(box));
    const answer = await fetch(this.form.action, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return this.#failed(box, answer);
    this.#arrived(await answer.json(), box, before);
    return true;
  }

  #texts(box) {
    return this.#fields(box).filter(([, value]) => typeof value === "string");
  }

  #failed(box, answer) {
    if (!box) return false;
    const gone = answer?.status === 410 || answer?.status === 403;
    for (const one of [box, ...this.waiting]) {
      this.unsent.add(one);
      this.#say(one, gone ? this.dataset.gone : this.dataset.notSent, "refused");
    }
    this.#banner(gone ? this.dataset.gone : "");
    return false;
  }

  #arrived(told, box, before) {
    this.querySelector("[data-progress]").value = told.done;
    this.querySelector("[data-progress-text]").textContent = told.progress;
    const one = box && told.questions[box.dataset.question];
    if (!one) return;
    this.unsent.delete(box);
    box.querySelector("input[type=file]").value = "";
    box.querySelector("[data-pictures]").innerHTML = one.pictures;
    box.dataset.answered = one.answered ? "yes" : "";
    const shown = one.shown && !one.error ? `${one.state}: ${one.shown}` : one.state;
    this.#say(box, shown, one.error ? "refused" : "sent");
    if (!one.error && before === JSON.stringify(this.#texts(box))) this.kept.drop(box.dataset.question);
    this.#banner();
  }

  #say(box, text, tone) {
    const line = box.querySelector("[data-state]");
    line.textContent = text;
    line.dataset.tone = tone;
    box.dataset.tone = tone;
  }

  #banner(text = "") {
    const banner = this.querySelector("[data-unsent]");
    banner.hidden = !this.unsent.size;
    if (this.unsent.size) banner.querySelector("[data-unsent-text]").textContent = text || this.dataset.notSentLong.replace("{count}", this.unsent.size);
  }

  async #done(event) {
    if (event.submitter?.name === "remove") return;
    event.preventDefault();
    this.form.querySelectorAll("[data-question]").forEach((box) => this.timers.has(box) && this.waiting.add(box));
    this.timers.forEach(clearTimeout);
    await this.flush();
    const named = this.unsent.size || (await this.#send(null)) !== false;
    const stays = this.querySelector("[data-tone=refused]") ?? (named ? null : this.querySelector("[data-unsent]"));
    if (stays && !this.unsent.size) stays.scrollIntoView({ block: "center", behavior: "smooth" });
    else if (this.unsent.size) this.querySelector("[data-unsent]").scrollIntoView({ block: "center", behavior: "smooth" });
    else location.assign(`${this.form.action}&done=1`);
  }
}
customElements.define("answer-sheet", AnswerSheet);
