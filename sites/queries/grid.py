"""Sites as a grid of cells that can be typed into: what each cell says, and what typing something else would do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import QuerySet

from rollout.models import Rollout
from sites.cells import ChoiceColumn, Column, FactColumn, HoursColumn, Place, Raw, SayingsColumn, columns_of
from sites.choices import FactState
from sites.facts import FactValue, FactView, facts_for
from sites.models import Enrolment

PER_PAGE = 500
MOST_COLUMNS = 12
MOST_CELLS = 10_000
MOST_LETTERS = 500
DEFAULT = ("name", "city", "wave", "priority", "territory", "format")


class Typed(NamedTuple):
    """What somebody typed into a cell: the enrolment, the column, what the cell said before, what it should say."""

    enrolment: int
    column: str
    was: str
    text: str


class Seen(NamedTuple):
    """What a cell says, and a word on it: stale or disputed for facts, else ""."""

    text: str
    state: str = ""


@dataclass(frozen=True)
class GridRow:
    """One site with its cells in the order of the columns."""

    place: Place
    cells: tuple[tuple[str, Seen], ...]


@dataclass(frozen=True)
class Judged:
    """What typing does: ``change``, ``same``, ``invalid`` (a sentence says why) or ``conflict`` (somebody else was faster)."""

    typed: Typed
    place: Place | None
    column: Column | None
    verdict: str
    sentence: str = ""
    now: str = ""
    before: Raw = None
    after: Raw = None

    @property
    def words(self) -> str:
        """What the cell will say."""
        return self.column.words(self.after) if self.column is not None else ""


def grid_columns(rollout: Rollout, *, today: date) -> dict[str, Column]:
    """Return the columns that can be typed into, by key."""
    every = columns_of(rollout, today=today)
    kinds = HoursColumn | SayingsColumn
    return {
        key: column for key, column in every.items() if not isinstance(column, kinds) and key != "rollout"
    }


def chosen_columns(columns: Mapping[str, Column], asked: str) -> list[Column]:
    """Return the columns an address asks for, in its order, as far as they can be typed into; a few when it asks for none."""
    wanted = [columns[key] for key in dict.fromkeys(asked.split(",")) if key in columns]
    return (wanted or [columns[key] for key in DEFAULT if key in columns])[:MOST_COLUMNS]


def places_in(rollout: Rollout, rows: QuerySet[Enrolment]) -> list[Place]:
    """Return sites in the order of the list."""
    found = rows.values_list("pk", "site_id", "site__key", "site__name", "site__country")
    return [Place(*row) for row in found]


def grid_rows(
    rollout: Rollout, places: Sequence[Place], columns: Sequence[Column], *, today: date
) -> list[GridRow]:
    """Return the cells of some sites: one query a column, and three for all facts together."""
    seen = _seen(rollout, places, columns, today)
    return [
        GridRow(place, tuple((column.key, seen[column.key][place.site]) for column in columns))
        for place in places
    ]


def _seen(
    rollout: Rollout, places: Sequence[Place], columns: Iterable[Column], today: date
) -> dict[str, dict[int, Seen]]:
    ids = [place.site for place in places]
    columns = list(columns)
    facts = facts_for(ids, rollout.client_id, today=today) if _about_facts(columns) else {}
    found: dict[str, dict[int, Seen]] = {}
    for column in columns:
        if isinstance(column, FactColumn):
            key = column.attribute.key
            found[column.key] = {pk: _of_fact(facts[pk].get(key)) for pk in ids}
        else:
            now = column.now(ids, rollout)
            found[column.key] = {pk: Seen(column.words(now.get(pk))) for pk in ids}
    return found


def _about_facts(columns: Iterable[Column]) -> bool:
    return any(isinstance(column, FactColumn) for column in columns)


def _of_fact(fact: FactView | None) -> Seen:
    if fact is None or fact.state == FactState.UNKNOWN:
        return Seen("")
    return Seen(typeable(fact.value), "" if fact.state == FactState.KNOWN else str(fact.state))


def typeable(value: FactValue) -> str:
    """Return a fact as it can be typed back: numbers without separators, yes and no as words."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return "" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)


def judge(
    rollout: Rollout,
    places: Mapping[int, Place],
    columns: Mapping[str, Column],
    typed: Sequence[Typed],
    *,
    today: date,
) -> list[Judged]:
    """Say what each typed cell does, against what the database says now. `places` by enrolment; others are gone."""
    used = {one.column: columns[one.column] for one in typed if one.column in columns}
    among = [places[pk] for pk in dict.fromkeys(one.enrolment for one in typed) if pk in places]
    seen = _seen(rollout, among, used.values(), today)
    now = {key: column.now([place.site for place in among], rollout) for key, column in used.items()}
    return [_judge(one, places.get(one.enrolment), used.get(one.column), seen, now) for one in typed]


def _judge(
    typed: Typed,
    place: Place | None,
    column: Column | None,
    seen: Mapping[str, Mapping[int, Seen]],
    now: Mapping[str, Mapping[int, Raw]],
) -> Judged:
    if place is None or column is None:
        gone = (
            "This site is no longer in the rollout." if place is None else "This column is no longer there."
        )
        return Judged(typed, place, column, "invalid", gone)
    says, before = seen[column.key][place.site].text, now[column.key].get(place.site)
    try:
        after = column.read(typed.text, place)
    except ValueError as error:
        return Judged(typed, place, column, "invalid", str(error), says)
    if _same(column, before, after, says):
        return Judged(typed, place, column, "same", now=says)
    if typed.was != says:
        sentence = f"Somebody changed this to “{says or 'nothing'}” meanwhile."
        return Judged(typed, place, column, "conflict", sentence, says)
    return Judged(typed, place, column, "change", "", says, before, after)


def _same(column: Column, before: Raw, after: Raw, says: str) -> bool:
    if isinstance(column, FactColumn):
        return after is not None and typeable(after[0]).casefold() == says.casefold()
    return bool(before == after)


def numbers_matched(rows: QuerySet[Enrolment], numbers: Iterable[str]) -> dict[str, Place]:
    """Return the sites of the list with these numbers, by number in small letters; case does not tell two apart."""
    wanted = {number.casefold() for number in numbers}
    found = rows.filter(site__key__in=_spellings(numbers)).order_by()
    columns = ("pk", "site_id", "site__key", "site__name", "site__country")
    places = {place.key.casefold(): place for place in (Place(*row) for row in found.values_list(*columns))}
    missing = wanted - places.keys()
    if missing:  # Written with other capitals than anybody would guess: look through the list once.
        for row in rows.order_by().values_list(*columns):
            if row[2].casefold() in missing:
                places[row[2].casefold()] = Place(*row)
    return places


def _spellings(numbers: Iterable[str]) -> set[str]:
    return {form for number in numbers for form in (number, number.upper(), number.lower())}


def suggestions(column: Column) -> list[str]:
    """Return what a cell can say, to choose from while typing; empty where anything fits."""
    words: list[Any] = [text for _, text in column.choices]
    return ["", *words] if isinstance(column, ChoiceColumn) and column.may_be_empty else words
