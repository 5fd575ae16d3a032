"""Words for people, in the language of the screen.

Every layer says what it has to say through `translate`, with the English text as the key; the window installs who
translates (Qt). Without one, as on the command line, the English text is what is said.
"""

from collections.abc import Callable
from typing import TypeAlias

Translate: TypeAlias = Callable[[str, str, str, int], str]  # context, text, disambiguation, count


def _english(context: str, text: str, disambiguation: str, n: int) -> str:
    return text if n < 0 else text.replace("%n", str(n))


ENGLISH = "en"

_translate: Translate = _english
_language = ENGLISH


def install(how: Translate | None, language: str = ENGLISH) -> None:
    """Have `how` translate from now on, into `language`, in every thread; None goes back to English."""
    global _translate, _language
    _translate, _language = how or _english, language


def language() -> str:
    """The language of the screen, such as "de" or "pt_BR"."""
    return _language


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
