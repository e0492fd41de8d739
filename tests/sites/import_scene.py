"""What tests of imports start from: lists as text, and the steps of the wizard in one call."""

from __future__ import annotations

from sites import actions
from sites.import_targets import target_called
from sites.models import SiteImport
from tests import factories as make

LIST = """store,name,street,city,state,zip,lat,lon,manager,manager phone
0417,Harbour,12 Harbour St,Seattle,WA,98101,47.6062,-122.3321,Dana,+1 206 555 0117
0418,Pike,1 Pike Pl,Seattle,WA,98101,47.6097,-122.3425,,
0419,,3 Pine St,Tacoma,WA,98402,47.2529,-122.4443,Lee,+1 253 555 0119
"""
MAPPING = {
    "key": 0,
    "name": 1,
    "street": 2,
    "city": 3,
    "region": 4,
    "postal_code": 5,
    "latitude": 6,
    "longitude": 7,
    "contact_name": 8,
    "contact_phone": 9,
}


def upload(cast, text=LIST, *, name="stores.csv", target="sites", by=None) -> SiteImport:
    """Upload a list."""
    return actions.start_import(
        target=target_called(target),
        content=text.encode(),
        name=name,
        rollout=cast.rollout,
        by=by or cast.pm,
        at=make.NOW,
    )


def check(cast, run_jobs, text=LIST, *, mapping=None, **more) -> SiteImport:
    """Upload a list and check it."""
    found = upload(cast, text, **more)
    actions.start_check(
        site_import=found, mapping=found.mapping if mapping is None else mapping, by=cast.pm, at=make.NOW
    )
    run_jobs()
    found.refresh_from_db()
    return found


def apply(cast, run_jobs, text=LIST, *, wave=None, **more) -> SiteImport:
    """Upload, check and apply a list."""
    found = check(cast, run_jobs, text, **more)
    actions.start_apply(site_import=found, wave=wave, by=cast.pm, at=make.NOW)
    run_jobs()
    found.refresh_from_db()
    return found


def undo(cast, run_jobs, found) -> dict:
    """Undo an import and return what the job says."""
    job = actions.start_undo(site_import=found, by=cast.pm, at=make.NOW)
    run_jobs()
    job.refresh_from_db()
    return job.result
