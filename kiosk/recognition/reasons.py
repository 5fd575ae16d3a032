"""Rejections in words."""

from kiosk.domain import Rejection

_WORDS = {
    Rejection.NO_FACE: "no face found",
    Rejection.SEVERAL_FACES: "more than one face",
    Rejection.TOO_SMALL: "the face is too small",
    Rejection.TOO_DARK: "the face is too dark",
    Rejection.TOO_BRIGHT: "the face is too bright",
    Rejection.TOO_BLURRED: "the face is blurred",
    Rejection.OFF_POSE: "the face is turned away",
    Rejection.NOT_LIVE: "it shows a picture or a screen, not a living face",
}


def in_words(rejection: Rejection) -> str:
    """Why a picture was not used, as a phrase."""
    return _WORDS[rejection]
