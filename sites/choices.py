"""Stable string keys of the estate."""

from django.db import models


class PlacePrecision(models.TextChoices):
    """How well the coordinates of a site are known."""

    EXACT = "exact", "From the list"
    BY_HAND = "by_hand", "Placed by hand"
    POSTAL_CODE = "postal_code", "Centre of the postal code"
    UNKNOWN = "unknown", "Unknown"


class Weekday(models.IntegerChoices):
    """ISO order, Monday first, as `date.weekday()` counts."""

    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


class AttributeKind(models.TextChoices):
    """What sort of value a fact has."""

    CHOICE = "choice", "One of a list"
    NUMBER = "number", "Number"
    YES_NO = "yes_no", "Yes or no"
    DATE = "date", "Date"
    TEXT = "text", "Text"


class FactSource(models.TextChoices):
    """Where a value comes from."""

    IMPORT = "import", "Import"
    SURVEY = "survey", "Survey"
    CONTACT = "contact", "Site contact"
    TECHNICIAN = "technician", "Technician"
    PM = "pm", "Project manager"


class FactState(models.TextChoices):
    """What is known about an attribute of a site. Unknown is a state, never a silent no."""

    KNOWN = "known", "Known"
    UNKNOWN = "unknown", "Unknown"
    STALE = "stale", "Stale"
    DISPUTED = "disputed", "Disputed"


class ImportState(models.TextChoices):
    """Where an import is: uploaded and being mapped, checked, applied, undone."""

    MAPPING = "mapping", "Columns being mapped"
    CHECKING = "checking", "Being checked"
    CHECKED = "checked", "Ready to apply"
    APPLYING = "applying", "Being applied"
    APPLIED = "applied", "Applied"
    UNDONE = "undone", "Undone"


class RowVerdict(models.TextChoices):
    """What became of one record of an imported file."""

    ACCEPTED = "accepted", "Accepted"
    ATTENTION = "attention", "Needs attention"
    REJECTED = "rejected", "Rejected"
    BLANK = "blank", "Blank"


class RowChange(models.TextChoices):
    """What applying a row does or did."""

    CREATE = "create", "New"
    UPDATE = "update", "Changed"
    SAME = "same", "Unchanged"
    NONE = "none", "Not imported"


class GroupKind(models.TextChoices):
    """The two ways in which a client sorts its sites."""

    REGION = "region", "Region"
    FORMAT = "format", "Format"


class AttachmentKind(models.TextChoices):
    """What a file about a site is."""

    FLOOR_PLAN = "floor_plan", "Floor plan"
    PICTURE = "picture", "Picture"
    DOCUMENT = "document", "Document"


class InquiryKind(models.TextChoices):
    """Who answers the questions about a site: somebody who is there, or somebody who goes there."""

    CONTACT = "contact", "Site contact"
    SURVEY = "survey", "Survey"


class InquiryState(models.TextChoices):
    """Where questions to a site are; where several hold, the first of them counts."""

    WITHDRAWN = "withdrawn", "Withdrawn"
    NOT_THEIRS = "not_theirs", "Not their site"
    ANSWERED = "answered", "Answered"
    EXPIRED = "expired", "Expired"
    PARTLY = "partly", "Partly answered"
    OPENED = "opened", "Opened"
    UNDELIVERED = "undelivered", "Not delivered"
    SENT = "sent", "Sent"
    TO_PASS_ON = "to_pass_on", "Link to pass on"
