"""Rules for the names of people: which are valid, and which spellings mean the same person."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from kiosk.domain import display_name
from kiosk.i18n import Message, Text

MAX_NAME_CHARACTERS = 100
# Unicode's invisible direction marks, with which a name can be shown as another.
_DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Files that systems, file browsers and NAS boxes leave in every folder.
_LITTER = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "@eadir", "__macosx", "$recycle.bin", "lost+found"})
# No name starts with these, but the folders of systems do: .Trash-1000 of Linux desktops, #recycle of Synology,
# @Recycle of QNAP, $RECYCLE.BIN of Windows, ~snapshot of NetApp, __MACOSX of macOS.
_SYSTEM_SIGNS = "#@$.~_"
# Folders of systems, as person_key writes them.
_SYSTEM_FOLDERS = frozenset(
    {
        # Windows: about the disk, the bins of NTFS and FAT drives, what chkdsk finds
        *("system volume information", "$recycle.bin", "recycle.bin", "recycler", "recycled"),
        # macOS: the bins of its disks and on shares, temporary files on shares, what it adds to zips
        *(".trashes", "trash", "network trash folder", "temporary items", "thevolumesettingsfolder", "macosx"),
        # Linux and Android: what fsck finds, disk quotas; for the bins of desktops see is_system_folder
        *("lost+found", "lost.dir", "aquota.user", "aquota.group", "quota.user", "quota.group"),
        # Synology and TerraMaster; QNAP
        *("#recycle", "#snapshot", "@eadir", "@tmp", "@sharebin", "@sharesnap"),
        *("@recycle", "@recently-snapshot", "@upload cache", "@transcode", ".@ thumb"),
        # Netgear, Buffalo, Thecus, NetApp
        *("recycle bin", "network recycle bin", "trashbox", "nas recycle raid", "~snapshot"),
        # Samba's module vfs_recycle, and what administrators call its bin
        *(".recycle", "recycle", "recyclebin"),
        # Bins of file browsers in other languages
        *("papierkorb", "corbeille", "cestino", "papelera", "papelera de reciclaje", "lixeira", "prullenbak"),
        *("papperskorgen", "papirkurv", "kosz", "koš", "корзина", "回收站", "ごみ箱", "휴지통"),
        # Nextcloud and ownCloud
        *("files trashbin", "files versions"),
    }
)
# The end of a second bin of the same name: RECYCLER (2), Network Recycle Bin 1.
_NUMBER = re.compile(r"[ .]*(\(\d+\)|\d+)?$")
_FOUND = re.compile(r"found\.\d{3}")  # of chkdsk on Windows
# The longest file name of the usual file systems is 255 bytes; an extension and a number need some of them.
MAX_NAME_BYTES = 230
# Each reading of the image folder asks for the same names again.
_REMEMBERED_NAMES = 2**14


@lru_cache(_REMEMBERED_NAMES)
def normal_name(name: str) -> str:
    """Return the name in Unicode's composed form (NFC), without blanks around it."""
    return unicodedata.normalize("NFC", name).strip()


def is_printable(character: str) -> bool:
    """Return whether a character may stand in a name: no control, line break, lone surrogate or direction mark."""
    return unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"} and character not in _DIRECTION_MARKS


def printable(path: Path | str) -> str:
    """Return the path as text for any terminal: controls, invisible characters and bytes that are not UTF-8 escaped."""
    return "".join(character if is_printable(character) else _escaped(character) for character in str(path))


def _escaped(character: str) -> str:
    # Python holds a byte of a file name that is no UTF-8 as U+DC00 + the byte (PEP 383).
    if "\udc80" <= character <= "\udcff":
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")


def text_fault(name: str) -> Text | None:
    """Return why a normal name cannot be shown or stored, as the end of a sentence; None where it can."""
    if not display_name(name):
        return Message("is empty")
    if not all(is_printable(character) for character in name):
        return Message("holds characters that cannot be shown")
    if len(name) > MAX_NAME_CHARACTERS or len(name.encode()) > MAX_NAME_BYTES:
        return Message(
            "is longer than {characters} characters or {size} bytes",
            characters=MAX_NAME_CHARACTERS,
            size=MAX_NAME_BYTES,
        )
    return Message("holds a slash") if "/" in name or "\\" in name else None


def name_fault(name: str) -> Text | None:
    """Return why a normal name cannot be a person's, as the end of a sentence; None where it can."""
    return text_fault(name) or folder_fault(name)


def is_skipped(name: str) -> bool:
    """Return whether the gallery skips what has that name."""
    return name_fault(normal_name(name)) is not None


def folder_fault(name: str) -> Text | None:
    """Return why a folder of that name is a system's, as the end of a sentence; None where it may be a person's."""
    sign = _visible(name)[:1]
    if sign and sign in _SYSTEM_SIGNS:
        return Message("starts with “{sign}”, like recycle bins and other system folders", sign=sign)
    if is_system_folder(name):
        return Message("is that of a recycle bin or another system folder")
    return Message("is one that image folders ignore") if is_litter(name) else None


def is_system_folder(name: str) -> bool:
    """Return whether a folder of that name belongs to a system, such as a recycle bin."""
    key = person_key(_visible(name))
    known = key in _SYSTEM_FOLDERS or _NUMBER.sub("", key) in _SYSTEM_FOLDERS or _FOUND.fullmatch(key) is not None
    return known or key.startswith(".trash-")  # a number of the user follows


def _visible(name: str) -> str:
    """Return a name in Unicode's compatible form, without blanks around it and without invisible marks."""
    composed = unicodedata.normalize("NFKC", name)
    return "".join(one for one in composed if unicodedata.category(one) != "Cf").strip()


def is_snapshot(name: str) -> bool:
    """Return whether a folder of that name holds read-only snapshots of a NAS."""
    key = person_key(name)
    return name[0] in _SYSTEM_SIGNS and ("snapshot" in key or key in {".zfs", "@sharesnap"})


def is_litter(name: str) -> bool:
    """Return whether a file or folder of that name is hidden, a backup or a file browser's own."""
    return name.startswith(".") or name.endswith("~") or name.lower() in _LITTER


@lru_cache(_REMEMBERED_NAMES)
def person_key(name: str) -> str:
    """Return a key that is equal for all spellings of a person: composed or not, "_" or spaces, upper or lower case.

    If "Ada_L" and "ada l" were two people, each would be too near to the other, and neither would be let in.
    """
    return unicodedata.normalize("NFC", display_name(normal_name(name)).casefold())


def first_of(names: Sequence[str], most: int = 5, total: int = 0) -> str:
    """Return the first names of a list with commas, and dots where there are more, or where `total` is larger."""
    first = names[:most]
    return ", ".join(first) + (", ..." if max(len(names), total) > len(first) else "")
