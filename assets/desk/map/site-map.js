// <site-map>: sites on an outline map, with a legend, a popup and the same as a table. See docs/how-to/build-a-page.md.
import { select } from "d3-selection";
import { zoom, zoomIdentity } from "d3-zoom";
import { cluster } from "./cluster.js";
import { bubble, html, marker, sign, svg } from "./draw.js";
import { inView, outlinesFor, shapesOf } from "./outlines.js";
import { Popup } from "./popup.js";
import { looksOf } from "./states.js";

const MAX_ZOOM = 400;
const REACH = 26;
const TABLE_ROWS = 500;
const located = ({ lat, lon }) => Number.isFinite(lat) && Number.isFinite(lon);

class SiteMap extends HTMLElement {
  async connectedCallback() {
    if (this.started) return;
    this.started = true;
    try {
      this.all = await this.read();
      if (!this.all.length) return this.say(this.dataset.empty ?? "No sites yet.");
      this.points = this.all.filter(located);
      this.looks = looksOf(this.all);
      this.hiddenStates = new Set();
      this.outlines = await outlinesFor(this.points);
      this.build();
    } catch {
      this.say("The map could not be loaded. Reload the page to try again.");
    }
  }

  disconnectedCallback() {
    this.observer?.disconnect();
  }

  async read() {
    const inline = this.querySelector("script[type='application/json']");
    if (inline) return JSON.parse(inline.textContent).points ?? JSON.parse(inline.textContent);
    const response = await fetch(this.dataset.src, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(String(response.status));
    const data = await response.json();
    return data.points ?? data;
  }

  say(sentence) {
    this.replaceChildren(html("p", { class: "map-message muted" }, sentence));
  }

  build() {
    const label = `${this.dataset.label ?? "Sites"} on a map. Arrow keys move it, plus and minus zoom, Tab goes to the points.`;
    this.base = svg("g", { class: "map-land" });
    this.marks = svg("g", {});
    this.svg = svg("svg", { class: "map-svg", role: "application", tabindex: 0, "aria-label": label }, this.base, this.marks);
    this.stage = html("div", { class: "map-stage" }, this.svg, this.tools());
    this.popup = new Popup(this.stage, (refocus) => refocus && (this.chosenMark() ?? this.svg).focus());
    this.table = html("div", { class: "table-wrap map-table", hidden: "", tabindex: 0 });
    this.replaceChildren(this.stage, this.legend(), this.table);
    this.listen();
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.stage);
  }

  tools() {
    const tool = (label, text, run) => {
      const button = html("button", { type: "button", "aria-label": label, title: label }, text);
      button.addEventListener("click", run);
      return button;
    };
    return html(
      "div",
      { class: "map-tools" },
      tool("Zoom in", "+", () => this.zoomBy(2)),
      tool("Zoom out", "−", () => this.zoomBy(0.5)),
      tool("Show all sites", "⤢", () => this.home()),
    );
  }

  legend() {
    const items = [...this.looks.values()].map((look) => {
      const button = html("button", { type: "button", "aria-pressed": "true", title: "Show or hide" }, sign(look), `${look.label} `, html("b", {}, look.count.toLocaleString("en-US")));
      button.addEventListener("click", () => this.toggle(look.key, button));
      return html("li", {}, button);
    });
    const nowhere = this.all.length - this.points.length;
    if (nowhere) items.push(html("li", { class: "muted" }, `${nowhere.toLocaleString("en-US")} without a place, only in the table`));
    const tableButton = html("button", { type: "button", class: "btn-link-quiet", "aria-expanded": "false" }, "Show as table");
    tableButton.addEventListener("click", () => this.showTable(tableButton));
    return html("div", { class: "map-foot" }, html("ul", { class: "key map-key", "aria-label": "States" }, ...items), tableButton);
  }

  listen() {
    this.zoom = zoom()
      .scaleExtent([1, MAX_ZOOM])
      .filter((event) => this.wanted(event))
      .on("zoom", (event) => this.moved(event.transform));
    select(this.svg).call(this.zoom).on("dblclick.zoom", null);
    this.svg.addEventListener("keydown", (event) => this.key(event));
    this.svg.addEventListener("wheel", (event) => this.hint(event), { passive: true });
    this.svg.addEventListener("click", (event) => {
      if (!event.target.closest(".map-mark")) this.popup.close();
    });
  }

  /** The wheel scrolls the page and one finger too, unless Ctrl or a second finger says that the map is meant. */
  wanted(event) {
    if (event.type === "wheel") return event.ctrlKey || event.metaKey;
    if (event.type.startsWith("touch")) return event.touches.length > 1;
    return !event.button && !event.target.closest?.(".map-mark");
  }

  hint(event) {
    if (event.ctrlKey || event.metaKey || this.hinted) return;
    this.hinted = true;
    const hint = html("p", { class: "map-hint" }, "Hold Ctrl and scroll to zoom the map");
    this.stage.append(hint);
    setTimeout(() => hint.remove(), 1800);
  }

  resize() {
    const size = [this.stage.clientWidth, this.stage.clientHeight];
    if (!size[0] || String(size) === String(this.size)) return;
    this.size = size;
    this.svg.setAttribute("viewBox", `0 0 ${size[0]} ${size[1]}`);
    const projection = this.outlines.project(size);
    this.shapes = shapesOf(this.outlines.areas, projection);
    this.base.replaceChildren(...this.shapes.map((shape) => (shape.path = svg("path", { d: shape.d }))));
    this.places = this.points.map((point) => {
      const [x, y] = projection([point.lon, point.lat]) ?? [NaN, NaN];
      return { ...point, x, y };
    });
    this.zoom.extent([[0, 0], size]).translateExtent([[-size[0] / 2, -size[1] / 2], [1.5 * size[0], 1.5 * size[1]]]);
    this.home();
  }

  /** Show every point, no closer than a region. */
  home() {
    this.go(this.around(this.places, 6));
  }

  around(places, closest) {
    const [width, height] = this.size;
    const xs = places.map(({ x }) => x).filter(Number.isFinite);
    const ys = places.map(({ y }) => y).filter(Number.isFinite);
    if (!xs.length) return zoomIdentity;
    const edges = (values) => values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
    const [[x0, x1], [y0, y1]] = [edges(xs), edges(ys)];
    const k = Math.max(1, Math.min(closest, 0.8 * Math.min(width / (x1 - x0 || 1), height / (y1 - y0 || 1))));
    if (k < 1.15) return zoomIdentity;
    return zoomIdentity.translate(width / 2, height / 2).scale(k).translate(-(x0 + x1) / 2, -(y0 + y1) / 2);
  }

  go(transform) {
    select(this.svg).call(this.zoom.transform, transform);
  }

  zoomBy(factor) {
    select(this.svg).call(this.zoom.scaleBy, factor);
  }

  moved(transform) {
    this.transform = transform;
    this.base.setAttribute("transform", String(transform));
    this.base.setAttribute("stroke-width", 1 / transform.k);
    // Outlines out of sight cost the most to paint once the map is enlarged.
    for (const { path, box } of this.shapes) path.setAttribute("display", inView(box, transform, this.size) ? "inline" : "none");
    this.popup.close();
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  draw() {
    const shown = this.places.filter(({ x, state = "" }) => Number.isFinite(x) && !this.hiddenStates.has(state));
    this.groups = cluster(shown, this.transform, this.size, REACH);
    const focused = this.marks.contains(document.activeElement);
    const marks = this.groups.map((group, i) => this.mark(group, i));
    this.marks.replaceChildren(...marks);
    marks[0]?.setAttribute("tabindex", 0);
    if (focused) marks[0]?.focus({ preventScroll: true });
  }

  mark(group, i) {
    const [first] = group.members;
    const alone = group.members.length === 1;
    const element = alone ? marker(first, this.looks.get(first.state ?? ""), group.x, group.y) : bubble(group.members, this.looks, group.x, group.y);
    element.dataset.group = i;
    element.append(svg("title", {}, alone ? first.label : `${group.members.length} sites`));
    element.addEventListener("click", () => this.choose(i, false));
    return element;
  }

  chosenMark() {
    return this.marks.querySelector(`[data-group="${this.chosen}"]`);
  }

  choose(i, byKey) {
    const group = this.groups[i];
    const closer = this.around(group.members, MAX_ZOOM);
    const samePlace = group.members.every(({ x, y }) => Math.hypot(x - group.members[0].x, y - group.members[0].y) * MAX_ZOOM < REACH);
    if (group.members.length > 1 && !samePlace && this.transform.k < MAX_ZOOM) {
      this.go(closer.k > this.transform.k ? closer : this.transform.scale(2));
      return;
    }
    this.chosen = i;
    this.popup.open(group.members, this.looks, group, byKey);
  }

  key(event) {
    const mark = event.target.closest(".map-mark");
    const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (arrow) mark ? this.neighbour(Number(mark.dataset.group), arrow) : this.pan(arrow);
    else if (event.key === "+" || event.key === "=") this.zoomBy(2);
    else if (event.key === "-") this.zoomBy(0.5);
    else if (event.key === "0") this.home();
    else if (mark && (event.key === "Enter" || event.key === " ")) this.choose(Number(mark.dataset.group), true);
    else if (event.key === "Escape") this.popup.close(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  pan([dx, dy]) {
    select(this.svg).call(this.zoom.translateBy, (-80 * dx) / this.transform.k, (-80 * dy) / this.transform.k);
  }

  /** Focus the nearest mark in that direction. */
  neighbour(i, [dx, dy]) {
    const from = this.groups[i];
    let best = -1;
    let least = Infinity;
    this.groups.forEach((group, j) => {
      const [x, y] = [group.x - from.x, group.y - from.y];
      const along = x * dx + y * dy;
      const cost = along + 2 * Math.abs(x * dy + y * dx);
      if (j !== i && along > 0 && cost < least) [best, least] = [j, cost];
    });
    this.marks.querySelector(`[data-group="${best}"]`)?.focus();
  }

  toggle(state, button) {
    const hide = !this.hiddenStates.delete(state);
    if (hide) this.hiddenStates.add(state);
    button.setAttribute("aria-pressed", String(!hide));
    this.popup.close();
    this.draw();
  }

  showTable(button) {
    const open = this.table.hidden;
    this.table.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    button.textContent = open ? "Hide the table" : "Show as table";
    if (open && !this.table.firstChild) this.table.append(...this.rows());
  }

  rows() {
    const row = (place) => {
      const name = place.url ? html("a", { href: place.url }, place.label) : place.label;
      return html("tr", {}, html("td", { class: "primary" }, name), html("td", {}, this.looks.get(place.state ?? "").label), html("td", {}, place.hint ?? ""));
    };
    const head = html("tr", {}, ...["Site", "State", ""].map((text) => html(text ? "th" : "td", text ? { scope: "col" } : {}, text)));
    const body = html("tbody", {}, ...this.all.slice(0, TABLE_ROWS).map(row));
    const table = html("table", { class: "table" }, html("thead", {}, head), body);
    if (this.all.length <= TABLE_ROWS) return [table];
    const rest = `The first ${TABLE_ROWS} of ${this.all.length.toLocaleString("en-US")}. The list of sites has them all.`;
    return [table, html("p", { class: "muted small map-message" }, rest)];
  }
}
customElements.define("site-map", SiteMap);
