"""What `make up` promises: everything starts, data stays, nothing is left behind, however it ends."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import psycopg2
import pytest
import redis
from django.conf import settings
from django.core.management.base import CommandError

from rollout import embedded
from rollout.embedded_servers import command_of
from rollout.management.commands import up
from rollout.processes import Processes, end_leftovers, read_procfile
from tests.scripts import load_script

ROOT = Path(settings.BASE_DIR)
linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux ties a child's life to its parent's"
)


def eventually(what, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return found


def python(text, *words, **kwargs):
    """Start a Python of ours on some lines of code."""
    command = [sys.executable, "-c", textwrap.dedent(text), *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, **kwargs)


def alive(pid):
    """Whether a process runs; one that is dead and not yet collected does not."""
    return bool(command_of(pid))


# --- The embedded servers ---------------------------------------------------------------------------------------


@pytest.fixture
def folder():
    """A folder into which other users may be let: pytest shuts its own again whenever another run begins."""
    with tempfile.TemporaryDirectory(prefix="downbeat-test-") as name:
        yield Path(name)


@pytest.fixture
def world(folder, monkeypatch):
    """A `var` of one's own, with servers that do not wait for the disk."""
    monkeypatch.setenv("DOWNBEAT_VAR", str(folder))
    monkeypatch.setenv("DOWNBEAT_SYNC", "off")
    monkeypatch.setattr(embedded, "_held", {})
    yield folder
    embedded.stop()


def query(sql):
    with contextlib.closing(psycopg2.connect(embedded.database_url())) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else None


USER = """
    import sys, time
    from rollout import embedded
    print(embedded.database_url(), embedded.redis_url(), flush=True)
    time.sleep(float(sys.argv[1]))
"""


def server_pids(world):
    return [
        int((world / place).read_text().split()[0]) for place in ("postgres/postmaster.pid", "run/valkey.pid")
    ]


def test_data_outlives_the_servers(world):
    query("CREATE TABLE kept AS SELECT 42 AS answer")
    redis.Redis.from_url(embedded.redis_url()).set("kept", "43")
    embedded.stop()
    assert query("SELECT answer FROM kept") == [(42,)]
    assert redis.Redis.from_url(embedded.redis_url()).get("kept") == b"43"


def test_stop_leaves_no_server(world):
    embedded.database_url(), embedded.redis_url()
    pids = server_pids(world)
    embedded.stop()
    assert [pid for pid in pids if alive(pid)] == []


def test_a_second_user_finds_the_same_servers(world):
    mine = f"{embedded.database_url()} {embedded.redis_url()}\n"
    with python(USER, 0) as other:
        assert other.stdout.read() == mine
    assert embedded.still_running()


def test_servers_end_with_their_last_user_even_if_it_was_killed(world):
    with python(USER, 60) as user:
        user.stdout.readline()
        pids = server_pids(world)
        user.kill()
    eventually(lambda: not any(alive(pid) for pid in pids))


@linux_only
def test_after_everything_was_killed_the_next_start_recovers(world, monkeypatch):
    monkeypatch.delenv("DOWNBEAT_SYNC")  # what was committed must be there
    query("CREATE TABLE kept AS SELECT 42 AS answer")
    embedded.redis_url()
    keepers = [int((world / "run" / f"{name}.keeper").read_text()) for name in ("postgres", "valkey")]
    for pid in [*keepers, *server_pids(world)]:
        os.kill(pid, signal.SIGKILL)
    # `still_running` turns false with the first keeper's death; the next start is to find both dead.
    eventually(lambda: all(embedded._keeper_is_gone(name) for name in ("postgres", "valkey")))
    assert query("SELECT answer FROM kept") == [(42,)]


def test_valkey_wants_a_password(world):
    url = embedded.redis_url()
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(re.sub(r":[^:@]+@", "", url)).ping()
    assert (world / "run" / "valkey.url").exists() is True
    assert (world / "run" / "valkey.url").stat().st_mode & 0o077 == 0


def test_postgres_listens_to_its_own_user_only(world):
    assert query("SHOW listen_addresses") == [("",)]
    assert Path(query("SHOW unix_socket_directories")[0][0]).stat().st_mode & 0o077 == 0


def test_a_deep_folder_is_no_obstacle(world, monkeypatch):
    deep = world / ("deep" * 20) / "a b"
    monkeypatch.setenv("DOWNBEAT_VAR", str(deep))
    assert query("SELECT 1") == [(1,)]
    embedded.stop()


def test_text_is_ordered_without_the_systems_help(world):
    assert query("SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'downbeat'") == [
        ("b", "C.UTF-8")
    ]


def test_a_folder_of_somebody_else_is_a_sentence(world, monkeypatch):
    def refused(*args, **kwargs):
        raise PermissionError(13, "Permission denied", "/somewhere/run")

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(embedded.EmbeddedServerFailed, match="belongs to another user"):
        embedded.database_url()


def test_the_development_key_stays_and_is_private(world):
    first = embedded.development_secret_key()
    assert len(first) > 50
    assert embedded.development_secret_key() == first
    assert (world / "secret-key").stat().st_mode & 0o077 == 0


# --- Several processes as one -----------------------------------------------------------------------------------

SLEEPER = [sys.executable, "-c", "import time; print('begun', flush=True); time.sleep(60)"]


@pytest.fixture
def processes(tmp_path):
    found = Processes({"one": SLEEPER, "two": SLEEPER}, env=dict(os.environ), pids=tmp_path)
    found.start()
    yield found
    found.stop()


def test_lines_are_printed_under_their_names(tmp_path, capsys):
    speaker = [sys.executable, "-c", "print('hello')"]
    found = Processes({"one": speaker, "three": speaker}, env=dict(os.environ), pids=tmp_path)
    found.start()
    eventually(found.ended)
    eventually(lambda: all(child.poll() is not None for child in found._running.values()))
    found.stop()
    assert sorted(capsys.readouterr().out.splitlines()) == ["one   │ hello", "three │ hello"]


def test_stop_ends_all_of_them(processes, tmp_path):
    pids = [int(note.read_text()) for note in tmp_path.glob("*.pid")]
    assert len(pids) == 2
    assert processes.ended() is None
    processes.stop()
    assert [pid for pid in pids if alive(pid)] == []
    assert list(tmp_path.glob("*.pid")) == []


def test_one_that_ends_by_itself_is_named(processes, tmp_path):
    os.kill(int((tmp_path / "two.pid").read_text()), signal.SIGKILL)
    assert eventually(processes.ended) == "two"


@linux_only
def test_they_die_with_us_however_we_die(tmp_path):
    supervisor = """
        import os, sys, time, pathlib
        from rollout.processes import Processes
        Processes({"child": ["sleep", "60"]}, env=dict(os.environ), pids=pathlib.Path(sys.argv[1])).start()
        print("started", flush=True)
        time.sleep(60)
    """
    with python(supervisor, tmp_path) as parent:
        parent.stdout.readline()
        child = int((tmp_path / "child.pid").read_text())
        assert alive(child)
        parent.kill()
        eventually(lambda: not alive(child))


def test_leftovers_are_ended(tmp_path):
    with subprocess.Popen(SLEEPER, start_new_session=True, stdout=subprocess.DEVNULL) as left:
        eventually(lambda: alive(left.pid))  # a program that is just being loaded has no command line yet
        (tmp_path / "web.pid").write_text(str(left.pid))
        assert end_leftovers(tmp_path, sys.executable) == ["web"]
        assert left.wait(5) == -signal.SIGTERM
    assert list(tmp_path.glob("*.pid")) == []


def test_a_stranger_with_a_noted_number_is_left_alone(tmp_path):
    with subprocess.Popen(SLEEPER, start_new_session=True, stdout=subprocess.DEVNULL) as stranger:
        eventually(lambda: alive(stranger.pid))
        (tmp_path / "web.pid").write_text(str(stranger.pid))
        assert end_leftovers(tmp_path, "/another/checkout/.venv/bin") == []
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("web granian", "is not “name: command”"), ("web: granian --port $PORT", "PORT, which is not")],
)
def test_a_broken_procfile_is_a_sentence(tmp_path, text, sentence):
    (tmp_path / "Procfile").write_text(text)
    with pytest.raises(ValueError, match=re.escape(sentence)):
        read_procfile(tmp_path / "Procfile", {})


# --- make up ----------------------------------------------------------------------------------------------------


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def status(port, path):
    connection = http.client.HTTPConnection("localhost", port, timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", path)
        return connection.getresponse().status


@pytest.fixture
def running(folder):
    """`manage.py up` on a free port, and what it said until it served."""
    port = free_port()
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "REDIS_URL", "MAKELEVEL")
    }
    env |= {"DOWNBEAT_VAR": str(folder), "DOWNBEAT_SYNC": "off", "LOG_LEVEL": "WARNING", "PORT": str(port)}
    command = [sys.executable, "manage.py", "up", "--without-demo"]
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            said = []
            while not said or (said[-1] and not re.search("is running at|does not say", said[-1])):
                said.append(process.stdout.readline())
            assert f"http://localhost:{port}" in said[-1], "".join(said)
            yield process, port
        finally:
            process.terminate()


@pytest.mark.worker
def test_up_serves_until_ctrl_c_and_leaves_nothing(running, folder):
    process, port = running
    assert status(port, "/health") == 200
    pids = [int(note.read_text()) for note in (folder / "run" / "processes").glob("*.pid")] + server_pids(
        folder
    )
    assert len(set(pids)) == 5
    process.send_signal(signal.SIGINT)
    rest = process.stdout.read()
    assert process.wait(5) == 0, rest
    assert "Downbeat has stopped." in rest
    assert [pid for pid in pids if alive(pid)] == []


def test_the_second_up_is_told_about_the_first(world):
    with (
        up._only_one(),
        pytest.raises(CommandError, match=f"already running.*kill {os.getpid()}"),
        up._only_one(),
    ):
        pass


def test_a_taken_port_is_a_sentence(settings):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings.PORT = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"PORT={settings.PORT + 1} make up"):
            up._refuse_taken_port()


# --- Scripts ----------------------------------------------------------------------------------------------------


def test_uv_is_told_what_pip_is_configured_with(monkeypatch):
    packages = load_script("packages")
    for name in ("UV_INDEX", "UV_DEFAULT_INDEX", "UV_FIND_LINKS", "UV_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://one.example https://two.example")
    monkeypatch.setenv("PIP_FIND_LINKS", "/wheels /more")
    told = packages.uv_settings(packages.pip_settings())
    assert told["UV_DEFAULT_INDEX"] == "https://packages.example/simple"
    assert told["UV_INDEX"] == "https://one.example https://two.example"
    assert told["UV_FIND_LINKS"] == "/wheels,/more"
    assert "UV_NO_INDEX" not in told


def test_what_uv_was_told_already_stays(monkeypatch):
    packages = load_script("packages")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://mine.example")
    assert "UV_DEFAULT_INDEX" not in packages.uv_settings({"index-url": "https://packages.example/simple"})


def test_a_command_that_cannot_be_started_has_failed():
    assert load_script("console").attempt(["/no/such/program"]).returncode == 127


@pytest.mark.parametrize(
    ("value", "better", "reached"),
    [(9, "lower", True), (11, "lower", False), (9, "higher", False), (11, "higher", True)],
)
def test_a_benchmark_must_reach_its_figure(value, better, reached, capsys):
    figure = {"name": "page", "value": value, "unit": "ms", "must": 10, "aim": None, "better": better}
    assert load_script("bench")._report(figure) is reached
    assert ("MISSED" in capsys.readouterr().out) is not reached


def test_benchmarks_report_to_where_the_runner_looks(tmp_path, monkeypatch):
    bench = load_script("bench")
    monkeypatch.setattr(bench, "BENCH", tmp_path)
    monkeypatch.setattr(bench, "RESULTS", tmp_path / "results")
    figures = {"figures": [{"name": "n", "value": 3, "unit": "s", "must": 2, "aim": 1, "better": "lower"}]}
    (tmp_path / "slow.py").write_text(
        f"import pathlib; pathlib.Path({str(tmp_path / 'results/slow.json')!r}).write_text({json.dumps(json.dumps(figures))})"
    )
    assert bench.main(["slow"]) == 1
    with pytest.raises(SystemExit):
        bench.main(["unknown"])
