"""Changing many sites at once, and putting them back."""

from __future__ import annotations

from datetime import date, time

import pytest

from sites import actions
from sites.actions.bulk.starting import packed, unpacked
from sites.choices import GroupKind
from sites.models import AccessWindow, AttributeValue, Enrolment, Site, SiteGroup
from sites.queries.bulk import Change
from tests import factories as make

DAY = date(2026, 11, 20)


@pytest.fixture
def scene(cast):
    rows = [make.EnrolmentFactory(rollout=cast.rollout) for _ in range(3)]
    wave = make.WaveFactory(rollout=cast.rollout, number=1)
    return cast, rows, wave


def do(cast, rows, column, value=None, days=(), **more):
    return actions.change_many(
        rollout=cast.rollout,
        enrolment_ids=[row.pk for row in rows],
        change=Change(column, value, days),
        by=cast.pm,
        at=make.NOW,
        **more,
    )


def undo(cast, bulk_id):
    return actions.undo_bulk(rollout=cast.rollout, bulk_id=bulk_id, by=cast.pm, at=make.NOW)


def told(cast, bulk_id):
    return cast.rollout.audit_entries.filter(bulk_id=bulk_id, type="sites.site.changed")


def waves(cast):
    return list(Enrolment.objects.filter(rollout=cast.rollout).order_by("pk").values_list("wave", flat=True))


def group(cast, kind, name):
    return SiteGroup.objects.create(client=cast.client, kind=kind, name=name, path=name)


def test_sites_go_into_a_wave_and_back(scene):
    cast, rows, wave = scene
    done = do(cast, rows[:2], "wave", wave.pk)
    assert (done.changed, done.same, waves(cast)) == (2, 0, [wave.pk, wave.pk, None])
    assert undo(cast, done.bulk_id).restored == 2
    assert waves(cast) == [None, None, None]


def test_each_site_has_its_entry_with_before_after_and_why(scene):
    cast, rows, wave = scene
    done = do(cast, rows, "wave", wave.pk, reason="The landlord asked")
    entry = told(cast, done.bulk_id).get(subject_id=rows[0].site_id)
    assert entry.data["changes"] == {"wave": ["", str(wave)]}
    assert entry.data["raw"] == {"wave": [None, wave.pk]}
    assert (entry.reason, entry.by) == ("The landlord asked", cast.pm)


def test_undoing_is_told_site_by_site_too(scene):
    cast, rows, wave = scene
    done = do(cast, rows, "wave", wave.pk)
    undo(cast, done.bulk_id)
    last = cast.rollout.audit_entries.filter(subject_id=rows[0].site_id, type="sites.site.changed").first()
    assert last.data["changes"] == {"wave": [str(wave), ""]}
    assert last.summary.startswith("Undone. ")


def test_what_is_so_already_is_counted_and_not_audited(scene):
    cast, rows, wave = scene
    do(cast, rows[:1], "wave", wave.pk)
    done = do(cast, rows, "wave", wave.pk)
    assert (done.changed, done.same) == (2, 1)
    assert told(cast, done.bulk_id).count() == 2


def test_undoing_twice_is_refused(scene):
    cast, rows, wave = scene
    done = do(cast, rows, "wave", wave.pk)
    undo(cast, done.bulk_id)
    with pytest.raises(actions.NothingToUndo, match="already"):
        undo(cast, done.bulk_id)


def test_the_same_id_twice_changes_once(scene):
    cast, rows, wave = scene
    done = do(cast, rows, "wave", wave.pk)
    do(cast, rows, "wave", None)
    again = do(cast, rows, "wave", wave.pk, bulk_id=done.bulk_id)
    assert (again, waves(cast)) == (done, [None, None, None])


def test_undo_leaves_what_was_changed_again_since_and_says_why(scene):
    cast, rows, wave = scene
    done = do(cast, rows, "wave", wave.pk)
    do(cast, rows[:1], "wave", make.WaveFactory(rollout=cast.rollout, number=2).pk)
    undone = undo(cast, done.bulk_id)
    assert (undone.restored, undone.stays) == (2, 1)
    assert undone.why == {"Wave was changed again since": 1}
    assert waves(cast)[0] is not None


def test_undo_into_a_wave_that_is_gone_stays_without_one(scene):
    cast, rows, wave = scene
    do(cast, rows, "wave", wave.pk)
    done = do(cast, rows, "wave", None)
    wave.delete()
    assert undo(cast, done.bulk_id).why == {"its wave from before was removed": 3}
    assert waves(cast) == [None, None, None]


def test_undo_leaves_sites_that_left_the_rollout(scene):
    cast, rows, wave = scene
    done = do(cast, rows, "wave", wave.pk)
    rows[0].delete()
    assert undo(cast, done.bulk_id).why == {"it is no longer in this rollout": 1}


def test_a_wave_that_is_gone_is_refused(scene):
    cast, rows, wave = scene
    gone = wave.pk
    wave.delete()
    with pytest.raises(actions.NoSuchChange, match="no longer there"):
        do(cast, rows, "wave", gone)


def test_another_rollouts_wave_is_refused(scene):
    cast, rows, _ = scene
    with pytest.raises(actions.NoSuchChange):
        do(cast, rows, "wave", make.WaveFactory(rollout=cast.other_rollout).pk)


def test_another_rollout_can_neither_be_changed_nor_undone(scene):
    cast, rows, wave = scene
    stranger = make.EnrolmentFactory(rollout=cast.other_rollout)
    assert do(cast, [stranger], "wave", wave.pk).changed == 0
    done = do(cast, rows, "wave", wave.pk)
    with pytest.raises(actions.NothingToUndo):
        actions.undo_bulk(rollout=cast.other_rollout, bulk_id=done.bulk_id, by=cast.stranger_pm, at=make.NOW)


def test_priorities_go_back_to_what_each_was(scene):
    cast, rows, _ = scene
    do(cast, rows[:1], "priority", 2)
    done = do(cast, rows, "priority", 1)
    undo(cast, done.bulk_id)
    assert sorted(Enrolment.objects.values_list("priority", flat=True)) == [2, 5, 5]


@pytest.mark.parametrize(("column", "kind"), [("territory", GroupKind.REGION), ("format", GroupKind.FORMAT)])
def test_region_and_format_are_set_and_put_back(scene, column, kind):
    cast, rows, _ = scene
    west = group(cast, kind, "West")
    done = do(cast, rows, column, west.pk)
    assert set(Site.objects.filter(client=cast.client).values_list(column, flat=True)) == {west.pk}
    assert told(cast, done.bulk_id).first().data["changes"] == {column: ["", "West"]}
    undo(cast, done.bulk_id)
    assert set(Site.objects.filter(client=cast.client).values_list(column, flat=True)) == {None}


def test_a_time_zone_is_set_and_put_back_and_marks_the_site_as_changed(scene):
    cast, rows, _ = scene
    done = do(cast, rows, "time_zone", "America/Denver")
    assert set(Site.objects.values_list("time_zone", "updated_at")) == {("America/Denver", make.NOW)}
    undo(cast, done.bulk_id)
    assert set(Site.objects.values_list("time_zone", flat=True)) == {"America/Los_Angeles"}


def test_a_fact_is_stated_for_many_and_put_back(scene):
    cast, rows, _ = scene
    ceiling = make.AttributeFactory(client=cast.client)
    do(cast, rows[:1], "fact:ceiling", ["hard", "2026-11-20"])
    done = do(cast, rows, "fact:ceiling", ["drop", "2026-11-20"])
    assert set(AttributeValue.objects.values_list("value", flat=True)) == {"drop"}
    undo(cast, done.bulk_id)
    kept = AttributeValue.objects.get(attribute=ceiling)
    assert (kept.site_id, kept.value) == (rows[0].site_id, "hard")


def test_a_fact_is_forgotten_whoever_said_it_and_put_back_as_it_was_said(scene):
    cast, rows, _ = scene
    ceiling = make.AttributeFactory(client=cast.client)
    said = {"attribute": ceiling, "recorded_at": make.NOW, "observed_on": DAY}
    AttributeValue.objects.create(
        site=rows[0].site, source="contact", value="drop", said_by_name="Ann Lee", note="Seen", **said
    )
    AttributeValue.objects.create(site=rows[0].site, source="pm", value="hard", said_by=cast.pm, **said)
    done = do(cast, rows, "said:ceiling", [])
    assert (done.changed, done.same, AttributeValue.objects.count()) == (1, 2, 0)
    undo(cast, done.bulk_id)
    rows_back = AttributeValue.objects.order_by("source").values_list(
        "source", "value", "said_by_name", "note", "said_by", "recorded_at"
    )
    assert list(rows_back) == [
        ("contact", "drop", "Ann Lee", "Seen", None, make.NOW),
        ("pm", "hard", "", "", cast.pm.pk, make.NOW),
    ]


def test_hours_are_set_for_some_days_and_put_back(scene):
    cast, rows, _ = scene
    make.nightly_access(rows[0].site, time(8), time(17))
    night = [[0, "21:00", "05:00"], [1, "21:00", "05:00"]]
    done = do(cast, rows, "windows", night, (0, 1))
    assert done.changed == 3
    assert AccessWindow.objects.filter(opens=time(21)).count() == 6
    assert rows[0].site.access_windows.filter(opens=time(8)).count() == 5
    words = told(cast, done.bulk_id).get(subject_id=rows[0].site_id).data["changes"]["windows"]
    assert words == ["every day 08:00–17:00", "Mon, Tue 21:00–05:00, Wed–Sun 08:00–17:00"]
    undo(cast, done.bulk_id)
    assert not AccessWindow.objects.filter(opens=time(21)).exists()
    assert rows[0].site.access_windows.count() == 7


def test_hours_of_some_days_are_taken_away(scene):
    cast, rows, _ = scene
    make.nightly_access(rows[0].site)
    done = do(cast, rows, "windows", [], (5, 6))
    assert (done.changed, done.same, AccessWindow.objects.count()) == (1, 2, 5)


def test_sites_leave_the_rollout_but_for_those_with_work_and_come_back(scene):
    cast, rows, wave = scene
    make.WorkOrderFactory(enrolment=rows[0], rollout=cast.rollout)
    do(cast, rows[1:], "wave", wave.pk)
    done = do(cast, rows, "rollout")
    assert (done.changed, done.cannot) == (2, 1)
    assert list(Enrolment.objects.filter(rollout=cast.rollout)) == [rows[0]]
    header = cast.rollout.audit_entries.get(type="sites.bulk.changed", bulk_id=done.bulk_id)
    assert header.data["cannot_listed"] == [[rows[0].site.key, rows[0].site.name, "it has a work order"]]
    undo(cast, done.bulk_id)
    back = Enrolment.objects.filter(rollout=cast.rollout, wave=wave)
    assert {row.pk for row in back} == {row.pk for row in rows[1:]}


def test_a_site_enrolled_anew_stays_as_it_is(scene):
    cast, rows, _ = scene
    done = do(cast, rows[:1], "rollout")
    make.EnrolmentFactory(rollout=cast.rollout, site=rows[0].site)
    assert undo(cast, done.bulk_id).why == {"Rollout was changed again since": 1}


@pytest.mark.parametrize("many", [3, 60])
def test_more_sites_take_no_more_queries(cast, django_assert_max_num_queries, many):
    rows = make.EnrolmentFactory.create_batch(many, rollout=cast.rollout)
    wave = make.WaveFactory(rollout=cast.rollout, number=1)
    with django_assert_max_num_queries(18):
        done = do(cast, rows, "wave", wave.pk)
    with django_assert_max_num_queries(20):
        undo(cast, done.bulk_id)


def test_ids_are_kept_short_and_come_back_whole():
    assert packed([5, 1, 2, 3, 9]) == "1-3,5,9"
    assert unpacked(packed([5, 1, 2, 3, 9])) == [1, 2, 3, 5, 9]
    assert unpacked("") == []
