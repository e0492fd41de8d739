"""Run all of Downbeat on this machine: servers, pages, workers and clock, until Ctrl-C."""

import contextlib
import fcntl
import hashlib
import http.client
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from rollout import embedded
from rollout.embedded_servers import die_with_parent, open_lock, take
from rollout.models import Client
from rollout.processes import Processes, end_leftovers, read_procfile

HEALTH = "/health"
HEALTH_SECONDS = 180.0  # a small, busy machine reads the whole program several times before it answers


class Command(BaseCommand):
    """Everything one machine needs, in one command that leaves nothing running behind."""

    help = (
        "Run Downbeat: embedded servers where none are named, web, workers and beat. Ctrl-C stops all of it."
    )
    requires_system_checks = ()  # half a second each time; `make check` runs them

    def add_arguments(self, parser: CommandParser) -> None:
        """Accept --without-demo."""
        parser.add_argument("--without-demo", action="store_true", help="Begin with an empty database.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, run until asked to stop, stop."""
        wish = Wish()
        with _only_one():
            try:
                self._prepare(demo=not options["without_demo"])
                wish.interrupts = False
                self._run(wish.to_stop)
            except KeyboardInterrupt:
                pass
            finally:
                wish.interrupts = False
                connections.close_all()
                embedded.stop()
        self._say("Downbeat has stopped.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()  # whoever reads us through a pipe wants to know now

    def _prepare(self, *, demo: bool) -> None:
        for name in end_leftovers(_notes(), _programs()):
            self._say(f"Ended {name}, left over from a run that was killed.")
        _refuse_taken_port()
        call_command("migrate", verbosity=0, interactive=False)
        _collect_static()
        if demo and "demo" in get_commands() and not Client.objects.exists():
            self._say("Loading the demonstration (first run only)")
            call_command("demo")
        connections.close_all()

    def _run(self, stop: threading.Event) -> None:
        env = _environment()
        processes = Processes(read_procfile(settings.BASE_DIR / "Procfile", env), env=env, pids=_notes())
        try:
            processes.start()
            if self._is_healthy_in_time(processes, stop):
                self._greet()
            self._watch(processes, stop)
        finally:
            self._say("Stopping")
            processes.stop()

    def _is_healthy_in_time(self, processes: Processes, stop: threading.Event) -> bool:
        deadline = time.monotonic() + HEALTH_SECONDS
        while not stop.wait(0.1) and not processes.ended() and time.monotonic() < deadline:
            if _answers():
                return True
        if not stop.is_set() and not processes.ended():
            self.stderr.write(
                f"{_address()}{HEALTH} does not say that all is well; the lines above may say why."
            )
        return False

    def _greet(self) -> None:
        self._say(f"\nDownbeat is running at {_address()}\n")
        sign_ins = _sign_ins()
        width = max((len(entry.get("role", "")) for entry in sign_ins), default=0)
        for entry in sign_ins:
            way = entry.get("link") or f"{entry.get('email', '')}   {entry.get('password', '')}"
            self._say(f"  {entry.get('role', ''):<{width}}   {way}")
        self._say("\nCtrl-C stops everything.\n")

    def _watch(self, processes: Processes, stop: threading.Event) -> None:
        while not stop.wait(0.5):
            if name := processes.ended():
                raise CommandError(
                    f"{name} has ended by itself, so the rest was stopped too. Its last lines are above."
                )
            if not embedded.still_running():
                raise CommandError(
                    f"An embedded server has ended; the logs in {embedded.var() / 'log'} say why."
                )


class Wish:
    """The wish that we stop: Ctrl-C, a terminated process, a closed terminal, a `make` that is gone.

    While `interrupts` is true the wish ends whatever is being done; afterwards it only sets the event, so that a second
    Ctrl-C cannot leave the stopping half done.
    """

    def __init__(self) -> None:
        self.to_stop = threading.Event()
        self.interrupts = True
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN or number != signal.SIGHUP:  # nohup is respected
                signal.signal(number, self._hear)
        if "MAKELEVEL" in os.environ:
            die_with_parent()

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.to_stop.set()
        if self.interrupts:
            self.interrupts = False
            raise KeyboardInterrupt


@contextlib.contextmanager
def _only_one() -> Iterator[None]:
    """Hold the lock of this `var`'s one `up`; whoever comes second is told so."""
    descriptor = open_lock(_run_directory() / "up.lock")
    try:
        if not take(descriptor, fcntl.LOCK_EX):
            raise CommandError(
                "Downbeat is already running from this directory. Stop that one first (Ctrl-C in its terminal, or "
                f"kill {(_run_directory() / 'up.lock').read_text()})."
            )
        os.truncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        os.close(descriptor)


def _run_directory() -> Path:
    directory = embedded.var() / "run"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def _notes() -> Path:
    """Folder where the numbers of our processes are noted, and nobody else's."""
    directory = _run_directory() / "processes"
    directory.mkdir(exist_ok=True)
    return directory


def _programs() -> str:
    """Folder of the interpreter and the programs beside it; part of every command line of ours."""
    return str(Path(sys.executable).parent)


def _environment() -> dict[str, str]:
    """Environment of the processes: ours, the programs of our interpreter first, and what the Procfile asks for."""
    processors = os.cpu_count() or 1
    return {
        "HOST": "127.0.0.1",  # the demonstration's passwords are no secret
        # Each reads the whole program once before it answers.
        "WEB_WORKERS": str(max(1, min(2, processors // 2))),
        "CELERY_WORKERS": str(min(4, processors)),
        **os.environ,
        "PORT": str(settings.PORT),
        "PATH": f"{_programs()}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONUNBUFFERED": "1",
        # Celery says so four times over; on a laptop whoever is root chose to be.
        "PYTHONWARNINGS": os.environ.get("PYTHONWARNINGS", "ignore:You're running the worker with superuser"),
    }


def _address() -> str:
    return f"http://localhost:{settings.PORT}"


def _refuse_taken_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((os.environ.get("HOST", "127.0.0.1"), settings.PORT))
        except OSError as error:
            raise CommandError(
                f"Port {settings.PORT} cannot be used ({error.strerror}). Choose another: "
                f"PORT={settings.PORT + 1} make up"
            ) from error


def _answers() -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", settings.PORT, timeout=30)
    try:
        connection.request("GET", HEALTH, headers={"Host": "localhost"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _collect_static() -> None:
    """Where pages name static files by their digest, collect those files again when one of them has changed."""
    if not isinstance(staticfiles_storage, ManifestFilesMixin):
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a missing one
        return
    total = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(None):
            found = os.stat(storage.path(name))
            total.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    stamp = embedded.var() / "static-collected-from"
    if not stamp.exists() or stamp.read_text() != total.hexdigest():
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(total.hexdigest())


def _sign_ins() -> list[dict[str, str]]:
    """One way in per role, as the demonstration wrote them down; empty without a demonstration."""
    try:
        return list(json.loads((embedded.var() / "sign-ins.json").read_text()))
    except (FileNotFoundError, ValueError):
        return []
