"""Days on which nobody works: for whom they hold, what they touch, and that everything can be undone."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from rollout.models import AuditEntry
from sites import actions, queries
from sites.choices import GroupKind
from sites.models import Blackout
from sites.queries.access import blackouts_of, scope_q
from sites.trees import kin
from sites.weekdays import dates_in_words
from tests import factories as make

FIRST = date(2026, 11, 26)
LAST = date(2026, 11, 29)


@pytest.fixture
def by(cast):
    return {"rollout": cast.rollout, "by": cast.pm, "at": make.NOW}


@pytest.fixture
def estate(cast):
    """Sites in Bay Area (in West), in West, of a format, and in nothing."""
    west = make.SiteGroupFactory(client=cast.client, name="West")
    bay = make.SiteGroupFactory(client=cast.client, name="Bay Area", parent=west)
    cafe = make.SiteGroupFactory(client=cast.client, name="Café", kind=GroupKind.FORMAT)
    places = {
        "bay": {"territory": bay},
        "west": {"territory": west},
        "cafe": {"format": cafe},
        "none": {},
    }
    sites = {name: make.SiteFactory(client=cast.client, **where) for name, where in places.items()}
    for site in sites.values():
        make.EnrolmentFactory(rollout=cast.rollout, site=site)
    return {"west": west, "bay": bay, "cafe": cafe, "sites": sites}


def plan(reason="Black Friday freeze", first=FIRST, last=LAST, **where):
    return actions.BlackoutPlan(first, last, reason, **where)


def undo(by, undo_id):
    return actions.undo_blackout(undo_id=undo_id, **by)


def url(cast, name, *more):
    return reverse(f"sites:{name}", args=[cast.rollout.code, *more])


SCOPES = [
    ({}, {"bay", "west", "cafe", "none"}),
    ({"group": "west"}, {"bay", "west"}),
    ({"group": "bay"}, {"bay"}),
    ({"group": "cafe"}, {"cafe"}),
    ({"site": "none"}, {"none"}),
]


@pytest.mark.parametrize(("where", "names"), SCOPES)
def test_a_blackout_holds_for_everything_within_its_scope(cast, by, estate, where, names):
    chosen = {key: estate["sites"][name] if key == "site" else estate[name] for key, name in where.items()}
    written = actions.add_blackout(plan=plan(**chosen), **by)
    sites = estate["sites"]
    found = blackouts_of(list(sites.values()), FIRST, FIRST)
    assert {name for name, site in sites.items() if found[site.pk]} == names
    above = kin([cast.client.pk])
    rows = cast.client.sites.filter(scope_q(written.blackout, above))
    assert {site.pk for site in rows} == {sites[name].pk for name in names}
    (line,) = queries.blackout_lines(cast.rollout, [written.blackout])
    assert (line.sites, line.visits) == (len(names), 0)


@pytest.mark.parametrize(("first", "last", "touched"), [(25, 25, 0), (26, 26, 1), (29, 30, 1), (30, 30, 0)])
def test_both_days_are_included(by, estate, first, last, touched):
    actions.add_blackout(plan=plan(), **by)
    sites = list(estate["sites"].values())
    days = (date(2026, 11, first), date(2026, 11, last))
    assert len(blackouts_of(sites, *days)[sites[0].pk]) == touched


def test_setting_it_twice_is_refused_and_told_once(by, estate):
    actions.add_blackout(plan=plan(), **by)
    with pytest.raises(actions.BlackoutThere):
        actions.add_blackout(plan=plan(reason="black friday FREEZE"), **by)
    actions.add_blackout(plan=plan(group=estate["west"]), **by)
    entry = AuditEntry.objects.filter(type="sites.blackout.made").first()
    assert entry.summary == "Blackout set for West, Nov 26–29, 2026"
    assert entry.reason == "Black Friday freeze"
    assert AuditEntry.objects.filter(type="sites.blackout.made").count() == 2


def test_what_was_set_is_taken_back(by):
    written = actions.add_blackout(plan=plan(), **by)
    assert undo(by, written.undo_id) is None
    assert not Blackout.objects.exists()
    with pytest.raises(actions.NothingToUndo, match="undone already"):
        undo(by, written.undo_id)


def test_what_was_changed_is_put_back(by, estate):
    blackout = actions.add_blackout(plan=plan(group=estate["west"]), **by).blackout
    changed = actions.change_blackout(blackout=blackout, plan=plan(reason="Freeze", last=FIRST), **by)
    assert (changed.blackout.reason, changed.blackout.group) == ("Freeze", None)
    back = undo(by, changed.undo_id)
    assert (back.reason, back.ends_on, back.group) == ("Black Friday freeze", LAST, estate["west"])


def test_what_was_removed_comes_back_as_it_was(cast, by, estate):
    blackout = actions.add_blackout(plan=plan(site=estate["sites"]["bay"]), **by).blackout
    undo_id = actions.remove_blackout(blackout=blackout, **{**by, "by": cast.pf})
    back = undo(by, undo_id)
    assert (back.pk, back.site, back.created_by, back.created_at) == (
        blackout.pk,
        estate["sites"]["bay"],
        cast.pm,
        make.NOW,
    )


def test_nothing_different_is_not_written(by):
    blackout = actions.add_blackout(plan=plan(), **by).blackout
    assert actions.change_blackout(blackout=blackout, plan=plan(), **by).undo_id is None
    assert not AuditEntry.objects.filter(type="sites.blackout.changed").exists()


def test_a_later_change_is_not_overwritten_by_undo(by):
    written = actions.add_blackout(plan=plan(), **by)
    actions.change_blackout(blackout=written.blackout, plan=plan(reason="Freeze"), **by)
    with pytest.raises(actions.NothingToUndo, match="Somebody changed"):
        undo(by, written.undo_id)
    assert Blackout.objects.get().reason == "Freeze"


def test_undo_needs_the_region_it_was_set_for(by, estate):
    blackout = actions.add_blackout(plan=plan(group=estate["cafe"]), **by).blackout
    undo_id = actions.remove_blackout(blackout=blackout, **by)
    actions.remove_group(group=estate["cafe"], **by)
    with pytest.raises(actions.NothingToUndo, match="is gone"):
        undo(by, undo_id)
    assert not Blackout.objects.exists()


def test_undo_belongs_to_its_rollout(cast, by):
    written = actions.add_blackout(plan=plan(), **by)
    with pytest.raises(actions.NothingToUndo):
        actions.undo_blackout(
            undo_id=written.undo_id, rollout=cast.other_rollout, by=cast.stranger_pm, at=make.NOW
        )
    with pytest.raises(actions.NothingToUndo):
        undo(by, uuid.uuid4())


def test_what_somebody_removed_meanwhile_is_told(by):
    blackout = actions.add_blackout(plan=plan(), **by).blackout
    actions.remove_blackout(blackout=blackout, **by)
    with pytest.raises(actions.BlackoutGone):
        actions.remove_blackout(blackout=blackout, **by)
    with pytest.raises(actions.BlackoutGone):
        actions.change_blackout(blackout=blackout, plan=plan(reason="Freeze"), **by)


@pytest.mark.parametrize("wrong", [{"ends_on": FIRST - timedelta(days=1)}, {"both": True}])
def test_the_database_refuses_nonsense(cast, estate, wrong):
    fields = {"group": estate["west"], "site": estate["sites"]["bay"]} if wrong.pop("both", False) else wrong
    with pytest.raises(IntegrityError), transaction.atomic():
        make.BlackoutFactory(client=cast.client, **fields)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (FIRST, FIRST, "Nov 26, 2026"),
        (FIRST, LAST, "Nov 26–29, 2026"),
        (FIRST, date(2026, 12, 1), "Nov 26 – Dec 1, 2026"),
        (FIRST, date(2027, 1, 2), "Nov 26, 2026 – Jan 2, 2027"),
    ],
)
def test_days_are_written_as_people_write_them(first, last, words):
    assert dates_in_words(first, last) == words


# --- Pages ---------------------------------------------------------------------------------------------------------------
def soon(days=30):
    return timezone.localdate() + timedelta(days=days)


def fields(**change):
    return {"reason": "Freeze", "starts_on": soon(), "where": "all"} | change


def test_it_is_set_changed_removed_and_undone_on_its_pages(cast, estate, as_user):
    web = as_user(cast.pf)
    page = web.post(url(cast, "blackout-new"), fields(), follow=True).content.decode()
    assert "The blackout “Freeze” is set for 4 sites." in page
    blackout = Blackout.objects.get()
    assert blackout.ends_on == blackout.starts_on == soon()
    key = estate["sites"]["bay"].key
    change = fields(where="site", site_key=key.lower(), ends_on=soon(31))
    web.post(url(cast, "blackout-edit", blackout.pk), change)
    blackout.refresh_from_db()
    assert (blackout.site, blackout.ends_on) == (estate["sites"]["bay"], soon(31))
    answer = web.post(url(cast, "blackout-remove", blackout.pk), follow=True)
    assert "is removed" in answer.content.decode()
    entry = AuditEntry.objects.get(type="sites.blackout.removed")
    assert url(cast, "blackout-undo", entry.bulk_id) in answer.content.decode()
    web.post(url(cast, "blackout-undo", entry.bulk_id))
    assert Blackout.objects.get().site == estate["sites"]["bay"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": " "}, "Say why"),
        ({"starts_on": ""}, "Give the day"),
        ({"starts_on": "0001-01-01"}, "cannot be right"),
        ({"starts_on": "2020-01-01"}, "over already"),
        ({"ends_on": "2001-01-01"}, "before the first"),
        ({"ends_on": "2099-01-01"}, "more than 366 days"),
        ({"where": "site"}, "Give the number"),
        ({"where": "site", "site_key": "nowhere"}, "There is no site nowhere"),
        ({"where": "999999"}, "Select a valid choice"),
        ({"reason": "x" * 201}, "at most 200"),
    ],
)
def test_what_cannot_be_meant_is_said_and_what_was_typed_stays(cast, estate, as_user, change, sentence):
    answer = as_user(cast.pm).post(url(cast, "blackout-new"), fields(reason="<i>Why</i>") | change)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert sentence in page
    assert "&lt;i&gt;Why" in page or "reason" in change
    assert not Blackout.objects.exists()


def test_a_site_of_others_cannot_be_named_and_its_blackouts_are_not_listed(cast, as_user):
    other = make.SiteFactory(client=cast.client, key="HIDDEN-7")
    make.EnrolmentFactory(rollout=make.RolloutFactory(client=cast.client), site=other)
    make.BlackoutFactory(client=cast.client, site=other, starts_on=soon(), ends_on=soon())
    make.BlackoutFactory(client=make.ClientFactory(), starts_on=soon(), ends_on=soon())
    web = as_user(cast.pf)
    answer = web.post(url(cast, "blackout-new"), fields(where="site", site_key="HIDDEN-7"))
    assert "There is no site HIDDEN-7" in answer.content.decode()
    assert list(web.get(url(cast, "blackouts")).context["page_obj"]) == []
    hidden = Blackout.objects.get(site=other)
    assert web.get(url(cast, "blackout-edit", hidden.pk)).status_code == 404


def shown(web, cast, query=""):
    return [one.reason for one in web.get(url(cast, "blackouts") + query).context["page_obj"]]


def test_the_list_is_narrowed_by_time_place_and_words(cast, estate, as_user):
    for reason, days, where in (
        ("Past", -40, {}),
        ("Now", 0, {"group": estate["west"]}),
        ("Later", 60, {"group": estate["cafe"]}),
        ("Single", 90, {"site": estate["sites"]["none"]}),
    ):
        make.BlackoutFactory(
            client=cast.client, reason=reason, starts_on=soon(days), ends_on=soon(days + 1), **where
        )
    web = as_user(cast.pm)
    assert shown(web, cast) == ["Now", "Later", "Single"]
    assert shown(web, cast, "?when=past") == ["Past"]
    assert shown(web, cast, "?when=all") == ["Past", "Now", "Later", "Single"]
    assert shown(web, cast, "?where=format") == ["Later"]
    assert shown(web, cast, "?where=site") == ["Single"]
    assert shown(web, cast, "?q=west") == ["Now"]
    assert shown(web, cast, f"?first={soon(61)}&last={soon(89)}") == ["Later"]
    assert shown(web, cast, "?first=nonsense&where=nowhere&when=never") == ["Now", "Later", "Single"]


def test_the_file_says_what_the_list_says(cast, estate, as_user):
    make.BlackoutFactory(
        client=cast.client, reason="=Freeze", starts_on=soon(), ends_on=soon(33), group=estate["bay"]
    )
    answer = as_user(cast.pm).get(url(cast, "blackouts") + "?format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = list(csv.DictReader(io.StringIO(text)))
    assert row["Why"] == "'=Freeze"
    assert (row["Where"], row["Kind"]) == ("West / Bay Area", "Region")
    assert (row["Sites"], row["Booked visits"]) == ("1", "0")


def test_a_full_list_costs_as_many_queries_as_an_empty_one(
    cast, estate, as_user, django_assert_max_num_queries
):
    for number in range(40):
        make.BlackoutFactory(
            client=cast.client,
            reason=f"Freeze {number}",
            starts_on=soon(),
            ends_on=soon(),
            group=estate["west"],
        )
    web = as_user(cast.pm)
    with django_assert_max_num_queries(18):
        page = web.get(url(cast, "blackouts"))
    assert len(page.context["lines"]) == 40


def test_an_empty_list_says_what_a_blackout_is_for(cast, as_user):
    page = as_user(cast.pm).get(url(cast, "blackouts")).content.decode()
    assert "Set the days on which the client lets nobody work" in page
