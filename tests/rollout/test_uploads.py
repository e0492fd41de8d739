"""Files: too big is a sentence, the same content is one file, and nothing that was uploaded runs in a browser."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from rollout import files, zips
from rollout.models import StoredFile
from rollout.uploads import OversizeUpload, OversizeUploadHandler, UploadField
from tests.factories import NOW


def keep(cast, content=b"hello", name="a.txt", media_type="text/plain"):
    return files.store(content, name=name, media_type=media_type, rollout=cast.rollout, by=cast.pm, at=NOW)


def test_a_file_within_bounds_is_taken():
    assert UploadField().clean(SimpleUploadedFile("a.csv", b"x")).read() == b"x"


@pytest.mark.parametrize(
    ("upload", "sentence"),
    [
        (None, "Choose a file first."),
        (SimpleUploadedFile("a.csv", b""), "This file is empty."),
        (
            OversizeUpload("big.csv", 90 * 1024 * 1024),
            "“big.csv” is 90.0.MB; the limit is 60.0.MB. Split it",
        ),
    ],
)
def test_what_is_no_use_is_refused_with_a_sentence(upload, sentence):
    with pytest.raises(ValidationError) as refusal:
        UploadField().clean(upload)
    assert re.match(sentence, refusal.value.message)


def test_bytes_beyond_the_limit_are_counted_and_dropped(settings):
    settings.UPLOAD_MAX_BYTES = 10
    handler = OversizeUploadHandler()
    handler.new_file("file", "a.bin", "application/octet-stream", None)
    assert handler.receive_data_chunk(b"12345678", 0) == b"12345678"
    assert handler.receive_data_chunk(b"12345678", 8) is None
    stand_in = handler.file_complete(16)
    assert (stand_in.name, stand_in.size, stand_in.read()) == ("a.bin", 16, b"")
    handler.new_file("file", "b.bin", "application/octet-stream", None)
    assert handler.receive_data_chunk(b"12345678", 0) == b"12345678"
    assert handler.file_complete(8) is None


def test_a_form_that_gets_too_much_says_so_and_keeps_what_was_typed(cast, as_user, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    upload = SimpleUploadedFile("sow.md", b"x" * 2000, "text/markdown")
    page = as_user(cast.pm).post(
        reverse("workorders:sow-upload", args=["guest-wifi"]), {"file": upload, "title": "Kept"}
    )
    assert page.status_code < 500
    assert "the limit is" in page.content.decode()


def test_the_same_content_is_kept_once(cast):
    one, two = keep(cast), keep(cast, name="b.txt")
    assert one.content.name == two.content.name == f"{one.sha256[:2]}/{one.sha256}"
    assert StoredFile.objects.count() == 2
    with one.content.open("rb") as kept:
        assert kept.read() == b"hello"


def test_a_name_somebody_typed_is_no_path(cast):
    stored = keep(cast, name="../../etc/passwd")
    assert ".." not in stored.content.name


@pytest.mark.parametrize(
    ("media_type", "shown"),
    [("image/png", True), ("application/pdf", True), ("text/html", False), ("image/svg+xml", False)],
)
def test_only_what_cannot_act_is_shown_in_the_browser(cast, as_user, media_type, shown):
    stored = keep(cast, b"<script>alert(1)</script>", name="x", media_type=media_type)
    answer = as_user(cast.pm).get(reverse("rollout:file", args=[stored.key]))
    assert answer["Content-Disposition"].startswith("inline" if shown else "attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert b"".join(answer.streaming_content)
    asked = as_user(cast.pm).get(reverse("rollout:file", args=[stored.key]) + "?download")
    assert asked["Content-Disposition"].startswith("attachment")
    assert b"".join(asked.streaming_content)


def test_a_zip_is_streamed_and_whole(cast, tmp_path):
    import zipfile

    path = tmp_path / "all.zip"
    path.write_bytes(b"".join(zips.stream([("a.txt", keep(cast)), ("b.txt", keep(cast, b"two"))])))
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "a.txt": b"hello",
            "b.txt": b"two",
        }
