"""What was seen of a picture's or clip's frames, kept from run to run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any, Final

from kiosk.domain import Conditions, Rejection
from kiosk.evaluation.protocols.entries import Entries, Header
from kiosk.evaluation.protocols.seen import SeenFace, SeenFrame, Vector

_KIND: Final = "recordings 1"  # counts up when an entry means something else

Frames = tuple[SeenFrame, ...]


class RecordingCache:
    """What one way of watching saw in which content; see Entries."""

    def __init__(self, folder: Path, key: str) -> None:
        self._entries = Entries(folder, _KIND, key)

    def get(self, digest: str) -> Frames | None:
        """What is known of a content by its sha256."""
        return self._entries.get(digest, _frames)

    def put(self, digest: str, frames: Frames) -> None:
        """Remembers it, where the disk lets it."""
        vectors = [face.vector for frame in frames for face in frame.faces if face.vector is not None]
        header = {
            "size": len(vectors[0]) if vectors else 0,
            "frames": [[frame.at_seconds, [_face_row(face) for face in frame.faces]] for frame in frames],
        }
        self._entries.put(digest, header, vectors)


def _face_row(face: SeenFace) -> list[Any]:
    conditions = face.conditions and astuple(face.conditions)
    return [face.track, face.rejection and face.rejection.value, conditions, face.vector is not None]


def _frames(header: Header, numbers: Vector) -> Frames:
    """Raises ValueError, KeyError or TypeError for what is no entry."""
    vectors = list(numbers.reshape(-1, max(header["size"], 1)))
    return tuple(SeenFrame(at, tuple(_face(row, vectors) for row in rows)) for at, rows in header["frames"])


def _face(row: Sequence[Any], vectors: list[Vector]) -> SeenFace:
    """A face of the header, with the next of the vectors that are left."""
    track, rejection, conditions, acquired = row
    return SeenFace(
        track,
        vectors.pop(0) if acquired else None,
        Rejection(rejection) if rejection else None,
        Conditions(*conditions) if conditions else None,
    )
