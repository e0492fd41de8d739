// The page on which somebody at a site answers questions: small on purpose, usable without any of this.
import "../field/css/field.css";
import "../field/css/answers.css";
import "./answers.css";
import "../desk/elements/theme.js";
import "../desk/lib/once.js";
import "./sheet.js";

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
  const menu = document.querySelector("details.languages[open]");
  if (menu && !menu.contains(event.target)) menu.open = false;
});
