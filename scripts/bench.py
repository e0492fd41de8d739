"""Run benchmarks and say which figures are where they must be.

A benchmark is a file ``tests/bench/NAME.py`` that prints its table and writes ``var/bench/NAME.json``::

    {"figures": [{"name": "first page, 10,000 sites", "value": 180, "unit": "ms", "must": 300, "aim": 150,
                  "better": "lower"}]}

`must` fails the run when it is missed, `aim` is only shown; either may be null. `better` is ``lower`` or ``higher``.
"""

import json
import os
import subprocess
import sys
from typing import Any

from console import ROOT, VENV_PYTHON, say, stop

BENCH = ROOT / "tests" / "bench"
RESULTS = ROOT / "var" / "bench"


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all of them. Exit code 1 when one breaks or misses a figure it must reach."""
    known = sorted(path.stem for path in BENCH.glob("[!_]*.py"))
    for name in names:
        if name not in known:
            stop(f"There is no benchmark “{name}”. There are: {', '.join(known)}.")
    failed = [name for name in names or known if not _run(name)]
    return 1 if failed else 0


def _run(name: str) -> bool:
    say(f"\n{name}")
    RESULTS.mkdir(parents=True, exist_ok=True)
    result = RESULTS / f"{name}.json"
    result.unlink(missing_ok=True)
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    # Measured with data written safely, in a place of its own.
    env = {
        **os.environ,
        "DOWNBEAT_VAR": str(RESULTS / "data"),
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
    }
    done = subprocess.run([str(VENV_PYTHON), str(BENCH / f"{name}.py")], cwd=ROOT, env=env, check=False)
    if done.returncode or not result.exists():
        say(f"{name} did not finish.")
        return False
    missed = [figure for figure in json.loads(result.read_text())["figures"] if not _report(figure)]
    return not missed


def _report(figure: dict[str, Any]) -> bool:
    """Print one figure beside its limits; whether it is where it must be."""
    good = _reaches(figure, "must")
    verdict = "MISSED" if not good else "aim reached" if _reaches(figure, "aim") else "ok"
    limits = ", ".join(f"{kind} {figure[kind]:g}" for kind in ("must", "aim") if figure.get(kind) is not None)
    say(f"  {verdict:<12}{figure['name']}: {figure['value']:g} {figure['unit']} ({limits})")
    return good


def _reaches(figure: dict[str, Any], kind: str) -> bool:
    limit = figure.get(kind)
    if limit is None:
        return True
    return bool(figure["value"] <= limit if figure["better"] == "lower" else figure["value"] >= limit)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
