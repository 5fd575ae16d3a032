"""Embeddings kept from run to run, so that a picture is encoded once.

One small file per picture, named by the hash of its content, in a folder per encoder and path version: each is
written to a temporary name and renamed, so processes side by side never see half of one, and a first loading that is
interrupted keeps what it has done. A checksum turns damage into a miss. Nothing here is ever needed: whatever cannot
be read is made anew, whatever cannot be written is made again next time.
"""

import contextlib
import hashlib
import json
import os
import tempfile
import time
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from kiosk.domain import Embedding, Rejection
from kiosk.people.gallery.folder import Stamp

_UNUSED_SECONDS = 60 * 86400.0
_USED_AGAIN_SECONDS = 86400.0
_VECTOR, _REJECTION = b"v", b"r"
# A whole entry is a checksum, a kind and some hundred numbers; a longer file is not one.
_MAX_ENTRY_BYTES = 2**20
INDEX, NEW = "index-", ".new-"  # what the names of indexes, and of files that are being written, begin with


class TemplateCache:
    """What the encoder made of which content. Every method may be called from any thread."""

    def __init__(self, folder: Path, encoder: str, version: str) -> None:
        self._encoder = encoder
        self._root = folder
        self._folder = folder / _hashed(f"{encoder}\n{version}")

    def get(self, digest: str) -> Embedding | Rejection | None:
        """What is known of a content by its hash; None where that is nothing."""
        path = self._folder / digest
        try:
            with path.open("rb") as file:
                content = file.read(_MAX_ENTRY_BYTES)
            if time.time() - path.stat().st_mtime > _USED_AGAIN_SECONDS:
                os.utime(path)
            return _unpacked(content, self._encoder)
        except (OSError, ValueError):
            return None

    def put(self, digest: str, outcome: Embedding | Rejection) -> None:
        """Remembers an outcome, where the disk lets it."""
        if isinstance(outcome, Rejection):
            payload = _REJECTION + outcome.value.encode()
        else:
            payload = _VECTOR + outcome.vector.astype("<f4").tobytes()
        _write(self._folder / digest, zlib.crc32(payload).to_bytes(4, "little") + payload)

    def forget(self, digest: str) -> None:
        """Deletes what is known of a content, where the disk lets it; for all encoders see forgetting."""
        with contextlib.suppress(OSError):
            (self._folder / digest).unlink(missing_ok=True)

    def known_digests(self, images: Path) -> dict[str, tuple[Stamp, str]]:
        """Source -> stamp and hash of the content, as remember_digests left them for an image folder."""
        try:
            index = json.loads(self._index(images).read_text("utf-8"))
            return {source: (Stamp(*map(int, stamp)), str(digest)) for source, (*stamp, digest) in index.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def remember_digests(self, images: Path, digests: Mapping[str, tuple[Stamp, str]]) -> None:
        """Saves the hash of every unchanged file, so that the next start reads none of them."""
        index = {source: [s.size, s.mtime_ns, s.ctime_ns, s.inode, digest] for source, (s, digest) in digests.items()}
        _write(self._index(images), json.dumps(index).encode())

    def drop_unused(self) -> None:
        """Deletes what nobody used for two months, of any encoder."""
        oldest = time.time() - _UNUSED_SECONDS
        with contextlib.suppress(OSError):
            for path in self._root.glob("*/*"):
                if path.lstat().st_mtime < oldest:
                    path.unlink(missing_ok=True)

    def _index(self, images: Path) -> Path:
        return self._folder / f"{INDEX}{_hashed(os.fsencode(images.absolute()).hex())}.json"


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _unpacked(content: bytes, encoder: str) -> Embedding | Rejection | None:
    checksum, kind, value = content[:4], content[4:5], content[5:]
    if zlib.crc32(content[4:]).to_bytes(4, "little") != checksum:
        return None
    if kind == _REJECTION:
        return Rejection(value.decode())
    vector = np.frombuffer(value, "<f4").astype(np.float32)
    return Embedding(vector, encoder) if kind == _VECTOR and vector.size else None


def write_whole(path: Path, content: bytes) -> None:
    """Puts a file in place whole; raises OSError and leaves nothing behind where it cannot."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=NEW)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def _write(path: Path, content: bytes) -> None:
    with contextlib.suppress(OSError):
        write_whole(path, content)
