"""Sites as programs put them: what lands, what is refused, the same twice, and undone like an import."""

from __future__ import annotations

import pytest

from rollout.models import AuditEntry, Client
from sites.actions import imports
from sites.actions.put_sites import TooManyRecords, put_sites
from sites.import_files import opened_import
from sites.models import AttributeValue, Contact, Enrolment, ImportRow, Site, SiteImport
from tests import factories as make

LIST = [
    {"key": "0417", "name": "Harbour Street", "city": "Seattle", "region": "WA", "country": "US", "phone": "+1 206 555 0117"},
    {"key": "0418", "name": "Pike", "latitude": 47.61, "longitude": -122.34, "facts": {"ceiling": "drop"}},
]  # fmt: skip


def put(cast, sent, **kwargs):
    return put_sites(rollout=cast.rollout, sent=sent, by=cast.pm, at=make.NOW, **kwargs)


def results(found):
    return [one.result for one in found.outcomes]


@pytest.fixture
def ceiling(cast):
    return make.AttributeFactory(client=cast.client)


def test_new_sites_land_with_facts_and_places_in_the_rollout(cast, ceiling):
    wave = make.WaveFactory(rollout=cast.rollout)
    found = put(cast, LIST, wave=wave)
    assert results(found) == ["created", "created"]
    pike = Site.objects.get(key="0418")
    assert (pike.name, pike.latitude, pike.time_zone) == ("Pike", 47.61, "America/Los_Angeles")
    assert AttributeValue.objects.get().value == "drop"
    assert set(Enrolment.objects.values_list("rollout", "wave")) == {(cast.rollout.pk, wave.pk)}
    assert AuditEntry.objects.filter(bulk_id=found.site_import.key).count() == 2


def test_the_same_again_changes_nothing_and_leaves_no_trace(cast, ceiling):
    put(cast, LIST)
    before = AuditEntry.objects.count(), SiteImport.objects.count()
    found = put(cast, LIST)
    assert results(found) == ["unchanged", "unchanged"]
    assert found.site_import is None
    assert (AuditEntry.objects.count(), SiteImport.objects.count()) == before


def test_only_what_differs_is_changed_and_told(cast, ceiling):
    put(cast, LIST)
    found = put(cast, [LIST[0] | {"phone": "+1 206 555 0199"}, LIST[1]])
    assert results(found) == ["updated", "unchanged"]
    assert found.outcomes[0].changes == {"phone": ["+1 206 555 0117", "+1 206 555 0199"]}


def test_fields_left_out_stay_and_fields_sent_empty_are_emptied(cast, ceiling):
    put(cast, LIST)
    found = put(cast, [{"key": "0417", "phone": None}, {"key": "0418", "latitude": None, "longitude": None}])
    assert results(found) == ["updated", "updated"]
    one, two = Site.objects.order_by("key")
    assert (one.phone, one.city) == ("", "Seattle")
    assert (two.latitude, two.longitude, two.precision) == (None, None, "unknown")


def test_case_does_not_tell_two_sites_apart(cast):
    put(cast, [{"key": "A1", "name": "One"}])
    assert results(put(cast, [{"key": "a1", "name": "Two"}])) == ["updated"]
    assert Site.objects.get().name == "Two"


def test_undoing_the_import_takes_everything_back(cast, ceiling, run_jobs):
    put(cast, LIST[:1])
    found = put(cast, [LIST[0] | {"phone": "", "city": "Tacoma"}, LIST[1]])
    imports.start_undo(site_import=found.site_import, by=cast.pm, at=make.NOW)
    run_jobs()
    found.site_import.refresh_from_db()
    assert found.site_import.stage == "undone"
    site = Site.objects.get()
    assert (site.key, site.city, site.phone) == ("0417", "Seattle", "+1 206 555 0117")


def test_what_was_sent_can_be_read_again_like_any_file(cast, ceiling):
    found = put(cast, LIST)
    with opened_import(found.site_import) as source:
        assert list(source.columns) == found.site_import.columns
        assert [list(row.cells) for row in source.rows()] == list(
            ImportRow.objects.order_by("line").values_list("cells", flat=True)
        )


def test_a_single_record_is_kept_in_the_history_only(cast):
    found = put(cast, LIST[:1], undoable=False)
    assert results(found) == ["created"]
    assert not SiteImport.objects.exists()
    assert AuditEntry.objects.get().summary.startswith("Imported from the API")


def test_the_first_contact_can_be_sent_along(cast):
    put(cast, [LIST[0] | {"contact_name": "Ann Lee", "contact_phone": "+1 206 555 0118"}])
    assert Contact.objects.get().name == "Ann Lee"


@pytest.mark.parametrize(
    ("sent", "field", "code"),
    [
        ({"name": "Nameless"}, "key", "missing"),
        ({"key": ""}, "key", "missing"),
        ({"key": None}, "key", "wrong_type"),
        ({"key": "x" * 61}, "key", "key_too_long"),
        ({"key": ["1"]}, "key", "wrong_type"),
        ({"key": "1", "nmae": "x"}, "nmae", "unknown_field"),
        ({"key": "1", "id": 3}, "id", "unknown_field"),
        ({"key": "1", "name": {"en": "x"}}, "name", "wrong_type"),
        ({"key": "1", "name": ""}, "name", "blank"),
        ({"key": "1", "facts": ["x"]}, "facts", "wrong_type"),
        ({"key": "1", "facts": {"roof": "flat"}}, "facts.roof", "unknown_attribute"),
        ({"key": "1", "facts": {"ceiling": None}}, "facts.ceiling", "wrong_type"),
        ("0417", "", "no_object"),
        (None, "", "no_object"),
        ([], "", "no_object"),
    ],
)
def test_what_cannot_be_is_refused_by_itself(cast, ceiling, sent, field, code):
    found = put(cast, [sent, LIST[0]])
    assert results(found) == ["refused", "created"]
    assert (field, code) in [(one["field"], one["code"]) for one in found.outcomes[0].remarks]


def test_doubts_of_an_import_are_doubts_here_and_nothing_doubtful_is_written(cast, ceiling):
    sent = {"key": "1", "name": "One", "country": "Atlantis", "latitude": 0, "longitude": 0, "facts": {"ceiling": "glass"}}  # fmt: skip
    found = put(cast, [sent])
    assert results(found) == ["created"]
    said = {(one["field"], one["severity"]) for one in found.outcomes[0].remarks}
    assert {("country", "attention"), ("latitude", "attention"), ("facts.ceiling", "attention")} <= said
    site = Site.objects.get()
    assert (site.country, site.latitude) == ("", None)
    assert not AttributeValue.objects.exists()


def test_a_number_given_twice_counts_once(cast):
    assert results(put(cast, [{"key": "1", "name": "a"}, {"key": "1", "name": "b"}])) == [
        "created",
        "refused",
    ]


def test_a_thousand_at_once_and_no_more(cast):
    many = [{"key": str(n), "name": f"Site {n}"} for n in range(1001)]
    with pytest.raises(TooManyRecords):
        put(cast, many)
    assert not Site.objects.exists()


def test_sites_of_another_client_are_never_touched(cast):
    other = make.SiteFactory(client=cast.other_client, key="0417", name="Theirs")
    put(cast, LIST[:1])
    other.refresh_from_db()
    assert other.name == "Theirs"
    assert Site.objects.filter(client=cast.client, key="0417").exists()


def test_a_thousand_cost_as_many_statements_as_ten(cast, ceiling, django_assert_max_num_queries):
    assert Client.objects.exists()
    with django_assert_max_num_queries(45):
        put(cast, [LIST[1] | {"key": str(n)} for n in range(300)])


@pytest.mark.parametrize("number", [12.5, 1.234, 1e-7, 123456.789, 3, 0, -4])
def test_numbers_arrive_as_they_were_sent(cast, number):
    make.AttributeFactory(client=cast.client, key="height", kind="number", choices=[])
    put(cast, [{"key": "1", "name": "One", "facts": {"height": number}}])
    assert AttributeValue.objects.get().value == pytest.approx(number)


def test_regions_and_formats_are_paths_made_where_missing_and_can_be_emptied(cast):
    sent = {"key": "1", "name": "One", "territory": "West / Bay Area", "format": "Café"}
    assert results(put(cast, [sent])) == ["created"]
    assert results(put(cast, [sent])) == ["unchanged"]
    site = Site.objects.get()
    assert (site.territory.path, site.format.path) == ("West / Bay Area", "Café")
    assert results(put(cast, [{"key": "1", "territory": None}])) == ["updated"]
    site.refresh_from_db()
    assert (site.territory, site.format.path) == (None, "Café")


def test_emptying_is_undone_too(cast, run_jobs):
    put(cast, [{"key": "1", "name": "One", "territory": "West", "phone": "+1 206 555 0117"}])
    found = put(cast, [{"key": "1", "territory": None, "phone": None}])
    imports.start_undo(site_import=found.site_import, by=cast.pm, at=make.NOW)
    run_jobs()
    site = Site.objects.get()
    assert (site.territory.path, site.phone) == ("West", "+1 206 555 0117")
