"""Files kept by content."""

from django.core.files.storage import default_storage

from rollout import files
from tests import factories as make

KEPT = {"name": "a.txt", "media_type": "text/plain", "rollout": None, "by": None, "at": make.NOW}


def test_what_a_dead_worker_wrote_in_part_is_written_anew(db):
    first = files.store(b"the whole content", **KEPT)
    with default_storage.open(first.content.name, "wb") as cut:
        cut.write(b"the wh")
    again = files.store(b"the whole content", **KEPT)
    assert again.content.name == first.content.name
    with again.content.open() as kept:
        assert kept.read() == b"the whole content"
