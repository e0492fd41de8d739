"""How every state and kind looks: a tone and an icon, so that nothing is told by colour alone."""

from typing import NamedTuple


class Look(NamedTuple):
    """Tone (a CSS class `is-…`) and icon of a state."""

    tone: str
    icon: str


UNKNOWN_LOOK = Look("neutral", "point")

_BY_LOOK: dict[Look, tuple[str, ...]] = {
    # Not begun, waiting, not known
    Look("neutral", "circle-dashed"): ("planned", "draft", "waiting", "not_started"),
    Look("neutral", "hourglass"): ("queued", "mapping", "provisional"),
    Look("warning", "question-mark"): ("unknown", "open_question"),
    Look("neutral", "minus"): ("none", "blank", "same", "not_applicable"),
    # On its way
    Look("info", "circle-half-2"): ("ready", "checked", "proposed", "preparing", "partly"),
    Look("info", "calendar-event"): ("scheduled",),
    Look("info", "calendar-check"): ("confirmed",),
    Look("info", "loader-2"): ("running", "claimed", "checking", "applying", "solving"),
    Look("accent", "map-pin-check"): ("on_site", "checked_in"),
    Look("accent", "activity"): ("live", "today"),
    Look("violet", "eye"): ("in_review", "open", "to_review", "review"),
    Look("violet", "send"): ("submitted", "offered", "sent"),
    Look("info", "eye"): ("opened",),
    # Ended well
    Look("success", "circle-check"): (
        "done",
        "applied",
        "accepted",
        "known",
        "passed",
        "met",
        "valid",
        "answered",
    ),
    Look("success", "rocket"): ("published", "issued", "launched"),
    Look("success", "check"): ("active", "confirmation", "yes"),
    Look("neutral", "archive"): ("closed", "superseded"),
    # Stopped
    Look("warning", "player-pause"): ("on_hold", "hold"),
    Look("neutral", "ban"): ("cancelled", "discarded", "withdrawn"),
    Look("neutral", "arrow-back-up"): ("undone",),
    # Wants somebody
    Look("warning", "clock"): ("stale", "at_risk", "expiring", "due"),
    Look("warning", "link"): ("to_pass_on",),
    Look("warning", "user-question"): ("not_theirs",),
    Look("warning", "scale"): ("disputed", "conflict"),
    Look("warning", "alert-triangle"): ("attention", "warning", "prerequisite"),
    Look("danger", "alarm"): ("late", "overdue", "expired"),
    Look("danger", "lock"): ("blocked",),
    Look("danger", "circle-x"): ("failed", "rejected", "missed", "no", "undelivered"),
    Look("danger", "alert-circle"): ("problem", "problem_raised", "error"),
    Look("danger", "shield-exclamation"): ("safety",),
    # What becomes of an imported row
    Look("success", "plus"): ("create", "new"),
    Look("info", "pencil"): ("update", "changed"),
    # People
    Look("accent", "music"): ("pm",),
    Look("info", "users"): ("pf",),
    Look("neutral", "building"): ("client", "commercial"),
    Look("neutral", "tool"): ("technician",),
    Look("neutral", "address-book"): ("contact",),
    # Visits and phases
    Look("info", "search"): ("survey",),
    Look("accent", "tools"): ("install",),
    Look("warning", "rotate-clockwise"): ("revisit",),
    Look("neutral", "clipboard-list"): ("prepare",),
    Look("neutral", "map-pin"): ("arrive", "exact"),
    Look("neutral", "ruler-measure"): ("test", "reading", "limit"),
    Look("neutral", "checks"): ("close_out",),
    # Sites
    Look("neutral", "pin"): ("by_hand",),
    Look("neutral", "building-store"): ("format",),
    Look("neutral", "layout-dashboard"): ("floor_plan",),
    Look("neutral", "paperclip"): ("document",),
    # Evidence and facts
    Look("neutral", "camera"): ("photo", "photo_attached", "picture"),
    Look("neutral", "barcode"): ("serial",),
    Look("neutral", "list-check"): ("choice", "step_answered"),
    Look("neutral", "number-123"): ("count", "number"),
    Look("neutral", "text-caption"): ("text", "paragraph"),
    Look("neutral", "signature"): ("signature",),
    Look("neutral", "toggle-left"): ("yes_no",),
    Look("neutral", "calendar"): ("date",),
    Look("neutral", "file-import"): ("import",),
    Look("neutral", "navigation"): ("postal_code",),
    # Clauses
    Look("neutral", "list"): ("list_item",),
    Look("neutral", "table"): ("table_row",),
    Look("neutral", "code"): ("code",),
    Look("neutral", "map-2"): ("diagram", "region"),
    Look("accent", "checkbox"): ("step",),
    Look("neutral", "package"): ("material", "add_material"),
    Look("info", "clipboard-check"): ("evidence", "add_evidence"),
    Look("neutral", "circle-minus"): ("out_of_scope", "inactive"),
    Look("neutral", "info-circle"): ("information",),
    # Variations
    Look("success", "circle-plus"): ("add_step",),
    Look("danger", "trash"): ("remove_step",),
    Look("info", "switch-horizontal"): ("replace_step",),
    Look("info", "clock-pause"): ("set_minutes",),
    Look("info", "users-group"): ("set_crew",),
    Look("neutral", "note"): ("note",),
    # Paper
    Look("neutral", "file-text"): ("letter", "a4"),
}

LOOKS: dict[str, Look] = {key: look for look, keys in _BY_LOOK.items() for key in keys}


def look_of(key: str) -> Look:
    """Return how a state looks; a state nobody has dressed yet is a neutral point."""
    return LOOKS.get(key, UNKNOWN_LOOK)
