"""What happened to a site, field by field: who changed what from what to what, when and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Func, QuerySet, TextField

from rollout.models import AuditEntry, Rollout
from sites.facts import ATTRIBUTE_PREFIX, show_value
from sites.import_targets import ENROLLED
from sites.models import Attribute, Site

_WORDS: Mapping[str, str] = {
    "attachment": "File",
    "contact": "Contact",
    "contact_name": "Contact name",
    "contact_phone": "Contact phone",
    "contact_email": "Contact e-mail",
    "contact_order": "Order of contacts",
    "windows": "Access hours",
    "access hours": "Access hours",
    "wave": "Wave",
    "priority": "Priority",
    "rollout": "Rollout",
    "precision": "Kind of coordinates",
    "region": "State or province",
    "territory": "Region",
    "format": "Format",
    ENROLLED: "In this rollout",
}
_THINGS = frozenset({"attachment", "contact"})
_NOTHING: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after, in words; "" where there was or is nothing."""

    key: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that happened.

    Attributes
    ----------
    who:
        The person with an account, else who said it, else Downbeat itself.
    changes:
        Field by field; empty where the summary says it all.
    """

    at: datetime
    who: str
    summary: str
    reason: str
    changes: tuple[FieldChange, ...]

    @property
    def telling(self) -> tuple[FieldChange, ...]:
        """The changes a page shows: a file or contact that came or went is told by the summary alone."""
        if all(one.key in _THINGS and not (one.before and one.after) for one in self.changes):
            return ()
        return self.changes


class _KeysOf(Func):
    """The keys of a JSON object, a row each."""

    function = "jsonb_object_keys"
    output_field = TextField()
    set_returning_function = True


def entries_about(site: Site, rollout: Rollout, *, field: str = "") -> QuerySet[AuditEntry]:
    """Audit entries about a site that belong to this rollout, newest first: the other rollouts' are not this team's.

    `field` keeps those that changed this field.
    """
    entries: QuerySet[AuditEntry] = AuditEntry.objects.filter(
        rollout=rollout, subject_type=Site._meta.label_lower, subject_id=site.pk
    )
    if field:
        entries = entries.filter(data__changes__has_key=field)
    return entries.select_related("by").order_by("-at", "-pk")


def fields_changed(site: Site, rollout: Rollout) -> list[tuple[str, str]]:
    """Return (key, name) of every field of the site that was ever changed, by name: two queries."""
    keys = (
        entries_about(site, rollout)
        .filter(data__has_key="changes")
        .order_by()
        .annotate(changed=_KeysOf(F("data__changes")))
        .values_list("changed", flat=True)
        .distinct()
    )
    labels = _labels(rollout)
    return sorted(((key, _label(key, labels)) for key in keys), key=lambda pair: pair[1].casefold())


def history_lines(
    entries: Iterable[AuditEntry], rollout: Rollout, *, field: str = ""
) -> Iterator[HistoryLine]:
    """Yield audit entries as people read them: one query more, for the names of the attributes.

    With `field`, of the changes of an entry only that one.
    """
    labels = _labels(rollout)
    for entry in entries:
        changes = _changes(entry.data, labels)
        kept = tuple(change for change in changes if not field or change.key == field)
        yield HistoryLine(entry.at, _who(entry), entry.summary, entry.reason, kept)


def _who(entry: AuditEntry) -> str:
    return str(entry.by) if entry.by else str(entry.data.get("said_by") or "Downbeat")


def _changes(data: Mapping[str, Any], labels: Mapping[str, Attribute]) -> tuple[FieldChange, ...]:
    changes = data.get("changes")
    if not isinstance(changes, Mapping):
        return ()
    return tuple(
        FieldChange(key, _label(key, labels), _shown(key, pair[0], labels), _shown(key, pair[1], labels))
        for key, pair in changes.items()
        if isinstance(pair, list) and len(pair) == 2
    )


def _labels(rollout: Rollout) -> dict[str, Attribute]:
    return {one.key: one for one in Attribute.objects.filter(client=rollout.client_id)}


def _attribute(key: str, labels: Mapping[str, Attribute]) -> Attribute | None:
    """A bare key is the site's own field before it is an attribute's."""
    if key.startswith(ATTRIBUTE_PREFIX):
        return labels.get(key.removeprefix(ATTRIBUTE_PREFIX))
    return None if key in _WORDS or key in _OWN else labels.get(key)


_OWN = {field.name: str(getattr(field, "verbose_name", field.name)) for field in Site._meta.get_fields()}


def _label(key: str, labels: Mapping[str, Attribute]) -> str:
    attribute = _attribute(key, labels)
    if attribute is not None:
        return attribute.label
    text = _WORDS.get(key) or _OWN.get(key) or key.removeprefix(ATTRIBUTE_PREFIX).replace("_", " ")
    return text[:1].upper() + text[1:]


def _shown(key: str, value: Any, labels: Mapping[str, Attribute]) -> str:
    if value in _NOTHING:
        return ""
    attribute = _attribute(key, labels)
    if isinstance(value, list):
        return "; ".join(_shown(key, one, labels) for one in value)
    if isinstance(value, float) and attribute is None:
        return f"{value:.7f}".rstrip("0").rstrip(".")
    is_number = isinstance(value, int | float)
    return show_value(value, attribute.unit if attribute and is_number else "")
