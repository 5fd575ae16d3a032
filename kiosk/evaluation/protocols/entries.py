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
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from kiosk.people.gallery.cache import write_whole

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
            write_whole(self._folder / digest, zlib.crc32(payload).to_bytes(4, "little") + payload)
