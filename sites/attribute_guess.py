"""Guess what sort of fact a column holds, so that it can become an attribute in one click. Knows no database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sites.choices import AttributeKind
from sites.imports.values import READERS, is_nothing

MOST_CHOICES = 12
_SCAN = 200_000


@dataclass(frozen=True, slots=True)
class Guess:
    """A kind of attribute, and for one of a list the list, most frequent first."""

    kind: str
    choices: tuple[str, ...] = ()


def guess(cells: Iterable[str]) -> Guess:
    """Return the narrowest kind that fits every filled cell; text when there is none.

    A few values that repeat are a list to choose from. Linear in the number of cells.
    """
    counts: dict[str, int] = {}
    for _, cell in zip(range(_SCAN), cells, strict=False):
        text = cell.strip()
        if text and not is_nothing(text):
            counts[text] = counts.get(text, 0) + 1
    if not counts:
        return Guess(AttributeKind.TEXT.value)
    if len({text.casefold() for text in counts}) <= 2 and _all_read("boolean", counts):
        return Guess(AttributeKind.YES_NO.value)
    if _all_read("number", counts):
        return Guess(AttributeKind.NUMBER.value)
    if _all_read("date", counts):
        return Guess(AttributeKind.DATE.value)
    if (
        len(counts) <= MOST_CHOICES
        and sum(counts.values()) >= 2 * len(counts)
        and max(map(len, counts)) <= 60
    ):
        return Guess(AttributeKind.CHOICE.value, _choices(counts))
    return Guess(AttributeKind.TEXT.value)


def _all_read(kind: str, counts: dict[str, int]) -> bool:
    reader = READERS[kind]  # type: ignore[index]
    return all(reader(text).value is not None for text in counts)


def _choices(counts: dict[str, int]) -> tuple[str, ...]:
    """One spelling of each value: the most frequent."""
    chosen: dict[str, str] = {}
    for text in sorted(counts, key=lambda one: (-counts[one], one)):
        chosen.setdefault(text.casefold(), text)
    return tuple(chosen.values())
