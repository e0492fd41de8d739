// <ui-toasts>: messages of the server and of requests. An error stays; the rest goes after a while, never under the pointer.
const KEY = "downbeat-toasts";
const STAY = { short: 7000, long: 30000 };

class Toasts extends HTMLElement {
  connectedCallback() {
    this.receive();
    this.querySelectorAll("[data-toast]").forEach((card) => this.keep(card));
    this.addEventListener("click", (event) => {
      if (event.target.closest("[data-dismiss]")) event.target.closest(".toast-card").remove();
    });
    // Live regions only speak what is added after they were there.
    const cards = [...this.querySelectorAll("[data-toast]")];
    requestAnimationFrame(() => cards.forEach((card) => this.insertBefore(card, this.lastElementChild)));
  }

  /** Take over what `carry` left in this tab. */
  receive() {
    const page = new DOMParser().parseFromString(sessionStorage.getItem(KEY) ?? "", "text/html");
    sessionStorage.removeItem(KEY);
    this.prepend(...page.querySelectorAll("[data-toast]"));
  }

  keep(card) {
    const stay = STAY[card.dataset.toast];
    if (!stay) return;
    let timer;
    const start = () => (timer = setTimeout(() => card.remove(), stay));
    const hold = () => clearTimeout(timer);
    card.addEventListener("pointerenter", hold);
    card.addEventListener("pointerleave", start);
    card.addEventListener("focusin", hold);
    card.addEventListener("focusout", start);
    start();
  }

  show(text, tone) {
    if ([...this.querySelectorAll(".toast-text")].some((shown) => shown.textContent === text)) return;
    const template = this.querySelector("template");
    const card = template.content.firstElementChild.cloneNode(true);
    card.classList.add(`is-${tone}`);
    card.dataset.toast = tone === "danger" ? "stay" : "short";
    card.querySelector(`[data-mark-${tone}]`)?.removeAttribute("hidden");
    card.querySelector(".toast-text").textContent = text;
    this.insertBefore(card, template);
    this.keep(card);
  }
}

customElements.define("ui-toasts", Toasts);

/** Show a sentence; tone is "danger", "success" or "info". */
export function toast(text, tone = "info") {
  document.querySelector("ui-toasts")?.show(text, tone);
}

/**
 * Keep the messages of a page that is not shown for the one that is loaded next. Django forgets a message once it is
 * rendered, and a request that followed a redirect has rendered it.
 */
export function carry(html) {
  const cards = [...new DOMParser().parseFromString(html, "text/html").querySelectorAll("[data-toast]")];
  sessionStorage.setItem(KEY, cards.map((card) => card.outerHTML).join(""));
}

// A server answer with the header HX-Trigger: {"toast": {"text": "…", "tone": "success"}}.
document.addEventListener("toast", (event) => toast(event.detail.text ?? event.detail.value, event.detail.tone));
