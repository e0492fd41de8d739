"""What every script here says and how it stops."""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV_PYTHON = ROOT / ".venv" / "bin" / "python"


def say(text: str) -> None:
    """Tell the person at the terminal what happens next."""
    print(text, flush=True)


def stop(sentence: str) -> NoReturn:
    """End with a sentence that says what to do."""
    sys.stdout.flush()
    print(f"\n{sentence}", file=sys.stderr, flush=True)
    raise SystemExit(1)


def run(command: list[str], *, failure: str, env: dict[str, str] | None = None) -> None:
    """Run a command in the checkout, quietly; when it fails show what it printed and stop with the sentence."""
    done = attempt(command, env=env)
    if done.returncode:
        print(f"$ {shlex.join(command)}\n{done.stdout}", file=sys.stderr)
        stop(failure)


def attempt(command: list[str], *, env: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """Run a command in the checkout and return what it did; one that cannot be started has failed with code 127."""
    try:
        return subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, str(error), "")
