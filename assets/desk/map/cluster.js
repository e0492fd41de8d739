// Points that would lie on each other are shown as one. Each point joins the first group within `reach` pixels; a grid of
// cells as wide as the reach keeps that linear in the number of points. Then groups whose signs overlap are joined, which
// takes a few passes over a few hundred groups.

/** Radius in pixels of the sign for that many points. */
export function radiusOf(count) {
  return count === 1 ? 8 : 11 + Math.min(13, 2.4 * Math.log2(count));
}

/**
 * Return groups {x, y, count, counts, members} of `places` as seen at this transform; those outside the view are left out. A place
 * is one point, or stands for several: `counts` is then a Map from state to how many, and `count` their sum.
 */
export function cluster(places, transform, size, reach) {
  return joined(gathered(places, transform, size, reach));
}

/** Join groups whose signs overlap, the largest first; x and y become the middle of their members. */
function joined(groups) {
  const rest = groups.map((group) => ({ ...group, radius: radiusOf(group.count) }));
  rest.sort((a, b) => b.radius - a.radius);
  for (let i = 0; i < rest.length; i += 1) {
    let j = i + 1;
    while (j < rest.length) {
      if (!overlap(rest[i], rest[j])) {
        j += 1;
        continue;
      }
      absorb(rest[i], rest.splice(j, 1)[0]);
      j = i + 1; // it has grown and moved: look at all the others again
    }
  }
  return rest;
}

function overlap(a, b) {
  const reach = a.radius + b.radius;
  const [dx, dy] = [a.x - b.x, a.y - b.y];
  return dx * dx + dy * dy < reach * reach;
}

function absorb(group, other) {
  const [n, m] = [group.count, other.count];
  group.x = (group.x * n + other.x * m) / (n + m);
  group.y = (group.y * n + other.y * m) / (n + m);
  for (const place of other.members) group.members.push(place);
  for (const [state, several] of other.counts) add(group.counts, state, several);
  group.count = n + m;
  group.radius = radiusOf(n + m);
}

const add = (counts, state, several) => counts.set(state, (counts.get(state) ?? 0) + several);

function join(group, place) {
  group.members.push(place);
  group.count += place.count ?? 1;
  if (!place.counts) return add(group.counts, place.state ?? "", 1);
  for (const [state, several] of place.counts) add(group.counts, state, several);
}

function gathered(places, { k, x, y }, [width, height], reach) {
  const cells = new Map();
  const groups = [];
  const edge = 40;
  for (const place of places) {
    const [px, py] = [place.x * k + x, place.y * k + y];
    if (px < -edge || py < -edge || px > width + edge || py > height + edge) continue;
    const [column, row] = [Math.floor(px / reach), Math.floor(py / reach)];
    const group = nearest(cells, column, row, px, py, reach);
    if (group) {
      join(group, place);
      continue;
    }
    const fresh = { x: px, y: py, count: 0, counts: new Map(), members: [] };
    join(fresh, place);
    groups.push(fresh);
    const key = `${column}:${row}`;
    if (cells.has(key)) cells.get(key).push(fresh);
    else cells.set(key, [fresh]);
  }
  return groups;
}

function nearest(cells, column, row, px, py, reach) {
  let best = null;
  let distance = reach * reach;
  for (let c = column - 1; c <= column + 1; c += 1) {
    for (let r = row - 1; r <= row + 1; r += 1) {
      for (const group of cells.get(`${c}:${r}`) ?? []) {
        const apart = (group.x - px) ** 2 + (group.y - py) ** 2;
        if (apart < distance) [best, distance] = [group, apart];
      }
    }
  }
  return best;
}
