"""Load the demo, or bring it back to its first state."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from rollout import demo
from rollout.exceptions import Refused


class Command(BaseCommand):
    """`manage.py demo` loads it once; `manage.py demo --reset` clears it and loads it anew."""

    help = "Load the demo: 240 cafés getting new guest Wi-Fi, with dates relative to today."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--reset` takes the demo away first."""
        parser.add_argument(
            "--reset", action="store_true", help="clear the demo's clients first, then load them anew"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say who can sign in."""
        try:
            if options["reset"]:
                demo.clear()
            rows = demo.load(now=timezone.now())
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        for row in rows:
            self.stdout.write(f"{row['role']:36} {row['email'] or row['link']}")
