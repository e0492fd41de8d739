"""The estate: importing 25,600 sites beside django-import-export, and the pages over 100,000; all in one run."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from _database import ROOT, measured, own_database, set_up
from _places import rows, write_csv, write_xlsx

ROWS = 25_600
PROGRAM = "_import_part.py"


def figure(
    name: str, value: float, unit: str, *, must: float | None = None, aim: float | None = None
) -> dict[str, Any]:
    """One line of the table; less is better."""
    return {"name": name, "value": round(value, 3), "unit": unit, "must": must, "aim": aim, "better": "lower"}


def import_figures() -> list[dict[str, Any]]:
    """Check and apply a list, as CSV and as XLSX, by us and by django-import-export."""
    with tempfile.TemporaryDirectory(prefix="downbeat-bench-") as folder:
        table, csv, xlsx = rows(ROWS), Path(folder, "stores.csv"), Path(folder, "stores.xlsx")
        write_csv(csv, table)
        write_xlsx(xlsx, table)
        ours = measured(PROGRAM, "ours", str(csv))
        book = measured(PROGRAM, "ours", str(xlsx))
        theirs = measured(PROGRAM, "theirs", str(csv))
        bulk = measured(PROGRAM, "theirs-bulk", str(csv))
    size = f"{ROWS:,} × 13"
    return [
        figure(f"check {size}, share of their dry run", ours["check"] / theirs["check"], "×", must=0.2),
        figure(f"apply {size}, share of their import", ours["apply"] / theirs["apply"], "×", must=0.2),
        figure("peak memory, CSV", ours["peak"], "MB", must=300),
        figure("peak memory, XLSX", book["peak"], "MB", must=300),
        figure("detect, map, check, preview, CSV", ours["check"], "s", aim=5),
        figure("detect, map, check, preview, XLSX", book["check"], "s", aim=6),
        figure("apply, CSV", ours["apply"], "s", aim=8),
        figure("apply, XLSX", book["apply"], "s", aim=8),
        figure("their dry run", theirs["check"], "s"),
        figure("their import", theirs["apply"], "s"),
        figure("their dry run in bulk, without differences", bulk["check"], "s"),
        figure("their import in bulk, without differences", bulk["apply"], "s"),
        figure("check, share of their dry run in bulk", ours["check"] / bulk["check"], "×"),
        figure("apply, share of their import in bulk", ours["apply"] / bulk["apply"], "×"),
    ]


def main() -> None:
    """Print every figure and leave them for `scripts/bench.py`."""
    set_up()
    with own_database():
        figures = import_figures()
    with own_database():
        figures += measured("_pages_part.py")["figures"]
    for one in figures:
        print(f"{one['name']:<56}{one['value']:>10g} {one['unit']}")
    Path(ROOT, "var", "bench", "sites.json").write_text(json.dumps({"figures": figures}, indent=2))


if __name__ == "__main__":
    main()
