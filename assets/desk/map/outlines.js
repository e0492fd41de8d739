// The land under the points, and the projection that fits it: the United States with Alaska and Hawaii beside them, or the
// part of the world the points are in. Nothing is fetched from anywhere but our own build.
import { geoAlbersUsa, geoContains, geoEqualEarth, geoMercator, geoPath } from "d3-geo";
import { feature } from "topojson-client";

const NEIGHBOURS = new Set(["124", "484", "192", "044"]); // Canada, Mexico, Cuba, Bahamas (ISO 3166-1 numeric)
const SAMPLE = 300;

const coordinates = (points) => points.map(({ lon, lat }) => [lon, lat]);

function sampled(points) {
  const step = Math.max(1, Math.floor(points.length / SAMPLE));
  return coordinates(points.filter((_, i) => i % step === 0));
}

/** Whether the United States are enough. The outline is coarse, so a few points just over a border are forgiven. */
function onlyUnitedStates(points, world) {
  const project = geoAlbersUsa();
  const some = sampled(points);
  if (!points.length || some.some((place) => project(place) === null)) return false;
  const neighbours = feature(world, world.objects.countries).features.filter(({ id }) => NEIGHBOURS.has(id));
  const abroad = some.filter((place) => neighbours.some((country) => geoContains(country, place))).length;
  return abroad <= some.length * 0.04;
}

function span(points) {
  const [lons, lats] = [points.map(({ lon }) => lon), points.map(({ lat }) => lat)];
  const edges = [lons, lats].map((values) => [values.reduce((a, b) => Math.min(a, b), 180), values.reduce((a, b) => Math.max(a, b), -180)]);
  return { west: edges[0][0], east: edges[0][1], south: edges[1][0], north: edges[1][1] };
}

/** Return {areas, project(size)}: GeoJSON features, and a function from a size to a projection that fills it. */
export async function outlinesFor(points) {
  const world = (await import("world-atlas/countries-110m.json")).default;
  if (onlyUnitedStates(points, world)) {
    const usa = (await import("us-atlas/states-10m.json")).default;
    const nation = feature(usa, usa.objects.nation);
    const areas = feature(usa, usa.objects.states).features;
    return { areas, project: (size) => geoAlbersUsa().fitExtent(inset(size), nation) };
  }
  return worldOutlines(points, world);
}

async function worldOutlines(points, coarse) {
  const { west, east, south, north } = span(points);
  const near = points.length > 0 && east - west < 60 && north - south < 40;
  const atlas = near ? (await import("world-atlas/countries-50m.json")).default : coarse;
  const areas = feature(atlas, atlas.objects.countries).features;
  if (!near) return { areas, project: (size) => geoEqualEarth().fitExtent(inset(size), { type: "Sphere" }) };
  const margin = Math.max(1.5, 0.15 * Math.max(east - west, north - south));
  const frame = { type: "MultiPoint", coordinates: [[west - margin, south - margin], [east + margin, Math.min(84, north + margin)]] };
  return { areas, project: (size) => geoMercator().fitExtent(inset(size), frame) };
}

const inset = ([width, height]) => [[12, 12], [width - 12, height - 12]];

/**
 * Return what to draw of the areas: {d, box} each, d an SVG path in tenths of a pixel and box its [[left, top], [right, bottom]].
 * Areas the projection does not show are left out.
 */
export function shapesOf(areas, projection) {
  const path = geoPath(projection).digits(1);
  return areas.map((area) => ({ d: path(area), box: path.bounds(area) })).filter(({ d }) => d);
}

/** Whether any part of the box is seen at this transform. */
export function inView([[left, top], [right, bottom]], { k, x, y }, [width, height]) {
  return right * k + x > 0 && left * k + x < width && bottom * k + y > 0 && top * k + y < height;
}
