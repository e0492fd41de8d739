"""How long `make up` takes until the pages answer: with an empty folder, demonstration included, and again."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def seconds_until_it_runs(folder: str) -> float:
    """Seconds from the command to the line that says where Downbeat runs. It is stopped before this returns."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "DOWNBEAT_VAR": folder, "PORT": str(port), "LOG_LEVEL": "WARNING"}
    begun = time.monotonic()
    command = ["make", f"PYTHON={sys.executable}", "up"]
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as running:
        for line in running.stdout:
            if "is running at" in line:
                break
        else:
            raise SystemExit("It did not start.")
        taken = time.monotonic() - begun
        os.kill(int(Path(folder, "run", "up.lock").read_text()), signal.SIGINT)
        running.stdout.read()
    return taken


def main() -> None:
    """Print both times and leave them for `scripts/bench.py`."""
    with tempfile.TemporaryDirectory(prefix="downbeat-bench-") as folder:
        first, second = seconds_until_it_runs(folder), seconds_until_it_runs(folder)
    figures = [
        {"name": "first start, packages there", "value": round(first, 1), "must": 90, "aim": 45},
        {"name": "second start", "value": round(second, 1), "must": 10, "aim": 7},
    ]
    for figure in figures:
        figure |= {"unit": "s", "better": "lower"}
        print(f"{figure['name']:<30}{figure['value']:>8} s")
    Path(ROOT, "var", "bench", "up.json").write_text(json.dumps({"figures": figures}, indent=2))


if __name__ == "__main__":
    main()
