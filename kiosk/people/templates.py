"""Reads pictures into templates, with a cache on the disk so that a picture is encoded once.

The cache has one small file per picture, named by the hash of its content, in a folder per encoder and version. Files
are renamed into place, so that parallel processes never see half of one. A checksum turns damage into a miss. A file
that cannot be read or written costs only time.
"""

import base64
import contextlib
import hashlib
import json
import os
import queue
import time
import zlib
from collections.abc import Callable, Collection
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from kiosk.domain import ByteImage, Embedding, Rejection
from kiosk.errors import KioskError, PictureError, cause_of
from kiosk.files import PARTIAL, atomic_write
from kiosk.i18n import Message, Text
from kiosk.people.folder import ListedPicture, Stamp, list_folder
from kiosk.vision.pictures import decode_picture, open_picture
from kiosk.vision.quality import reason_of

_UNUSED_SECONDS = 60 * 86400.0
_USED_AGAIN_SECONDS = 86400.0
_DIGEST_CHARACTERS = 64  # the length of an entry's name
_INDEX = "index-"  # how the names of indexes begin
# A file being written has a temporary name for a moment; an older one was left by a crash.
_WRITING_SECONDS = 30.0

_Index: TypeAlias = dict[str, tuple[Stamp, str]]  # the stamp and the hash of each file of an image folder


class ContentCache:
    """Results by the SHA-256 of the content that they were computed from, in a folder for each key.

    A result is JSON, and may hold float32 arrays. Any thread may call every method, and several processes may use the
    folder.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self._folder = folder / _hashed(key)

    def get(self, digest: str) -> Any:  # noqa: ANN401  (JSON with arrays)
        """Return the result for a content; None if there is none, or a damaged one."""
        path = self._folder / digest
        try:
            content = path.read_bytes()
            if time.time() - path.stat().st_mtime > _USED_AGAIN_SECONDS:
                os.utime(path)
            is_whole = zlib.crc32(content[4:]).to_bytes(4, "little") == content[:4]
            return json.loads(content[4:], object_hook=_decoded) if is_whole else None
        except (OSError, ValueError):
            return None

    def put(self, digest: str, result: Any) -> None:  # noqa: ANN401  (JSON with arrays)
        """Store a result, if the disk allows."""
        content = json.dumps(result, default=_encoded).encode()
        _write(self._folder / digest, zlib.crc32(content).to_bytes(4, "little") + content)

    def forget(self, digest: str) -> None:
        """Delete the result for a content, if the disk allows."""
        with contextlib.suppress(OSError):
            (self._folder / digest).unlink(missing_ok=True)


def _encoded(value: object) -> dict[str, str]:
    return {"f4": base64.b64encode(np.asarray(value, "<f4").tobytes()).decode("ascii")}


def _decoded(value: dict[str, Any]) -> Any:  # noqa: ANN401  (JSON with arrays)
    if value.keys() != {"f4"}:
        return value
    return np.frombuffer(base64.b64decode(value["f4"]), "<f4").astype(np.float32)


class TemplateCache(ContentCache):
    """The outcomes of an encoder by content, and the hashes of the files of image folders."""

    def __init__(self, folder: Path, encoder: str, version: str) -> None:
        super().__init__(folder, f"{encoder}\n{version}")
        self._encoder = encoder
        self._root = folder

    def get(self, digest: str) -> Embedding | Rejection | None:
        """Return the outcome for a content by its hash; None if there is none."""
        found = super().get(digest)
        if isinstance(found, np.ndarray):
            return Embedding(found, self._encoder)
        with contextlib.suppress(ValueError):  # None, or a rejection of another version
            return Rejection(found)
        return None

    def put(self, digest: str, outcome: Embedding | Rejection) -> None:
        """Store an outcome, if the disk allows."""
        super().put(digest, outcome.value if isinstance(outcome, Rejection) else outcome.vector)

    def known_digests(self, images: Path) -> _Index:
        """Return the stamp and the hash of each source, as remember_digests stored them for an image folder."""
        with contextlib.suppress(OSError):
            return _read_index(self._index(images)) or {}
        return {}

    def remember_digests(self, images: Path, digests: _Index) -> None:
        """Store the hash of every unchanged file, so that the next start does not read them."""
        _write(self._index(images), _index_content(digests))

    def drop_unused(self) -> None:
        """Delete what was not used for two months, of any encoder."""
        oldest = time.time() - _UNUSED_SECONDS
        with contextlib.suppress(OSError):
            for path in self._root.glob("*/*"):
                if path.lstat().st_mtime < oldest:
                    path.unlink(missing_ok=True)

    def _index(self, images: Path) -> Path:
        return self._folder / f"{_INDEX}{_hashed(os.fsencode(images.absolute()).hex())}.json"


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _write(path: Path, content: bytes) -> None:
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(path, content, mode=0o600, durable=False)


def _read_index(path: Path) -> _Index | None:
    """Read an index; None if it is damaged. Raises OSError."""
    try:
        content = json.loads(path.read_text("utf-8"))
        return {source: (Stamp(*map(int, stamp)), str(digest)) for source, (*stamp, digest) in content.items()}
    except (ValueError, TypeError, AttributeError):
        return None


def _index_content(index: _Index) -> bytes:
    return json.dumps({source: [*astuple(stamp), digest] for source, (stamp, digest) in index.items()}).encode()


def forget_cached(cache: Path, gone: Callable[[str], bool], digests: Collection[str]) -> int:
    """Delete cached embeddings, of every encoder; return how many.

    Deleted are contents with these hashes, sources for which `gone` is true, and every content that no index names: a
    picture that was removed earlier, or whose index was written before a crash. Raises OSError.
    """
    count = 0
    for folder in sorted(cache.glob("*/")):
        kept: set[str] = set()
        for path in folder.glob(f"{_INDEX}*.json"):
            known = _read_index(path)
            if known is None:
                path.unlink(missing_ok=True)  # it may still hold names
                continue
            left = {source: one for source, one in known.items() if not gone(source) and one[1] not in digests}
            if len(left) != len(known):
                atomic_write(path, _index_content(left), mode=0o600)
            kept |= {digest for _, digest in left.values()}
        for path in folder.glob(f"{PARTIAL}*"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > _WRITING_SECONDS:
                    path.unlink()
        for path in list(folder.iterdir()):
            if len(path.name) == _DIGEST_CHARACTERS and path.name not in kept:
                path.unlink(missing_ok=True)
                count += 1
    return count


def digest_of(path: Path) -> str | None:
    """Return the SHA-256 of a picture, by which the cache knows it; None if it cannot be read."""
    try:
        with open_picture(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (KioskError, OSError):
        return None


def digests_of(folder: Path, belongs: Callable[[str], bool]) -> set[str]:
    """Return the hashes of the pictures for whose source `belongs` is true."""
    found = (digest_of(picture.path) for picture in list_folder(folder).pictures if belongs(picture.source))
    return {digest for digest in found if digest is not None}


EncodePicture: TypeAlias = Callable[[ByteImage], Embedding | Rejection]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """The outcome of reading a picture."""

    digest: str | None  # sha256 of the content; None if the outcome is not about the content
    outcome: Embedding | Text  # or the reason why there is none
    passing: bool = False  # another try may succeed


class PictureReader:
    """Reads pictures in any number of threads; each thread has its own encode function."""

    def __init__(self, make_encode: Callable[[], EncodePicture], encoder: str, cache: TemplateCache) -> None:
        self._make_encode = make_encode
        self._encoder = encoder
        self._cache = cache
        self._idle: queue.SimpleQueue[EncodePicture] = queue.SimpleQueue()

    def recall(self, digest: str) -> Reading | None:
        """Return the cached outcome for a content, if it is usable."""
        known = self._cache.get(digest)
        return _reading(digest, known) if known is not None and self._is_usable(known) else None

    def _is_usable(self, outcome: Embedding | Rejection) -> bool:
        if isinstance(outcome, Rejection):
            return True
        length = float(np.linalg.norm(outcome.vector))
        return outcome.encoder == self._encoder and outcome.vector.ndim == 1 and abs(length - 1) <= 1e-3

    def read(self, picture: ListedPicture, known: Reading | None = None) -> Reading:
        """Read a picture; return `known` if the content is still the same. Raises only what make_encode raises."""
        try:
            with open_picture(picture.path) as file:
                before = Stamp.of(os.fstat(file.fileno()))
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                found = known if known and known.digest == digest else self.recall(digest)
                content = found or decode_picture(file, picture.path)
                changed = Stamp.of(os.fstat(file.fileno())) != before
        except PictureError as fault:
            # An OSError with a number comes from the disk or the network and may pass; Pillow's own have none.
            return Reading(None, fault.why, passing=getattr(fault.__cause__, "errno", None) is not None)
        except OSError as fault:
            return Reading(None, Message("cannot be read ({cause})", cause=cause_of(fault)), passing=True)
        if changed:
            return Reading(None, Message("is still being written"), passing=True)
        reading = content if isinstance(content, Reading) else self._encoded(digest, content)
        if not os.path.lexists(picture.path):
            # Erased while it was read: the erasure may have searched the cache before.
            self._cache.forget(digest)
        return reading

    def _encoded(self, digest: str, image: ByteImage) -> Reading:
        try:
            encode = self._idle.get_nowait()
        except queue.Empty:
            encode = self._make_encode()
        try:
            outcome = encode(image)
        except Exception as fault:  # a picture on which the encoder fails must not stop the others
            reason = fault.why if isinstance(fault, KioskError) else f"{type(fault).__name__}: {fault}"
            return Reading(None, Message("could not be encoded ({reason})", reason=reason), passing=True)
        finally:
            self._idle.put(encode)
        if not self._is_usable(outcome):
            return Reading(None, Message("gave no usable embedding"), passing=True)
        self._cache.put(digest, outcome)
        return _reading(digest, outcome)


def _reading(digest: str, outcome: Embedding | Rejection) -> Reading:
    return Reading(digest, reason_of(outcome) if isinstance(outcome, Rejection) else outcome)
