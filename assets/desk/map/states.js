// How a state is drawn on the map: a tone and a shape, so that colour is never the only sign. Shapes fill a circle of radius 1.
const KNOWN = {
  planned: ["neutral", "ring"],
  waiting: ["neutral", "ring"],
  ready: ["info", "triangle"],
  preparing: ["info", "triangle"],
  scheduled: ["info", "square"],
  confirmed: ["info", "diamond"],
  on_site: ["accent", "star"],
  in_review: ["violet", "hexagon"],
  review: ["violet", "hexagon"],
  submitted: ["violet", "hexagon"],
  done: ["success", "disc"],
  on_hold: ["warning", "bars"],
  cancelled: ["neutral", "cross"],
  blocked: ["danger", "cross"],
  late: ["danger", "drop"],
  attention: ["warning", "drop"],
  unknown: ["warning", "drop"],
};
const SPARE = ["disc", "square", "triangle", "diamond", "hexagon", "star", "drop", "cross"];

const polygon = (corners, turn = -90) => {
  const point = (i) => {
    const angle = ((turn + (360 * i) / corners) * Math.PI) / 180;
    return `${Math.cos(angle).toFixed(3)},${Math.sin(angle).toFixed(3)}`;
  };
  return `M${Array.from({ length: corners }, (_, i) => point(i)).join("L")}Z`;
};

const star = () => {
  const point = (i) => {
    const radius = i % 2 ? 0.48 : 1.12;
    const angle = ((-90 + 36 * i) * Math.PI) / 180;
    return `${(radius * Math.cos(angle)).toFixed(3)},${(radius * Math.sin(angle)).toFixed(3)}`;
  };
  return `M${Array.from({ length: 10 }, (_, i) => point(i)).join("L")}Z`;
};

const disc = (radius) => `M${-radius},0a${radius},${radius} 0 1,0 ${2 * radius},0a${radius},${radius} 0 1,0 ${-2 * radius},0Z`;

export const SHAPES = {
  disc: disc(0.9),
  ring: `${disc(0.9)}${disc(0.45)}`,
  square: "M-.8,-.8H.8V.8H-.8Z",
  triangle: "M0,-1.05L1,.75H-1Z",
  diamond: polygon(4),
  hexagon: polygon(6),
  star: star(),
  bars: "M-.8,-.9H-.2V.9H-.8ZM.2,-.9H.8V.9H.2Z",
  cross: "M-.95,-.5L-.5,-.95L0,-.45L.5,-.95L.95,-.5L.45,0L.95,.5L.5,.95L0,.45L-.5,.95L-.95,.5L-.45,0Z",
  drop: "M0,-1.05L.9,0L0,1.05L-.9,0ZM-.15,-.5H.15V.15H-.15ZM-.15,.3H.15V.55H-.15Z",
};

/** Return Map(state → {key, label, tone, shape, count}) in order of how often each occurs. */
export function looksOf(points) {
  const looks = new Map();
  for (const { state = "", state_label: label, tone } of points) {
    const look = looks.get(state) ?? { key: state, label: label || wordFor(state), given: tone, count: 0 };
    look.count += 1;
    looks.set(state, look);
  }
  return drawn([...looks.values()].sort((a, b) => b.count - a.count));
}

/** The same of looks the server counted: [{state, label, tone, count}], in its order. */
export function looksGiven(given) {
  return drawn(given.map(({ state, label, tone, count }) => ({ key: state, label, given: tone, count })));
}

function drawn(sorted) {
  sorted.forEach((look, i) => {
    const [tone, shape] = KNOWN[look.key] ?? ["neutral", SPARE[i % SPARE.length]];
    Object.assign(look, { tone: look.given ?? tone, shape });
  });
  return new Map(sorted.map((look) => [look.key, look]));
}

function wordFor(state) {
  const words = state.replaceAll("_", " ") || "site";
  return words[0].toUpperCase() + words.slice(1);
}
