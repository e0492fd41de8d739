// The marks of the map as SVG and HTML elements.
import { radiusOf } from "./cluster.js";
import { SHAPES } from "./states.js";

const SVG = "http://www.w3.org/2000/svg";

export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export function html(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export function shape(look, size) {
  return svg("path", { class: `map-shape is-${look.tone}`, d: SHAPES[look.shape], transform: `scale(${size})`, "fill-rule": "evenodd" });
}

/** A sign of the legend: the shape on its own little drawing. */
export function sign(look) {
  return svg("svg", { class: "map-sign", viewBox: "-9 -9 18 18", "aria-hidden": "true" }, shape(look, 7));
}

export function marker(place, look, x, y) {
  const label = `${place.label}, ${look.label}`;
  const target = svg("circle", { class: "map-target", r: 12 });
  return svg("g", { class: "map-mark", role: "button", tabindex: -1, "aria-label": label, transform: `translate(${x},${y})` }, target, shape(look, 7));
}

/** Several points in one: their number in a ring whose parts are the states. */
export function bubble({ count, counts, x, y, members }, looks) {
  const radius = radiusOf(count) - 2;
  const round = 2 * Math.PI * radius;
  const parts = [];
  let from = 0;
  for (const [state, look] of looks) {
    const length = (round * (counts.get(state) ?? 0)) / count;
    if (length) parts.push(svg("circle", { class: `map-ring is-${look.tone}`, r: radius, "stroke-dasharray": `${length} ${round}`, "stroke-dashoffset": -from, transform: "rotate(-90)" }));
    from += length;
  }
  const text = svg("text", { class: "map-count", "text-anchor": "middle", dy: "0.35em" }, short(count));
  const label = `${inWords({ count, counts, members }, looks)}. Zoom in`;
  return svg("g", { class: "map-mark", role: "button", tabindex: -1, "aria-label": label, transform: `translate(${x},${y})` }, svg("circle", { class: "map-bubble", r: radius + 2 }), ...parts, text);
}

const number = (n) => n.toLocaleString("en-US");
const short = (n) => (n < 10_000 ? number(n) : `${Math.round(n / 1000)}k`);

/** "1,204 sites around Seattle: 1,000 Wave 1 · West, 204 No wave yet". */
export function inWords({ count, counts, members }, looks) {
  const town = members.reduce((most, place) => ((place.count ?? 0) > (most?.count ?? 0) ? place : most), null)?.town;
  const spoken = [...looks].filter(([state]) => counts.get(state)).map(([state, look]) => `${number(counts.get(state))} ${look.label}`);
  return `${number(count)} sites${town ? ` around ${town}` : ""}: ${spoken.join(", ")}`;
}
