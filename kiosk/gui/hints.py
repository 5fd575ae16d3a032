"""What a person can do about a frame that could not be used."""

from kiosk.domain import Reason, Rejection

HINTS = {
    Rejection.NO_FACE: "Look at the camera",
    Rejection.SEVERAL_FACES: "One at a time, please",
    Rejection.TOO_SMALL: "Come a little closer",
    Rejection.TOO_DARK: "More light, please",
    Rejection.TOO_BRIGHT: "Turn away from the bright light",
    Rejection.TOO_BLURRED: "Hold still for a moment",
    Rejection.OFF_POSE: "Look straight at the camera",
    Rejection.NOT_LIVE: "Pictures do not open this door",
}

REFUSALS = {
    Reason.TOO_FAR: "Please ring the bell or ask at the reception.",
    Reason.AMBIGUOUS: "That was not clear enough. Take off hat or glasses and look straight at the camera.",
    Reason.NOBODY_ENROLLED: "Please ring the bell or ask at the reception.",
}


def refusal_hint(reason: Reason) -> str:
    """What somebody who was refused can do."""
    return REFUSALS.get(reason, REFUSALS[Reason.TOO_FAR])
