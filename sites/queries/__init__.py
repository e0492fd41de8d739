"""Every read of the sites app."""

from sites.queries.attributes import AttributeLine, attribute_lines, attributes_of
from sites.queries.imports import (
    ImportTally,
    imports_of,
    not_accepted,
    rows_of,
    same_file_before,
    tallies,
    tally_of,
)
from sites.queries.sites import (
    Day,
    bulk_summary,
    enrolment_of,
    enrolments_in_use,
    enrolments_of,
    history_of,
    in_use,
    matching,
    natural,
    regions_of,
    sites_to_add,
    waves_of,
    week_of,
)

__all__ = [
    "AttributeLine",
    "Day",
    "ImportTally",
    "attribute_lines",
    "attributes_of",
    "bulk_summary",
    "enrolment_of",
    "enrolments_in_use",
    "enrolments_of",
    "history_of",
    "imports_of",
    "in_use",
    "matching",
    "natural",
    "not_accepted",
    "regions_of",
    "rows_of",
    "same_file_before",
    "sites_to_add",
    "tallies",
    "tally_of",
    "waves_of",
    "week_of",
]
