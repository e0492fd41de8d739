"""Geometry and arithmetic of the small charts: numbers in, numbers for an SVG out."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from rollout.templatetags.ui_statuses import look_of

STACK_WIDTH = 1000
CHART_WIDTH, CHART_HEIGHT = 600, 150
GAP = 3


def _get(item: Any, name: str, default: Any = None) -> Any:
    return item.get(name, default) if isinstance(item, Mapping) else getattr(item, name, default)


def stack(items: Iterable[Any]) -> dict[str, Any]:
    """Return the parts of a stacked bar `STACK_WIDTH` units wide: x, width, tone, icon, label, count, share.

    A part that counts at least one is never thinner than 6 units, so that it can be seen.
    """
    rows = list(items)
    total = sum(_get(row, "count", 0) for row in rows)
    visible = [row for row in rows if _get(row, "count", 0)]
    free = STACK_WIDTH - 6 * len(visible) - GAP * max(0, len(visible) - 1)
    parts: list[dict[str, Any]] = []
    x = 0.0
    for row in rows:
        count = _get(row, "count", 0)
        width = 6 + free * count / total if count else 0.0
        look = look_of(str(_get(row, "key", "")))
        parts.append(
            {
                "x": round(x, 2),
                "width": round(width, 2),
                "tone": _get(row, "tone") or look.tone,
                "icon": _get(row, "icon") or look.icon,
                "label": _get(row, "label"),
                "count": count,
                "url": _get(row, "url", ""),
                "shade": 0,
            }
        )
        x += width + GAP if count else 0.0
    _shade([part for part in parts if part["count"]])
    return {"parts": parts, "total": total, "width": STACK_WIDTH}


def _shade(parts: list[dict[str, Any]]) -> None:
    """Neighbours of one tone are told apart by lighter shades, the lightest first."""
    for before, part in zip(reversed(parts[:-1]), reversed(parts[1:]), strict=True):
        if before["tone"] == part["tone"]:
            before["shade"] = min(2, part["shade"] + 1)


def columns(series: Iterable[Any], target: float | None) -> dict[str, Any]:
    """Return the columns of a bar chart: x, y, width, height in chart units, label, value, and a round top."""
    pairs = [(str(pair[0]), float(pair[1] or 0)) for pair in series]
    top = _round_up(max([value for _, value in pairs] + [target or 0, 1]))
    step = CHART_WIDTH / max(1, len(pairs))
    width = min(48.0, step * 0.68)
    every = max(1, -(-len(pairs) // 8))
    rows = [
        {
            "x": round(i * step + (step - width) / 2, 1),
            "y": round(CHART_HEIGHT * (1 - value / top), 1),
            "width": round(width, 1),
            "height": round(CHART_HEIGHT * value / top, 1),
            "label": label,
            "value": f"{value:,.0f}" if value == int(value) else f"{value:,.1f}",
            "labelled": (len(pairs) - 1 - i) % every == 0,
        }
        for i, (label, value) in enumerate(pairs)
    ]
    line = None if target is None else round(CHART_HEIGHT * (1 - target / top), 1)
    return {
        "columns": rows,
        "top": top,
        "target": target,
        "target_y": line,
        "w": CHART_WIDTH,
        "h": CHART_HEIGHT,
    }


def _round_up(value: float) -> int:
    """Return the next round number (1, 2, 3, 4, 5, 10, 15, 20, 25, 30, …) at or above the value."""
    unit = 1
    while True:
        for factor in (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5):
            if unit * factor >= value and (unit * factor).is_integer():
                return int(unit * factor)
        unit *= 10


def pace(job: Any, numbers: Mapping[str, int], *, now: datetime) -> dict[str, Any]:
    """Return `per_minute` and `seconds_left` of a running job; empty while there is too little to tell."""
    ended = numbers["done"] + numbers["failed"]
    if job.started_at is None or job.has_ended or ended < 3:
        return {}
    seconds = max(1.0, (now - job.started_at).total_seconds())
    left = max(0, numbers["total"] - ended - numbers["cancelled"])
    return {"per_minute": round(60 * ended / seconds), "left": spoken(left * seconds / ended)}


def spoken(seconds: float) -> str:
    """Return a duration as people say it: "about 40 seconds", "about 3 minutes"."""
    if seconds < 90:
        return f"about {max(5, round(seconds / 5) * 5)} seconds"
    if seconds < 5400:
        return f"about {round(seconds / 60)} minutes"
    return f"about {seconds / 3600:.1f} hours"
