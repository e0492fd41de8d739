// <ui-dialog>: a native dialog (focus, Escape and inertness are the browser's), opened by data-dialog="its id".
class Dialog extends HTMLElement {
  connectedCallback() {
    const dialog = this.querySelector("dialog");
    this.addEventListener("click", (event) => {
      if (event.target.closest("[data-close]") || event.target === dialog) dialog.close();
    });
    // A form inside that came back with errors is shown again.
    if (dialog.querySelector("[aria-invalid=true], [data-error-summary]")) dialog.showModal();
  }
}
customElements.define("ui-dialog", Dialog);

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (!dialog) return;
  opener.closest("[popover]")?.hidePopover();
  dialog.showModal();
});
