"""The programs in `scripts/`, which are no package, as modules for tests."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

FOLDER = str(Path(__file__).parent.parent / "scripts")


def load_script(name: str) -> ModuleType:
    """Return one script as a module, with the scripts it imports."""
    if FOLDER not in sys.path:
        sys.path.append(FOLDER)
    return importlib.import_module(name)
