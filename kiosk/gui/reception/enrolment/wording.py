"""What the wizard says: which pictures are taken, and what a person is asked to do."""

from kiosk.i18n import QT_TRANSLATE_NOOP, translate
from kiosk.people.capture import CaptureHint, CaptureState, Shot

SHOTS = {
    Shot.STRAIGHT: QT_TRANSLATE_NOOP("enrolment", "Look straight at the camera"),
    Shot.LEFT: QT_TRANSLATE_NOOP("enrolment", "Turn your head a little to your left"),
    Shot.RIGHT: QT_TRANSLATE_NOOP("enrolment", "Turn your head a little to your right"),
    Shot.UP: QT_TRANSLATE_NOOP("enrolment", "Raise your chin a little"),
    Shot.AGAIN: QT_TRANSLATE_NOOP(
        "enrolment", "Once more, straight ahead. If you wear glasses, take them off or put them on now."
    ),
}

HINTS = {
    CaptureHint.NO_FACE: QT_TRANSLATE_NOOP("enrolment", "Step in front of the camera"),
    CaptureHint.ONE_PERSON: QT_TRANSLATE_NOOP("enrolment", "One person only, please"),
    CaptureHint.CLOSER: QT_TRANSLATE_NOOP("enrolment", "Come a little closer"),
    CaptureHint.FURTHER: QT_TRANSLATE_NOOP("enrolment", "Step back a little"),
    CaptureHint.CENTRE: QT_TRANSLATE_NOOP("enrolment", "Bring your face into the oval"),
    CaptureHint.MORE_LIGHT: QT_TRANSLATE_NOOP("enrolment", "More light on the face, please"),
    CaptureHint.LESS_LIGHT: QT_TRANSLATE_NOOP("enrolment", "Turn away from the bright light"),
    CaptureHint.UNCOVER_FACE: QT_TRANSLATE_NOOP("enrolment", "Take off what covers your face, such as sunglasses"),
    CaptureHint.LOOK_STRAIGHT: QT_TRANSLATE_NOOP("enrolment", "Look straight at the camera"),
    CaptureHint.TURN_LEFT: QT_TRANSLATE_NOOP("enrolment", "Turn your head a little to your left"),
    CaptureHint.TURN_RIGHT: QT_TRANSLATE_NOOP("enrolment", "Turn your head a little to your right"),
    CaptureHint.LOOK_UP: QT_TRANSLATE_NOOP("enrolment", "Raise your chin a little"),
    CaptureHint.HOLD_STILL: QT_TRANSLATE_NOOP("enrolment", "Hold still for a moment"),
}

ICONS = {
    CaptureHint.NO_FACE: "face_search",
    CaptureHint.ONE_PERSON: "people",
    CaptureHint.CLOSER: "closer",
    CaptureHint.FURTHER: "further",
    CaptureHint.CENTRE: "face_search",
    CaptureHint.MORE_LIGHT: "light",
    CaptureHint.LESS_LIGHT: "light",
    CaptureHint.UNCOVER_FACE: "glasses",
    CaptureHint.LOOK_STRAIGHT: "face_search",
    CaptureHint.TURN_LEFT: "arrow_left",
    CaptureHint.TURN_RIGHT: "arrow_right",
    CaptureHint.LOOK_UP: "arrow_up",
    CaptureHint.HOLD_STILL: "hourglass",
}

_OTHER_WAY = {"arrow_left": "arrow_right", "arrow_right": "arrow_left"}


def instruction(state: CaptureState, shots: tuple[Shot, ...]) -> str:
    """The one thing that the person is asked to do now."""
    if state.done:
        return translate("enrolment", "Thank you, all pictures are taken")
    if state.share > 0:
        return translate("enrolment", "Good. Hold still …")
    if state.hint is not None:
        return translate("enrolment", HINTS[state.hint])
    return translate("enrolment", SHOTS[shots[state.number]])


def instruction_icon(state: CaptureState, *, mirrored: bool) -> str:
    """The same as a drawing; arrows point to where the person sees the own head turn."""
    if state.done:
        return "tick_mark"
    if state.hint is None:
        return "face_search"
    name = ICONS[state.hint]
    return name if mirrored else _OTHER_WAY.get(name, name)
