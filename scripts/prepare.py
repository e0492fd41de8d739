"""Make a bare machine ready: virtual environment, pinned packages, system libraries, built pages.

    python3 scripts/prepare.py run      what `make up` needs
    python3 scripts/prepare.py check    what `make check` needs
    python3 scripts/prepare.py test     what `make test` needs

Every step looks first and does nothing when there is nothing to do. Nothing but the standard library is imported.
"""

import os
import shutil
import sys

OLDEST = (3, 11)


def main(purpose):
    """Do what the purpose needs, under a Python that is new enough. Itself it is read by any Python 3."""
    if sys.version_info < OLDEST:
        _run_under_a_newer_python()
    import frontend  # noqa: PLC0415 (an old Python cannot read them)
    import packages  # noqa: PLC0415
    import system  # noqa: PLC0415

    packages.ensure_installed("base" if purpose == "run" else "dev")
    if purpose != "check":
        system.ensure_pdf_libraries()
        frontend.ensure_built()


def _run_under_a_newer_python():
    for minor in (13, 12, 11, 14):
        newer = shutil.which("python3.{}".format(minor))  # noqa: UP032 (as above)
        if newer:
            os.execv(newer, [newer, *sys.argv])
    here = sys.version.split()[0]
    sys.exit("Downbeat needs Python 3.11 or newer and this is " + here + ". Install one and run make again.")


if __name__ == "__main__":
    main(sys.argv[1])
