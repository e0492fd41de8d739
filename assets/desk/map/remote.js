// The part of a map that is fetched: which part is seen, how near, and the places in it.
const CELL = 44; // pixels across the cells the server counts
const EDGES = [-0.05, 0.2, 0.4, 0.6, 0.8, 1.05];

/** Where a point of the stage is on the earth, or null. */
export function earth(projection, { k, x, y }, px, py) {
  const found = projection.invert?.([(px - x) / k, (py - y) / k]);
  return found && found.every(Number.isFinite) ? { lon: found[0], lat: found[1] } : null;
}

/** Return {bbox, zoom} of what is seen, as the server wants them; null while nothing of the earth is. */
export function viewOf(projection, transform, [width, height]) {
  const seen = [];
  for (const u of EDGES) for (const v of EDGES) {
    const place = earth(projection, transform, u * width, v * height);
    if (place) seen.push(place);
  }
  if (seen.length < 2) return null;
  const edge = (name, most) => [Math.max(-most, Math.min(...seen.map((place) => place[name]))), Math.min(most, Math.max(...seen.map((place) => place[name])))];
  const [[west, east], [south, north]] = [edge("lon", 180), edge("lat", 90)];
  const [a, b] = [earth(projection, transform, width / 2 - 5, height / 2), earth(projection, transform, width / 2 + 5, height / 2)];
  const degrees = a && b ? Math.hypot(b.lon - a.lon, b.lat - a.lat) / 10 : (east - west) / width;
  const zoom = Math.max(0, Math.min(22, Math.floor(Math.log2(360 / (CELL * degrees)))));
  return { bbox: [west, south, east, north].map((value) => value.toFixed(5)).join(","), zoom };
}

/** What the server says as places: clusters stand for several points. */
export function placesIn({ points = [], clusters = [] }) {
  const several = clusters.map(({ n, states, ...rest }) => ({ ...rest, all: new Map(Object.entries(states)), several: n }));
  return [...several, ...points];
}

/** The place without the states that are hidden; null when nothing of it is left. */
export function shownOf(place, hidden) {
  if (!place.all) return hidden.has(place.state ?? "") ? null : place;
  const counts = new Map([...place.all].filter(([state]) => !hidden.has(state)));
  const count = [...counts.values()].reduce((sum, n) => sum + n, 0);
  return count ? { ...place, counts, count } : null;
}
