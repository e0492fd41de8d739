"""The columns the list of sites can have: what each shows, what must be read for it, what it is in a file.

Which ones are shown and in which order is in the address (``cols=key,name,fact:rack``), so that a link carries it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sites.choices import FactState
from sites.models import Attribute
from sites.queries import site_rows
from sites.queries.site_rows import SiteRow
from sites.weekdays import hours_in_words

FACT = "fact:"
"""Before an attribute's key in the key of its column."""
ALWAYS = "key"
"""The column that is always there, first."""
DEFAULT = ("key", "name", "city", "region", "wave", "priority", "known", "missing")
_MOST = 60

GAP_WORDS = {
    "contact": ("contact", "user"),
    "hours": ("hours", "clock"),
    "coordinates": ("place", "map-pin-off"),
    "place": ("exact place", "map-pin-question"),
    "zone": ("time zone", "world"),
}
"""What is missing: a word and an icon."""


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    value:
        What it is in a file: text, number, moment or nothing.
    look:
        Which of the ways of `sites/list_table.html` it is shown in; its value as text by default.
    sort:
        A key of `queries.SORTS`, where the list can be sorted by it.
    needs:
        What must be read for it (`sites.queries.site_rows`); "" when the site has it.
    """

    key: str
    label: str
    value: Callable[[SiteRow], Any]
    look: str = "text"
    sort: str = ""
    needs: str = ""
    group: str = "Site"

    @property
    def is_plain(self) -> bool:
        """Whether it shows its value as text and nothing else."""
        return self.look in ("text", "long", "number", "place", "waiting")

    @property
    def is_number(self) -> bool:
        """Whether it is aligned to the end."""
        return self.look in ("number", "known")


@dataclass(frozen=True)
class Cell:
    """What one column shows of one row; `more` is what its look needs besides the text."""

    column: Column
    text: Any
    more: Any = None

    @property
    def css(self) -> str:
        """The classes of the cell. On a phone a card leaves out what is empty."""
        look = "primary" if self.column.key == ALWAYS else "num" if self.column.is_number else ""
        look = look or ("long" if self.column.look == "long" else "")
        return f"{look} is-empty" if self.text in (None, "") and not self.more else look


def _own(name: str) -> Callable[[SiteRow], Any]:
    return lambda row: getattr(row.site, name)


def _of_contact(name: str) -> Callable[[SiteRow], Any]:
    return lambda row: getattr(row.contact, name) if row.contact else ""


def _place(row: SiteRow) -> str:
    site = row.site
    if site.latitude is None or site.longitude is None:
        return ""
    return f"{site.latitude:.5f}, {site.longitude:.5f}"


def _group(name: str) -> Callable[[SiteRow], str]:
    return lambda row: str(getattr(row.site, name) or "")


_OWN = (
    Column("key", "Number", _own("key"), "key", "key"),
    Column("name", "Name", _own("name"), sort="name"),
    Column("street", "Street", _own("street")),
    Column("city", "City", _own("city"), sort="city"),
    Column("region", "State", _own("region"), sort="region"),
    Column("postal_code", "Postal code", _own("postal_code")),
    Column("country", "Country", _own("country")),
    Column("territory", "Region", _group("territory"), needs=site_rows.GROUPS),
    Column("format", "Format", _group("format"), needs=site_rows.GROUPS),
    Column("phone", "Phone", _own("phone")),
    Column("opening_hours", "Opening hours", _own("opening_hours"), "long"),
    Column("time_zone", "Time zone", _own("time_zone")),
    Column("place", "Coordinates", _place, "place"),
    Column(
        "contact", "Contact", _of_contact("name"), "contact", needs=site_rows.CONTACTS, group="Contact and access"
    ),
    Column(
        "contact_phone", "Contact’s phone", _of_contact("phone"), needs=site_rows.CONTACTS,
        group="Contact and access",
    ),
    Column(
        "contact_email", "Contact’s e-mail", _of_contact("email"), needs=site_rows.CONTACTS,
        group="Contact and access",
    ),
    Column(
        "hours", "Access hours", lambda row: hours_in_words(row.windows), "long", needs=site_rows.WINDOWS,
        group="Contact and access",
    ),
    Column("wave", "Wave", lambda row: str(row.wave or ""), "wave", "wave", group="Rollout"),
    Column("priority", "Priority", lambda row: row.place.priority, "number", "priority", group="Rollout"),
    Column(
        "known", "Facts", lambda row: row.place.known, "known", "known", site_rows.GAPS, "Rollout",  # type: ignore[attr-defined]
    ),
    Column(
        "missing", "Missing", lambda row: [GAP_WORDS[key][0] for key in row.gaps], "missing", needs=site_rows.GAPS,
        group="Rollout",
    ),
    Column(
        "questions", "Questions waiting", lambda row: row.waiting or "", "waiting", needs=site_rows.QUESTIONS,
        group="Rollout",
    ),
    Column(
        "changed", "Last change", lambda row: row.changed.at if row.changed else None, "changed",
        needs=site_rows.CHANGES, group="Rollout",
    ),
)  # fmt: skip


def _fact_column(attribute: Attribute) -> Column:
    key = attribute.key

    def value(row: SiteRow) -> Any:
        fact = row.facts.get(key)
        if fact is None or fact.state == FactState.UNKNOWN:
            return ""
        sure = fact.state == FactState.KNOWN
        plain = fact.value if isinstance(fact.value, int | float) else str(fact.value)
        return plain if sure else f"{fact.shown} ({FactState(fact.state).label.lower()})"

    return Column(f"{FACT}{key}", str(attribute), value, "fact", needs=site_rows.FACTS, group="Facts")


def all_columns(attributes: Iterable[Attribute]) -> list[Column]:
    """Return every column there is for a client with these attributes, in the order they are offered."""
    return [*_OWN, *map(_fact_column, attributes)]


def asked_keys(texts: Sequence[str]) -> list[str]:
    """Return the keys of ``cols=…``, which may be joined by commas or repeated, each once; none for the usual columns."""
    keys = [key.strip() for text in texts for key in text.split(",") if key.strip()]
    return list(dict.fromkeys(keys))[:_MOST]


def chosen_columns(texts: Sequence[str], every: Sequence[Column], *, attributes: int) -> list[Column]:
    """Return the columns to show, the site number first; keys that mean nothing are passed over."""
    by_key = {column.key: column for column in every}
    asked = [key for key in asked_keys(texts) if key in by_key]
    if not asked:
        asked = [key for key in DEFAULT if key != "known" or attributes]
    return [by_key[key] for key in dict.fromkeys((ALWAYS, *asked))]


def needs_of(columns: Iterable[Column]) -> frozenset[str]:
    """Return what must be read for these columns."""
    return frozenset(column.needs for column in columns if column.needs)


def cells(row: SiteRow, columns: Sequence[Column]) -> list[Cell]:
    """Return what the columns show of a row."""
    return [_cell(row, column) for column in columns]


def _cell(row: SiteRow, column: Column) -> Cell:
    match column.look:
        case "fact":
            return Cell(column, column.value(row), row.facts.get(column.key.removeprefix(FACT)))
        case "missing":
            return Cell(column, "", [GAP_WORDS[key] for key in row.gaps])
        case "changed":
            return Cell(column, column.value(row), row.changed)
        case "contact":
            return Cell(column, column.value(row), row.contact)
    return Cell(column, column.value(row))
