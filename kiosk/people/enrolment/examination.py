"""Is a picture good enough to be enrolled? The same way and the same gates as for the pictures of the gallery."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from kiosk.domain import Embedding, Rejection
from kiosk.errors import PictureError
from kiosk.i18n import translate
from kiosk.people.gallery.reading import EncodePicture
from kiosk.people.gallery.staging import PictureFile
from kiosk.people.reasons import in_words
from kiosk.vision.pictures import MAX_BYTES, SUFFIXES, decode_picture, open_picture, printable


@dataclass(frozen=True, slots=True)
class Offered:
    """A picture that somebody wants to be enrolled."""

    name: str  # as people know it; its ending says what kind of picture it is
    content: bytes | Path  # a path is opened when it is examined, and again when it is stored

    @classmethod
    def file(cls, path: Path) -> "Offered":
        """A picture file, to be read where it lies."""
        return cls(printable(path), path)

    @property
    def suffix(self) -> str:
        """What the file's name ends in, in lower case."""
        return Path(self.name).suffix.lower()


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """What a picture that is offered is like."""

    offered: Offered
    digest: str = ""  # sha256 of the content; "" where it could not be read
    embedding: Embedding | None = None
    fault: str = ""  # why it cannot be enrolled, as a phrase for people

    @property
    def as_file(self) -> PictureFile:
        """How it is stored: named by content, so that two enrolments at once cannot take a name from each other."""
        return PictureFile(self.digest[:16] + self.offered.suffix, self.digest, self.offered.content)


def examine(offered: Offered, encode: EncodePicture) -> Examined:
    """Reads and encodes a picture; nothing that is wrong with it raises, what `encode` raises passes through."""
    if offered.suffix not in SUFFIXES:
        endings = ", ".join(sorted(SUFFIXES))
        return Examined(
            offered, fault=translate("faults", "the name ends in none of {endings}").format(endings=endings)
        )
    try:
        with _opened(offered) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
            image = decode_picture(file, Path(offered.name))
    except PictureError as fault:
        return Examined(offered, fault=fault.reason)
    outcome = encode(image)
    if isinstance(outcome, Rejection):
        return Examined(offered, digest, fault=in_words(outcome))
    if not np.isfinite(outcome.vector).all():
        return Examined(offered, digest, fault=translate("faults", "gave no usable embedding"))
    return Examined(offered, digest, outcome)


def _opened(offered: Offered) -> BinaryIO:
    if isinstance(offered.content, Path):
        return open_picture(offered.content)
    if not offered.content:
        raise PictureError(offered.name, translate("faults", "is empty"), translate("faults", "copy it again"))
    if len(offered.content) > MAX_BYTES:
        raise PictureError(
            offered.name, translate("faults", "is too large a file"), translate("faults", "save it smaller")
        )
    return io.BytesIO(offered.content)
