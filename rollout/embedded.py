"""Where the PostgreSQL and the Valkey are that run beside Downbeat when no others are named.

A laptop has no servers to configure: `database_url()` and `redis_url()` start them when they are not running and say
where they are. A deployment sets ``DATABASE_URL`` and ``REDIS_URL`` and never comes here.

Each server has a *keeper* (`rollout.embedded_servers`), a small process that is its parent. Whoever uses a server holds
a shared lock on one file for as long as it lives; the keeper waits until that file is free, stops the server and ends.
The kernel drops the locks of a process however it dies, so a server neither outlives its last user for long nor is taken
from one that is still at work, and no process number is ever guessed.

Environment
-----------
DOWNBEAT_VAR
    Directory of everything the servers keep; ``var`` in the checkout when unset. Two directories are two worlds.
DOWNBEAT_SYNC
    ``off`` lets PostgreSQL answer before data is on the disk. For tests, whose data nobody misses.
"""

import contextlib
import fcntl
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from rollout import embedded_servers
from rollout.embedded_servers import SERVERS, EmbeddedServerFailed, file_of, open_lock, take, var, wait_for

__all__ = [
    "EmbeddedServerFailed",
    "database_url",
    "development_secret_key",
    "redis_url",
    "still_running",
    "stop",
    "var",
]

STOP_SECONDS = 30.0

_held: dict[str, int] = {}  # server -> descriptor of its users file, locked for as long as this process lives


def database_url() -> str:
    """Address of the embedded PostgreSQL, started if it is not running. It runs at least as long as this process does.

    Raises
    ------
    EmbeddedServerFailed
        The server cannot be started here; the message says why and what to do.
    """
    return _address_of("postgres")


def redis_url() -> str:
    """Address of the embedded Valkey (``redis://``), started if it is not running. See `database_url`."""
    return _address_of("valkey")


def stop() -> None:
    """Stop both servers now, whoever uses them, and return when they are gone."""
    for name in SERVERS:
        _let_go(name)
        _stop_keeper(name)


def still_running() -> bool:
    """Whether every server this process has asked for is kept. False means that one has died."""
    return not any(_keeper_is_gone(name) for name in _held)


def development_secret_key() -> str:
    """A random key made once for this `var`, so that a restart signs nobody out. Never for a deployment."""
    with _own_var():
        place = var() / "secret-key"
        with _locked(var() / "run" / "secret-key.lock"):
            if not place.exists():
                descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                os.write(descriptor, secrets.token_urlsafe(50).encode())
                os.close(descriptor)
        return place.read_text()


def _address_of(name: str) -> str:
    with _own_var():
        _hold(name)
        with _locked(file_of(name, "start")):
            if not _is_kept(name):
                _launch(name)
            return file_of(name, "url").read_text()


@contextlib.contextmanager
def _own_var() -> Iterator[None]:
    try:
        for directory in ("run", "log"):
            (var() / directory).mkdir(parents=True, exist_ok=True)
        yield
    except PermissionError as error:
        raise EmbeddedServerFailed(
            f"{error.filename or var()} belongs to another user. Run Downbeat as that user, or set DOWNBEAT_VAR to a "
            "directory of your own."
        ) from error


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _hold(name: str) -> None:
    if name not in _held:
        descriptor = open_lock(file_of(name, "users"))
        fcntl.flock(descriptor, fcntl.LOCK_SH)  # waits for a keeper that is stopping its server
        _held[name] = descriptor


def _let_go(name: str) -> None:
    descriptor = _held.pop(name, None)
    if descriptor is not None:
        os.close(descriptor)


def _keeper_is_gone(name: str) -> bool:
    try:
        descriptor = os.open(file_of(name, "keeper"), os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        return take(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _is_kept(name: str) -> bool:
    """Whether a keeper serves, after waiting for one that is stopping. The caller holds the start lock."""
    if _keeper_is_gone(name):
        return False
    if file_of(name, "url").exists():
        return True
    _wait_for_end(name)
    return False


def _launch(name: str) -> None:
    """Start a keeper and wait until it says that its server answers, or why it does not."""
    log_path = var() / "log" / "keeper.log"
    with log_path.open("ab") as log:
        keeper = subprocess.run(
            [sys.executable, "-I", embedded_servers.__file__, name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, "DOWNBEAT_VAR": str(var())},
            start_new_session=True,
            check=False,
        )
    said = keeper.stdout.decode(errors="replace").strip()
    if said != "ready":
        raise EmbeddedServerFailed(said or f"The embedded {name} did not start; {log_path} says why.")


def _stop_keeper(name: str) -> None:
    if not _keeper_is_gone(name):
        # A keeper holds the lock of the file its number stands in for as long as it lives, so the number is its own.
        os.kill(int(file_of(name, "keeper").read_text()), signal.SIGTERM)
        _wait_for_end(name)


def _wait_for_end(name: str) -> None:
    sentence = f"The embedded {name} does not stop; {var() / 'log' / f'{name}.log'} may say why."
    wait_for(lambda: _keeper_is_gone(name), STOP_SECONDS, sentence)
