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
export function bubble(members, looks, x, y) {
  const radius = radiusOf(members.length) - 2;
  const counts = new Map();
  for (const { state = "" } of members) counts.set(state, (counts.get(state) ?? 0) + 1);
  const round = 2 * Math.PI * radius;
  const parts = [];
  let from = 0;
  for (const [state, look] of looks) {
    const length = (round * (counts.get(state) ?? 0)) / members.length;
    if (length) parts.push(svg("circle", { class: `map-ring is-${look.tone}`, r: radius, "stroke-dasharray": `${length} ${round}`, "stroke-dashoffset": -from, transform: "rotate(-90)" }));
    from += length;
  }
  const spoken = [...counts].map(([state, n]) => `${n} ${looks.get(state).label}`).join(", ");
  const text = svg("text", { class: "map-count", "text-anchor": "middle", dy: "0.35em" }, members.length.toLocaleString("en-US"));
  const label = `${members.length} sites: ${spoken}. Zoom in`;
  return svg("g", { class: "map-mark", role: "button", tabindex: -1, "aria-label": label, transform: `translate(${x},${y})` }, svg("circle", { class: "map-bubble", r: radius + 2 }), ...parts, text);
}
