// Writes static/icons.svg: the icons named in assets/icons.txt, taken from @tabler/icons, one <symbol> each.
// The `icon` template tag inlines them, so a page never waits for its icons and an e-mail or PDF can carry them.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

function shapes(name) {
  const filled = name.endsWith("-filled");
  const folder = filled ? "filled" : "outline";
  const file = here(`../node_modules/@tabler/icons/icons/${folder}/${filled ? name.slice(0, -7) : name}.svg`);
  if (!existsSync(file)) throw new Error(`assets/icons.txt names "${name}", which @tabler/icons does not have.`);
  const svg = readFileSync(file, "utf8").replace(/<!--[\s\S]*?-->/g, "");
  const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  const paint = filled ? ' data-filled="1"' : "";
  return `<symbol id="${name}" viewBox="0 0 24 24"${paint}>${inner.replace(/\s*\n\s*/g, "").trim()}</symbol>`;
}

export function writeSprite() {
  const names = readFileSync(here("icons.txt"), "utf8").split("\n").map((line) => line.trim()).filter(Boolean);
  const symbols = [...new Set(names)].sort().map(shapes);
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
  const target = here("../static/icons.svg");
  if (!existsSync(target) || readFileSync(target, "utf8") !== sprite) writeFileSync(target, sprite);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeSprite();
