"""The steps of the import wizard."""

from __future__ import annotations

from typing import Any

from django import forms

from rollout.models import Rollout, Wave
from rollout.uploads import UploadField
from sites import queries
from sites.models import SiteImport

ENCODINGS = (
    ("utf-8", "UTF-8"),
    ("utf-8-sig", "UTF-8 with a mark"),
    ("utf-16", "UTF-16"),
    ("cp1252", "Windows, Western Europe (cp1252)"),
    ("cp1250", "Windows, Central Europe (cp1250)"),
    ("cp1251", "Windows, Cyrillic (cp1251)"),
    ("cp932", "Japanese (Shift JIS)"),
    ("cp949", "Korean"),
    ("gb18030", "Chinese, simplified"),
    ("big5", "Chinese, traditional"),
)
DELIMITERS = ((",", "Comma"), (";", "Semicolon"), ("tab", "Tab"), ("|", "Vertical bar"))


class UploadForm(forms.Form):
    """A file, or the same pasted from a spreadsheet."""

    file = UploadField(label="File", required=False)
    text = forms.CharField(
        label="Or paste rows",
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 6, "spellcheck": "false", "class": "mono"}),
        help_text="Select the cells in your spreadsheet, with the header row, copy, and paste here.",
    )

    def clean(self) -> dict[str, Any]:
        """One of the two; a file wins."""
        data = super().clean() or {}
        if not data.get("file") and not (data.get("text") or "").strip() and not self.errors:
            self.add_error("file", "Choose a file, or paste rows below.")
        return data


class ReadingForm(forms.Form):
    """How the file is to be read, where the guess was wrong. Empty means: find out."""

    sheet = forms.ChoiceField(label="Sheet", required=False)
    encoding = forms.ChoiceField(label="Letters", required=False)
    delimiter = forms.ChoiceField(label="Between cells", required=False)
    header_row = forms.IntegerField(
        label="Header row",
        required=False,
        min_value=0,
        max_value=10_000,
        help_text="The line with the column names; 0 when there is none.",
    )

    def __init__(self, *args: Any, site_import: SiteImport, **kwargs: Any) -> None:
        reading, options = site_import.reading, site_import.options
        kwargs["initial"] = {
            "sheet": options.get("sheet") or "",
            "encoding": options.get("encoding") or "",
            "delimiter": {"\t": "tab"}.get(options.get("delimiter"), options.get("delimiter") or ""),
            "header_row": options.get("header_row"),
        }
        super().__init__(*args, **kwargs)
        is_book, is_text = bool(reading.get("sheets")), bool(reading.get("delimiter"))
        self._offer("sheet", [(name, name) for name in reading.get("sheets", [])], reading.get("sheet"))
        self._offer("encoding", ENCODINGS, reading.get("encoding"))
        self._offer(
            "delimiter", DELIMITERS, {"\t": "tab"}.get(reading.get("delimiter"), reading.get("delimiter"))
        )
        for name, fits in (
            ("sheet", is_book),
            ("delimiter", is_text),
            ("encoding", is_text),
            ("header_row", is_book or is_text),
        ):
            if not fits:
                del self.fields[name]
        if "header_row" in self.fields:
            self.fields["header_row"].widget.attrs["placeholder"] = f"found: {reading.get('header_row')}"

    def _offer(self, name: str, choices: Any, found: Any) -> None:
        label = dict(choices).get(found, found)
        self.fields[name].choices = [("", f"Found: {label}" if found else "Find out"), *choices]  # type: ignore[attr-defined]

    @property
    def options(self) -> dict[str, Any]:
        """What was asked for, as `ReadOptions` takes it."""
        data = self.cleaned_data
        delimiter = {"tab": "\t"}.get(data.get("delimiter", ""), data.get("delimiter"))
        return {
            "sheet": data.get("sheet") or None,
            "encoding": data.get("encoding") or None,
            "delimiter": delimiter or None,
            "header_row": data.get("header_row"),
        }


class ApplyForm(forms.Form):
    """Where newly enrolled sites go."""

    wave = forms.ModelChoiceField(
        label="Put new sites into", queryset=Wave.objects.none(), required=False, empty_label="No wave yet"
    )

    def __init__(self, *args: Any, rollout: Rollout, takes_wave: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["wave"].queryset = queries.waves_of(rollout)  # type: ignore[attr-defined]
        if not takes_wave:
            del self.fields["wave"]
