"""Words for people, in the language of the screen.

Every layer says what it has to say through `translate`, with the English text as the key; the window installs who
translates (Qt). Without one, as on the command line, the English text is what is said.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

Translate: TypeAlias = Callable[[str, str, str, int], str]  # context, text, disambiguation, count


def _english(context: str, text: str, disambiguation: str, n: int) -> str:
    return text if n < 0 else text.replace("%n", str(n))


def _plain_number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}"


def _plain_moment(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


@dataclass(frozen=True, slots=True)
class Figures:
    """How numbers, with so many decimals, and moments are written; at first as machines read them."""

    number: Callable[[float, int], str] = _plain_number
    moment: Callable[[datetime], str] = _plain_moment


ENGLISH = "en"

_translate: Translate = _english
_language = ENGLISH
_figures = Figures()


def install(how: Translate | None, language: str = ENGLISH, figures: Figures | None = None) -> None:
    """Have `how` translate from now on, into `language`, in every thread; None goes back to English."""
    global _translate, _language, _figures
    _translate, _language, _figures = how or _english, language, figures or Figures()


def language() -> str:
    """The language of the screen, such as "de" or "pt_BR"."""
    return _language


def number(value: float, digits: int = 0) -> str:
    """A number as the language of the screen writes it."""
    return _figures.number(value, digits)


def moment(when: datetime) -> str:
    """Day and time, of a datetime with a time zone, as the language of the screen writes them."""
    return _figures.moment(when)


def translate(context: str, text: str, disambiguation: str = "", n: int = -1) -> str:
    """The text in the language of the screen.

    Args:
        context: where it is said, such as "door"; the same for all texts of one page.
        text: in English, a literal, so that it is found in the sources; `{name}` is left for str.format.
        disambiguation: tells apart what English says in one word; "" where it need not.
        n: for `%n` in the text, which takes the plural form of the language.
    """
    return _translate(context, text, disambiguation, n)


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802  (Qt's name, by which its tools find the text)
    """Marks a text that is translated later, where it is shown; returns it as it is."""
    return text
