// The navigation on a narrow screen: opened by its button, closed by Escape, the backdrop or a link.
const sidebar = document.getElementById("sidebar");
const page = document.getElementById("page");
const opener = document.querySelector("[data-sidebar-open]");

function set(open) {
  sidebar.toggleAttribute("data-open", open);
  page.inert = open;
  opener.setAttribute("aria-expanded", String(open));
  if (open) sidebar.querySelector("a")?.focus();
  else opener.focus();
}

if (sidebar && opener) {
  opener.addEventListener("click", () => set(true));
  document.querySelector("[data-sidebar-close]")?.addEventListener("click", () => set(false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && sidebar.hasAttribute("data-open")) set(false);
  });
  matchMedia("(width >= 62rem)").addEventListener("change", () => {
    if (sidebar.hasAttribute("data-open")) set(false);
  });
}
