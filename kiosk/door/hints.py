"""What a person can do about a frame that could not be used."""

from kiosk.domain import Reason, Rejection
from kiosk.i18n import QT_TRANSLATE_NOOP, translate

HINTS = {
    Rejection.NO_FACE: QT_TRANSLATE_NOOP("door", "Look at the camera"),
    Rejection.SEVERAL_FACES: QT_TRANSLATE_NOOP("door", "One at a time, please"),
    Rejection.TOO_SMALL: QT_TRANSLATE_NOOP("door", "Come a little closer"),
    Rejection.TOO_DARK: QT_TRANSLATE_NOOP("door", "More light, please"),
    Rejection.TOO_BRIGHT: QT_TRANSLATE_NOOP("door", "Turn away from the bright light"),
    Rejection.TOO_BLURRED: QT_TRANSLATE_NOOP("door", "Hold still for a moment"),
    Rejection.OFF_POSE: QT_TRANSLATE_NOOP("door", "Look straight at the camera"),
    Rejection.NOT_LIVE: QT_TRANSLATE_NOOP("door", "Pictures do not open this door"),
}

REFUSALS = {
    Reason.TOO_FAR: QT_TRANSLATE_NOOP("door", "Please ring the bell or ask at the reception."),
    Reason.AMBIGUOUS: QT_TRANSLATE_NOOP(
        "door", "That was not clear enough. Take off hat or glasses and look straight at the camera."
    ),
    Reason.NOBODY_ENROLLED: QT_TRANSLATE_NOOP("door", "Please ring the bell or ask at the reception."),
    Reason.SUSPENDED: QT_TRANSLATE_NOOP("door", "Please ask at the reception."),
    Reason.NOT_YET_VALID: QT_TRANSLATE_NOOP("door", "Please ask at the reception: your access has not begun yet."),
    Reason.EXPIRED: QT_TRANSLATE_NOOP("door", "Please ask at the reception: your access has ended."),
}


def hint(rejection: Rejection) -> str:
    """What somebody can do whose face could not be used."""
    return translate("door", HINTS[rejection])


def refusal_hint(reason: Reason) -> str:
    """What somebody who was refused can do."""
    return translate("door", REFUSALS.get(reason, REFUSALS[Reason.TOO_FAR]))
