"""Forms of the sites app: they validate and never save."""

from sites.forms.access import BlackoutForm, ExceptionForm, GroupForm, RunForm
from sites.forms.attachments import AttachmentForm, FilesForm
from sites.forms.attributes import AttributeForm, FactForm
from sites.forms.bulk import BulkForm, ExistingSitesForm
from sites.forms.contacts import ContactForm
from sites.forms.imports import ApplyForm, ReadingForm, UploadForm
from sites.forms.mapping import MappingForm
from sites.forms.sites import SiteForm, WindowForm

__all__ = [
    "ApplyForm",
    "AttachmentForm",
    "AttributeForm",
    "BlackoutForm",
    "BulkForm",
    "ContactForm",
    "ExceptionForm",
    "ExistingSitesForm",
    "FactForm",
    "FilesForm",
    "GroupForm",
    "MappingForm",
    "ReadingForm",
    "RunForm",
    "SiteForm",
    "UploadForm",
    "WindowForm",
]
