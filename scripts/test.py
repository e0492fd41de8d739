"""Run every test: most of them on two processors at once, then the ones that need a browser, one after the other.

The embedded servers keep the tests' data under ``var/test``, so a Downbeat that runs from this checkout is left alone.
Words after the name go to pytest: ``scripts/test.py tests/sites -k import``.
"""

import os
import subprocess
import sys

import system
from console import ROOT, VENV_PYTHON, say

NO_TESTS = 5  # pytest's word for: nothing was selected


def main(words: list[str]) -> int:
    """Exit code: 0 when everything passed."""
    env = {**os.environ, "DOWNBEAT_VAR": str(ROOT / "var" / "test"), "DOWNBEAT_SYNC": "off", **_browser()}
    say("Tests without a browser")
    first = _pytest(["-n", os.environ.get("TEST_PROCESSES", "2"), "-m", "not browser", *words], env)
    say("Tests in a browser")
    second = _pytest(["-m", "browser", "-rs", *words], env)
    return first or second


def _browser() -> dict[str, str]:
    """Where the browser is, or why there is none; tests/browser skips with that reason."""
    reason = system.ensure_for_tests()
    if reason:
        say(f"The tests in a browser are skipped: {reason}.")
        return {"DOWNBEAT_NO_BROWSER": reason}
    return {"DOWNBEAT_BROWSER": system.browser() or ""}


def _pytest(words: list[str], env: dict[str, str]) -> int:
    done = subprocess.run([str(VENV_PYTHON), "-m", "pytest", *words], cwd=ROOT, env=env, check=False)
    return 0 if done.returncode == NO_TESTS else done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
