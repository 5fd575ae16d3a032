"""What the picker is asked for."""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.i18n import translate
from kiosk.vision.pictures import SUFFIXES


@dataclass(frozen=True, slots=True)
class Wanted:
    """Files of one kind, in words of the screen's language."""

    suffixes: frozenset[str]
    several: bool
    none: str  # what is said of a folder without any
    add: Callable[[int], str]  # the words of the button, by how many are chosen


def wanted_pictures() -> Wanted:
    """Any number of pictures."""
    none = translate("picker", "No pictures in this folder")
    return Wanted(SUFFIXES, several=True, none=none, add=_add_pictures)


def wanted_archive() -> Wanted:
    """One archive of people."""
    none = translate("picker", "No zip files in this folder")
    return Wanted(frozenset({".zip"}), several=False, none=none, add=lambda count: translate("picker", "Import"))


def _add_pictures(count: int) -> str:
    return translate("picker", "Add %n pictures", "", count) if count else translate("picker", "Add pictures")
