"""What was seen of a picture's or clip's frames, kept from run to run; see feature_cache, whose folder it shares."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
import zlib
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any, Final

import numpy as np

from kiosk.domain import Conditions, Rejection
from kiosk.recognition.gallery.cache import write_whole
from kiosk.station.evaluation.seen import SeenFace, SeenFrame, Vector

_VERSION: Final = 1  # counts up when an entry means something else
_MOST_BYTES: Final = 2**24
_USED_AGAIN_SECONDS: Final = 86400.0

Frames = tuple[SeenFrame, ...]


class RecordingCache:
    """What one way of watching saw in which content; for any number of processes at once."""

    def __init__(self, folder: Path, key: str) -> None:
        name = f"recordings {_VERSION}\n{key}"
        self._folder = folder / hashlib.sha256(name.encode()).hexdigest()[:16]

    def get(self, digest: str) -> Frames | None:
        """What is known of a content by its sha256."""
        path = self._folder / digest
        try:
            with path.open("rb") as file:
                content = file.read(_MOST_BYTES)
                # The gallery clears away what nobody used for two months.
                if time.time() - os.fstat(file.fileno()).st_mtime > _USED_AGAIN_SECONDS:
                    os.utime(path)
            return _unpacked(content)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, digest: str, frames: Frames) -> None:
        """Remembers it, where the disk lets it."""
        with contextlib.suppress(OSError):
            write_whole(self._folder / digest, _packed(frames))


def _packed(frames: Frames) -> bytes:
    vectors = [face.vector for frame in frames for face in frame.faces if face.vector is not None]
    header = {
        "size": len(vectors[0]) if vectors else 0,
        "frames": [[frame.at_seconds, [_face_row(face) for face in frame.faces]] for frame in frames],
    }
    body = (vector.astype("<f4").tobytes() for vector in vectors)
    payload = b"".join([json.dumps(header).encode(), b"\n", *body])
    return zlib.crc32(payload).to_bytes(4, "little") + payload


def _face_row(face: SeenFace) -> list[Any]:
    conditions = face.conditions and astuple(face.conditions)
    return [face.track, face.rejection and face.rejection.value, conditions, face.vector is not None]


def _unpacked(content: bytes) -> Frames:
    """Raises ValueError, KeyError or TypeError for what is no entry."""
    checksum, payload = content[:4], content[4:]
    if zlib.crc32(payload).to_bytes(4, "little") != checksum:
        raise ValueError
    head, _, body = payload.partition(b"\n")
    header: dict[str, Any] = json.loads(head)
    vectors = list(np.frombuffer(body, "<f4").astype(np.float32).reshape(-1, max(header["size"], 1)))
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
