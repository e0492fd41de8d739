"""What comes in from phones and pages: validated, never saved here."""

from __future__ import annotations

import json
import uuid
from typing import Any

from rest_framework import serializers

from workorders.actions.field import FieldEvent
from workorders.choices import EventType

MOST_EVENTS = 500
MOST_CHARACTERS = 20_000


class EventSerializer(serializers.Serializer[Any]):
    """One event as the device writes it."""

    id = serializers.UUIDField()
    type = serializers.ChoiceField(choices=EventType.choices)
    device = serializers.CharField(max_length=40)
    sequence = serializers.IntegerField(min_value=0)
    device_at = serializers.DateTimeField()
    data = serializers.DictField(default=dict)  # type: ignore[assignment]

    def validate_data(self, value: dict[str, Any]) -> dict[str, Any]:
        """Refuse what the database cannot keep: endless numbers, NUL characters, whole books."""
        try:
            text = json.dumps(value, allow_nan=False)
        except ValueError:
            raise serializers.ValidationError("A number is out of range.") from None
        if "\\u0000" in text or len(text) > MOST_CHARACTERS:
            raise serializers.ValidationError("Too long, or with characters that cannot be kept.")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A photo announces the key and hash of its file."""
        if attrs["type"] == EventType.PHOTO_ATTACHED:
            _photo(attrs["data"])
        return attrs


def _photo(data: dict[str, Any]) -> None:
    try:
        uuid.UUID(str(data.get("evidence_key")))
    except ValueError:
        raise serializers.ValidationError("A picture needs an evidence_key.") from None
    digest = str(data.get("sha256", ""))
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise serializers.ValidationError("A picture needs the SHA-256 of its bytes.")


def events_from(payload: Any) -> tuple[list[FieldEvent], list[dict[str, str]]]:
    """Return the readable events of a batch, and an answer for each unreadable one.

    `payload` is ``{"events": [...]}``; more than 500 at once are left for the next batch.
    """
    listed = payload.get("events") if isinstance(payload, dict) else None
    facts: list[FieldEvent] = []
    broken: list[dict[str, str]] = []
    for raw in (listed if isinstance(listed, list) else [])[:MOST_EVENTS]:
        serializer = EventSerializer(data=raw)
        if serializer.is_valid():
            facts.append(FieldEvent(**serializer.validated_data))
        else:
            broken.append(_broken(raw, serializer))
    return facts, broken


def _broken(raw: Any, serializer: EventSerializer) -> dict[str, str]:
    told = raw.get("id", "") if isinstance(raw, dict) else ""
    fields = ", ".join(sorted(str(name) for name in serializer.errors))
    sentence = f"This record cannot be read ({fields}). It stays on the phone; show it to your facilitator."
    return {"id": str(told), "status": "refused", "sentence": sentence}
