"""The virtual environment and what is installed in it: exactly what the lock files say, each file checked by its hash."""

import ast
import hashlib
import os
import shutil
import sys

import system
from console import ROOT, VENV_PYTHON, attempt, run, say

LOCKS = ROOT / "requirements"
VENV = ROOT / ".venv"
UV = VENV / "bin" / "uv"
# pip's settings, which uv does not read, under the names uv has for them in its environment, and what joins several.
UV_NAMES = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "no-index": ("UV_NO_INDEX", " "),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "client-cert": ("SSL_CLIENT_CERT", " "),
    "proxy": ("ALL_PROXY", " "),
}


def ensure_installed(lock: str) -> None:
    """Have the packages of ``requirements/<lock>.lock`` in ``.venv``. Does nothing when they are there."""
    if not _venv_works():
        _make_venv()
    stamp = VENV / f"installed-{lock}"
    wanted = _digest(lock)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"Installing Python packages from requirements/{lock}.lock")
    path = str(LOCKS / f"{lock}.lock")
    if not _uv_installs(path):
        command = [str(VENV_PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", path]
        run(
            command,
            failure="The Python packages could not be installed. Check the network and pip's settings.",
        )
    stamp.write_text(wanted)


def _venv_works() -> bool:
    return (
        attempt([str(VENV_PYTHON), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]).returncode == 0
    )


def _make_venv() -> None:
    say("Making the virtual environment in .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    command = [sys.executable, "-m", "venv", str(VENV)]
    if attempt(command).returncode == 0:
        return
    # Debian keeps a part of the standard library in a package of its own.
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    system.install([package])
    shutil.rmtree(VENV, ignore_errors=True)
    run(
        command,
        failure=f"Python cannot make virtual environments here. On Debian: sudo apt-get install {package}",
    )


def _digest(lock: str) -> str:
    """What an installation depends on: the interpreter, and every lock the environment is filled from."""
    parts = [VENV / "pyvenv.cfg", LOCKS / "base.lock", LOCKS / f"{lock}.lock"]
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()


def _uv_installs(lock: str) -> bool:
    """Install with uv, which takes seconds where pip takes minutes; whether that worked."""
    if not ensure_uv():
        return False
    command = [
        str(UV),
        "pip",
        "install",
        "--quiet",
        "--python",
        str(VENV_PYTHON),
        "--require-hashes",
        "-r",
        lock,
    ]
    done = attempt(command, env=uv_settings(pip_settings()))
    if done.returncode:
        say(f"uv could not install them, trying pip:\n{done.stdout}")
    return done.returncode == 0


def ensure_uv() -> bool:
    """Have the pinned uv in ``.venv``; whether pip could bring it."""
    python = str(VENV_PYTHON)
    if attempt([python, "-m", "pip", "--version"]).returncode:
        run(
            [python, "-m", "ensurepip"],
            failure="Python cannot bring pip here. Remove .venv and run make again.",
        )
    pin = str(LOCKS / "installer.lock")
    return attempt([python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", pin]).returncode == 0


def pip_settings() -> dict[str, str]:
    """What pip is configured with, the environment before its files, as a plain mapping of option to value."""
    settings: dict[str, str] = {}
    lines = attempt([str(VENV_PYTHON), "-m", "pip", "config", "list"]).stdout.splitlines()
    # pip prints files' sections in no useful order; later entries here win.
    for section in ("global.", "install.", ":env:."):
        for line in lines:
            key, separator, value = line.partition("=")
            if separator and key.startswith(section):
                settings[key.removeprefix(section)] = str(ast.literal_eval(value))
    return settings


def uv_settings(pip_settings: dict[str, str]) -> dict[str, str]:
    """Environment that makes uv look where pip looks. What the environment already says to uv stays."""
    found = {"UV_INDEX_STRATEGY": "unsafe-best-match", "UV_PYTHON_DOWNLOADS": "never"}
    for option, (name, joint) in UV_NAMES.items():
        if pip_settings.get(option):
            found[name] = joint.join(pip_settings[option].split())
    return {name: value for name, value in found.items() if name not in os.environ}
