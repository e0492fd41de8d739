// <form data-once> or <ui-once><form>: sent once, however often the button is pressed.
const sent = new Set();

function restore(form) {
  sent.delete(form);
  form.removeAttribute("aria-busy");
  for (const button of form.querySelectorAll("[data-once-text]")) {
    button.replaceChildren(...button.onceChildren);
    button.removeAttribute("data-once-text");
    button.removeAttribute("aria-disabled");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-once], ui-once form")) return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  // Another listener may still refuse the form (an upload that is too large); look once they have all run.
  setTimeout(() => {
    if (event.defaultPrevented && !form.hasAttribute("data-sending")) return;
    mark(form, event.submitter ?? form.querySelector("button:not([type=button])"));
  });
});

function mark(form, button) {
  sent.add(form);
  form.setAttribute("aria-busy", "true");
  if (!button) return;
  // aria-disabled and not disabled: a disabled button would drop its own name and value from the form and lose focus.
  button.onceChildren = [...button.childNodes];
  button.setAttribute("data-once-text", "");
  button.setAttribute("aria-disabled", "true");
  button.textContent = form.dataset.once || "Saving…";
}

// The back button shows the page as it was left: make its forms usable again.
window.addEventListener("pageshow", () => [...sent].forEach(restore));
document.addEventListener("ui:restore", (event) => restore(event.target));
document.addEventListener("htmx:finally:request", (event) => {
  const form = event.detail.ctx?.sourceElement?.closest?.("form");
  if (form && sent.has(form)) restore(form);
});

customElements.define("ui-once", class extends HTMLElement {});
