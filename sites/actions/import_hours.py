"""The import target "hours": when one may come, one row for each site, weekday and window."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from functools import partial

from django.db.models import Q
from django.urls import reverse

from rollout.models import Rollout
from rollout.permissions import Permission
from sites.actions import import_parts as parts
from sites.choices import Weekday
from sites.import_targets import (
    KEY,
    Batch,
    ImportTarget,
    JsonValues,
    Note,
    Pair,
    Present,
    UndoBatch,
    Undone,
    fold,
)
from sites.imports.hours import DAY, Window, read_hours
from sites.imports.target import Field, Target
from sites.models import AccessWindow, ImportRow
from sites.weekdays import days_in_words

HOURS = "hours"
"""In the values of a row: its windows as texts, "Mon 21:00–05:00". What is written, compared and put back."""
TARGET = Target(
    key="hours",
    label="row of hours",
    key_field="weekday",
    fields=(
        parts.SITE_FIELD,
        Field(
            "weekday",
            "Weekday",
            "text",
            required=True,
            synonyms=("weekday", "day", "days", "day of week", "dow", "Wochentag", "Tag", "jour", "día"),
            help="Such as Mon, Tuesday, Mon–Fri or daily.",
        ),
        Field(
            "opens",
            "From",
            "time",
            required=True,
            synonyms=(
                "from",
                "opens",
                "open",
                "start",
                "starts",
                "begin",
                "access from",
                "von",
                "de",
                "desde",
            ),
            help="In the site’s own clock, such as 21:00.",
        ),
        Field(
            "closes",
            "To",
            "time",
            required=True,
            synonyms=("to", "closes", "close", "end", "ends", "until", "access to", "bis", "à", "hasta"),
            help="At or before “from” means the next morning.",
        ),
    ),
)


def fields(rollout: Rollout) -> Target:
    """The same for every client."""
    return TARGET


def days_of(text: str) -> tuple[int, ...]:
    """Read weekdays in any way opening hours name them, in several languages; empty when they cannot be read for sure."""
    return tuple(sorted({window.weekday for window in read_hours(f"{text} 08:00-09:00").windows}))


def _text(window: Window) -> str:
    return f"{str(Weekday(window.weekday).label)[:3]} {window.opens:%H:%M}–{window.closes:%H:%M}"


_DAYS = {str(day.label)[:3]: day.value for day in Weekday}


def _window(text: str) -> Window:
    day, _, hours = text.partition(" ")
    opens, _, closes = hours.partition("–")
    return Window(_DAYS[day], time.fromisoformat(opens), time.fromisoformat(closes))


def _texts(windows: Iterable[Window]) -> list[str]:
    return [_text(window) for window in sorted(windows)]


def _windows_of(site_ids: Iterable[int]) -> dict[int, list[Window]]:
    rows = AccessWindow.objects.filter(site__in=list(site_ids)).order_by("site_id", "weekday", "opens")
    found: dict[int, list[Window]] = defaultdict(list)
    for pk, *window in rows.values_list("site_id", "weekday", "opens", "closes"):
        found[pk].append(Window(*window))
    return found


def present(rollout: Rollout, keys: Sequence[str]) -> dict[str, Present]:
    """Find the windows that begin on these weekdays at this time; two queries however many there are."""
    wanted = {key: parts.parts_of(key, 3) for key in keys}
    known = parts.sites_called(rollout, {one[0] for one in wanted.values()})
    windows = _windows_of(site.pk for site in known.values())
    found: dict[str, Present] = {}
    for key, (number, weekday, opens) in wanted.items():
        site, days = known.get(fold(number)), days_of(weekday)
        there = (
            [one for one in windows[site.pk] if one.weekday in days and f"{one.opens:%H:%M}" == opens]
            if site
            else []
        )
        if site and there:
            values = {KEY: key, "site": site.key, "weekday": days_in_words(days), HOURS: _texts(there)}
            found[fold(key)] = Present(site.pk, values, enrolled=True)
    return found


def complete(rollout: Rollout, rows: Sequence[Pair]) -> list[list[Note]]:
    """Read the weekdays, and say which hours of the site a row overlaps."""
    known = parts.sites_called(rollout, {str(values["site"]) for values, _ in rows if values.get("site")})
    windows = _windows_of(site.pk for site in known.values())
    by_number = {site.key: windows[site.pk] for site in known.values()}
    return parts.with_sites(rollout, rows, partial(_judge, by_number))


def _judge(known: Mapping[str, Sequence[Window]], values: JsonValues, there: Present | None) -> list[Note]:
    weekday, opens, closes = (values.get(name) for name in ("weekday", "opens", "closes"))
    if not (weekday and opens and closes):
        return []
    days = days_of(str(weekday))
    if not days:
        sentence = f"“{str(weekday)[:60]}” cannot be read as weekdays. Write them as Mon, Mon–Fri or daily."
        return [Note("weekday", "rejected", sentence, "weekday")]
    if opens == closes:
        sentence = "“From” and “to” are the same. For the whole day write 00:00 to 23:59."
        return [Note("closes", "rejected", sentence, "no_length")]
    said = [Window(day, time.fromisoformat(opens), time.fromisoformat(closes)) for day in days]
    values[HOURS] = _texts(said)
    values["weekday"], values["opens"], values["closes"] = days_in_words(days), None, None
    return _overlaps(said, known.get(values["site"], ()))


def _overlaps(said: Sequence[Window], known: Sequence[Window]) -> list[Note]:
    begun = {(one.weekday, one.opens) for one in said}
    others = [one for one in known if (one.weekday, one.opens) not in begun]
    met = sorted({other for other in others for one in said if _meet(one, other)})
    if not met:
        return []
    texts = ", ".join(_texts(met)[:3])
    sentence = f"The site has {texts} already, which overlaps. Both will hold; take one away on the page of the site."
    return [Note("opens", "attention", sentence, "overlap")]


def _meet(one: Window, other: Window) -> bool:
    """Whether two windows share a minute, in a week that goes round."""
    first, second = _span(one), _span(other)
    return any(
        first[0] + shift < second[1] and second[0] < first[1] + shift for shift in (-7 * DAY, 0, 7 * DAY)
    )


def _span(window: Window) -> tuple[int, int]:
    begin = window.weekday * DAY + window.opens.hour * 60 + window.opens.minute
    end = window.weekday * DAY + window.closes.hour * 60 + window.closes.minute
    return begin, end if end > begin else end + DAY


def apply(batch: Batch) -> None:
    """Write the hours of a batch; four statements however many there are."""
    owner = parts.site_ids(batch)
    rows = [row for row in [*batch.creates, *batch.updates] if row.pk in owner]
    for row in rows:
        row.subject_id = owner[row.pk]
    _write([(row, row.values[HOURS]) for row in rows])
    parts.record(batch, "hours", lambda row: f"Access {', '.join(row.values[HOURS])}", owner)


def _write(told: Sequence[tuple[ImportRow, Sequence[str]]]) -> None:
    """Give sites these windows in place of those that begin at the same time."""
    wanted: dict[tuple[int, int, time], Window] = {}
    for row, texts in told:
        for window in map(_window, texts):
            wanted[row.subject_id or 0, window.weekday, window.opens] = window
    _clear([row for row, _ in told])
    AccessWindow.objects.bulk_create(
        [AccessWindow(site_id=site, **window._asdict()) for (site, *_), window in wanted.items()],
        batch_size=2000,
    )


def _clear(rows: Sequence[ImportRow]) -> None:
    gone: dict[tuple[int, time], set[int]] = defaultdict(set)
    for row in rows:
        for window in map(_window, row.values[HOURS]):
            gone[window.weekday, window.opens].add(row.subject_id or 0)
    these = Q(pk__in=[])
    for (weekday, opens), sites in gone.items():
        these |= Q(weekday=weekday, opens=opens, site__in=sites)
    AccessWindow.objects.filter(these).delete()


def undo(batch: UndoBatch) -> Undone:
    """Take away the hours a batch brought and put back what they replaced, unless somebody changed them since."""
    return parts.put_back(batch, present=present, remove=_clear, restore=_restore)


def _restore(back: Sequence[tuple[ImportRow, JsonValues]]) -> None:
    _write([(row, values[HOURS]) for row, values in back if HOURS in values])


def _list_url(rollout: Rollout) -> str:
    return reverse("sites:list", kwargs={"code": rollout.code})


ACCESS_HOURS = ImportTarget(
    key="hours",
    label="Access hours",
    noun="window",
    plural="access hours",
    a_row="One row for each site and weekday, or days such as Mon–Fri; a day may have several rows.",
    permission=Permission.SITE_IMPORT,
    fields=fields,
    present=present,
    complete=complete,
    apply=apply,
    undo=undo,
    list_url=_list_url,
    example=(
        {"site": "0417", "weekday": "Mon–Fri", "opens": "21:00", "closes": "05:00"},
        {"site": "0417", "weekday": "Sat", "opens": "22:00", "closes": "06:00"},
    ),
    key_parts=("site", "weekday", "opens"),
)
