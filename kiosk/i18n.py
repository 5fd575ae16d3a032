"""Texts for people, in the language of the screen.

Every package translates by `translate`, with the English text as the key; the window installs the translator. Without
one, as on the command line, texts are English.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

Translate: TypeAlias = Callable[[str, str, str, int], str]  # context, text, disambiguation, count


def _english(context: str, text: str, disambiguation: str, n: int) -> str:
    return text if n < 0 else text.replace("%n", str(n))


@dataclass(frozen=True, slots=True)
class Figures:
    """Formats of numbers, given their decimals, and of moments; by default those that programs read."""

    number: Callable[[float, int], str] = lambda value, digits: f"{value:.{digits}f}"
    moment: Callable[[datetime], str] = lambda when: f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


ENGLISH = "en"
FAULTS = "faults"  # the context of every message

_translate: Translate = _english
_language = ENGLISH
_figures = Figures()


def install(how: Translate | None, language: str = ENGLISH, figures: Figures | None = None) -> None:
    """Translate by `how` into `language` from now on, in every thread; None goes back to English."""
    global _translate, _language, _figures
    _translate, _language, _figures = how or _english, language, figures or Figures()


def language() -> str:
    """Return the language of the screen, such as "de" or "pt_BR"."""
    return _language


def number(value: float, digits: int = 0) -> str:
    """Return a number in the format of the screen's language."""
    return _figures.number(value, digits)


def moment(when: datetime) -> str:
    """Return day and time in the format of the screen's language; `when` has a time zone."""
    return _figures.moment(when)


def translate(context: str, text: str, disambiguation: str = "", n: int = -1) -> str:
    """Return a text in the language of the screen.

    Args:
        context: the page or part that shows it, such as "door".
        text: in English, a literal, so that it is found in the sources; `{name}` is left for str.format.
        disambiguation: distinguishes two meanings of the same English text; "" for none.
        n: for `%n` in the text, which takes the plural form of the language.
    """
    return _translate(context, text, disambiguation, n)


class Message:
    """A text that is translated when it is shown: str(message) is in the language of that moment.

    `text` is the English text, a literal, with a `{name}` for each of `values`. A value may be a message itself, or a
    list of messages, which are joined.
    """

    __slots__ = ("text", "values")

    def __init__(self, text: str, /, **values: object) -> None:
        self.text = text
        self.values = values

    def __str__(self) -> str:
        text = translate(FAULTS, self.text)
        values = {
            name: "; ".join(map(shown, value)) if isinstance(value, list) else value
            for name, value in self.values.items()
        }
        return text.format(**values) if values else text

    def __repr__(self) -> str:
        return f"Message({self.text!r}, **{self.values!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.text, self.values) == (other.text, other.values)

    def __hash__(self) -> int:
        return hash(self.text)


Text: TypeAlias = str | Message


def shown(text: Text) -> str:
    """Return a text or message in the language of the screen; a text without translation stays as it is."""
    return str(text) if isinstance(text, Message) else translate(FAULTS, text)


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802  (Qt's name, by which its tools find the text)
    """Mark a text for translation; it is returned as it is and translated where it is shown."""
    return text
