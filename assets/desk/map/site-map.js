// <site-map>: sites on an outline map, with a legend, a popup and the same as a table. See docs/how-to/build-a-page.md.
import { select } from "d3-selection";
import { zoom, zoomIdentity } from "d3-zoom";
import { cluster } from "./cluster.js";
import * as address from "./address.js";
import { bubble, html, inWords, marker, sign, svg } from "./draw.js";
import { inView, outlinesFor, shapesOf } from "./outlines.js";
import { Popup } from "./popup.js";
import { earth, placesIn, shownOf, viewOf } from "./remote.js";
import { looksGiven, looksOf } from "./states.js";
import { tableOf } from "./table.js";

const MAX_ZOOM = 400;
const REACH = 26;
const SETTLED = 250; // milliseconds without moving before the part that is seen is fetched
const located = ({ lat, lon }) => Number.isFinite(lat) && Number.isFinite(lon);

class SiteMap extends HTMLElement {
  async connectedCallback() {
    if (this.started) return;
    this.started = true;
    try {
      this.take(await this.read());
      if (!this.all.length && !this.nowhere && !this.picking) return this.say(this.dataset.empty ?? "No sites yet.");
      this.outlines = await outlinesFor(this.points);
      this.build();
    } catch {
      this.say("The map could not be loaded. Reload the page to try again.");
    }
  }

  disconnectedCallback() {
    this.observer?.disconnect();
    window.removeEventListener("popstate", this.backed);
  }

  get picking() {
    return this.dataset.pick !== undefined;
  }

  async read(part = {}) {
    const inline = this.querySelector("script[type='application/json']");
    if (inline) return JSON.parse(inline.textContent);
    const source = new URL(this.dataset.src, location.href);
    source.searchParams.delete("map");
    const by = new URLSearchParams(location.search).get("by");
    if (by) source.searchParams.set("by", by);
    for (const [name, value] of Object.entries(part)) source.searchParams.set(name, value);
    this.asking?.abort();
    this.asking = new AbortController();
    const response = await fetch(source, { headers: { Accept: "application/json" }, signal: this.asking.signal });
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  }

  /** Keep what was read: a list of points, {points}, or what the server counted: {looks, clusters, points, …}. */
  take(data) {
    this.told = Array.isArray(data) ? { points: data } : data;
    this.all = placesIn(this.told);
    this.points = this.all.filter(located);
    this.counted = Boolean(this.told.looks);
    this.looks = this.counted ? looksGiven(this.told.looks) : looksOf(this.all);
    this.nowhere = this.counted ? this.told.nowhere : this.all.length - this.points.length;
    this.partly = this.counted && !this.told.whole;
    this.hiddenStates = new Set();
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
    this.spoken = html("p", { class: "visually-hidden", role: "status" });
    this.foot = this.legend();
    this.replaceChildren(this.stage, this.foot, this.table, this.spoken);
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
    if (this.nowhere) items.push(html("li", { class: "muted map-nowhere" }, ...this.withoutPlace()));
    const tableButton = html("button", { type: "button", class: "btn-link-quiet", "aria-expanded": "false" }, "Show as table");
    tableButton.addEventListener("click", () => this.showTable(tableButton));
    return html("div", { class: "map-foot" }, html("ul", { class: "key map-key", "aria-label": "States" }, ...items), html("div", { class: "cluster" }, ...this.colours(), tableButton));
  }

  withoutPlace() {
    const text = `${this.nowhere.toLocaleString("en-US")} without a place`;
    if (this.told.nowhere_url) return [`${text}. `, html("a", { href: this.told.nowhere_url }, "Place them")];
    return [this.counted ? text : `${text}, only in the table`];
  }

  /** What the colour stands for, where the server offers a choice. */
  colours() {
    const kinds = this.told.kinds ?? [];
    if (kinds.length < 2) return [];
    const options = kinds.map(({ key, label }) => html("option", key === this.told.by ? { value: key, selected: "" } : { value: key }, label));
    const select_ = html("select", { class: "form-select form-select-sm map-by", "aria-label": "Colour by" }, ...options);
    select_.addEventListener("change", () => this.recolour(select_.value));
    return [html("span", { class: "muted", "aria-hidden": "true" }, "Colour by"), select_];
  }

  async recolour(by) {
    const page = new URL(location.href);
    page.searchParams.set("by", by);
    history.replaceState(history.state, "", page);
    try {
      this.take(await this.read());
    } catch {
      return;
    }
    const foot = this.legend();
    this.foot.replaceWith(foot);
    this.foot = foot;
    foot.querySelector("select")?.focus();
    this.table.hidden = true;
    this.table.replaceChildren();
    this.settle();
    this.moved(this.transform);
    this.fetchPart();
  }

  listen() {
    this.zoom = zoom()
      .scaleExtent([1, MAX_ZOOM])
      .filter((event) => this.wanted(event))
      .on("zoom", (event) => this.moved(event.transform))
      .on("end", () => this.rested());
    this.backed = () => this.counted && this.go(address.asked(this.projection, this.size, MAX_ZOOM) ?? this.whole);
    window.addEventListener("popstate", this.backed);
    select(this.svg).call(this.zoom).on("dblclick.zoom", null);
    this.svg.addEventListener("keydown", (event) => this.key(event));
    this.svg.addEventListener("wheel", (event) => this.hint(event), { passive: true });
    this.svg.addEventListener("click", (event) => {
      if (event.target.closest(".map-mark")) return;
      this.popup.close();
      const box = this.svg.getBoundingClientRect();
      if (this.picking) this.pick(event.clientX - box.left, event.clientY - box.top);
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
    this.projection = this.outlines.project(size);
    this.shapes = shapesOf(this.outlines.areas, this.projection);
    this.base.replaceChildren(...this.shapes.map((shape) => (shape.path = svg("path", { d: shape.d }))));
    this.settle();
    this.zoom.extent([[0, 0], size]).translateExtent([[-size[0] / 2, -size[1] / 2], [1.5 * size[0], 1.5 * size[1]]]);
    this.whole = this.around(this.places, this.picking ? 60 : 6);
    this.go((this.counted && address.asked(this.projection, size, MAX_ZOOM)) || this.whole);
  }

  /** Give every place its spot on the stage. */
  settle() {
    this.places = this.points.map((point) => {
      const [x, y] = this.projection([point.lon, point.lat]) ?? [NaN, NaN];
      return { ...point, x, y };
    });
  }

  /** Show every point, no closer than a region. */
  home() {
    this.step = true;
    this.go(this.whole);
  }

  /** The map lies still: write where it is, and fetch what is seen now. */
  rested() {
    clearTimeout(this.waiting);
    if (!this.counted || !this.transform) return;
    this.waiting = setTimeout(() => {
      const atHome = String(this.transform) === String(this.whole);
      address.told(this.projection, this.transform, this.size, { atHome, step: this.step });
      this.step = false;
      this.fetchPart();
    }, SETTLED);
  }

  async fetchPart() {
    const home = String(this.transform) === String(this.whole);
    const view = this.partly && !home && viewOf(this.projection, this.transform, this.size);
    try {
      this.asking?.abort();
      this.points = (view ? placesIn(await this.read(view)) : this.all).filter(located);
    } catch (error) {
      if (error.name !== "AbortError") this.popup.say("This part of the map could not be loaded. Move the map to try again.", { x: this.size[0] / 2, y: this.size[1] / 2 });
      return;
    }
    this.settle();
    this.draw();
    this.speak();
    if (!this.table.hidden) this.table.replaceChildren(...this.rows());
  }

  /** Say what is seen to whoever does not see it. */
  speak() {
    if (!this.groups) return;
    const [groups, alone] = [this.groups.filter(({ count }) => count > 1), this.groups.filter(({ count }) => count === 1)];
    const sum = this.groups.reduce((all, { count }) => all + count, 0);
    this.spoken.textContent = `${sum.toLocaleString("en-US")} sites in view: ${groups.length} groups and ${alone.length} single sites.`;
  }

  pick(px, py) {
    const place = earth(this.projection, this.transform, px, py);
    if (!place) return;
    const detail = { lat: Number(place.lat.toFixed(6)), lon: Number(place.lon.toFixed(6)) };
    this.pin(detail.lat, detail.lon);
    this.dispatchEvent(new CustomEvent("site-map:pick", { bubbles: true, detail }));
  }

  /** Put the pin somewhere; with `show` the map goes there. */
  pin(lat, lon, { show = false } = {}) {
    this.pinned = { lat, lon };
    const at = this.projection?.([lon, lat]);
    if (!at) return;
    if (show) {
      const k = Math.max(this.transform.k, 40);
      this.go(zoomIdentity.translate(this.size[0] / 2, this.size[1] / 2).scale(k).translate(-at[0], -at[1]));
    }
    this.drawPin();
  }

  drawPin() {
    this.pinMark?.remove();
    const at = this.pinned && this.projection([this.pinned.lon, this.pinned.lat]);
    if (!at) return;
    const [x, y] = this.transform.apply(at);
    this.pinMark = svg("path", { class: "map-pin", d: "M0,0C-3,-7 -8,-10 -8,-16A8,8 0 1,1 8,-16C8,-10 3,-7 0,0Z", transform: `translate(${x},${y})` });
    this.svg.append(this.pinMark);
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
    const shown = this.places.map((place) => Number.isFinite(place.x) && shownOf(place, this.hiddenStates)).filter(Boolean);
    this.groups = cluster(shown, this.transform, this.size, REACH);
    const focused = this.marks.contains(document.activeElement);
    const marks = this.groups.map((group, i) => this.mark(group, i));
    this.marks.replaceChildren(...marks);
    marks[0]?.setAttribute("tabindex", 0);
    if (focused) marks[0]?.focus({ preventScroll: true });
    this.drawPin();
  }

  mark(group, i) {
    const [first] = group.members;
    const alone = group.members.length === 1 && !first.all;
    const element = alone ? marker(first, this.looks.get(first.state ?? ""), group.x, group.y) : bubble(group, this.looks);
    element.dataset.group = i;
    element.append(svg("title", {}, alone ? first.label : inWords(group, this.looks)));
    element.addEventListener("click", () => this.choose(i, false));
    return element;
  }

  chosenMark() {
    return this.marks.querySelector(`[data-group="${this.chosen}"]`);
  }

  choose(i, byKey) {
    const group = this.groups[i];
    const closer = this.around(this.cornersOf(group), MAX_ZOOM);
    const { x, y } = group.members[0];
    const samePlace = this.cornersOf(group).every((corner) => Math.hypot(corner.x - x, corner.y - y) * MAX_ZOOM < REACH);
    if ((group.members.length > 1 || group.members[0].all) && !samePlace && this.transform.k < MAX_ZOOM) {
      this.step = true;
      this.go(closer.k > this.transform.k ? closer : this.transform.scale(2));
      return;
    }
    this.chosen = i;
    if (group.members.some(({ all }) => all)) return this.popup.say(`${inWords(group, this.looks)}. They lie at one place; the list of sites has them all.`, group);
    this.popup.open(group.members, this.looks, group, byKey);
  }

  /** The spots a group reaches to: its points, and the corners of what it stands for. */
  cornersOf({ members }) {
    return members.flatMap((place) => {
      if (!place.box) return [place];
      const [west, south, east, north] = place.box;
      const corners = [[west, south], [east, north], [west, north], [east, south]].map((corner) => this.projection(corner)).filter(Boolean);
      return [place, ...corners.map(([x, y]) => ({ x, y }))];
    });
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
    else if (this.picking && event.key === "Enter") this.pick(this.size[0] / 2, this.size[1] / 2);
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
    if (open) this.table.replaceChildren(...this.rows());
  }

  rows() {
    const rest = this.partly ? "Only what is seen on the map. The list of sites has them all." : "";
    const largest = (a, b) => (b.several ?? 1) - (a.several ?? 1);
    return tableOf(this.partly ? [...this.points].sort(largest) : this.all, this.looks, rest);
  }
}
customElements.define("site-map", SiteMap);
