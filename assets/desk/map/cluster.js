// Points that would lie on each other are shown as one: each point joins the first group within `reach` pixels.
// A grid of cells as wide as the reach keeps it linear in the number of points.

/** Return groups {x, y, members} of `places` [{x, y, …}] as seen at this transform; those outside the view are left out. */
export function cluster(places, { k, x, y }, [width, height], reach) {
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
