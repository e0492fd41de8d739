"""The processes of one machine, started and stopped together: each dies with us, however we die.

Written here rather than taken from honcho, whose processes hang below helper processes that survive when their parent is
killed, so that nothing could tie a worker's life to ours.
"""

import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from rollout.embedded_servers import command_of, die_with_parent

STOP_SECONDS = 10.0
COLOURS = (36, 33, 35, 32)


def read_procfile(path: Path, env: Mapping[str, str]) -> dict[str, list[str]]:
    """Commands by name, as lists of words, with ``$NAME`` replaced from `env`.

    Raises
    ------
    ValueError
        A line is not ``name: command``, or names a variable that `env` does not have.
    """
    found = {}
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            name, separator, command = line.partition(":")
            if not separator:
                raise ValueError(f"{path.name}: “{line}” is not “name: command”.")
            found[name.strip()] = [_filled(word, env) for word in shlex.split(command)]
    return found


def _filled(word: str, env: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        if match[1] not in env:
            raise ValueError(f"The Procfile uses ${match[1]}, which is not set.")
        return env[match[1]]

    return re.sub(r"\$(\w+)", value, word)


class Processes:
    """Several programs, each in a process group of its own, their lines printed under their names.

    Parameters
    ----------
    commands
        Words of each program, by name.
    env
        The whole environment of all of them.
    pids
        Directory where the number of each process group is noted, for whoever has to clear up after us.
    """

    def __init__(self, commands: Mapping[str, list[str]], *, env: Mapping[str, str], pids: Path) -> None:
        self._commands = commands
        self._env = env
        self._pids = pids
        self._running: dict[str, subprocess.Popen[str]] = {}
        self._readers: list[threading.Thread] = []
        self._width = max(map(len, commands), default=0)

    def start(self) -> None:
        """Start all of them. Call it from the main thread, with whose end theirs is tied."""
        for name, command in self._commands.items():
            child = subprocess.Popen(
                command,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 (our threads only copy lines and hold no lock it needs)
            )
            (self._pids / f"{name}.pid").write_text(str(child.pid))
            self._running[name] = child
        for number, (name, child) in enumerate(self._running.items()):
            reader = threading.Thread(
                target=self._copy, args=(name, child, COLOURS[number % len(COLOURS)]), daemon=True
            )
            reader.start()
            self._readers.append(reader)

    def ended(self) -> str | None:
        """Name of one that has ended, or None while all run."""
        return next((name for name, child in self._running.items() if child.poll() is not None), None)

    def stop(self) -> None:
        """End all of them, gently for ten seconds, and return when nothing of them is left."""
        for child in self._running.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for name, child in self._running.items():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, deadline - time.monotonic()))
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)  # whatever it started and did not end
            child.wait()
            (self._pids / f"{name}.pid").unlink(missing_ok=True)
        for reader in self._readers:
            reader.join(1)
        self._running.clear()

    def _copy(self, name: str, child: "subprocess.Popen[str]", colour: int) -> None:
        label = f"{name:<{self._width}} │ "
        if sys.stdout.isatty():
            label = f"\033[{colour}m{label}\033[0m"
        assert child.stdout is not None  # noqa: S101 (given as a pipe above)
        with child.stdout as lines:
            for line in lines:
                print(f"{label}{line.rstrip()}", flush=True)  # noqa: T201


def end_leftovers(pids: Path, mark: str) -> list[str]:
    """End what an earlier run that was killed has left running, and return the names.

    A noted number may belong to a stranger by now, so only processes of that group whose command line contains `mark`
    are ended.
    """
    ended = []
    for note in sorted(pids.glob("*.pid")):
        with contextlib.suppress(ValueError):
            members = list(_members(int(note.read_text()), mark))
            if members:
                _end(members)
                ended.append(note.stem)
        note.unlink(missing_ok=True)
    return ended


def _members(group: int, mark: str) -> Iterator[int]:
    listed = _processes_and_groups()
    return (pid for pid, pgid in listed if pgid == group and mark in command_of(pid))


def _processes_and_groups() -> list[tuple[int, int]]:
    if Path("/proc/self").exists():
        pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    else:
        listed = subprocess.run(["ps", "-axo", "pid="], capture_output=True, text=True, check=False)
        pids = [int(word) for word in listed.stdout.split()]
    found = []
    for pid in pids:
        with contextlib.suppress(OSError):
            found.append((pid, os.getpgid(pid)))
    return found


def _end(pids: list[int]) -> None:
    for number, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, 5.0)):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while any(command_of(pid) for pid in pids) and time.monotonic() < deadline:
            time.sleep(0.05)
