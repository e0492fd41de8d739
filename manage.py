#!/usr/bin/env python
"""Django's command line for Downbeat."""

import os
import sys


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollout.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - settings come first

    from rollout.embedded_servers import EmbeddedServerFailed  # noqa: PLC0415

    try:
        execute_from_command_line(sys.argv)
    except EmbeddedServerFailed as failure:
        sys.exit(str(failure))


if __name__ == "__main__":
    main()
