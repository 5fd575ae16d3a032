"""What pictures gave, kept from run to run, so that a second run takes seconds.

As in the gallery's cache, in the same folder: one small file a picture, named by the hash of its content, in a folder
for each path. So whoever is erased from the kiosk is erased from here too. A checksum turns damage into a miss; what
cannot be written is made again next time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
import zlib
from dataclasses import astuple
from pathlib import Path
from typing import Any, Final

import numpy as np

from kiosk.domain import Box, Conditions, Rejection
from kiosk.recognition.gallery.cache import write_whole
from kiosk.station.evaluation.extractors import Extracted, Vector

_VERSION: Final = 1  # counts up when an entry means something else
_MOST_BYTES: Final = 2**22
_USED_AGAIN_SECONDS: Final = 86400.0


class FeatureCache:
    """What one path made of which content; for any number of processes at once."""

    def __init__(self, folder: Path, key: str) -> None:
        name = f"evaluation {_VERSION}\n{key}"
        self._folder = folder / hashlib.sha256(name.encode()).hexdigest()[:16]

    def get(self, digest: str) -> Extracted | None:
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

    def put(self, digest: str, found: Extracted) -> None:
        """Remembers it, where the disk lets it."""
        with contextlib.suppress(OSError):
            write_whole(self._folder / digest, _packed(found))


def _packed(found: Extracted) -> bytes:
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
    payload = b"".join([json.dumps(header).encode(), b"\n", *(vector.astype("<f4").tobytes() for vector in vectors)])
    return zlib.crc32(payload).to_bytes(4, "little") + payload


def _unpacked(content: bytes) -> Extracted:
    """Raises ValueError, KeyError or TypeError for what is no entry."""
    checksum, payload = content[:4], content[4:]
    if zlib.crc32(payload).to_bytes(4, "little") != checksum:
        raise ValueError
    head, _, body = payload.partition(b"\n")
    header: dict[str, Any] = json.loads(head)
    numbers = np.frombuffer(body, "<f4").astype(np.float32)
    probe, template = _vectors(header, numbers)
    return Extracted(
        template=template,
        probe=probe,
        rejection=header["rejection"] and Rejection(header["rejection"]),
        box=header["box"] and Box(*header["box"]),
        conditions=header["conditions"] and Conditions(*header["conditions"]),
        milliseconds=header["milliseconds"],
    )


def _vectors(header: dict[str, Any], numbers: Vector) -> tuple[Vector | None, Vector | None]:
    if not header["probe"]:
        return None, None
    if header["template"] == "own":
        probe, template = np.split(numbers, 2)
        return probe, template
    return numbers, numbers if header["template"] == "probe" else None
