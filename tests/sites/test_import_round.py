"""Sites that go out as a file and come in again are the same sites, whatever their texts look like to a spreadsheet."""

from __future__ import annotations

import pytest
from django.urls import reverse

from sites import actions, queries
from sites.import_targets import target_called
from sites.models import Site
from tests import factories as make
from tests.sites.import_scene import apply

LIST = """store,name,street,city,state,zip,country,lat,lon,manager,manager phone,region,district,format,hours,ceiling
0417,'=1+1,12 Harbour St,Seattle,WA,98101,US,47.6062,-122.3321,Dana,'+1 206 555 0117,West,Puget,Café,Mon-Fri 9-17,12.5
=A1,"Quote "" and, comma","two
lines",São Paulo,,,BR,,,,,,,,,
-5,@home,'quoted,東京,,,JP,35.68,139.76,,,East,,,by appointment,9
"""
FIELDS = (
    *(
        "key",
        "name",
        "street",
        "city",
        "region",
        "postal_code",
        "country",
        "latitude",
        "longitude",
        "precision",
    ),
    *("time_zone", "opening_hours", "territory__path", "format__path", "contacts__name", "contacts__phone"),
)


def everything(cast):
    return sorted(Site.objects.filter(client=cast.client).values_list(*FIELDS), key=str)


def exported(cast, as_user, kind):
    address = reverse("sites:list", kwargs={"code": cast.rollout.code})
    response = as_user(cast.pm).get(address, {"file": "import", "format": kind})
    return b"".join(response.streaming_content)


@pytest.fixture
def estate(cast, run_jobs):
    """Sites with awkward texts."""
    make.AttributeFactory(client=cast.client, key="ceiling", label="Ceiling", kind="number", choices=[])
    apply(cast, run_jobs, LIST)
    return everything(cast)


def imported_again(cast, run_jobs, content, kind):
    found = actions.start_import(
        target=target_called("sites"),
        content=content,
        name=f"sites.{kind}",
        rollout=cast.rollout,
        by=cast.pm,
        at=make.NOW,
    )
    actions.start_check(site_import=found, mapping=found.mapping, by=cast.pm, at=make.NOW)
    run_jobs()
    found.refresh_from_db()
    return found


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_exported_list_imported_again_changes_nothing(cast, run_jobs, as_user, estate, kind):
    assert len(estate) == 3
    found = imported_again(cast, run_jobs, exported(cast, as_user, kind), kind)
    assert [row.changes for row in found.rows.all()] == [{}, {}, {}]
    assert queries.tally_of(found).same == 3


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_exported_list_makes_the_same_sites_where_there_are_none(cast, run_jobs, as_user, estate, kind):
    content = exported(cast, as_user, kind)
    cast.rollout.enrolments.all().delete()
    Site.objects.filter(client=cast.client).delete()
    found = imported_again(cast, run_jobs, content, kind)
    actions.start_apply(site_import=found, wave=None, by=cast.pm, at=make.NOW)
    run_jobs()
    assert everything(cast) == estate


def test_no_cell_of_an_exported_list_is_a_formula(cast, run_jobs, as_user, estate):
    text = exported(cast, as_user, "csv").decode("utf-8-sig")
    assert "'=1+1" in text
    assert "'=A1" in text
    assert ",=" not in text
    assert "\n=" not in text
