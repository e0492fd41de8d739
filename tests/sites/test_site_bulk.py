"""Changing many sites at once, and putting them back."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.urls import reverse

from sites import actions
from sites.models import AccessWindow, AttributeValue, Enrolment
from tests import factories as make

DAY = date(2026, 11, 20)


@pytest.fixture
def scene(cast):
    rows = [make.EnrolmentFactory(rollout=cast.rollout) for _ in range(3)]
    wave = make.WaveFactory(rollout=cast.rollout, number=1)
    return cast, rows, wave


def do(action, cast, rows, **fields):
    return action(
        rollout=cast.rollout, enrolment_ids=[row.pk for row in rows], by=cast.pm, at=make.NOW, **fields
    )


def undo(cast, bulk_id):
    return actions.undo_bulk(rollout=cast.rollout, bulk_id=bulk_id, by=cast.pm, at=make.NOW)


def waves(cast):
    return list(Enrolment.objects.filter(rollout=cast.rollout).order_by("pk").values_list("wave", flat=True))


def test_sites_go_into_a_wave_and_back(scene):
    cast, rows, wave = scene
    done = do(actions.set_wave, cast, rows[:2], wave=wave)
    assert (done.changed, done.same, waves(cast)) == (2, 0, [wave.pk, wave.pk, None])
    assert undo(cast, done.bulk_id).restored == 2
    assert waves(cast) == [None, None, None]


def test_what_is_so_already_is_counted_and_not_audited(scene):
    cast, rows, wave = scene
    do(actions.set_wave, cast, rows[:1], wave=wave)
    done = do(actions.set_wave, cast, rows, wave=wave)
    assert (done.changed, done.same) == (2, 1)
    assert cast.rollout.audit_entries.filter(bulk_id=done.bulk_id).count() == 2


def test_undoing_twice_is_refused(scene):
    cast, rows, wave = scene
    done = do(actions.set_wave, cast, rows, wave=wave)
    undo(cast, done.bulk_id)
    with pytest.raises(actions.NothingToUndo, match="already"):
        undo(cast, done.bulk_id)


def test_undo_leaves_what_was_changed_again_since(scene):
    cast, rows, wave = scene
    done = do(actions.set_wave, cast, rows, wave=wave)
    do(actions.set_wave, cast, rows[:1], wave=make.WaveFactory(rollout=cast.rollout, number=2))
    undone = undo(cast, done.bulk_id)
    assert (undone.restored, undone.stays) == (2, 1)
    assert waves(cast)[0] is not None


def test_undo_into_a_wave_that_is_gone_ends_in_no_wave(scene):
    cast, rows, wave = scene
    do(actions.set_wave, cast, rows, wave=wave)
    done = do(actions.set_wave, cast, rows, wave=None)
    wave.delete()
    undo(cast, done.bulk_id)
    assert waves(cast) == [None, None, None]


def test_another_rollout_can_neither_be_changed_nor_undone(scene):
    cast, rows, wave = scene
    stranger = make.EnrolmentFactory(rollout=cast.other_rollout)
    assert do(actions.set_wave, cast, [stranger], wave=wave).changed == 0
    done = do(actions.set_wave, cast, rows, wave=wave)
    with pytest.raises(actions.NothingToUndo):
        actions.undo_bulk(rollout=cast.other_rollout, bulk_id=done.bulk_id, by=cast.stranger_pm, at=make.NOW)


def test_priorities_go_back_to_what_each_was(scene):
    cast, rows, _ = scene
    do(actions.set_priority, cast, rows[:1], priority=2)
    done = do(actions.set_priority, cast, rows, priority=1)
    undo(cast, done.bulk_id)
    assert sorted(Enrolment.objects.values_list("priority", flat=True)) == [2, 5, 5]


def test_a_fact_is_stated_for_many_and_put_back(scene):
    cast, rows, _ = scene
    ceiling = make.AttributeFactory(client=cast.client)
    actions.state_fact(
        site=rows[0].site,
        attribute=ceiling,
        value="hard",
        observed_on=DAY,
        rollout=cast.rollout,
        by=cast.pm,
        at=make.NOW,
    )
    done = do(actions.set_fact, cast, rows, attribute=ceiling, value="drop", observed_on=DAY)
    assert set(AttributeValue.objects.values_list("value", flat=True)) == {"drop"}
    undo(cast, done.bulk_id)
    assert list(AttributeValue.objects.values_list("site", "value")) == [(rows[0].site_id, "hard")]


def test_hours_are_set_for_many_and_put_back(scene):
    cast, rows, _ = scene
    make.nightly_access(rows[0].site, time(8), time(17))
    done = do(actions.set_windows, cast, rows, days=[0, 1], opens=time(21), closes=time(5))
    assert done.changed == 3
    assert AccessWindow.objects.filter(opens=time(21)).count() == 6
    undo(cast, done.bulk_id)
    assert not AccessWindow.objects.filter(opens=time(21)).exists()
    assert rows[0].site.access_windows.count() == 7


def test_a_thousand_sites_take_as_many_queries_as_three(scene, django_assert_max_num_queries):
    cast, rows, wave = scene
    with django_assert_max_num_queries(6):
        do(actions.set_wave, cast, rows, wave=wave)


# --- Over the web ---------------------------------------------------------------------------------------------
def bulk_url(cast, change):
    return reverse("sites:bulk", kwargs={"code": cast.rollout.code, "change": change})


def test_choose_preview_change_undo(scene, as_user):
    cast, rows, wave = scene
    web = as_user(cast.pm)
    chosen = {"pk": [row.pk for row in rows[:2]]}
    preview = web.post(bulk_url(cast, "wave"), chosen)
    assert "2 sites" in preview.content.decode()
    assert waves(cast) == [None, None, None]
    done = web.post(
        bulk_url(cast, "wave"), {**chosen, "wave": wave.pk, "confirm": 1, "expected": 2}, follow=True
    )
    assert "2 sites changed" in done.content.decode()
    bulk_id = cast.rollout.audit_entries.filter(bulk_id__isnull=False).first().bulk_id
    web.post(reverse("sites:bulk-undo", kwargs={"code": cast.rollout.code, "bulk_id": bulk_id}))
    assert waves(cast) == [None, None, None]


def test_a_change_that_began_on_a_sites_page_ends_there(scene, as_user):
    cast, rows, wave = scene
    web, chosen = as_user(cast.pm), {"pk": [rows[0].pk], "one": 1}
    page = reverse("sites:detail", args=[cast.rollout.code, rows[0].site.key])
    assert f'href="{page}">Cancel' in web.post(bulk_url(cast, "wave"), chosen).content.decode()
    done = web.post(bulk_url(cast, "wave"), {**chosen, "wave": wave.pk, "confirm": 1, "expected": 1})
    assert done["Location"] == page
    assert waves(cast) == [wave.pk, None, None]


def test_all_that_match_means_the_filters_of_the_address(scene, as_user):
    cast, rows, _ = scene
    rows[0].site.region = "WA"
    rows[0].site.save()
    answer = as_user(cast.pm).post(
        bulk_url(cast, "wave") + "?region=WA", {"all_matching": "1", "pk": [rows[1].pk]}
    )
    assert answer.context["count"] == 1


def test_a_list_that_grew_meanwhile_asks_again(scene, as_user):
    cast, _, wave = scene
    data = {"all_matching": "1", "wave": wave.pk, "confirm": 1, "expected": 2}
    answer = as_user(cast.pm).post(bulk_url(cast, "wave"), data)
    assert "The list changed" in answer.content.decode()
    assert waves(cast) == [None, None, None]


def test_nothing_chosen_says_so(scene, as_user):
    cast, _, _ = scene
    answer = as_user(cast.pm).post(bulk_url(cast, "wave"), follow=True)
    assert "No site is chosen" in answer.content.decode()


@pytest.mark.parametrize("pk", ["", "x", "-1", "99999999999999999999"])
def test_odd_choices_choose_nothing(scene, as_user, pk):
    cast, _, _ = scene
    assert as_user(cast.pm).post(bulk_url(cast, "wave"), {"pk": pk}).status_code == 302


def test_sites_of_others_are_never_among_the_chosen(scene, as_user):
    cast, rows, _ = scene
    stranger = make.EnrolmentFactory(rollout=cast.other_rollout)
    answer = as_user(cast.pm).post(bulk_url(cast, "wave"), {"pk": [rows[0].pk, stranger.pk]})
    assert answer.context["count"] == 1


def test_a_fact_asks_which_first_and_refuses_what_does_not_fit(scene, as_user):
    cast, rows, _ = scene
    attribute = make.AttributeFactory(
        client=cast.client, key="height", label="Height", kind="number", choices=[]
    )
    web, chosen = as_user(cast.pm), {"pk": [rows[0].pk]}
    assert "Which fact?" in web.post(bulk_url(cast, "fact"), chosen).content.decode()
    typed = {**chosen, "attribute": attribute.key, "confirm": 1, "expected": 1, "observed_on": "2026-11-20"}
    refused = web.post(bulk_url(cast, "fact"), {**typed, "value": "tall"}).content.decode()
    assert "“tall” cannot be read as a number" in refused
    assert 'value="tall"' in refused
    web.post(bulk_url(cast, "fact"), {**typed, "value": "12"})
    assert AttributeValue.objects.get().value == 12
