"""One picture of the image folder, read: a template's embedding, or the reason why there is none."""

import hashlib
import os
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from kiosk.domain import ByteImage, Embedding, Rejection
from kiosk.errors import KioskError, PictureError
from kiosk.i18n import translate
from kiosk.people.gallery.cache import TemplateCache
from kiosk.people.gallery.folder import ListedPicture, Stamp
from kiosk.people.reasons import in_words
from kiosk.vision.pictures import decode_picture, open_picture

EncodePicture: TypeAlias = Callable[[ByteImage], Embedding | Rejection]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What a picture gave."""

    digest: str | None  # sha256 of the content; None where something else decided
    outcome: Embedding | str  # or why there is none, as a phrase
    passing: bool = False  # the reason lies outside the content: another try may succeed


class PictureReader:
    """Reads pictures in any number of threads; each has an encode function to itself while it needs one."""

    def __init__(self, make_encode: Callable[[], EncodePicture], encoder: str, cache: TemplateCache) -> None:
        self._make_encode = make_encode
        self._encoder = encoder
        self._cache = cache
        self._idle: queue.SimpleQueue[EncodePicture] = queue.SimpleQueue()
        self._dimension: int | None = None
        self._is_certain = False  # the dimension comes from the encoder, not from the cache
        self._guard = threading.Lock()

    def recall(self, digest: str) -> Reading | None:
        """What the cache knows of a content, where that can be compared with what else was read."""
        known = self._cache.get(digest)
        if known is None or (isinstance(known, Embedding) and not self._accepts(known, certain=False)):
            return None
        return _reading(digest, known)

    def is_outdated(self, reading: Reading) -> bool:
        """Whether it came from the cache before the encoder showed that its embeddings have another dimension."""
        return isinstance(reading.outcome, Embedding) and reading.outcome.vector.size != self._dimension

    def _accepts(self, embedding: Embedding, *, certain: bool) -> bool:
        """The first embedding says what dimension all have; the first that the encoder makes overrules the cache."""
        if not _is_usable(embedding, self._encoder):
            return False
        with self._guard:
            if self._dimension is None or (certain and not self._is_certain):
                self._dimension = embedding.vector.size
            self._is_certain = self._is_certain or certain
            return embedding.vector.size == self._dimension

    def read(self, picture: ListedPicture, known: Reading | None = None) -> Reading:
        """Opens the picture; `known` is returned again where the content is still the same.

        Nothing that is wrong with a picture raises; what make_encode raises passes through.
        """
        try:
            with open_picture(picture.path) as file:
                before = Stamp.of(os.fstat(file.fileno()))
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                found = known if known and known.digest == digest else self.recall(digest)
                content = found or decode_picture(file, picture.path)
                changed = Stamp.of(os.fstat(file.fileno())) != before
        except (PictureError, OSError) as fault:
            return _failed(fault)
        if changed:
            return Reading(None, translate("faults", "is still being written"), passing=True)
        reading = content if isinstance(content, Reading) else self._encoded(digest, content)
        if not os.path.lexists(picture.path):
            # Erased while it was read: whoever did has looked through the cache already, or will not find it in there.
            self._cache.forget(digest)
        return reading

    def _encoded(self, digest: str, image: ByteImage) -> Reading:
        try:
            encode = self._idle.get_nowait()
        except queue.Empty:
            encode = self._make_encode()
        try:
            outcome = encode(image)
        except Exception as fault:  # one picture that upsets the encoder must not cost anybody else
            reason = fault.reason if isinstance(fault, KioskError) else f"{type(fault).__name__}: {fault}"
            return Reading(
                None, translate("faults", "could not be encoded ({reason})").format(reason=reason), passing=True
            )
        finally:
            self._idle.put(encode)
        if isinstance(outcome, Embedding) and not self._accepts(outcome, certain=True):
            return Reading(None, translate("faults", "gave no usable embedding"), passing=True)
        self._cache.put(digest, outcome)
        return _reading(digest, outcome)


def _reading(digest: str, outcome: Embedding | Rejection) -> Reading:
    return Reading(digest, in_words(outcome) if isinstance(outcome, Rejection) else outcome)


def _failed(fault: PictureError | OSError) -> Reading:
    if isinstance(fault, OSError):
        return Reading(
            None, translate("faults", "cannot be read ({cause})").format(cause=fault.strerror or fault), passing=True
        )
    # A numbered OSError is the disk's or the network's, and no change of the file tells when it is over; Pillow's own
    # have no number and are about the content.
    cause = fault.__cause__
    return Reading(None, fault.reason, passing=isinstance(cause, OSError) and cause.errno is not None)


def _is_usable(embedding: Embedding, encoder: str) -> bool:
    length = float(np.linalg.norm(embedding.vector))
    return embedding.encoder == encoder and embedding.vector.ndim == 1 and abs(length - 1) <= 1e-3
