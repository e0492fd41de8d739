"""Changing many sites at once over the web: choose, see, confirm, follow, undo."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from rollout.models import Job
from sites import actions
from sites.actions.bulk import starting
from sites.choices import GroupKind
from sites.models import AttributeValue, Enrolment, Site, SiteGroup
from tests import factories as make


@pytest.fixture
def scene(cast):
    rows = [make.EnrolmentFactory(rollout=cast.rollout) for _ in range(3)]
    wave = make.WaveFactory(rollout=cast.rollout, number=1)
    return cast, rows, wave


@pytest.fixture
def long_work(monkeypatch):
    """Everything is a job."""
    monkeypatch.setattr(starting, "AT_ONCE", 0)


def waves(cast):
    return list(Enrolment.objects.filter(rollout=cast.rollout).order_by("pk").values_list("wave", flat=True))


def url(cast, change):
    return reverse("sites:bulk", kwargs={"code": cast.rollout.code, "change": change})


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


def answer(web, cast, change, chosen, **values):
    """Preview a change and return what confirming it would send."""
    page = web.post(url(cast, change), {**chosen, "asked": 1, **values}).content.decode()
    told = {name: hidden(page, name) for name in ("expected", "token", "previewed")}
    return {**chosen, **values, **told, "asked": 1, "confirm": 1}


def test_choose_preview_change_undo(scene, as_user):
    cast, rows, wave = scene
    web, chosen = as_user(cast.pm), {"pk": [row.pk for row in rows[:2]]}
    assert "2 sites" in web.post(url(cast, "wave"), chosen).content.decode()
    data = answer(web, cast, "wave", chosen, value=wave.pk, reason="Landlord")
    assert waves(cast) == [None, None, None]
    done = web.post(url(cast, "wave"), data, follow=True)
    assert "2 sites changed" in done.content.decode()
    header = cast.rollout.audit_entries.get(type="sites.bulk.changed")
    assert header.reason == "Landlord"
    web.post(reverse("sites:bulk-undo", args=[cast.rollout.code, header.bulk_id]))
    assert waves(cast) == [None, None, None]


def test_the_preview_counts_what_changes_what_is_so_and_what_cannot(scene, as_user):
    cast, rows, _ = scene
    make.WorkOrderFactory(enrolment=rows[0], rollout=cast.rollout)
    page = as_user(cast.pm).post(url(cast, "leave"), {"pk": [row.pk for row in rows]})
    shown = page.context["preview"]
    assert (shown.changing, shown.same, shown.cannot) == (2, 0, 1)
    assert "it has a work order" in page.content.decode()


def test_nothing_happens_without_the_preview(scene, as_user):
    cast, rows, wave = scene
    web = as_user(cast.pm)
    page = web.post(url(cast, "wave"), {"pk": [rows[0].pk], "asked": 1, "value": wave.pk, "confirm": 1})
    assert (page.status_code, waves(cast)) == (200, [None, None, None])


def test_another_value_than_the_one_previewed_is_previewed_first(scene, as_user):
    cast, rows, _ = scene
    web = as_user(cast.pm)
    data = answer(web, cast, "priority", {"pk": [rows[0].pk]}, value="2")
    page = web.post(url(cast, "priority"), {**data, "value": "3"})
    assert page.context["preview"].sample[0].after == "3"
    assert set(Enrolment.objects.values_list("priority", flat=True)) == {5}


def test_a_double_click_is_one_change_and_another_answer_is_another(scene, as_user):
    cast, rows, _ = scene
    web = as_user(cast.pm)
    data = answer(web, cast, "priority", {"pk": [rows[0].pk]}, value="2")
    web.post(url(cast, "priority"), data)
    web.post(url(cast, "priority"), data)
    assert cast.rollout.audit_entries.filter(type="sites.bulk.changed").count() == 1
    other = answer(web, cast, "priority", {"pk": [rows[0].pk]}, value="3") | {"token": data["token"]}
    web.post(url(cast, "priority"), other)
    assert Enrolment.objects.get(pk=rows[0].pk).priority == 3


def test_a_change_that_began_on_a_sites_page_ends_there(scene, as_user):
    cast, rows, wave = scene
    web, chosen = as_user(cast.pm), {"pk": [rows[0].pk], "one": 1}
    page = reverse("sites:detail", args=[cast.rollout.code, rows[0].site.key])
    assert f'href="{page}">Cancel' in web.post(url(cast, "wave"), chosen).content.decode()
    done = web.post(url(cast, "wave"), answer(web, cast, "wave", chosen, value=wave.pk))
    assert (done["Location"], waves(cast)) == (page, [wave.pk, None, None])


def test_all_that_match_means_the_filters_of_the_address(scene, as_user):
    cast, rows, _ = scene
    Site.objects.filter(pk=rows[0].site_id).update(region="WA")
    asked = {"all_matching": "1", "pk": [rows[1].pk]}
    assert as_user(cast.pm).post(url(cast, "wave") + "?region=WA", asked).context["count"] == 1


def test_a_list_that_changed_meanwhile_asks_again_even_when_as_long(scene, as_user):
    cast, rows, wave = scene
    web = as_user(cast.pm)
    data = answer(web, cast, "wave", {"all_matching": "1"}, value=wave.pk)
    rows[0].delete()
    make.EnrolmentFactory(rollout=cast.rollout)
    page = web.post(url(cast, "wave"), data)
    assert "The list changed" in page.content.decode()
    assert waves(cast) == [None, None, None]


def test_nothing_chosen_says_so(scene, as_user):
    cast, _, _ = scene
    assert "No site is chosen" in as_user(cast.pm).post(url(cast, "wave"), follow=True).content.decode()


@pytest.mark.parametrize("pk", ["", "x", "-1", "99999999999999999999"])
def test_odd_choices_choose_nothing(scene, as_user, pk):
    cast, _, _ = scene
    assert as_user(cast.pm).post(url(cast, "wave"), {"pk": pk}).status_code == 302


@pytest.mark.parametrize(
    ("change", "values", "sentence"),
    [
        ("wave", {"value": ""}, "Choose a wave."),
        ("wave", {"value": "999999"}, "Select a valid choice"),
        ("priority", {"value": "0"}, "Select a valid choice"),
        ("zone", {"value": "Mars/Base"}, "is not a time zone"),
        ("zone", {"value": "America/Denver\x00"}, "Null characters"),
        ("windows", {"days": ["0"], "opens": "", "closes": "17:00"}, "From when?"),
        ("windows", {"days": ["0"], "opens": "09:00", "closes": "09:00"}, "are the same"),
        ("windows", {"opens": "09:00", "closes": "10:00"}, "Choose at least one day"),
    ],
)
def test_what_does_not_fit_is_told_beside_the_field_and_stays(scene, as_user, change, values, sentence):
    cast, rows, _ = scene
    page = as_user(cast.pm).post(url(cast, change), {"pk": [rows[0].pk], "asked": 1, **values})
    assert sentence in page.content.decode()
    assert "preview" not in page.context


def test_sites_of_others_are_never_among_the_chosen(scene, as_user):
    cast, rows, _ = scene
    stranger = make.EnrolmentFactory(rollout=cast.other_rollout)
    page = as_user(cast.pm).post(url(cast, "wave"), {"pk": [rows[0].pk, stranger.pk]})
    assert page.context["count"] == 1


def test_a_region_is_chosen_by_its_path(scene, as_user):
    cast, rows, _ = scene
    west = SiteGroup.objects.create(client=cast.client, kind=GroupKind.REGION, name="West", path="West")
    web = as_user(cast.pm)
    web.post(url(cast, "region"), answer(web, cast, "region", {"pk": [rows[0].pk]}, value=west.pk))
    assert Site.objects.get(pk=rows[0].site_id).territory == west


def test_a_fact_asks_which_first_and_refuses_what_does_not_fit(scene, as_user):
    cast, rows, _ = scene
    make.AttributeFactory(client=cast.client, key="height", label="Height", kind="number", choices=[])
    web, chosen = as_user(cast.pm), {"pk": [rows[0].pk]}
    assert "Which fact?" in web.post(url(cast, "fact"), chosen).content.decode()
    about = {**chosen, "attribute": "height"}
    typed = {**about, "asked": 1, "observed_on": "2026-11-20"}
    refused = web.post(url(cast, "fact"), {**typed, "value": "tall"}).content.decode()
    assert "“tall” cannot be read as a number" in refused
    assert 'value="tall"' in refused
    web.post(url(cast, "fact"), answer(web, cast, "fact", about, value="12", observed_on="2026-11-20"))
    assert AttributeValue.objects.get().value == 12


def test_a_fact_is_forgotten_after_asking(scene, as_user):
    cast, rows, _ = scene
    attribute = make.AttributeFactory(client=cast.client)
    actions.state_fact(
        site=rows[0].site, attribute=attribute, value="drop", rollout=cast.rollout, by=cast.pm, at=make.NOW
    )
    web, chosen = as_user(cast.pm), {"pk": [row.pk for row in rows], "attribute": "ceiling"}
    page = web.post(url(cast, "forget"), chosen)
    assert (page.context["preview"].changing, page.context["preview"].same) == (1, 2)
    web.post(url(cast, "forget"), answer(web, cast, "forget", chosen))
    assert not AttributeValue.objects.exists()


def test_a_field_that_changes_brings_only_the_preview(scene, as_user):
    cast, rows, _ = scene
    data = {"pk": [rows[0].pk], "asked": 1, "value": "3"}
    part = as_user(cast.pm).post(url(cast, "priority"), data, headers={"HX-Request": "true"})
    assert part.content.decode().strip().startswith('<div id="preview"')


# --- As a job -------------------------------------------------------------------------------------------------
def test_many_are_a_job_whose_page_says_what_it_did(scene, as_user, run_jobs, long_work):
    cast, rows, wave = scene
    web = as_user(cast.pm)
    data = answer(web, cast, "wave", {"all_matching": "1"}, value=wave.pk)
    begun = web.post(url(cast, "wave"), data)
    assert waves(cast) == [None, None, None]
    assert "Not done yet" in web.get(begun["Location"]).content.decode()
    run_jobs()
    page = web.get(begun["Location"]).content.decode()
    assert "Site by site" in page
    assert rows[0].site.key in page
    assert waves(cast) == [wave.pk] * 3
    assert Job.objects.get().message == "3 sites changed."


def test_a_double_click_is_one_job(scene, as_user, long_work):
    cast, _, wave = scene
    web = as_user(cast.pm)
    data = answer(web, cast, "wave", {"all_matching": "1"}, value=wave.pk)
    first, second = web.post(url(cast, "wave"), data), web.post(url(cast, "wave"), data)
    assert first["Location"] == second["Location"]
    assert Job.objects.count() == 1


def test_undo_of_many_is_a_job_too_and_one(scene, as_user, run_jobs, long_work):
    cast, rows, wave = scene
    web = as_user(cast.pm)
    page = web.post(url(cast, "wave"), answer(web, cast, "wave", {"all_matching": "1"}, value=wave.pk))
    run_jobs()
    undo = page["Location"].replace("/changes/", "/undo/")
    Enrolment.objects.filter(pk=rows[0].pk).update(wave=None)
    assert web.post(undo)["Location"] == web.post(undo)["Location"] == page["Location"]
    run_jobs()
    assert waves(cast) == [None, None, None]
    assert Job.objects.filter(kind="sites.bulk.undo").count() == 1
    text = web.get(page["Location"]).content.decode()
    assert "2 sites went back, 1 stays" in text
    assert "Wave was changed again since" in text


def test_a_job_that_runs_twice_changes_once(scene, long_work, as_user, run_jobs):
    cast, _, wave = scene
    web = as_user(cast.pm)
    web.post(url(cast, "wave"), answer(web, cast, "wave", {"all_matching": "1"}, value=wave.pk))
    run_jobs()
    job = Job.objects.get()
    result = starting.run_change(job, lambda *numbers: None, at=make.NOW)
    assert result == {"message": "3 sites changed."}
    assert cast.rollout.audit_entries.filter(type="sites.site.changed").count() == 3


def test_small_changes_wait_in_line_behind_a_long_one(scene, as_user, monkeypatch):
    cast, rows, wave = scene
    web = as_user(cast.pm)
    monkeypatch.setattr(starting, "AT_ONCE", 1)
    web.post(url(cast, "wave"), answer(web, cast, "wave", {"all_matching": "1"}, value=wave.pk))
    web.post(url(cast, "priority"), answer(web, cast, "priority", {"pk": [rows[0].pk]}, value="1"))
    assert Job.objects.count() == 2


def test_the_list_of_changes_says_which_were_undone(scene, as_user, django_assert_max_num_queries):
    cast, _, wave = scene
    web = as_user(cast.pm)
    web.post(url(cast, "wave"), answer(web, cast, "wave", {"all_matching": "1"}, value=wave.pk))
    bulk_id = cast.rollout.audit_entries.get(type="sites.bulk.changed").bulk_id
    listed = reverse("sites:changes", args=[cast.rollout.code])
    assert "In force" in web.get(listed).content.decode()
    web.post(reverse("sites:bulk-undo", args=[cast.rollout.code, bulk_id]))
    with django_assert_max_num_queries(14):
        assert "Undone" in web.get(listed).content.decode()


def test_one_change_takes_as_many_queries_for_fifty_sites_as_for_three(
    scene, as_user, django_assert_max_num_queries
):
    cast, rows, wave = scene
    rows += make.EnrolmentFactory.create_batch(47, rollout=cast.rollout)
    web = as_user(cast.pm)
    web.post(url(cast, "wave"), answer(web, cast, "wave", {"all_matching": "1"}, value=wave.pk))
    bulk_id = cast.rollout.audit_entries.get(type="sites.bulk.changed").bulk_id
    with django_assert_max_num_queries(22):
        web.get(reverse("sites:change", args=[cast.rollout.code, bulk_id]))


def test_a_change_of_another_rollout_is_nowhere(scene, as_user):
    cast, _, wave = scene
    web = as_user(cast.pm)
    web.post(url(cast, "wave"), answer(web, cast, "wave", {"all_matching": "1"}, value=wave.pk))
    bulk_id = cast.rollout.audit_entries.get(type="sites.bulk.changed").bulk_id
    stranger = as_user(cast.stranger_pm)
    assert stranger.get(reverse("sites:change", args=[cast.other_rollout.code, bulk_id])).status_code == 404
    stranger.post(reverse("sites:bulk-undo", args=[cast.other_rollout.code, bulk_id]))
    assert waves(cast) == [wave.pk] * 3
