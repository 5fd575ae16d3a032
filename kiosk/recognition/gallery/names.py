"""What a person may be called, and when two spellings are one person."""

import unicodedata
from functools import lru_cache

from kiosk.domain import display_name
from kiosk.vision.pictures import is_printable
from kiosk.words import translate

MAX_NAME_CHARACTERS = 100
# What systems, file browsers and NAS boxes leave in folders.
_LITTER = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "@eadir", "__macosx", "$recycle.bin", "lost+found"})
# The longest file name of the usual file systems is 255 bytes; an extension and a number need some of them.
MAX_NAME_BYTES = 230
# The image folder asks for the same names again with every look at it.
_REMEMBERED_NAMES = 2**14


@lru_cache(_REMEMBERED_NAMES)
def normal_name(name: str) -> str:
    """The name in Unicode's composed form (NFC), without blanks around it."""
    return unicodedata.normalize("NFC", name).strip()


def name_fault(name: str) -> str | None:
    """Why a normal name cannot be a person's, as the end of a sentence; None where it can."""
    if not display_name(name):
        return translate("faults", "is empty")
    if not all(is_printable(character) for character in name):
        return translate("faults", "holds characters that cannot be shown")
    if len(name) > MAX_NAME_CHARACTERS or len(name.encode()) > MAX_NAME_BYTES:
        too_long = translate("faults", "is longer than {characters} characters or {size} bytes")
        return too_long.format(characters=MAX_NAME_CHARACTERS, size=MAX_NAME_BYTES)
    if "/" in name or "\\" in name:
        return translate("faults", "holds a slash")
    return translate("faults", "is one that image folders ignore") if is_litter(name) else None


def is_litter(name: str) -> bool:
    """Whether a file or folder of that name is none of ours: hidden, a backup, a browser's own."""
    return name.startswith(".") or name.endswith("~") or name.lower() in _LITTER


@lru_cache(_REMEMBERED_NAMES)
def person_key(name: str) -> str:
    """Equal for the spellings of one person: composed or not, underscores or spaces, upper or lower case.

    Whoever told "Ada_L" and "ada l" apart would let them compete as strangers, and neither would be granted.
    """
    return unicodedata.normalize("NFC", display_name(normal_name(name)).casefold())
