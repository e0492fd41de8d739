// <field-home>: on "My visits", how much of each visit is still on this phone.
import { plural } from "../lib/dom.js";
import { Store } from "../lib/store.js";

class Home extends HTMLElement {
  async connectedCallback() {
    const store = await Store.open(this.dataset.user).catch(() => null);
    if (!store) return;
    this.show(await store.unsent());
    document.addEventListener("visibilitychange", async () => document.visibilityState === "visible" && this.show(await store.unsent()));
  }

  show(counts) {
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const badge = this.querySelector("[data-sync]");
    badge.hidden = false;
    badge.dataset.tone = total ? "waiting" : "sent";
    badge.textContent = total ? `${total} not sent` : "All sent";
    for (const card of document.querySelectorAll("[data-visit]")) {
      const mark = card.querySelector("[data-unsent]");
      const count = counts[card.dataset.visit] ?? 0;
      mark.hidden = !count;
      mark.textContent = count ? `${plural(count, "thing")} not sent. Open to send.` : "";
    }
  }
}
customElements.define("field-home", Home);
