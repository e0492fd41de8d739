"""A database for a benchmark: made beside the others, thrown away afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
_NAMED = "DOWNBEAT_BENCH_DATABASE"


def set_up() -> None:
    """Make Django ready; in a process begun by `measured` it works on the benchmark's own database."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DOWNBEAT_VAR", str(ROOT / "var" / "bench" / "data"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollout.settings")
    os.environ.setdefault("LOG_LEVEL", "ERROR")

    import django

    django.setup()
    from django.db import connection

    if _NAMED in os.environ:
        connection.settings_dict["NAME"] = os.environ[_NAMED]


@contextmanager
def own_database() -> Iterator[None]:
    """Make an empty database with every migration applied, for the processes `measured` begins; drop it at the end."""
    from django.db import connection

    before = connection.settings_dict["NAME"]
    os.environ[_NAMED] = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        del os.environ[_NAMED]
        connection.creation.destroy_test_db(before, verbosity=0)


def measured(program: str, *arguments: str) -> dict[str, Any]:
    """Run a program of this folder in a process of its own and return the JSON object it prints last."""
    command = [sys.executable, str(Path(__file__).parent / program), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{program} {' '.join(arguments)} did not finish:\n{done.stderr[-3000:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result
