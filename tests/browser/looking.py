"""Looks at a page as it stands: can everybody use it (axe), and does it fit its window."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = {"serious", "critical"}

# Parts that are loaded by the page itself are there, fonts are, and nothing moves any more.
SETTLED = """async () => {
  const pause = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  await document.fonts.ready;
  for (let tries = 0; tries < 100; tries++) {
    await pause();
    const loading = document.querySelector(".htmx-request, [aria-busy=true], field-visit:not([data-ready])");
    const moving = document.getAnimations().some((one) => one.playState === "running" && one.effect.getComputedTiming().endTime < 3000);
    if (!loading && !moving) return;
  }
}"""

AUDIT = """async () => {
  const result = await axe.run(document, { preload: false, resultTypes: ["violations"] });
  return result.violations.map(({ id, impact, help, nodes }) => ({ id, impact, help,
    where: nodes.slice(0, 4).map((node) => `${node.target.join(" ")}: ${node.html.slice(0, 140)} (${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? ""})`) }));
}"""

# What sticks out to the right, unless something around it scrolls by itself.
TOO_WIDE = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const scrolls = (element) => element && element !== document.body && (/auto|scroll|hidden|clip/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
  const out = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1 && !scrolls(element.parentElement));
  return [`${root.scrollWidth} px wide in ${root.clientWidth}`, ...out.slice(0, 5).map((element) => element.outerHTML.slice(0, 140))];
}"""


def settle(page: Page) -> None:
    """Wait until the page is as it stays."""
    page.evaluate(SETTLED)


def problems(page: Page) -> list[str]:
    """Sentences about what is wrong with the page as it stands."""
    settle(page)
    found = [f"too wide: {line}" for line in page.evaluate(TOO_WIDE)]
    page.evaluate(AXE.read_text())
    grave = [one for one in page.evaluate(AUDIT) if one["impact"] in GRAVE]
    found += ["\n    ".join([f"{one['id']}, {one['impact']}: {one['help']}", *one["where"]]) for one in grave]
    return found
