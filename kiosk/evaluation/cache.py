"""What was made of contents, kept from run to run: a header and numbers for each.

As in the gallery's cache, in the same folder: one small file a content, named by its hash, in a folder for each kind
and key. So whoever is erased from the kiosk is erased from here too. A checksum turns damage into a miss; what cannot
be written is made again next time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Box, Conditions, Rejection
from kiosk.evaluation.extractors import Extracted, Vector
from kiosk.evaluation.replay import SeenFace, SeenFrame
from kiosk.files import atomic_write

_MOST_BYTES: Final = 2**24
_USED_AGAIN_SECONDS: Final = 86400.0

Header = dict[str, Any]
Numbers = NDArray[np.float32]
_Found = TypeVar("_Found")


class Entries:
    """Those of one kind and key; for any number of processes at once."""

    def __init__(self, folder: Path, kind: str, key: str) -> None:
        self._folder = folder / hashlib.sha256(f"{kind}\n{key}".encode()).hexdigest()[:16]

    def get(self, digest: str, read: Callable[[Header, Numbers], _Found]) -> _Found | None:
        """What `read` makes of the entry of a content, by its sha256; None where there is none that it understands."""
        path = self._folder / digest
        try:
            with path.open("rb") as file:
                content = file.read(_MOST_BYTES)
                # The gallery clears away what nobody used for two months.
                if time.time() - os.fstat(file.fileno()).st_mtime > _USED_AGAIN_SECONDS:
                    os.utime(path)
            checksum, payload = content[:4], content[4:]
            if zlib.crc32(payload).to_bytes(4, "little") != checksum:
                return None
            head, _, body = payload.partition(b"\n")
            return read(json.loads(head), np.frombuffer(body, "<f4").astype(np.float32))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, digest: str, header: Header, vectors: Iterable[Numbers]) -> None:
        """Remembers it, where the disk lets it."""
        body = (vector.astype("<f4").tobytes() for vector in vectors)
        payload = b"".join([json.dumps(header).encode(), b"\n", *body])
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            content = zlib.crc32(payload).to_bytes(4, "little") + payload
            atomic_write(self._folder / digest, content, mode=0o600, durable=False)


_KIND: Final = "evaluation 1"  # counts up when an entry means something else


class FeatureCache:
    """What one path made of which content; see Entries."""

    def __init__(self, folder: Path, key: str) -> None:
        self._entries = Entries(folder, _KIND, key)

    def get(self, digest: str) -> Extracted | None:
        """What is known of a content by its sha256."""
        return self._entries.get(digest, _extracted)

    def put(self, digest: str, found: Extracted) -> None:
        """Remembers it, where the disk lets it."""
        own = found.template is not None and found.template is not found.probe
        vectors = [vector for vector in (found.probe, found.template if own else None) if vector is not None]
        header = {
            "probe": found.probe is not None,
            "template": "own" if own else "probe" if found.template is not None else None,
            "rejection": found.rejection and found.rejection.value,
            "box": found.box and astuple(found.box),
            "conditions": found.conditions and astuple(found.conditions),
            "milliseconds": {stage: round(spent, 3) for stage, spent in found.milliseconds.items()},
        }
        self._entries.put(digest, header, vectors)


def _extracted(header: Header, numbers: Vector) -> Extracted:
    """Raises ValueError, KeyError or TypeError for what is no entry."""
    probe, template = _vectors(header, numbers)
    return Extracted(
        template=template,
        probe=probe,
        rejection=header["rejection"] and Rejection(header["rejection"]),
        box=header["box"] and Box(*header["box"]),
        conditions=header["conditions"] and Conditions(*header["conditions"]),
        milliseconds=header["milliseconds"],
    )


def _vectors(header: Header, numbers: Vector) -> tuple[Vector | None, Vector | None]:
    if not header["probe"]:
        return None, None
    if header["template"] == "own":
        probe, template = np.split(numbers, 2)
        return probe, template
    return numbers, numbers if header["template"] == "probe" else None


_KIND_RECORDING_CACHE: Final = "recordings 1"  # counts up when an entry means something else

Frames = tuple[SeenFrame, ...]


class RecordingCache:
    """What one way of watching saw in which content; see Entries."""

    def __init__(self, folder: Path, key: str) -> None:
        self._entries = Entries(folder, _KIND_RECORDING_CACHE, key)

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
