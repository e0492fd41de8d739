// Runs before the first paint, so that a dark page never flashes white. Everything else is in assets/desk/.
(function () {
  var chosen = null;
  try { chosen = localStorage.getItem("downbeat-theme"); } catch { /* storage may be forbidden */ }
  var dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.setAttribute("data-bs-theme", dark ? "dark" : "light");
})();
