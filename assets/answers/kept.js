// Answers that have not arrived yet, kept on this device: question id to the names and values of its fields.
export class Kept {
  constructor(key) {
    this.name = `downbeat-answers-${key}`;
  }

  all() {
    try {
      return JSON.parse(localStorage.getItem(this.name)) ?? {};
    } catch {
      return {};
    }
  }

  #write(all) {
    try {
      if (Object.keys(all).length) localStorage.setItem(this.name, JSON.stringify(all));
      else localStorage.removeItem(this.name);
    } catch {
      // A browser that keeps nothing still sends what is on the page.
    }
  }

  put(question, fields) {
    this.#write({ ...this.all(), [question]: fields });
  }

  drop(question) {
    const all = this.all();
    delete all[question];
    this.#write(all);
  }
}
