"""Many stored files as one ZIP, streamed: memory stays flat however many there are."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator

from rollout.models import StoredFile


class _Buffer:
    """What the ZIP writer writes into between two chunks; it cannot seek, so sizes follow each file."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Take what the writer has."""
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        """Hand over what has been written since."""
        taken = b"".join(self.parts)
        self.parts.clear()
        return taken


def stream(files: Iterable[tuple[str, StoredFile]]) -> Iterator[bytes]:
    """Yield the ZIP of `(name, file)`; PDFs and pictures are packed already, so they are stored as they are."""
    buffer = _Buffer()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
        for name, stored in files:
            with stored.content.open("rb") as source:
                archive.writestr(name, source.read())
            yield buffer.take()
    yield buffer.take()
