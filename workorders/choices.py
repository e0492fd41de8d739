"""Stable string keys of statements of work, plans, work orders and evidence."""

from django.db import models


class ClauseKind(models.TextChoices):
    """What a clause is in its document."""

    PARAGRAPH = "paragraph", "Paragraph"
    LIST_ITEM = "list_item", "List item"
    TABLE_ROW = "table_row", "Table row"
    CODE = "code", "Code"
    DIAGRAM = "diagram", "Diagram"


class Reading(models.TextChoices):
    """How a clause can be read."""

    STEP = "step", "Step"
    SAFETY = "safety", "Safety"
    PREREQUISITE = "prerequisite", "Prerequisite"
    MATERIAL = "material", "Material"
    EVIDENCE = "evidence", "Evidence"
    LIMIT = "limit", "Limit"
    OUT_OF_SCOPE = "out_of_scope", "Out of scope"
    COMMERCIAL = "commercial", "Commercial"
    CONTACT = "contact", "Contact"
    INFORMATION = "information", "Information"


class Phase(models.TextChoices):
    """The five phases of a visit, in order."""

    PREPARE = "prepare", "Prepare"
    ARRIVE = "arrive", "Arrive"
    INSTALL = "install", "Install"
    TEST = "test", "Test"
    CLOSE_OUT = "close_out", "Close out"


PHASE_ORDER = {phase: position for position, phase in enumerate(Phase.values)}


class EvidenceKind(models.TextChoices):
    """What a technician records to prove a step."""

    CONFIRMATION = "confirmation", "Confirmation"
    PHOTO = "photo", "Photo"
    SERIAL = "serial", "Serial number"
    READING = "reading", "Reading"
    CHOICE = "choice", "Choice"
    COUNT = "count", "Count"
    TEXT = "text", "Text"
    SIGNATURE = "signature", "Signature"


class Effect(models.TextChoices):
    """What a variation does to the plan where its condition holds."""

    ADD_STEP = "add_step", "Add a step"
    REMOVE_STEP = "remove_step", "Leave a step out"
    REPLACE_STEP = "replace_step", "Replace a step's instructions"
    SET_MINUTES = "set_minutes", "Set a step's minutes"
    SET_CREW = "set_crew", "Set the crew"
    ADD_MATERIAL = "add_material", "Add material"
    ADD_EVIDENCE = "add_evidence", "Require evidence"
    NOTE = "note", "Add a note"


class Rank(models.IntegerChoices):
    """Specificity: the more specific rule wins."""

    ROLLOUT = 0, "Whole rollout"
    REGION = 1, "Region or format"
    SITE = 2, "One site"


class RevisionState(models.TextChoices):
    """A plan revision is a draft until it is published; published ones never change."""

    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"


class WorkOrderState(models.TextChoices):
    """The life of a work order."""

    PLANNED = "planned", "Planned"
    READY = "ready", "Ready"
    SCHEDULED = "scheduled", "Scheduled"
    CONFIRMED = "confirmed", "Confirmed"
    ON_SITE = "on_site", "On site"
    IN_REVIEW = "in_review", "In review"
    DONE = "done", "Done"
    ON_HOLD = "on_hold", "On hold"
    CANCELLED = "cancelled", "Cancelled"


class EventType(models.TextChoices):
    """Facts from the field."""

    CHECKED_IN = "checked_in", "Checked in"
    STEP_ANSWERED = "step_answered", "Step answered"
    PHOTO_ATTACHED = "photo_attached", "Photo attached"
    PROBLEM_RAISED = "problem_raised", "Problem raised"
    SUBMITTED = "submitted", "Submitted"


class Verdict(models.TextChoices):
    """What review says of a piece of evidence."""

    OPEN = "open", "To review"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"
