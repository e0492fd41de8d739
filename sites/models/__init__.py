"""The estate: sites, who to talk to, when one may come, what is known, and the imports it came from."""

from sites.models.facts import Attribute, AttributeValue
from sites.models.imports import ImportRow, SiteImport
from sites.models.sites import AccessWindow, Contact, Enrolment, Site

__all__ = [
    "AccessWindow",
    "Attribute",
    "AttributeValue",
    "Contact",
    "Enrolment",
    "ImportRow",
    "Site",
    "SiteImport",
]
