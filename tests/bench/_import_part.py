"""One import of the benchmark, in a process of its own: ``_import_part.py ours|theirs|theirs-bulk FILE``.

Prints seconds and the peak of memory as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from _database import set_up

set_up()

from django.core.files.base import File  # noqa: E402
from django.utils import timezone  # noqa: E402
from import_export.resources import ModelResource  # noqa: E402
from tablib import Dataset  # noqa: E402

from rollout.models import Job, Rollout  # noqa: E402
from rollout.tasks import run_job  # noqa: E402
from sites import actions, queries  # noqa: E402
from sites.import_targets import target_called  # noqa: E402
from sites.models import Site  # noqa: E402
from tests import factories as make  # noqa: E402

SHOWN = 50


def _rollout() -> Rollout:
    """A rollout of a new client; other parts have left theirs in the database."""
    name = f"bench-{time.time_ns()}"
    return make.RolloutFactory(
        client__code=name, client__name=name, name=name, code=name, pm__email=f"{name}@example.test"
    )


def ours(path: Path) -> dict[str, Any]:
    """Upload, detect, map, check and read the first page of the preview; then apply."""
    rollout = _rollout()
    begun = time.perf_counter()
    with path.open("rb") as stream:
        found = actions.start_import(
            target=target_called("sites"),
            content=File(stream, name=path.name),
            name=path.name,
            rollout=rollout,
            by=rollout.pm,
            at=timezone.now(),
        )
    detected = time.perf_counter()
    _done(actions.start_check(site_import=found, mapping=found.mapping, by=rollout.pm, at=timezone.now()))
    shown = list(queries.rows_of(found)[:SHOWN])
    tally = queries.tally_of(found)
    checked = time.perf_counter()
    _done(actions.start_apply(site_import=found, wave=None, by=rollout.pm, at=timezone.now()))
    applied = time.perf_counter()
    written = Site.objects.filter(client=rollout.client_id).count()
    if tally.records < len(shown) or written != tally.importable:
        raise SystemExit(f"{tally.sentence}, but {written} sites.")
    return {
        "detect": detected - begun,
        "check": checked - begun,
        "apply": applied - checked,
        "sites": written,
    }


def _done(job: Job) -> None:
    run_job(job.pk)
    job.refresh_from_db()
    if job.state != "done":
        raise SystemExit(f"{job.title}: {job.state}, {job.message}")


class SiteResource(ModelResource):
    """What the documentation of django-import-export shows for a model found by its own number."""

    client_id = 0

    def get_queryset(self):
        return Site.objects.filter(client=self.client_id)

    def before_save_instance(self, instance, row, **kwargs):
        instance.client_id = self.client_id
        instance.precision = "exact"

    class Meta:
        model = Site
        import_id_fields = ("key",)
        fields = (
            *("key", "name", "street", "city", "region", "postal_code", "country"),
            *("latitude", "longitude", "time_zone", "phone"),
        )


class BulkResource(SiteResource):
    """The same with the options its documentation gives for speed."""

    class Meta(SiteResource.Meta):
        use_bulk = True
        batch_size = 1000
        skip_diff = True


_HEADERS = {
    "id": "key",
    "address": "street",
    "state": "region",
    "zip": "postal_code",
    "timezone": "time_zone",
}


def theirs(path: Path, resource_class: type[SiteResource]) -> dict[str, Any]:
    """The dry run that shows the preview, then the import. Rows it would stop at are taken out before."""
    site_resource = resource_class()
    site_resource.client_id = _rollout().client_id
    begun = time.perf_counter()
    if path.suffix == ".csv":
        read = Dataset().load(path.read_text(encoding="utf-8"), format="csv")
    else:
        read = Dataset().load(path.read_bytes(), format="xlsx")
    read.headers = [_HEADERS.get(name, name) for name in read.headers]
    key, latitude = read.headers.index("key"), read.headers.index("latitude")
    kept = [row for row in read if row[key] and -90 <= float(row[latitude]) <= 90]
    dataset = Dataset(*kept, headers=read.headers)
    _sound(site_resource.import_data(dataset, dry_run=True))
    checked = time.perf_counter()
    _sound(site_resource.import_data(dataset, dry_run=False))
    applied = time.perf_counter()
    written = Site.objects.filter(client=site_resource.client_id).count()
    if written != len(kept):
        raise SystemExit(f"{written} of {len(kept)} written.")
    return {"check": checked - begun, "apply": applied - checked, "sites": written}


def _sound(result: Any) -> None:
    if result.has_errors() or result.has_validation_errors():
        raise SystemExit(str([row.errors for row in result.rows if row.errors][:3]))


def main(how: str, path: Path) -> None:
    """Run one part and print what it took."""
    parts = {
        "ours": lambda: ours(path),
        "theirs": lambda: theirs(path, SiteResource),
        "theirs-bulk": lambda: theirs(path, BulkResource),
    }
    result = parts[how]()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(result | {"peak": peak}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
