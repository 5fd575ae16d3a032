"""Does the door know who was just enrolled? What the frames say about it, in words. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain import Decision, Reason, TrackedFace, display_name
from kiosk.door.hints import hint, refusal_hint
from kiosk.door.report import Report
from kiosk.i18n import translate
from kiosk.names import person_key
from kiosk.people.capture.guidance import find_subject
from kiosk.people.gallery import GallerySnapshot

_ENTERS = frozenset({Reason.RECOGNISED, Reason.RETURNED, Reason.PRESENT})
_KEPT_OUT = frozenset({Reason.SUSPENDED, Reason.NOT_YET_VALID, Reason.EXPIRED})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said about a frame."""

    words: str
    recognised: bool = False
    enters: bool = False


def in_force(snapshot: GallerySnapshot, sources: tuple[str, ...]) -> bool:
    """Whether the door compares with all of these pictures."""
    return set(sources) <= {template.source for template in snapshot.templates}


def judge(report: Report, person: str) -> Verdict:
    """Whether somebody was recognised in a frame, or what is in the way."""
    decision = _about(report, person)
    if decision is not None and decision.reason in _KEPT_OUT:
        words = translate("enrolment", "Recognised, but the door stays locked. {reason}")
        return Verdict(words.format(reason=refusal_hint(decision.reason)), recognised=True)
    if decision is not None:
        return Verdict(translate("enrolment", "Recognised. The door opens."), recognised=True, enters=True)
    face = find_subject(report.observation.faces)
    if face is None:
        return Verdict(translate("enrolment", "Step in front of the camera"))
    return Verdict(hint(face.rejection) if face.rejection is not None else _compared(face, person))


def _about(report: Report, person: str) -> Decision | None:
    """A decision that knows the person. A refusal names nobody: then the search of the same frame does."""
    for decision in report.decisions:
        if decision.reason in _ENTERS and _is(decision.person, person):
            return decision
        found = decision.identification
        if decision.reason in _KEPT_OUT and found is not None and _is(found.match, person):
            return decision
    return None


def _compared(face: TrackedFace, person: str) -> str:
    found = face.identification
    if found is None or found.best is None:
        return translate("enrolment", "Hold still for a moment")
    if _is(found.match, person):
        return translate("enrolment", "Recognising …")
    own = next((candidate for candidate in found.candidates if _is(candidate.person, person)), None)
    if own is None or (not found.within_threshold and own != found.best):
        text = translate("enrolment", "Not recognised as {name}. Is it the right person?")
        return text.format(name=display_name(person))
    if not own.distance <= found.threshold:
        text = translate(
            "enrolment",
            "Not near enough: distance {distance:.2f}, at most {threshold:.2f} is needed. Come closer, look straight "
            "at the camera; if it stays so, add more pictures.",
        )
        return text.format(distance=own.distance, threshold=found.threshold)
    if own != found.best:
        text = translate("enrolment", "Looks more like {name} (distance {distance:.2f}).")
        return text.format(name=display_name(found.best.person), distance=found.best.distance)
    second = found.second
    text = translate("enrolment", "Looks too much like {name} as well. More pictures of both make it clearer.")
    return text.format(name=display_name(second.person if second is not None else ""))


def _is(named: str | None, person: str) -> bool:
    return named is not None and person_key(named) == person_key(person)
