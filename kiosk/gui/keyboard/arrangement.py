"""Which key stands where. No Qt."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from kiosk.i18n import translate


class Act(enum.Enum):
    """What a key does."""

    TYPE = "type"
    SHIFT = "shift"
    ERASE = "erase"
    SPACE = "space"
    NEXT = "next"
    ENTER = "enter"
    HIDE = "hide"
    LETTERS = "letters"
    SYMBOLS = "symbols"
    ACCENTS = "accents"


class Page(enum.Enum):
    """What the keyboard shows at a time."""

    LETTERS = "letters"
    SYMBOLS = "symbols"
    ACCENTS = "accents"
    NUMBERS = "numbers"


@dataclass(frozen=True, slots=True)
class Key:
    """One key and its width, in halves of a key."""

    act: Act
    text: str = ""
    halves: int = 2


# What a long press offers; all of it stands on a page of its own too.
ACCENTS = {
    "a": "äàáâãåæą",
    "c": "çćč",
    "d": "ďđ",
    "e": "éèêëęě",
    "g": "ğ",
    "i": "íìîï",
    "l": "ł",
    "n": "ñńň",
    "o": "öóòôõøœő",
    "r": "řŕ",
    "s": "ßśšş",
    "t": "ťþ",
    "u": "üúùûůű",
    "y": "ýÿ",
    "z": "žźż",
}
_DIGITS = "1234567890"
_SYMBOLS = ("@-_.,:;/()", "'\"!?&+*#=%")
_ACCENT_ROWS = ("äàáâãåæçćčđ", "éèêëíìîïñńł", "öóòôõøœřśšß", "üúùûůýÿžźż")
_CAPITALS = {"ß": "ẞ"}


def capital(letter: str) -> str:
    """One letter as one letter, which str.upper does not promise."""
    return _CAPITALS.get(letter, letter.upper())


def letter_rows() -> list[str]:
    """The three rows of letters of the language."""
    #: The letters of your language's keyboard, in three rows that are separated by blanks. The last row leaves room
    #: for two wide keys.
    return translate("keyboard", "qwertyuiop asdfghjkl zxcvbnm").split()


def arrangement(page: Page, *, tall: bool) -> list[list[Key]]:
    """The rows of a page; `tall`: there is room for one of digits above the letters."""
    if page is Page.NUMBERS:
        return [[*_types(_DIGITS), Key(Act.ERASE)], [*_types("-.,:/"), *_last_keys(4), Key(Act.HIDE)]]
    if page is Page.SYMBOLS:
        return [_types(_DIGITS), _types(_SYMBOLS[0]), [*_types(_SYMBOLS[1]), Key(Act.ERASE)], _bottom(page, 20)]
    if page is Page.ACCENTS:
        *upper, lowest = map(_types, _ACCENT_ROWS)
        return [*upper, [Key(Act.SHIFT), *lowest, Key(Act.ERASE)], _bottom(page, 22)]
    first, second, third = letter_rows()
    most = 2 * max(len(first), len(second))
    wide = max((most - 2 * len(third)) // 2, 2)
    last = [Key(Act.SHIFT, halves=wide), *_types(third), Key(Act.ERASE, halves=wide)]
    digits = [_types(_DIGITS)] if tall else []
    return [*digits, _types(first), _types(second), last, _bottom(page, most)]


def _bottom(page: Page, halves: int) -> list[Key]:
    turns = {
        Page.LETTERS: (Act.SYMBOLS, Act.ACCENTS),
        Page.SYMBOLS: (Act.LETTERS, Act.ACCENTS),
        Page.ACCENTS: (Act.LETTERS, Act.SYMBOLS),
    }
    keys = [*(Key(act, halves=3) for act in turns[page]), Key(Act.TYPE, "-")]
    return [*keys, *_last_keys(halves - sum(key.halves for key in keys) - 8, "."), Key(Act.HIDE)]


def _last_keys(halves: int, beside: str = "") -> list[Key]:
    return [Key(Act.SPACE, halves=halves), *_types(beside), Key(Act.NEXT), Key(Act.ENTER)]


def _types(letters: str) -> list[Key]:
    return [Key(Act.TYPE, letter) for letter in letters]
