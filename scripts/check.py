"""Everything that can be said about the code without running it, each check by name; all are run, the failures named."""

import os
import subprocess
import sys
import time

from console import ROOT, VENV_PYTHON, say

BIN = VENV_PYTHON.parent
PYTHON = str(VENV_PYTHON)
CHECKS = {
    "lint": [str(BIN / "ruff"), "check", "."],
    "format": [str(BIN / "ruff"), "format", "--check", "."],
    "types": [str(BIN / "mypy"), "rollout", "sites", "workorders", "technicians"],
    "imports": [str(BIN / "lint-imports"), "--no-cache"],
    "migrations": [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
    "system": [PYTHON, "manage.py", "check", "--fail-level", "WARNING"],
    "templates": [str(BIN / "djlint"), "--lint", "--quiet", "templates"],
}


def main(names: list[str]) -> int:
    """Run the named checks, or all of them. Exit code 1 when one fails."""
    env = {**os.environ, "DOWNBEAT_VAR": str(ROOT / "var" / "test"), "DOWNBEAT_SYNC": "off"}
    failed = [name for name in names or CHECKS if not _passes(name, env)]
    if failed:
        say(f"\nFailed: {', '.join(failed)}")
    return 1 if failed else 0


def _passes(name: str, env: dict[str, str]) -> bool:
    begun = time.monotonic()
    command = CHECKS[name]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    say(f"{name:<12}{'ok' if done.returncode == 0 else 'FAILED':<8}{time.monotonic() - begun:5.1f} s")
    if done.returncode:
        say(f"{done.stdout}{done.stderr}")
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
