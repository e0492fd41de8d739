// Points that would lie on each other are shown as one. Each point joins the first group within `reach` pixels; a grid of
// cells as wide as the reach keeps that linear in the number of points. Then groups whose signs overlap are joined, which
// takes a few passes over a few hundred groups.

/** Radius in pixels of the sign for that many points. */
export function radiusOf(count) {
  return count === 1 ? 8 : 11 + Math.min(13, 2.4 * Math.log2(count));
}

/** Return groups {x, y, members} of `places` [{x, y, …}] as seen at this transform; those outside the view are left out. */
export function cluster(places, transform, size, reach) {
  return joined(gathered(places, transform, size, reach));
}

function joined(groups) {
  const overlap = (a, b) => Math.hypot(a.x - b.x, a.y - b.y) < radiusOf(a.members.length) + radiusOf(b.members.length);
  const rest = [...groups].sort((a, b) => b.members.length - a.members.length);
  const done = [];
  while (rest.length) {
    const group = rest.shift();
    const at = rest.findIndex((other) => overlap(group, other));
    if (at < 0) done.push(group);
    else rest.unshift(together(group, rest.splice(at, 1)[0]));
  }
  return done;
}

function together(a, b) {
  const [n, m] = [a.members.length, b.members.length];
  return { x: (a.x * n + b.x * m) / (n + m), y: (a.y * n + b.y * m) / (n + m), members: [...a.members, ...b.members] };
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
      group.members.push(place);
      continue;
    }
    const fresh = { x: px, y: py, members: [place] };
    groups.push(fresh);
    const key = `${column}:${row}`;
    cells.set(key, [...(cells.get(key) ?? []), fresh]);
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
