"""The base's own pages: what is typed stays, what is refused says why, and everybody lands at what is theirs."""

from __future__ import annotations

import pytest
from django.urls import reverse

from rollout.choices import RolloutState
from rollout.models import Client, CustomerOutcome, Membership, Rollout, Wave
from tests import factories as make
from tests.html import Page

CODE = "guest-wifi"
OUTCOME = {"statement": "Online in 10 s", "measure": "median", "baseline": "48", "target": "10"}
WAVE = {"number": "1", "name": "Coast", "starts_on": "2026-11-23", "ends_on": "2026-11-27"}


def url(name, *args):
    return reverse(f"rollout:{name}", args=args)


@pytest.fixture
def pm(cast, as_user):
    cast.pm.may_start_rollouts = True
    cast.pm.save()
    return as_user(cast.pm)


def said(client, address, data):
    """Post, follow, and return the page one ends at."""
    return client.post(address, data, follow=True).content.decode()


# --- Beginning ------------------------------------------------------------------------------------------------
def test_a_client_and_its_first_rollout_lead_to_the_outcome(pm):
    first = pm.post(url("client-new"), {"name": "Café Nord"})
    assert first["Location"] == url("new", "cafe-nord")
    second = pm.post(first["Location"], {"name": "Tills", "code": "tills", "page_size": "a4"})
    assert second["Location"] == url("outcome-new", "tills")
    assert Rollout.objects.get(code="tills").client == Client.objects.get(code="cafe-nord")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "Lumen Coffee"}, "already"),
        ({"name": "Other", "code": "lumen"}, "already"),
        ({"name": "名前"}, "Give a short name in Latin letters"),
    ],
)
def test_a_client_that_cannot_be_made_keeps_what_was_typed(pm, data, sentence):
    page = pm.post(url("client-new"), data).content.decode()
    assert sentence in page
    assert f'value="{data["name"]}"' in page or not data["name"]
    assert Client.objects.count() == 2


def test_dates_that_contradict_each_other_are_told_beside_the_field(pm):
    data = {"name": "Wi-Fi", "page_size": "a4", "starts_on": "2026-12-01", "ends_on": "2026-11-01"}
    assert "The planned finish is before the first installs." in said(pm, url("settings", CODE), data)
    assert Rollout.objects.get(code=CODE).name == "Guest Wi-Fi"


# --- Settings -------------------------------------------------------------------------------------------------
def test_settings_are_saved_and_another_pm_named(pm, cast):
    other = make.UserFactory()
    make.member(other, cast.rollout)
    data = {"name": "Wi-Fi 7", "page_size": "a4", "pm": other.pk}
    assert "Saved." in said(pm, url("settings", CODE), data)
    cast.rollout.refresh_from_db()
    assert (cast.rollout.name, cast.rollout.pm) == ("Wi-Fi 7", other)


def test_somebody_of_another_client_cannot_be_named(pm, cast):
    page = said(pm, url("settings", CODE), {"name": "X", "page_size": "a4", "pm": cast.stranger_pm.pk})
    assert "Select a valid choice" in page
    cast.rollout.refresh_from_db()
    assert cast.rollout.pm == cast.pm


def test_launching_without_an_outcome_leads_to_stating_one(pm, cast):
    answer = pm.post(url("launch", CODE))
    assert answer["Location"] == url("outcome-new", CODE)
    assert pm.post(url("outcome-new", CODE), OUTCOME).status_code == 302
    assert "Guest Wi-Fi is live." in said(pm, url("launch", CODE), {})
    assert "has been launched already" in said(pm, url("launch", CODE), {})
    cast.rollout.refresh_from_db()
    assert cast.rollout.state == RolloutState.LIVE


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"target": "48"}, "The target is the same as today."),
        ({"latest": "20"}, "Give both the latest reading and its date, or neither."),
        ({"baseline": "many"}, "Enter a number."),
    ],
)
def test_an_outcome_that_says_nothing_is_refused(pm, changed, sentence):
    page = said(pm, url("outcome-new", CODE), {**OUTCOME, **changed})
    assert sentence in page
    assert "Online in 10 s" in page
    assert not CustomerOutcome.objects.exists()


def test_the_next_wave_gets_the_next_number_and_a_number_is_given_once(pm, cast):
    assert "saved" in said(pm, url("wave-new", CODE), WAVE)
    assert 'value="2"' in pm.get(url("wave-new", CODE)).content.decode()
    assert "has this number. Choose another." in said(pm, url("wave-new", CODE), WAVE)
    assert "The last day is before the first." in said(
        pm, url("wave-new", CODE), {**WAVE, "number": "3", "ends_on": "2026-11-01"}
    )
    assert Wave.objects.count() == 1


def test_a_wave_without_a_number_is_asked_for_one(pm):
    assert "This field is required." in said(pm, url("wave-new", CODE), {**WAVE, "number": ""})


@pytest.mark.parametrize("code", ["store wifi", "Store!", "Ünits", "-x"])
def test_a_short_name_that_is_none_is_explained_without_jargon(pm, code):
    pm.post(url("client-new"), {"name": "Acme", "code": "acme"})
    for address in (url("client-new"), url("new", "acme")):
        page = said(pm, address, {"name": "Acme", "code": code})
        assert "Use lower-case letters, digits and hyphens" in page
        assert "slug”" not in page


def test_the_team_grows_and_shrinks(pm, cast):
    page = said(pm, url("member-add", CODE), {"email": "new@example.test", "name": "New One", "role": "pf"})
    assert "New One is on the team as project facilitator. Tell them to sign in at testserver" in page
    member = Membership.objects.get(user__email="new@example.test")
    said(pm, url("member-remove", CODE, member.pk), {})
    assert not Membership.objects.filter(pk=member.pk).exists()


def test_a_member_who_cannot_be_added_is_explained_and_kept(pm, cast):
    page = said(pm, url("member-add", CODE), {"email": cast.technician.email, "name": "Tec", "role": "pf"})
    assert "is a technician’s address" in page
    assert 'value="Tec"' in page


def test_another_rollouts_member_cannot_be_removed(pm, cast):
    foreign = Membership.objects.get(user=cast.stranger_pm)
    assert pm.post(url("member-remove", CODE, foreign.pk)).status_code == 404
    assert Membership.objects.filter(pk=foreign.pk).exists()


# --- Where people land ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "lands"),
    [
        ("technician", "technicians:my-visits"),
        ("client_viewer", "progress:home"),
        ("pm", None),
        ("nobody", None),
    ],
)
def test_everybody_lands_at_what_is_theirs(cast, as_user, who, lands):
    answer = as_user(getattr(cast, who)).get("/")
    if lands is None:
        assert answer.status_code == 200
    else:
        assert answer["Location"] == reverse(lands, args=[CODE] if lands == "progress:home" else [])


def test_who_belongs_to_nothing_is_told_whom_to_ask(cast, as_user):
    page = as_user(cast.nobody).get("/").content.decode()
    assert "ask" in page.lower()
    assert "New client" not in page


def test_a_client_viewer_reads_nothing_internal(cast, as_user):
    order = make.WorkOrderFactory(enrolment__rollout=cast.rollout)
    client = as_user(cast.client_viewer)
    pages = [
        client.get(reverse(f"progress:{name}", args=[CODE])).content.decode()
        for name in ("home", "sites", "map")
    ]
    for secret in (order.number, cast.pm.name, cast.pf.name, cast.technician_person.name):
        assert not [page for page in pages if secret in page]
    assert order.enrolment.site.name in pages[1]


def test_the_portfolio_asks_no_more_questions_for_more_rollouts(cast, as_user, django_assert_max_num_queries):
    for _ in range(6):
        make.RolloutFactory(client=cast.client)
    client = as_user(cast.admin)
    with django_assert_max_num_queries(9):
        assert client.get("/").status_code == 200


def test_pages_of_errors_are_pages(cast, as_user):
    client = as_user(cast.client_viewer)
    for address, status in (("/nowhere/", 404), (url("settings", CODE), 403), ("/?q=%00", 400)):
        answer = client.get(address)
        assert answer.status_code == status
        assert Page(answer.content.decode()).judged() == []
