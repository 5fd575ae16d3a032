"""The journal's rows in words."""

import unicodedata

from PyQt6.QtCore import QLocale

from kiosk.domain import Outcome, Reason, Rejection, display_name
from kiosk.gui.reception.journal.detail_words import detail_in_words
from kiosk.i18n import translate
from kiosk.people.staff import COMMAND_LINE
from kiosk.store.journal import Action, ActionEntry, JournalEntry
from kiosk.vision.quality import USUAL

_FIRST_STRONG, _END = "\u2068", "\u2069"  # a name from right to left leaves the rest of the sentence as it is


def decision_in_words(entry: JournalEntry) -> str:
    """What the door did and why, without the time."""
    remarks = remarks_in_words(entry) if entry.outcome == Outcome.REFUSED.value else []
    return translate("journal", "; ").join([_decision(entry), *remarks])


def remarks_in_words(entry: JournalEntry) -> list[str]:
    """What was unusual about the picture."""
    words = {
        Rejection.TOO_SMALL: translate("journal", "face small"),
        Rejection.TOO_DARK: translate("journal", "picture dark"),
        Rejection.TOO_BRIGHT: translate("journal", "picture bright"),
        Rejection.TOO_BLURRED: translate("journal", "picture blurred"),
        Rejection.OFF_POSE: translate("journal", "face turned aside"),
    }
    return [words[remark] for remark in USUAL.remarks(entry.conditions)] if entry.conditions is not None else []


def outcome_in_words(outcome: Outcome) -> str:
    """For a choice of outcomes."""
    return {
        Outcome.GRANTED: translate("journal", "Let in"),
        Outcome.REFUSED: translate("journal", "Refused"),
    }.get(outcome, outcome.value)


def reason_in_words(reason: Reason) -> str:
    """For a choice of reasons."""
    return {
        Reason.RECOGNISED: translate("journal", "Recognised"),
        Reason.RETURNED: translate("journal", "Came back soon"),
        Reason.NOBODY_ENROLLED: translate("journal", "Nobody enrolled"),
        Reason.TOO_FAR: translate("journal", "Not recognised"),
        Reason.AMBIGUOUS: translate("journal", "Not clear who it is"),
        Reason.SUSPENDED: translate("journal", "Suspended"),
        Reason.NOT_YET_VALID: translate("journal", "Not valid yet"),
        Reason.EXPIRED: translate("journal", "Not valid any more"),
        Reason.TESTED: translate("journal", "Door test"),
        Reason.FAULT: translate("journal", "Fault"),
    }.get(reason, reason.value)


def figures_in_words(entry: JournalEntry) -> list[str]:
    """Everything else that stands in the row, in parts."""
    lines = []
    if entry.person is not None and entry.distance is not None:
        lines.append(
            translate("journal", "Nearest: {name}, distance {distance}").format(
                name=name(entry.person), distance=number(entry.distance)
            )
        )
    if entry.second_person is not None and entry.second_distance is not None:
        lines.append(
            translate("journal", "Second: {name}, distance {distance}").format(
                name=name(entry.second_person), distance=number(entry.second_distance)
            )
        )
    if entry.threshold is not None and entry.margin is not None:
        lines.append(
            translate(
                "journal", "Threshold {threshold}, margin {margin}, among %n people", "", entry.gallery_size or 0
            ).format(threshold=number(entry.threshold), margin=number(entry.margin))
        )
    seen = entry.conditions
    if seen is not None and seen.light is not None and seen.sharpness is not None:
        lines.append(
            translate("journal", "Picture: face {size} px, brightness {light} of 255, sharpness {sharpness}").format(
                size=seen.face_px, light=number(seen.light, 0), sharpness=number(seen.sharpness, 0)
            )
        )
    lines.append(translate("journal", "Encoder {encoder}").format(encoder=entry.encoder))
    return lines


def action_in_words(entry: ActionEntry) -> str:
    """What the staff did, without the time."""
    sentence = _sentence_of(entry.action, entry.subject is None)
    detail = "" if entry.detail is None else name(detail_in_words(entry.action, entry.detail))
    said = sentence.format(
        staff=_staff(entry.staff), subject=name(entry.subject or ""), detail=detail, action=entry.action
    )
    # A detail that is not part of the sentence comes after it.
    return said if not detail or "{detail}" in sentence else f"{said} ({detail})"


def name(person: str) -> str:
    """A name as it stands in a sentence."""
    shown = display_name(person)
    backwards = any(unicodedata.bidirectional(letter) in {"R", "AL", "AN"} for letter in shown)
    return f"{_FIRST_STRONG}{shown}{_END}" if backwards else shown


def _staff(member: str) -> str:
    return translate("journal", "the command line") if member == COMMAND_LINE else name(member)


def number(value: float, digits: int = 2) -> str:
    """With the digits that mean something, as the screen's language writes it."""
    return QLocale().toString(float(value), "f", digits)


def _decision(entry: JournalEntry) -> str:
    sentence = _sentences().get(entry.reason)
    if sentence is None:
        return entry.reason  # of a kiosk that knows more
    if entry.reason == Reason.AMBIGUOUS.value and entry.second_person is None:
        sentence = translate("journal", "not clear who it is: closest {name} at {distance}, needs {threshold}")
    if entry.outcome == Outcome.GRANTED.value and entry.distance is None and entry.person is not None:
        sentence = translate("journal", "let in: {name}")
    return sentence.format(
        name=name(entry.person or "?"),
        second=name(entry.second_person or "?"),
        distance=number(entry.distance) if entry.distance is not None else "?",
        second_distance=number(entry.second_distance) if entry.second_distance is not None else "?",
        threshold=number(entry.threshold) if entry.threshold is not None else "?",
        margin=number(entry.margin) if entry.margin is not None else "?",
        detail=entry.detail or "?",
    )


def _sentences() -> dict[str, str]:
    """By the reason of a decision."""
    said = {
        Reason.RECOGNISED: translate("journal", "let in: {name} at {distance}, needs {threshold}"),
        Reason.RETURNED: translate("journal", "let in again: {name} at {distance}, needs {threshold}"),
        Reason.NOBODY_ENROLLED: translate("journal", "not recognised: nobody is enrolled"),
        Reason.TOO_FAR: translate("journal", "not recognised: closest {name} at {distance}, needs {threshold}"),
        Reason.AMBIGUOUS: translate(
            "journal",
            "not clear who it is: {name} at {distance}, {second} at {second_distance}; must be {margin} apart",
        ),
        Reason.SUSPENDED: translate("journal", "refused: {name} is suspended"),
        Reason.NOT_YET_VALID: translate("journal", "refused: {name} may not enter yet"),
        Reason.EXPIRED: translate("journal", "refused: {name} may not enter any more"),
        Reason.TESTED: translate("journal", "opened for a test of the door"),
        Reason.FAULT: translate("journal", "refused because of a fault: {detail}"),
    }
    return {reason.value: sentence for reason, sentence in said.items()}


def _sentence_of(action: str, nobody: bool) -> str:
    said = {
        Action.SIGNED_IN: translate("journal", "{staff} signed in"),
        Action.WRONG_PIN: translate("journal", "a wrong PIN was typed"),
        Action.LOCKED_OUT: translate("journal", "too many wrong PINs were typed; the staff side was locked"),
        Action.FULL_SCREEN_LEFT: translate("journal", "{staff} left full screen"),
        Action.KIOSK_ENDED: translate("journal", "{staff} ended the kiosk"),
        Action.STAFF_ADDED: translate("journal", "{staff} gave {subject} a PIN"),
        Action.STAFF_REMOVED: translate("journal", "{staff} took the PIN of {subject} away"),
        Action.STAFF_RESET: translate("journal", "{staff} gave {subject} a new PIN"),
        Action.ENROLLED: translate("journal", "{staff} enrolled {subject}"),
        Action.PICTURES_ADDED: translate("journal", "{staff} added pictures of {subject}"),
        Action.PICTURES_REMOVED: translate("journal", "{staff} removed pictures of {subject}"),
        Action.RENAMED: translate("journal", "{staff} renamed {subject} to {detail}"),
        Action.CHANGED: translate("journal", "{staff} changed the data of {subject}"),
        Action.SUSPENDED: translate("journal", "{staff} suspended {subject}"),
        Action.RESUMED: translate("journal", "{staff} ended the suspension of {subject}"),
        Action.ERASED: translate("journal", "{staff} erased {subject}"),
        Action.EXPORTED: translate("journal", "{staff} exported {subject}"),
        Action.IMPORTED: translate("journal", "{staff} imported {subject}"),
        Action.LOOKALIKE_ACCEPTED: translate("journal", "{staff} enrolled {subject}, who looks like somebody else"),
        Action.VISITOR_ENROLLED: translate("journal", "{staff} enrolled {subject} from the unknown visitors"),
        Action.VISITOR_DISMISSED: translate("journal", "{staff} dismissed unknown visitors"),
        Action.SETTING_CHANGED: translate("journal", "{staff} changed the setting {subject}"),
        Action.DOOR_TESTED: translate("journal", "{staff} tested the door"),
        Action.VOICE_TESTED: translate("journal", "{staff} tested the voice"),
    }
    if nobody:
        said[Action.EXPORTED] = translate("journal", "{staff} exported the whole gallery")
        said[Action.IMPORTED] = translate("journal", "{staff} imported a gallery")
    known = {each.value: sentence for each, sentence in said.items()}
    return known.get(action, "{staff}: {action}")
