// Where a map is looked at, in the address of the page: ?map=latitude,longitude,zoom. Back goes to the place before.
import { zoomIdentity } from "d3-zoom";
import { earth } from "./remote.js";

/** The transform the address asks for, or null. */
export function asked(projection, [width, height], most) {
  const [lat, lon, k] = (new URLSearchParams(location.search).get("map") ?? "").split(",").map(Number);
  if (![lat, lon, k].every(Number.isFinite) || k < 1) return null;
  const at = projection([lon, lat]);
  if (!at) return null;
  const near = Math.min(k, most);
  return zoomIdentity.translate(width / 2, height / 2).scale(near).translate(-at[0], -at[1]);
}

/** Write where the map is looked at; `atHome` takes it out again. `step` makes it a place that Back returns to. */
export function told(projection, transform, [width, height], { atHome, step }) {
  const address = new URL(location.href);
  const middle = earth(projection, transform, width / 2, height / 2);
  if (atHome || !middle) address.searchParams.delete("map");
  else address.searchParams.set("map", [middle.lat.toFixed(4), middle.lon.toFixed(4), transform.k.toFixed(2)].join(","));
  if (address.href === location.href) return;
  history[step ? "pushState" : "replaceState"](history.state, "", address);
}
