"""Faults of the kiosk. Each names the thing, the reason and the remedy, and has its exit code.

KioskError                  10
├── ConfigError             11  config.yaml, a command-line value, an environment variable
├── CameraError             12  a camera, video file, stream or folder of stills
├── PictureError            13  one picture file that cannot be used
├── DetectorError           14  the face detector or its landmark model
├── EncoderError            15  the encoder at work
│   └── WeightsError        16  a weights file: missing, altered, of the wrong shape
├── GalleryError            17  the image folder as a whole
│   ├── UnknownPersonError  18  a person who is not in the gallery
│   └── EnrolmentError      19  pictures that may not be enrolled
├── JournalError            20  the record of decisions
├── DoorError               21  the lock
├── VoiceError              22  the spoken welcome
├── DisplayError            23  the screen
├── StaffError              24  the register of the staff and their PINs
├── PeopleError             25  the register of people
├── ArchiveError            26  a zip that is read or written
├── VisitorsError           27  the faces that are kept of refused visitors
└── EvaluationError         28  data for error rates: pairs, pictures, a peer; a report

Exit codes 0 and 1 are answers (yes, no), 2 is wrong usage of the command line. Expected events at a door (a stranger, a
blurred face) are no faults: see the enums in kiosk.domain.
"""

import difflib
from collections.abc import Iterable
from importlib.util import find_spec
from typing import ClassVar

from kiosk.i18n import Message, Text, shown


class KioskError(Exception):
    """A fault that stops what was asked for.

    Args:
        thing: the file, device or option that has the fault.
        reason: the fault.
        remedy: an action of the reader that helps.

    Texts are English literals or messages; they are translated when they are read.
    """

    exit_code: ClassVar[int] = 10

    def __init_subclass__(cls, exit_code: int) -> None:
        cls.exit_code = exit_code

    def __init__(self, thing: object, reason: Text, remedy: Text) -> None:
        super().__init__(thing, reason, remedy)

    @property
    def thing(self) -> str:
        return str(self.args[0])

    @property
    def why(self) -> Text:
        """The reason before translation, for use in the reason of another fault."""
        reason: Text = self.args[1]
        return reason

    @property
    def reason(self) -> str:
        return shown(self.args[1])

    @property
    def remedy(self) -> str:
        return shown(self.args[2])

    def __str__(self) -> str:
        line = " ".join(f"{self.thing}: {self.reason}; {self.remedy}".split())
        # A file name may hold what moves a terminal's cursor, or no text at all.
        return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in line)


class ConfigError(KioskError, exit_code=11):
    """The configuration is not usable as written."""


class CameraError(KioskError, exit_code=12):
    """A source of frames cannot be opened or has stopped."""


class PictureError(KioskError, exit_code=13):
    """A picture file cannot be used."""


class DetectorError(KioskError, exit_code=14):
    """The face detector or the landmark model cannot work."""


class EncoderError(KioskError, exit_code=15):
    """The encoder cannot be run or gave no usable embedding."""


class WeightsError(EncoderError, exit_code=16):
    """A weights file is missing, altered or of the wrong shape."""


class GalleryError(KioskError, exit_code=17):
    """The image folder cannot be read or changed."""


class UnknownPersonError(GalleryError, exit_code=18):
    """The person named is not in the gallery."""


class EnrolmentError(GalleryError, exit_code=19):
    """The pictures offered may not be enrolled."""


class JournalError(KioskError, exit_code=20):
    """The record of decisions cannot be read or written."""


class DoorError(KioskError, exit_code=21):
    """The lock did not take the command."""


class VoiceError(KioskError, exit_code=22):
    """The voice cannot speak."""


class DisplayError(KioskError, exit_code=23):
    """The window cannot be shown."""


class StaffError(KioskError, exit_code=24):
    """The register of the staff cannot be used, or not as asked."""


class PeopleError(KioskError, exit_code=25):
    """The register of people cannot be read or changed."""


class ArchiveError(KioskError, exit_code=26):
    """A zip of people cannot be read or written."""


class VisitorsError(KioskError, exit_code=27):
    """The faces of refused visitors cannot be kept or read."""


class EvaluationError(KioskError, exit_code=28):
    """Error rates cannot be measured with the given data, or a report cannot be written."""


def did_you_mean(name: str, known: Iterable[str], otherwise: Text) -> Text:
    """Return the remedy for an unknown name: the nearest known one, or `otherwise` where none is near."""
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"did you mean {nearest[0]!r}?" if nearest else otherwise


def require_extra(extra: str, *libraries: str, fault: type[KioskError] = KioskError) -> None:
    """Raise `fault` unless the libraries of an extra of pyproject.toml are installed."""
    missing = [library for library in libraries if find_spec(library) is None]
    if missing:
        remedy = Message("type: pip install 'kiosk[{extra}]' (in a checkout: make extras)", extra=extra)
        raise fault(", ".join(missing), "not installed", remedy)


def cause_of(error: BaseException) -> str:
    """Return the cause that an error of the system or a library states, as a phrase."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def in_one_line(error: BaseException) -> str:
    """Return the text of any exception in one line."""
    text = str(error) if isinstance(error, KioskError) else f"{type(error).__name__}: {error}"
    return " ".join(text.split())
