"""What the operating system has to bring: libraries and fonts for PDFs, a browser for the tests."""

import ctypes
import os
import shlex
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from console import attempt, say, stop

FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.fonts",
    "~/.local/share/fonts",
    "/Library/Fonts",
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


@dataclass(frozen=True)
class Need:
    """One thing of the system: how to see that it is there, and the Debian package that brings it."""

    package: str
    is_there: Callable[[], bool]


def library(*names: str) -> Callable[[], bool]:
    """Whether a shared library loads under one of its names on Linux and macOS."""

    def is_there() -> bool:
        return any(_loads(name) for name in names)

    return is_there


def font(name: str) -> Callable[[], bool]:
    """Whether a font file whose name begins like this is installed."""

    def is_there() -> bool:
        return any(next(Path(folder).expanduser().rglob(f"{name}*"), None) for folder in FONT_FOLDERS)

    return is_there


PDF = [
    Need("libpango-1.0-0", library("libpango-1.0.so.0", "libpango-1.0.dylib")),
    Need("libpangoft2-1.0-0", library("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib")),
    Need("libharfbuzz-subset0", library("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib")),
]
# Latin; most other scripts; Chinese, Japanese and Korean. A missing script would print as boxes.
FONTS = [
    Need("fonts-dejavu-core", font("DejaVuSans")),
    Need("fonts-noto-core", font("NotoSansThai")),
    Need("fonts-droid-fallback", font("DroidSansFallback")),
]
PICTURES = [Need("poppler-utils", lambda: shutil.which("pdftoppm") is not None)]
BROWSER = [Need("chromium", lambda: browser() is not None)]


def browser() -> str | None:
    """Path of an installed Chromium or Chrome."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def ensure_pdf_libraries() -> None:
    """Install what WeasyPrint needs where we may, else stop with the command that does."""
    missing = _missing([*PDF, *(FONTS if _is_debian() else [])])
    if missing and not install(missing):
        stop(
            "PDF packets need libraries and fonts that are not on this machine. Install them, then run make again:\n\n"
            f"    {_command(missing)}"
        )


def ensure_for_tests() -> str | None:
    """Install what only tests use where we may. Returns why there is no browser, or None when there is one."""
    missing = _missing([*PICTURES, *BROWSER])
    installed = not missing or install(missing)
    if browser():
        return None
    how = (
        "apt-get did not install it"
        if installed is False and _may_install()
        else f"run: {_command(['chromium'])}"
    )
    return f"no Chromium on this machine ({how})"


def install(packages: Iterable[str]) -> bool:
    """Install Debian packages when we are root on Debian or Ubuntu; whether they are there now."""
    if not _may_install():
        return False
    words = list(packages)
    say(f"Installing from the system's packages: {' '.join(words)}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *words]
    if attempt(command, env=quiet).returncode == 0:
        return True
    attempt(
        ["apt-get", "update"], env=quiet
    )  # a fresh image knows no packages, an old list names versions that are gone
    done = attempt(command, env=quiet)
    if done.returncode:
        say(done.stdout)
    return done.returncode == 0


def _missing(needs: Iterable[Need]) -> list[str]:
    return [need.package for need in needs if not need.is_there()]


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _is_debian() -> bool:
    return Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None


def _may_install() -> bool:
    return _is_debian() and os.geteuid() == 0


def _command(packages: Iterable[str]) -> str:
    words = list(packages)
    if _is_debian():
        return shlex.join(["sudo", "apt-get", "install", "--yes", "--no-install-recommends", *words])
    if shutil.which("dnf"):
        return "sudo dnf install pango harfbuzz dejavu-sans-fonts google-noto-sans-fonts chromium"
    if shutil.which("brew"):
        return "brew install pango && brew install --cask chromium"
    return f"install pango, harfbuzz with its subset library, and fonts (on Debian: {' '.join(words)})"
