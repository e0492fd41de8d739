"""Make attributes of the columns of a list that no field takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice

from rollout.exceptions import Refused
from rollout.models import User
from sites import attribute_guess
from sites.actions import attributes
from sites.attribute_guess import Guess
from sites.choices import AttributeKind
from sites.facts import ATTRIBUTE_PREFIX
from sites.import_files import opened_plainly
from sites.imports.values import is_nothing
from sites.models import SiteImport

MOST_CHOICES = 100


class TooManyChoices(Refused):
    """A column has more different values than anybody could choose from."""


def define(site_import: SiteImport, columns: Mapping[int, str], by: User, at: datetime) -> dict[str, int]:
    """Make attributes of columns and return their fields with the columns.

    Parameters
    ----------
    columns
        Column to kind of attribute; "" for the kind its values suggest.

    Raises
    ------
    AttributeKeyTaken, TooManyChoices
    """
    made: dict[str, int] = {}
    if not columns:
        return made
    with opened_plainly(site_import) as source:
        for column, kind in sorted(columns.items()):
            label = source.columns[column][:80]
            found = _guess(label, kind, (row.cells[column] for row in source.rows()))
            attribute = attributes.define_attribute(
                rollout=site_import.rollout,
                label=label,
                # A name without Latin letters gives no key; the place of the column does.
                key=attributes.attribute_key(label) or f"column-{column + 1}",
                kind=found.kind,
                choices=found.choices,
                by=by,
                at=at,
            )
            made[f"{ATTRIBUTE_PREFIX}{attribute.key}"] = column
    return made


def _guess(label: str, kind: str, cells: Iterable[str]) -> Guess:
    if not kind:
        return attribute_guess.guess(cells)
    return Guess(kind, _choices(label, cells) if kind == AttributeKind.CHOICE else ())


def _choices(label: str, cells: Iterable[str]) -> tuple[str, ...]:
    """Every value once, in the spelling that comes first."""
    found: dict[str, str] = {}
    texts = (cell.strip()[:120] for cell in cells)
    for text in texts:
        if text and not is_nothing(text):
            found.setdefault(text.casefold(), text)
        if len(found) > MOST_CHOICES:
            raise TooManyChoices(
                f"“{label}” has more than {MOST_CHOICES} different values, too many to choose from. Make it a text."
            )
    if len(found) < 2:
        raise TooManyChoices(f"“{label}” has fewer than two different values. Make it a text.")
    return tuple(islice(found.values(), MOST_CHOICES))
