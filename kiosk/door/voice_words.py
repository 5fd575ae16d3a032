"""What is said aloud and in which voice, and what the voice's child process complains of."""

import unicodedata

from kiosk.i18n import QT_TRANSLATE_NOOP, translate

TEXT_LENGTH = 200
VOICE = QT_TRANSLATE_NOOP("faults", "voice")

# The child speaks English, as it knows of no screen; these are looked up in this process.
_COMPLAINTS = (
    QT_TRANSLATE_NOOP("faults", "aplay is not installed"),
    QT_TRANSLATE_NOOP("faults", "install the package alsa-utils"),
    QT_TRANSLATE_NOOP("faults", "there is no sound card"),
    QT_TRANSLATE_NOOP("faults", "connect one, or set the voice to disabled"),
    QT_TRANSLATE_NOOP("faults", "espeak-ng cannot be loaded"),
    QT_TRANSLATE_NOOP("faults", "install the package espeak-ng"),
    QT_TRANSLATE_NOOP("faults", "espeak gave no sound"),
    QT_TRANSLATE_NOOP("faults", "check that espeak-ng speaks in a terminal"),
    QT_TRANSLATE_NOOP("faults", "check rate, volume and voice in the configuration"),
    QT_TRANSLATE_NOOP("faults", "check the sound card and its settings"),
    QT_TRANSLATE_NOOP("faults", "the sound cannot be played"),
)


def speakable(text: str) -> str:
    """The text without what is no text, at most TEXT_LENGTH letters: names come from file names."""
    kinds = [(letter, unicodedata.category(letter)) for letter in text[: 4 * TEXT_LENGTH]]
    spaced = (
        " " if kind in {"Cc", "Zl", "Zp"} else letter for letter, kind in kinds if kind not in {"Cf", "Cs", "Cn", "Co"}
    )
    return " ".join("".join(spaced).split())[:TEXT_LENGTH].rstrip()


def voice_of(language: str) -> str | None:
    """Espeak's voice for "de" or "pt_BR"; None, its default, for English."""
    code = language.replace("_", "-").lower()
    return None if code == "en" else {"zh": "cmn"}.get(code.partition("-")[0], code)


def told(complaint: str) -> str:
    """A complaint "voice: reason; remedy" in the language of the screen, as far as its parts are known."""
    thing, colon, rest = complaint.partition(": ")
    reason, semicolon, remedy = rest.partition("; ")
    if thing != VOICE or not semicolon:
        return complaint
    known, colon_inside, cause = reason.partition(": ")
    reason = f"{translate('faults', known)}{colon_inside}{cause}"
    return f"{translate('faults', VOICE)}{colon}{reason}{semicolon}{translate('faults', remedy)}"
