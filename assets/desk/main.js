// Pages for project managers, facilitators and clients.
import "@fontsource-variable/inter/wght.css";
import "@tabler/core/dist/css/tabler.min.css";
import "./css/tokens.css";
import "./css/layout.css";
import "./css/parts.css";
import "./css/palette.css";
import "./css/forms.css";
import "./css/map.css";
import "./lib/requests.js";
import "./lib/sidebar.js";
import "./lib/once.js";
import "./elements/dialog.js";
import "./elements/filter-form.js";
import "./elements/menu.js";
import "./elements/select-all.js";
import "./elements/palette.js";
import "./elements/shortcuts.js";
import "./elements/theme.js";
import "./elements/toasts.js";
import "./elements/upload.js";

// What only one app's pages need: assets/desk/pages/<app>.css and .js.
import.meta.glob(["./pages/*.css", "./pages/*.js"], { eager: true });

// The map is 100 kB of outlines; a page without one never asks for it.
function loadMaps(root) {
  if (root.querySelector?.("site-map") && !customElements.get("site-map")) import("./map/site-map.js");
}
loadMaps(document);
document.addEventListener("htmx:after:swap", () => loadMaps(document));
