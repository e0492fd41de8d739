"""Forms of the sites app: they validate and never save."""

from sites.forms.attributes import AttributeForm, FactForm
from sites.forms.bulk import BulkForm, ExistingSitesForm
from sites.forms.imports import ApplyForm, MappingForm, ReadingForm, UploadForm
from sites.forms.sites import ContactForm, SiteForm, WindowForm

__all__ = [
    "ApplyForm",
    "AttributeForm",
    "BulkForm",
    "ContactForm",
    "ExistingSitesForm",
    "FactForm",
    "MappingForm",
    "ReadingForm",
    "SiteForm",
    "UploadForm",
    "WindowForm",
]
