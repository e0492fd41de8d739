"""Imports and questions over the API: the same steps as in the desk."""

from __future__ import annotations

import io
import uuid

import pytest

from rollout.models import Job
from sites.models import Inquiry, Site, SiteImport
from tests import factories as make

AT = "/api/rollouts/guest-wifi"
JSON = "application/json"
LIST = b"Store,Name,City,State\n0901,Pier,Seattle,WA\n0902,,Tacoma,WA\n,Nowhere,Tacoma,WA\n"


def a_file(content=LIST, name="stores.csv"):
    file = io.BytesIO(content)
    file.name = name
    return file


@pytest.fixture
def web(cast, as_user):
    return as_user(cast.pm)


def test_a_file_is_sent_checked_applied_and_undone(web, cast, run_jobs):
    make.WaveFactory(rollout=cast.rollout, number=1)
    sent = web.post(f"{AT}/imports/", {"file": a_file()})
    assert (sent.status_code, sent.json()["stage"]) == (201, "checking")
    address = f"{AT}/imports/{sent.json()['key']}/"
    assert web.get(f"/api/jobs/{sent.json()['job']}/").json()["ended_at"] is None
    assert web.post(f"{address}apply/", {}, JSON).status_code == 409
    run_jobs()
    told = web.get(address).json()
    assert (told["stage"], told["job"], told["tally"]["records"]) == ("checked", None, 3)
    assert web.get(f"{address}rows/?verdict=rejected").json()["count"] == told["tally"]["rejected"]
    assert web.get(f"{address}rows/?verdict=rotten").status_code == 400
    assert web.post(f"{address}apply/", {"wave": 9}, JSON).status_code == 400
    assert web.post(f"{address}apply/", {"wave": 1}, JSON).status_code == 202
    assert web.post(f"{address}apply/", {"wave": 1}, JSON).status_code == 409
    run_jobs()
    assert web.get(address).json()["stage"] == "applied"
    assert Site.objects.filter(client=cast.client, enrolments__wave__number=1).count() >= 2
    assert web.delete(address).status_code == 409
    assert web.post(f"{address}undo/").status_code == 202
    run_jobs()
    assert web.get(address).json()["stage"] == "undone"
    assert web.delete(address).status_code == 204
    assert not SiteImport.objects.exists()


def test_columns_can_be_named_at_once_or_later(web, run_jobs):
    content = b"A,B\n0901,Pier\n"
    sent = web.post(f"{AT}/imports/", {"file": a_file(content), "mapping": '{"key": 0, "name": 1}'})
    run_jobs()
    address = f"{AT}/imports/{sent.json()['key']}/"
    assert web.get(address).json()["mapping"] == {"key": 0, "name": 1}
    assert web.post(f"{address}check/", {"mapping": {"key": 0}}, JSON).status_code == 202
    run_jobs()
    assert web.get(address).json()["tally"]["create"] == 1


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "file"),
        ({"file": b""}, "file"),
        ({"file": b"\x00\x01\x02 no list"}, "file"),
        ({"file": LIST, "target": "moons"}, "target"),
        ({"file": LIST, "mapping": "{"}, "mapping"),
        ({"file": LIST, "mapping": '{"colour": 0}'}, "mapping"),
        ({"file": LIST, "mapping": '{"key": 99}'}, "mapping"),
        ({"file": LIST, "mapping": '{"key": -1}'}, "mapping"),
    ],
)
def test_what_cannot_be_imported_is_refused_with_a_sentence(web, data, field):
    if "file" in data:
        data = data | {"file": a_file(data["file"])}
    answer = web.post(f"{AT}/imports/", data)
    assert answer.status_code == 400
    assert any(one["field"].startswith(field) and one["sentence"] for one in answer.json()["errors"])


def test_a_file_that_is_too_big_is_refused(web, settings):
    settings.UPLOAD_MAX_BYTES = 10
    assert web.post(f"{AT}/imports/", {"file": a_file()}).status_code == 413


def test_imports_are_counted_at_once(web, run_jobs, django_assert_max_num_queries):
    for number in range(3):
        web.post(f"{AT}/imports/", {"file": a_file(LIST + b"%d,x,,\n" % number)})
    run_jobs()
    with django_assert_max_num_queries(8):
        assert web.get(f"{AT}/imports/").json()["count"] == 3


# --- Questions ------------------------------------------------------------------------------------------------
@pytest.fixture
def asking(cast, web):
    place = make.EnrolmentFactory(rollout=cast.rollout, site__key="9")
    make.ContactFactory(site=place.site, email="ann@stores.example.com")
    make.AttributeFactory(client=cast.client)
    return {"sites": ["9"], "attributes": ["ceiling"], "press": str(uuid.uuid4())}


def test_sites_are_asked_once_and_questions_withdrawn(web, asking, run_jobs):
    first = web.post(f"{AT}/inquiries/", asking, JSON)
    again = web.post(f"{AT}/inquiries/", asking, JSON)
    assert (first.status_code, again.json()["key"]) == (202, first.json()["key"])
    assert Job.objects.count() == 1
    run_jobs()
    (told,) = web.get(f"{AT}/inquiries/").json()["results"]
    assert (told["site"], told["questions"], told["answered"]) == ("9", 1, 0)
    inquiry = Inquiry.objects.get()
    assert str(inquiry.secret) not in web.get(f"{AT}/inquiries/").content.decode()
    address = f"{AT}/inquiries/{told['key']}/"
    assert web.get(address).json()["answers"][0]["attribute"] == "ceiling"
    for _ in range(2):
        assert (
            web.post(f"{address}withdraw/", {"reason": "Asked by mistake"}, JSON).json()["state"]
            == "withdrawn"
        )
    assert web.get(f"{AT}/inquiries/?state=withdrawn&site=9").json()["count"] == 1
    assert web.get(f"{AT}/inquiries/?state=lost").status_code == 400


@pytest.mark.parametrize(
    "more",
    [
        {"sites": ["77"]},
        {"sites": []},
        {"attributes": ["roof"]},
        {"days": 0},
        {"language": "tlh"},
        {"press": "once"},
    ],
)
def test_what_cannot_be_asked_asks_nobody(web, asking, more):
    assert web.post(f"{AT}/inquiries/", asking | more, JSON).status_code == 400
    assert not Job.objects.exists()


def test_inquiries_cost_the_same_however_many(web, cast, asking, run_jobs, django_assert_max_num_queries):
    keys = ["9"]
    for number in range(8):
        place = make.EnrolmentFactory(rollout=cast.rollout, site__key=f"S{number}")
        make.ContactFactory(site=place.site)
        keys.append(place.site.key)
    web.post(f"{AT}/inquiries/", asking | {"sites": keys}, JSON)
    run_jobs()
    with django_assert_max_num_queries(8):
        assert web.get(f"{AT}/inquiries/").json()["count"] == 9
