"""The estate: sites, who to talk to, when one may come, what is known, what is asked, and the imports it came from."""

from sites.models.access import AccessException, AccessWindow, Blackout
from sites.models.facts import Attribute, AttributeValue
from sites.models.files import Attachment
from sites.models.imports import ImportRow, SiteImport
from sites.models.questions import Inquiry, Question
from sites.models.sites import Contact, Enrolment, Site, SiteGroup

__all__ = [
    "AccessException",
    "AccessWindow",
    "Attachment",
    "Attribute",
    "AttributeValue",
    "Blackout",
    "Contact",
    "Enrolment",
    "ImportRow",
    "Inquiry",
    "Question",
    "Site",
    "SiteGroup",
    "SiteImport",
]
