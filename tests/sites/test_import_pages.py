"""The import wizard over the web: what it shows, what it keeps, what it hands back."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from sites import actions
from sites.import_targets import target_called
from sites.models import Site, SiteImport
from tests import factories as make
from tests.sites.import_scene import LIST, apply, check, upload

BROKEN = LIST + "0417,Twin,,,,,,,,\n0421,Nowhere,,,,,900,900,,\n"


@pytest.fixture
def web(cast, as_user):
    return as_user(cast.pm)


def url(cast, name, found=None, query=""):
    kwargs = {"code": cast.rollout.code} | ({"key": found.key} if found else {})
    return reverse(f"sites:{name}", kwargs=kwargs) + query


def send(web, cast, content=b"", name="stores.csv", *, text=LIST):
    return web.post(url(cast, "import-new"), {"file": SimpleUploadedFile(name, content or text.encode())})


def test_from_file_to_sites(web, cast, run_jobs):
    answer = send(web, cast)
    found = SiteImport.objects.get()
    assert answer["Location"] == url(cast, "import-map", found)
    page = web.get(answer["Location"])
    form = {f"field-{key}": column for key, column in found.mapping.items()}
    assert "3 records" in page.content.decode()
    answer = web.post(url(cast, "import-map", found), form)
    run_jobs()
    assert "3 records = 3 accepted" in web.get(url(cast, "import-preview", found)).content.decode()
    web.post(url(cast, "import-apply", found))
    run_jobs()
    assert "3 new, 0 changed, 0 unchanged." in web.get(url(cast, "import-preview", found)).content.decode()
    assert Site.objects.count() == 3


def test_rows_can_be_pasted_from_a_spreadsheet(web, cast):
    web.post(url(cast, "import-new"), {"text": LIST.replace(",", "\t")})
    found = SiteImport.objects.get()
    assert (found.reading["records"], found.reading["delimiter"]) == (3, "\t")


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("plan.csv", b"%PDF-1.4\n1 0 obj\n", "PDF"),
        ("empty.csv", b"", "empty"),
        ("photo.csv", b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00" * 40, "picture"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_a_sentence(web, cast, name, content, word):
    answer = send(web, cast, content, name, text="")
    assert answer.status_code == 200
    assert word in answer.content.decode()
    assert not SiteImport.objects.exists()


def test_pasted_rows_stay_in_the_form_when_they_are_refused(web, cast):
    answer = web.post(url(cast, "import-new"), {"text": "%PDF-1.4 typed by hand"})
    assert "%PDF-1.4 typed by hand" in answer.content.decode()


def test_nothing_sent_says_what_to_do(web, cast):
    assert "Choose a file, or paste rows below." in web.post(url(cast, "import-new")).content.decode()


def test_another_delimiter_matches_the_columns_anew(web, cast):
    found = upload(cast, "store|name,odd\n1|Alpha,x\n2|Beta,y\n")
    web.post(url(cast, "import-read", found), {"delimiter": "|"})
    found.refresh_from_db()
    assert found.columns == ["store", "name,odd"]


def test_a_reading_that_fails_keeps_the_one_before(web, cast):
    found = upload(cast)
    answer = web.post(url(cast, "import-read", found), {"header_row": "900"})
    assert answer.status_code == 200
    found.refresh_from_db()
    assert (found.options, found.reading["records"]) == ({}, 3)


def test_samples_follow_the_chosen_column(web, cast):
    found = upload(cast)
    answer = web.get(url(cast, "import-sample", found, "?field=phone&field-phone=9"))
    assert "+1 206 555 0117" in answer.content.decode()


@pytest.mark.parametrize(
    "query", ["?field=nothing", "?field=phone&field-phone=77", "?field=phone&field-phone=x"]
)
def test_odd_questions_for_samples_do_no_harm(web, cast, query):
    assert web.get(url(cast, "import-sample", upload(cast), query)).status_code in (200, 404)


def test_a_mapping_without_a_number_column_stays_and_says_what_is_missing(web, cast):
    found = upload(cast)
    answer = web.post(url(cast, "import-map", found), {"field-phone": "9"})
    assert "Choose the column that holds: Site code" in answer.content.decode()
    assert answer.context["form"]["field-phone"].value() == "9"


def test_the_same_file_again_is_recognised(web, cast, run_jobs):
    apply(cast, run_jobs)
    found = upload(cast)
    assert "This same file was imported before" in web.get(url(cast, "import-map", found)).content.decode()


def test_nothing_to_apply_says_so_and_offers_no_button(web, cast, run_jobs):
    apply(cast, run_jobs)
    page = web.get(url(cast, "import-preview", check(cast, run_jobs))).content.decode()
    assert "Nothing changes." in page
    assert "Apply 0" not in page


def test_a_second_click_on_apply_goes_to_the_job_with_a_sentence(web, cast, run_jobs):
    found = check(cast, run_jobs)
    web.post(url(cast, "import-apply", found))
    answer = web.post(url(cast, "import-apply", found), follow=True)
    assert answer.redirect_chain[-1][0].startswith("/jobs/")
    assert "has started this meanwhile" in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ("", [2, 3, 4, 5, 6]),
        ("?verdict=rejected", [5]),
        ("?change=create", [2, 3, 4, 6]),
        ("?q=Twin", [5]),
        ("?q=0418", [3]),
        ("?verdict=zzz", [2, 3, 4, 5, 6]),
    ],
)
def test_records_are_filtered(web, cast, run_jobs, query, lines):
    page = web.get(url(cast, "import-preview", check(cast, run_jobs, BROKEN), query))
    assert [line["row"].line for line in page.context["lines"]] == lines


def test_records_are_filtered_by_what_was_noticed(web, cast, run_jobs):
    found = check(cast, run_jobs, BROKEN)
    page = web.get(url(cast, "import-preview", found, "?problem=latitude:off_globe"))
    assert [line["row"].line for line in page.context["lines"]] == [6]


def test_a_thousand_records_cost_as_many_queries_as_five(web, cast, run_jobs, django_assert_max_num_queries):
    found = check(cast, run_jobs, BROKEN)
    web.get(url(cast, "import-preview", found))
    with django_assert_max_num_queries(16):
        web.get(url(cast, "import-preview", found))


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_records_to_correct_come_back_and_can_be_sent_again(web, cast, run_jobs, ending):
    found = check(cast, run_jobs, BROKEN)
    answer = web.get(url(cast, "import-corrections", found, f"?format={ending}"))
    content = b"".join(answer.streaming_content)
    assert answer["Content-Disposition"].endswith(f'stores-to-correct.{ending}"')
    again = check(cast, run_jobs, LIST)
    send(web, cast, content, f"corrected.{ending}")
    newest = SiteImport.objects.exclude(pk__in=[found.pk, again.pk]).get()
    assert newest.reading["records"] == 2
    assert newest.columns[newest.mapping["key"]] == "store"


def test_the_template_can_be_filled_in_and_sent(web, cast, run_jobs):
    answer = web.get(
        reverse("sites:import-template", kwargs={"code": cast.rollout.code, "target": "sites"})
        + "?format=xlsx"
    )
    content = b"".join(answer.streaming_content)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[0][:2] == ["Site code", "Name"]
    send(web, cast, content, "template.xlsx")
    found = SiteImport.objects.get()
    assert len(found.mapping) == len(rows[0])


def test_the_list_of_imports_counts_in_one_query_more(web, cast, run_jobs, django_assert_max_num_queries):
    for _ in range(3):
        check(cast, run_jobs)
    with django_assert_max_num_queries(14):
        page = web.get(url(cast, "imports"))
    assert page.content.decode().count("stores.csv") == 3


def test_discarding_leaves_nothing(web, cast):
    found = upload(cast)
    web.post(url(cast, "import-discard", found))
    assert not SiteImport.objects.exists()


def test_an_applied_import_cannot_be_discarded(web, cast, run_jobs):
    found = apply(cast, run_jobs)
    answer = web.post(url(cast, "import-discard", found), follow=True)
    assert "already" in answer.content.decode()
    assert SiteImport.objects.exists()


def test_an_import_is_not_found_under_another_rollout(web, cast):
    found = upload(cast)
    kwargs = {"code": cast.other_rollout.code, "key": found.key}
    assert web.get(reverse("sites:import-map", kwargs=kwargs)).status_code == 404


def test_a_wave_of_another_rollout_is_refused(web, cast, run_jobs):
    found = check(cast, run_jobs)
    stranger = make.WaveFactory(rollout=cast.other_rollout)
    answer = web.post(url(cast, "import-apply", found), {"wave": stranger.pk}, follow=True)
    assert "That wave is gone" in answer.content.decode()
    assert Site.objects.count() == 0


def test_facilitators_do_not_import(cast, as_user):
    assert as_user(cast.pf).get(url(cast, "import-new")).status_code == 403


def test_a_failed_apply_can_be_tried_again(web, cast, run_jobs, monkeypatch):
    from sites.actions import import_runs

    found = check(cast, run_jobs)
    monkeypatch.setattr(import_runs, "lock_estate", lambda client_id: 1 / 0)
    actions.start_apply(site_import=found, wave=None, by=cast.pm, at=make.NOW)
    run_jobs()
    assert "You can apply it again" in web.get(url(cast, "import-preview", found)).content.decode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("store,name,city", "There are no rows below the column names"),
        ("one line of text", "There are no rows below the column names"),
        ("   \n\t\n", "Choose a file, or paste rows below"),
        ('a,b\n1,"never closed\n2,x\n3,y\n', "never to be closed"),
    ],
)
def test_a_paste_that_is_no_list_stays_with_a_sentence(web, cast, text, words):
    answer = web.post(url(cast, "import-new"), {"text": text})
    assert words in answer.content.decode()
    assert not SiteImport.objects.exists()


def test_a_paste_is_kept_as_a_file(web, cast):
    web.post(url(cast, "import-new"), {"text": "Filiale\tOrt\n1\tKöln\n"})
    stored = SiteImport.objects.get().file
    with stored.content.open("rb") as content:
        assert content.read().decode() == "Filiale\tOrt\n1\tKöln\n"


@pytest.mark.parametrize("target", ["sites", "contacts", "facts", "hours", "providers", "technicians"])
def test_every_template_is_read_and_matched_as_it_is_given(web, cast, run_jobs, target):
    make.EnrolmentFactory(rollout=cast.rollout, site__key="0417")
    answer = web.get(
        reverse("sites:import-template", kwargs={"code": cast.rollout.code, "target": target}) + "?format=csv"
    )
    content = b"".join(answer.streaming_content)
    page = web.get(url(cast, "import-new", query=f"?target={target}"))
    assert target_called(target).a_row in page.content.decode()
    sent = {"file": SimpleUploadedFile("template.csv", content)}
    web.post(url(cast, "import-new", query=f"?target={target}"), sent)
    found = SiteImport.objects.get()
    assert len(found.mapping) == len(found.columns)
    assert found.reading["records"] == len(target_called(target).example)


def test_an_applied_import_is_undone_from_the_list(web, cast, run_jobs):
    found = apply(cast, run_jobs)
    assert url(cast, "import-undo", found) in web.get(url(cast, "imports")).content.decode()
    web.post(url(cast, "import-undo", found))
    run_jobs()
    assert Site.objects.count() == 0
    assert url(cast, "import-undo", found) not in web.get(url(cast, "imports")).content.decode()
