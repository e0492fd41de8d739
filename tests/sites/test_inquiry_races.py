"""What arrives by a link at once: counted once, and not taken any more once the questions are closed."""

from __future__ import annotations

import io
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image

from sites import actions, queries
from sites.models import Attachment, Inquiry
from tests.people import assemble
from tests.sites.asking_scene import NOW, question, scene_of


def picture(shade: int) -> SimpleUploadedFile:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16), (shade * 20, 0, 0)).save(buffer, "PNG")
    return SimpleUploadedFile(f"{shade}.png", buffer.getvalue(), "image/png")


@pytest.fixture
def asked(transactional_db, time_machine):
    time_machine.move_to(NOW, tick=False)
    scene = scene_of(assemble())
    inquiry = scene.asked()
    actions.open_inquiry(inquiry=inquiry, at=NOW)
    return scene, Inquiry.objects.get(pk=inquiry.pk)


def test_pictures_that_arrive_at_once_are_no_more_than_one_by_one(asked):
    scene, inquiry = asked
    about, started = question(inquiry, scene.ceiling), threading.Barrier(9)
    refused, failed = [], []

    def send(shade):
        try:
            started.wait()
            actions.add_picture(inquiry=inquiry, question=about, content=picture(shade), at=NOW)
        except actions.TooManyPictures as refusal:
            refused.append(str(refusal))
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(shade,)) for shade in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert (len(refused), Attachment.objects.count()) == (9 - actions.MOST_PICTURES, actions.MOST_PICTURES)
    assert len(queries.pictures_of(inquiry)) == actions.MOST_PICTURES


def test_a_picture_that_arrives_after_the_questions_closed_is_not_kept(asked):
    scene, inquiry = asked
    actions.withdraw(inquiry_id=inquiry.pk, by=scene.cast.pm, at=NOW)
    with pytest.raises(actions.NoLongerOpen):
        actions.add_picture(
            inquiry=inquiry, question=question(inquiry, scene.ceiling), content=picture(1), at=NOW
        )
    assert not Attachment.objects.exists()
