"""Looking at imports: the list, what a check found, the records to correct, the templates."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import slugify

from rollout import access as base_access
from rollout.exports import export_response
from rollout.models import Rollout
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from sites import access, forms, queries
from sites.choices import ImportState
from sites.facts import ATTRIBUTE_PREFIX
from sites.filters import RowFilter
from sites.import_files import opened_plainly
from sites.import_targets import ENROLLED, KEY, KEY_MARK, ImportTarget, target_called, targets
from sites.imports.checking import CheckedRow, Problem
from sites.imports.dataset import SWAP_COORDINATES
from sites.imports.report import annotated_csv, annotated_xlsx
from sites.models import ImportRow, SiteImport
from sites.queries import imports as import_queries
from sites.queries.placing import unplaced_counts
from sites.views.import_rows import TWIN_CODES, shown, side_by_side
from sites.views.parts import page_of


def import_list(request: HttpRequest, code: str) -> HttpResponse:
    """The rollout's imports."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.ROLLOUT_VIEW)
    allowed = [one.key for one in targets() if base_access.may(user, one.permission, rollout)]
    page = page_of(request, queries.imports_of(rollout, user).filter(target__in=allowed))
    tallies = queries.tallies(page.object_list)
    lines = [(one, tallies[one.pk], target_called(one.target)) for one in page.object_list]
    context = {"rollout": rollout, "page_obj": page, "lines": lines, "may_import": bool(allowed)}
    return render(request, "sites/imports_page.html", context)


def import_preview(request: HttpRequest, code: str, key: uuid.UUID) -> HttpResponse:
    """What a check found, record by record; after applying, what happened."""
    found = access.import_for(request.user, code, key)
    if found.running_job is not None or found.stage == ImportState.MAPPING:
        return redirect("sites:import", code=code, key=key)
    target = target_called(found.target)
    tally = queries.tally_of(found)
    labels = _labels(target, found.rollout)
    failed = found.apply_job if found.stage == ImportState.CHECKED else None
    context = {
        "rollout": found.rollout,
        "stage": found.stage,
        "site_import": found,
        "target": target,
        "tally": tally,
        "left": tally.rejected + tally.blank,
        "left_out": import_queries.left_out_of(found),
        "key_label": target.noun.capitalize() if target.key_parts else next(iter(labels.values())),
        "attention_tone": "warning" if tally.attention else "",
        "rejected_tone": "danger" if tally.rejected else "",
        "failed_apply": failed.message if failed else "",
        "problems": _problem_groups(found, labels),
        "can_swap": SWAP_COORDINATES in found.reading.get("fixes", []) and found.stage == ImportState.CHECKED,
        "apply_form": forms.ApplyForm(rollout=found.rollout, takes_wave=target.takes_wave),
        "list_url": target.list_url(found.rollout),
        "unplaced": sum(unplaced_counts(found.rollout)) if target.key == "sites" else 0,
        "undone": found.undo_job.result if found.undo_job else None,
        **_records(request, found, target, labels),
    }
    return render(request, "sites/import_preview_page.html", context)


def _records(
    request: HttpRequest, found: SiteImport, target: ImportTarget, labels: dict[str, str]
) -> dict[str, Any]:
    """The records the filter shows: a list, or, for those that are alike, groups side by side."""
    filters = RowFilter(request.GET, queries.rows_of(found))
    query = request.GET.copy()
    query.pop("page", None)
    shown_now = {"filters": filters, "query": query.urlencode()}
    remark = request.GET.get("problem", "").partition(":")[2]
    if remark in TWIN_CODES and request.GET.get("as") != "list":
        page = page_of(request, import_queries.first_twins(found, remark))
        groups = import_queries.with_twins(page.object_list, remark)
        return {
            **shown_now,
            "page_obj": page,
            "remark": remark,
            "groups": [side_by_side(one, found) for one in groups],
        }
    page = page_of(request, filters.qs)
    return {
        **shown_now,
        "page_obj": page,
        "lines": [_line(row, labels, target) for row in page.object_list],
    }


def _labels(target: ImportTarget, rollout: Rollout) -> dict[str, str]:
    return {field.key: field.label for field in target.fields(rollout).fields}


def _problem_groups(found: SiteImport, labels: dict[str, str]) -> list[dict[str, Any]]:
    """What was noticed, by kind. Of records that are alike the earlier ones' notices say nothing the later ones do not."""
    return [
        {
            **group,
            "label": labels.get(group["field"], "Row"),
            "filter": f"{group['field']}:{group['code']}",
            "alike": group["code"] in TWIN_CODES,
        }
        for group in found.reading.get("problems", [])
        if group["code"] not in TWIN_CODES or group["severity"] != "notice"
    ]


def _line(row: ImportRow, labels: dict[str, str], target: ImportTarget) -> dict[str, Any]:
    """A record as the table shows it: what it is, what is to be said about it, and every changed field."""
    values = row.values
    name = values.get("name") or " ".join(str(values.get(one) or "") for one in ("street", "city")).strip()
    parts = target.key_parts or (next(iter(labels)),)
    diff = [
        (labels.get(key, key.removeprefix(ATTRIBUTE_PREFIX)), shown(pair[0]), shown(pair[1]))
        for key, pair in row.changes.items()
        if key not in (ENROLLED, KEY)
    ]
    codes = {one["code"] for one in row.problems if one["severity"] == "rejected"}
    return {
        "row": row,
        "left_out": import_queries.LEFT_OUT in codes,
        "key": KEY_MARK.join(str(values[part]) for part in parts if values.get(part)),
        "name": name or " · ".join(cell for cell in row.cells if cell.strip())[:120],
        "diff": diff if row.change == "update" else [],
        "enrolled": ENROLLED in row.changes and row.change == "update",
        "problems": [one for one in row.problems if one["severity"] != "notice"],
        "notices": [one["sentence"] for one in row.problems if one["severity"] == "notice"],
    }


def import_corrections(request: HttpRequest, code: str, key: uuid.UUID) -> HttpResponseBase:
    """The records that need a person, with the reasons, to be corrected and imported again."""
    found = access.import_for(request.user, code, key)
    write, ending = (annotated_csv, "csv") if request.GET.get("format") == "csv" else (annotated_xlsx, "xlsx")
    with (
        tempfile.TemporaryDirectory(prefix="downbeat-corrections-") as folder,
        opened_plainly(found) as source,
    ):
        path = Path(folder) / f"corrections.{ending}"
        write(path, source, _checked(found))
        content = path.open("rb")  # read after the folder is gone: the open file stays
    stem = slugify(Path(found.file.name).stem) or "import"
    return FileResponse(content, as_attachment=True, filename=f"{stem}-to-correct.{ending}")


def _checked(found: SiteImport) -> Iterator[CheckedRow]:
    """The records as the report takes them, in the order of the file."""
    for row in queries.not_accepted(found).iterator(1000):
        problems = tuple(Problem(**one) for one in row.problems if one["severity"] != "notice")
        yield CheckedRow(row.line, {}, problems, row.verdict)  # type: ignore[arg-type]


def import_template(request: HttpRequest, code: str, target: str) -> HttpResponseBase:
    """An empty list with the right columns and an example row."""
    try:
        found = target_called(target)
    except KeyError:
        raise Http404 from None
    rollout = base_access.rollout_for(request.user, code, found.permission)
    fields = [field for field in found.fields(rollout).fields if field.kind != "coordinates"]
    rows = [[example.get(field.key, "") for field in fields] for example in found.example]
    response = export_response(request, f"{found.plural}-template", [field.label for field in fields], rows)
    if response is None:
        raise Http404
    return response
