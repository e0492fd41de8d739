// <ui-theme>: light or dark. Until somebody chooses, the system decides (static/ui/theme.js sets it before the first paint).
const KEY = "downbeat-theme";
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");

const stored = () => {
  try { return localStorage.getItem(KEY); } catch { return null; }
};

class Theme extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", () => {
      const theme = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
      root.setAttribute("data-bs-theme", theme);
      try { localStorage.setItem(KEY, theme); } catch { /* private windows may forbid it; the page still changes */ }
    });
  }
}

system.addEventListener("change", () => {
  if (!stored()) root.setAttribute("data-bs-theme", system.matches ? "dark" : "light");
});
customElements.define("ui-theme", Theme);
