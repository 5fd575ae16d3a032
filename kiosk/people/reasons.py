"""Rejections in words."""

from kiosk.domain import Rejection
from kiosk.i18n import QT_TRANSLATE_NOOP, translate

_WORDS = {
    Rejection.NO_FACE: QT_TRANSLATE_NOOP("faults", "no face found"),
    Rejection.SEVERAL_FACES: QT_TRANSLATE_NOOP("faults", "more than one face"),
    Rejection.TOO_SMALL: QT_TRANSLATE_NOOP("faults", "the face is too small"),
    Rejection.TOO_DARK: QT_TRANSLATE_NOOP("faults", "the face is too dark"),
    Rejection.TOO_BRIGHT: QT_TRANSLATE_NOOP("faults", "the face is too bright"),
    Rejection.TOO_BLURRED: QT_TRANSLATE_NOOP("faults", "the face is blurred"),
    Rejection.OFF_POSE: QT_TRANSLATE_NOOP("faults", "the face is turned away"),
    Rejection.NOT_LIVE: QT_TRANSLATE_NOOP("faults", "it shows a picture or a screen, not a living face"),
}


def in_words(rejection: Rejection) -> str:
    """Why a picture was not used, as a phrase."""
    return translate("faults", _WORDS[rejection])
