"""Files about a site: kept once, named, shown harmlessly, removed and brought back."""

from __future__ import annotations

import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image, ImageFile

from rollout.models import AuditEntry, StoredFile
from sites import actions
from sites.actions.attachments import make_preview
from sites.attachment_kinds import look_at, title_from
from sites.choices import AttachmentKind
from sites.models import Attachment
from tests import factories as make


@pytest.fixture
def here(cast):
    site = make.EnrolmentFactory(rollout=cast.rollout).site
    return {"site": site, "rollout": cast.rollout, "by": cast.pm, "at": make.NOW}


def url(here, name, **more):
    key = here["site"].key
    return reverse(f"sites:{name}", kwargs={"code": here["rollout"].code, "key": key, **more})


def sent(name, content=b"%PDF-1.7 plan"):
    return SimpleUploadedFile(name, content)


def test_several_files_are_kept_at_once_and_a_bad_one_does_not_cost_the_others(here, as_user):
    web = as_user(here["by"])
    picture = make.a_picture()
    files = [
        sent("Floor plan.pdf"),
        sent("setup.exe", b"MZ\x90"),
        SimpleUploadedFile("IMG_1.jpg", picture.read()),
    ]
    page = web.post(url(here, "attachment-add"), {"sent": files}, follow=True).content.decode()
    assert "2 files are kept" in page
    assert "is a program" in page
    kinds = Attachment.objects.order_by("kind").values_list("kind", "title")
    assert list(kinds) == [("floor_plan", "Floor plan"), ("picture", "Picture")]


def test_the_history_says_who_added_what(here):
    actions.attach(**here, content=ContentFile(b"words", name="Lease.txt"))
    entry = AuditEntry.objects.get(type="sites.attachment.added")
    assert (entry.subject_id, entry.data["changes"]) == (here["site"].pk, {"attachment": [None, "Lease"]})


def test_the_same_file_twice_is_kept_once(here):
    first, second = (actions.attach(**here, content=make.a_picture()) for _ in range(2))
    assert first == second
    assert AuditEntry.objects.filter(type="sites.attachment.added").count() == 1


def test_no_files_and_too_many_are_refused_with_a_sentence(here, as_user):
    web = as_user(here["by"])
    assert "Choose at least one" in web.post(url(here, "attachment-add"), follow=True).content.decode()
    many = [sent(f"{n}.pdf") for n in range(21)]
    page = web.post(url(here, "attachment-add"), {"sent": many}, follow=True).content.decode()
    assert "21 files are too many" in page
    assert not Attachment.objects.exists()


def test_what_is_too_large_is_refused_with_its_size(here, settings, as_user):
    settings.UPLOAD_MAX_BYTES = 1000
    page = as_user(here["by"]).post(
        url(here, "attachment-add"), {"sent": [sent("plan.pdf", b"%PDF" + b"x" * 5000)]}, follow=True
    )
    assert "the limit is" in page.content.decode()
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.pdf", b"", "is empty"),
        ("run.sh", b"#!/bin/sh", "is a program"),
        ("plan.pdf", b"MZ\x90\x00", "is a program"),
    ],
)
def test_what_is_not_kept_is_said(here, name, content, sentence):
    with pytest.raises(actions.FileNotKept, match=sentence):
        actions.attach(**here, content=ContentFile(content, name=name))


def test_the_picture_of_a_fact_must_be_a_picture(here):
    attribute = make.AttributeFactory(client=here["rollout"].client)
    with pytest.raises(actions.FileNotKept, match="no picture"):
        actions.attach(**here, content=ContentFile(b"%PDF-1.7", name="a.jpg"), attribute=attribute)


@pytest.mark.parametrize("name", ["evil.svg", "evil.html", "evil.xhtml"])
def test_active_content_is_only_offered_for_saving(here, as_user, name):
    made = actions.attach(**here, content=ContentFile(b"<svg onload=alert(1)>", name=name))
    answer = as_user(here["by"]).get(url(here, "attachment-file", attachment_key=made.key))
    answer.close()
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_the_preview_has_no_place_in_it(here):
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x010F] = "Camera"
    made = actions.attach(**here, content=make.a_picture(exif=exif))
    make_preview(attachment=made, at=make.NOW)
    made.refresh_from_db()
    with made.preview.content.open("rb") as content, Image.open(io.BytesIO(content.read())) as small:
        assert not small.getexif()


def test_a_preview_is_made_once_and_a_broken_picture_gets_none(here, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as it is once packets were rendered
    made = make_preview(attachment=actions.attach(**here, content=make.a_picture()), at=make.NOW)
    assert make_preview(attachment=made, at=make.NOW).preview_id == made.preview_id
    broken = actions.attach(
        **here, content=ContentFile(make.a_picture((900, 900)).read()[:3000], name="b.jpg")
    )
    assert make_preview(attachment=broken, at=make.NOW).preview_id is None


def test_a_removed_file_comes_back_as_it_was(here, as_user):
    made = make.an_attachment(here["site"], rollout=here["rollout"], by=here["by"])
    web = as_user(here["by"])
    web.post(url(here, "attachment-remove", attachment_key=made.key), {"reason": "Old"})
    assert not Attachment.objects.exists()
    assert AuditEntry.objects.get(type="sites.attachment.removed").reason == "Old"
    web.post(url(here, "attachment-restore", attachment_key=made.key))
    back = Attachment.objects.get()
    assert (back.key, back.title, back.file, back.preview, back.added_at) == (
        made.key,
        made.title,
        made.file,
        made.preview,
        made.added_at,
    )


def test_bringing_back_twice_brings_back_once(here, as_user):
    made = make.an_attachment(here["site"], rollout=here["rollout"], by=here["by"])
    web = as_user(here["by"])
    web.post(url(here, "attachment-remove", attachment_key=made.key))
    web.post(url(here, "attachment-restore", attachment_key=made.key))
    again = web.post(url(here, "attachment-restore", attachment_key=made.key), follow=True)
    assert "nothing to bring back" in again.content.decode()
    assert Attachment.objects.count() == 1


def test_a_file_removed_from_one_site_cannot_be_brought_back_to_another(here):
    made = make.an_attachment(here["site"], rollout=here["rollout"], by=here["by"])
    actions.remove_attachment(attachment=made, **{k: v for k, v in here.items() if k != "site"})
    other = make.EnrolmentFactory(rollout=here["rollout"]).site
    with pytest.raises(actions.NothingToRestore):
        actions.restore_attachment(**{**here, "site": other}, key=made.key)


def test_a_file_gets_another_name_and_the_old_one_stays_in_the_history(here, as_user):
    made = make.an_attachment(here["site"], rollout=here["rollout"], by=here["by"])
    as_user(here["by"]).post(
        url(here, "attachment", attachment_key=made.key), {"title": "Rack", "kind": "floor_plan"}
    )
    made.refresh_from_db()
    assert (made.title, made.kind) == ("Rack", AttachmentKind.FLOOR_PLAN)
    entry = AuditEntry.objects.get(type="sites.attachment.changed")
    assert entry.data["changes"] == {"attachment": ["Back office (Picture)", "Rack (Floor plan)"]}


def test_the_file_of_another_site_is_not_found_here(here, as_user):
    other = make.EnrolmentFactory(rollout=here["rollout"]).site
    made = make.an_attachment(other, rollout=here["rollout"], by=here["by"])
    assert as_user(here["by"]).get(url(here, "attachment-file", attachment_key=made.key)).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "kind", "title"),
    [
        ("Grundriss_EG.pdf", b"%PDF-1.4", "floor_plan", "Grundriss EG"),
        ("layout.dwg", b"AC1032", "floor_plan", "layout"),
        ("explanation.docx", b"PK", "document", "explanation"),
        ("IMG_20261120_101112.jpg", None, "picture", "Picture"),
        ("Back office.JPG", None, "picture", "Back office"),
    ],
)
def test_kind_and_title_suggest_themselves(name, content, kind, title):
    file = io.BytesIO(content) if content else make.a_picture()
    seen = look_at(file, name)
    assert (seen.kind, title_from(name, seen.kind)) == (kind, title)
