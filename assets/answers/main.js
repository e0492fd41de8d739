// The page on which somebody at a site answers questions: small on purpose, usable without any of this.
import "../field/css/field.css";
import "../field/css/answers.css";
import "./answers.css";
import "../desk/elements/theme.js";
import "../desk/lib/once.js";
import "./sheet.js";

const openMenu = () => document.querySelector("details.languages[open]");

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
  const menu = openMenu();
  if (menu && !menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && openMenu();
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
