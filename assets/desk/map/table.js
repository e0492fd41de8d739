// What a map shows, as a table.
import { html, inWords } from "./draw.js";

const MOST = 500;

/** Return the elements that say all `places` in rows. `looks` are the states, `rest` a sentence for what is not among them. */
export function tableOf(places, looks, rest = "") {
  const head = html("tr", {}, ...["Site", "State", ""].map((text) => html(text ? "th" : "td", text ? { scope: "col" } : {}, text)));
  const rows = places.slice(0, MOST).map((place) => (place.all ? many(place, looks) : one(place, looks)));
  const found = [html("table", { class: "table" }, html("thead", {}, head), html("tbody", {}, ...rows))];
  const cut = places.length > MOST ? `The first ${MOST} of ${places.length.toLocaleString("en-US")}. The list of sites has them all.` : "";
  for (const sentence of [cut, rest]) if (sentence) found.push(html("p", { class: "muted small map-message" }, sentence));
  return found;
}

function one(place, looks) {
  const name = place.url ? html("a", { href: place.url }, place.label) : place.label;
  return html("tr", {}, html("td", { class: "primary" }, name), html("td", {}, looks.get(place.state ?? "")?.label ?? ""), html("td", {}, place.hint ?? ""));
}

function many(place, looks) {
  const [count, states] = inWords({ count: place.several, counts: place.all, members: [{ ...place, count: place.several }] }, looks).split(": ");
  return html("tr", {}, html("td", { class: "primary" }, count), html("td", {}, states), html("td", { class: "muted" }, "Zoom in to see each"));
}
