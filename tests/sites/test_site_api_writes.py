"""Sites of a rollout over the API: found like in the list, put by number, changed, removed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rollout.models import AuditEntry
from sites import actions
from sites.models import Enrolment, Site
from tests import factories as make

SITES = "/api/rollouts/guest-wifi/sites/"
JSON = "application/json"


@pytest.fixture
def scene(cast, as_user):
    """A wave, an attribute, three sites; the browser of the project manager."""
    wave = make.WaveFactory(rollout=cast.rollout, number=2)
    make.AttributeFactory(client=cast.client)
    rows = [make.EnrolmentFactory(rollout=cast.rollout, site__key=key) for key in ("9", "10", "12/7")]
    rows[0].wave = wave
    rows[0].save()
    make.EnrolmentFactory(rollout=cast.other_rollout, site__key="9")
    return cast, rows, as_user(cast.pm)


def keys(answer):
    return [one["key"] for one in answer.json()["results"]]


def test_sites_come_as_people_count_and_filtered_like_the_list(scene):
    _, rows, web = scene
    assert keys(web.get(SITES)) == ["9", "10", "12/7"]
    assert keys(web.get(f"{SITES}?sort=-key")) == ["12/7", "10", "9"]
    assert keys(web.get(f"{SITES}?wave={rows[0].wave_id}")) == ["9"]
    assert keys(web.get(f"{SITES}?q=12/7&page_size=1")) == ["12/7"]


def test_a_program_takes_the_fields_it_wants(scene):
    _, _, web = scene
    assert web.get(f"{SITES}?fields=key,city&page_size=1").json()["results"] == [
        {"key": "9", "city": "Juneau"}
    ]


@pytest.mark.parametrize(
    "query", ["fields=key,nmae", "sort=colour", "colour=red", "updated_since=yesterday", "wave=nonsense"]
)
def test_what_means_nothing_is_refused_not_ignored(scene, query):
    answer = scene[2].get(f"{SITES}?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


def test_what_changed_since_is_found_by_the_site_or_by_anything_about_it(scene):
    cast, rows, web = scene
    Site.objects.update(updated_at=make.NOW - timedelta(days=9))
    contact = make.ContactFactory.build(site=rows[1].site)
    actions.save_contact(contact=contact, rollout=cast.rollout, by=cast.pm, at=make.NOW)
    Site.objects.filter(key="12/7").update(updated_at=make.NOW)
    since = f"{make.NOW - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    assert keys(web.get(f"{SITES}?updated_since={since}")) == ["10", "12/7"]
    assert keys(web.get(f"{SITES}?updated_since=2100-01-01")) == []


@pytest.mark.parametrize("fields", ["", "&fields=key"])
def test_a_page_costs_the_same_for_few_and_for_many(scene, fields, django_assert_max_num_queries):
    cast, _, web = scene
    for _ in range(40):
        make.ContactFactory(site=make.EnrolmentFactory(rollout=cast.rollout).site)
    with django_assert_max_num_queries(18):
        assert web.get(f"{SITES}?page_size=500{fields}").json()["count"] == 43


# --- One site -------------------------------------------------------------------------------------------------
def test_a_site_is_put_twice_and_made_once(scene):
    cast, _, web = scene
    body = {"name": "Pier", "city": "Seattle", "region": "WA", "country": "usa", "facts": {"ceiling": "drop"}}
    first = web.put(f"{SITES}0417/", body, JSON)
    assert (first.status_code, first.json()["result"]) == (201, "created")
    assert first.json()["site"]["country"] == "US"
    assert first.json()["site"]["facts"]["ceiling"]["source"] == "import"
    entries = AuditEntry.objects.count()
    again = web.put(f"{SITES}0417/", body, JSON)
    assert (again.status_code, again.json()["result"]) == (200, "unchanged")
    assert AuditEntry.objects.count() == entries
    assert Enrolment.objects.filter(rollout=cast.rollout, site__key="0417").exists()


def test_a_number_with_a_slash_is_an_address_too(scene):
    assert scene[2].get(f"{SITES}12/7/").json()["key"] == "12/7"
    assert scene[2].get(f"{SITES}12%2F7/").json()["key"] == "12/7"
    assert scene[2].get(f"{SITES}12/7/contacts/").json() == []


def test_a_patch_sets_what_it_names_and_tells_the_change(scene):
    answer = scene[2].patch(f"{SITES}9/", {"phone": "+1 206 555 0117", "street": None}, JSON)
    assert answer.json()["changes"] == {"phone": ["", "+1 206 555 0117"], "street": ["3033 Vintage Blvd", ""]}
    site = Site.objects.get(client__code="lumen", key="9")
    assert (site.phone, site.street, site.city) == ("+1 206 555 0117", "", "Juneau")


def test_a_patch_gives_another_number_and_notes(scene):
    answer = scene[2].patch(f"{SITES}9/", {"key": "0009", "access_notes": "Ring twice"}, JSON)
    assert (answer.json()["site"]["key"], answer.json()["site"]["access_notes"]) == ("0009", "Ring twice")
    taken = scene[2].patch(f"{SITES}10/", {"key": "0009"}, JSON)
    assert (taken.status_code, taken.json()["errors"][0]["code"]) == (409, "site_number_taken")


def test_who_saw_an_older_site_changes_nothing(scene):
    _, _, web = scene
    tag = web.get(f"{SITES}9/")["ETag"]
    assert web.patch(f"{SITES}9/", {"city": "Nome"}, JSON, headers={"If-Match": tag}).status_code == 200
    for method in ("patch", "put"):
        late = getattr(web, method)(f"{SITES}9/", {"city": "Sitka"}, JSON, headers={"If-Match": tag})
        assert (late.status_code, late.json()["errors"][0]["code"]) == (412, "changed_meanwhile")
    assert web.delete(f"{SITES}9/", headers={"If-Match": tag}).status_code == 412
    assert web.patch(f"{SITES}9/", {"city": "X"}, JSON, headers={"If-Match": '"x"'}).status_code == 412
    assert Site.objects.get(client__code="lumen", key="9").city == "Nome"


def test_a_new_one_or_nothing(scene):
    only_new = {"If-None-Match": "*"}
    assert scene[2].put(f"{SITES}9/", {"city": "Nome"}, JSON, headers=only_new).status_code == 412
    assert scene[2].put(f"{SITES}90/", {"city": "Nome"}, JSON, headers=only_new).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"nmae": "x"}, "nmae"),
        ({"name": ["x"]}, "name"),
        ({"key": "other"}, "key"),
        ({"access_notes": "x" * 2001}, "access_notes"),
        ({"access_notes": 3}, "access_notes"),
        ({"facts": {"roof": 1}}, "facts.roof"),
        ([], ""),
        ("text", ""),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(scene, body, field):
    answer = scene[2].put(f"{SITES}9/", body, JSON)
    assert answer.status_code == 400
    assert field in [one["field"] for one in answer.json()["errors"]]


def test_a_site_nobody_used_can_go_and_one_in_use_says_why_it_stays(scene):
    cast, rows, web = scene
    assert web.delete(f"{SITES}10/").status_code == 204
    assert web.get(f"{SITES}10/").status_code == 404
    assert AuditEntry.objects.filter(type="sites.site.removed").exists()
    make.WorkOrderFactory(enrolment=rows[0])
    stays = web.delete(f"{SITES}9/")
    assert (stays.status_code, stays.json()["errors"][0]["code"]) == (409, "site_in_use")
    assert "work order" in stays.json()["errors"][0]["sentence"]
    other = make.RolloutFactory(client=cast.client, name="Tills")
    make.EnrolmentFactory(rollout=other, site=rows[2].site)
    assert "Tills" in web.delete(f"{SITES}12/7/").json()["errors"][0]["sentence"]


# --- Many -----------------------------------------------------------------------------------------------------
def test_many_are_put_at_once_each_by_itself_and_undone(scene, run_jobs):
    _, _, web = scene
    sites = [{"key": "1", "name": "One"}, {"key": "9", "city": "Nome"}, {"key": "10"}, {"name": "No number"}]
    told = web.put(SITES, {"sites": sites, "wave": 2}, JSON).json()
    assert [one["result"] for one in told["records"]] == ["created", "updated", "unchanged", "refused"]
    assert (told["created"], told["updated"], told["unchanged"], told["refused"]) == (1, 1, 1, 1)
    assert Enrolment.objects.get(site__key="1").wave.number == 2
    again = web.put(SITES, {"sites": sites}, JSON).json()
    assert (again["created"], again["updated"], again["bulk_id"]) == (0, 0, None)
    assert web.post(told["undo"]).status_code == 202
    run_jobs()
    assert not Site.objects.filter(key="1").exists()
    assert Site.objects.get(client__code="lumen", key="9").city == "Juneau"
    assert web.post(told["undo"]).status_code == 409


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"sites": []}, 400),
        ({"sites": {"key": "1"}}, 400),
        ({}, 400),
        ([], 400),
        ({"sites": [{"key": "1"}], "wave": 77}, 400),
        ({"sites": [{"key": "1"}], "wave": "x"}, 400),
        ({"sites": [{"key": str(n)} for n in range(1001)]}, 413),
    ],
)
def test_a_body_that_cannot_be_is_refused_as_a_whole(scene, body, status):
    before = Site.objects.count()
    answer = scene[2].put(SITES, body, JSON)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["sentence"]
    assert Site.objects.count() == before


HOSTILE = {
    "no json": (b"{", 400),
    "half a letter": (b'{"name": "\\ud800"}', 400),
    "a NUL": (b'{"name": "a\\u0000b"}', 400),
    "not UTF-8": (b'{"name": "\xff"}', 400),
    "no number": (b'{"latitude": NaN}', 400),
    "beyond numbers": (b'{"latitude": 1e999}', 400),
    "a number of 5,000 digits": (b'{"latitude": ' + b"9" * 5000 + b"}", 400),
    "too deep": (b'{"facts": ' + b"[" * 30 + b"]" * 30 + b"}", 400),
    "deeper than Python": (b"[" * 200_000, 400),
    "6 MB": (b'{"name": "' + b"x" * 6_000_000 + b'"}', 413),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_bodies_get_a_sentence(scene, case):
    body, status = HOSTILE[case]
    answer = scene[2].put(f"{SITES}9/", body, JSON)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["sentence"]


def test_ten_megabytes_are_not_read_to_their_end(scene):
    answer = scene[2].put(SITES, b"[" * 10_000_000, JSON)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (413, "too_big")


def test_another_kind_of_body_is_refused(scene):
    assert scene[2].put(f"{SITES}9/", "name=x", "application/x-www-form-urlencoded").status_code == 415


# --- Whose ----------------------------------------------------------------------------------------------------
def test_a_facilitator_changes_but_puts_nothing(scene, as_user):
    cast = scene[0]
    web = as_user(cast.pf)
    assert web.patch(f"{SITES}9/", {"city": "Nome"}, JSON).status_code == 200
    assert web.put(f"{SITES}9/", {"city": "Nome"}, JSON).status_code == 403
    assert web.put(SITES, {"sites": [{"key": "1"}]}, JSON).status_code == 403


def test_a_facilitator_reaches_no_site_of_another_rollout_of_the_client(scene, as_user):
    cast = scene[0]
    other = make.RolloutFactory(client=cast.client)
    make.EnrolmentFactory(rollout=other, site__key="77")
    assert as_user(cast.pf).patch(f"{SITES}77/", {"city": "Nome"}, JSON).status_code == 404


def test_a_read_only_key_reads_and_a_writing_key_writes(scene, client):
    cast = scene[0]
    from rollout.actions import make_key

    for name, status in (("reads", 403), ("writes", 200)):
        _, secret = make_key(
            name=name,
            read_only=name == "reads",
            expires_at=make.NOW + timedelta(days=9999),
            by=cast.pm,
            at=make.NOW,
        )
        client.logout()
        header = {"Authorization": f"Api-Key {secret}"}
        assert client.get(SITES, headers=header).status_code == 200
        assert client.patch(f"{SITES}9/", {"city": name}, JSON, headers=header).status_code == status
    assert Site.objects.get(client__code="lumen", key="9").city == "writes"


def test_a_key_needs_no_token_and_a_session_does(scene, settings):
    from django.test import Client

    cast = scene[0]
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.pm, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert strict.patch(f"{SITES}9/", {"city": "Nome"}, JSON).status_code == 403
    assert Site.objects.get(client__code="lumen", key="9").city == "Juneau"
