"""What is drawn around each face. No Qt."""

from dataclasses import dataclass

from kiosk.domain import Box, Decision, Reason, display_name
from kiosk.door.report import Report
from kiosk.gui.state import ADMITTED, NOT_ADMITTED, Kind
from kiosk.i18n import translate

STALE_AFTER_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Mark:
    """A box in the picture with its colours, and what stands beside it."""

    box: Box
    kind: Kind
    label: str = ""
    share: float | None = None  # of the ring that is filled, 0 to 1; None = no ring


def marks_of(report: Report) -> tuple[Mark, ...]:
    """One mark a face. Only who was let in is named: nobody reads there whom a stranger resembles."""
    decisions = {decision.track: decision for decision in report.decisions}
    return tuple(_mark(each.face.box, decisions.get(each.track), report) for each in report.observation.faces)


def stale(report: Report, shown_at: float) -> bool:
    """Whether the boxes belong to a picture too different from the one captured at `shown_at` s."""
    return abs(shown_at - report.observation.captured_at) > STALE_AFTER_SECONDS


def _mark(box: Box, decision: Decision | None, report: Report) -> Mark:
    if decision is None:
        return Mark(box, Kind.LOOKING)
    if decision.reason in ADMITTED:
        person = decision.person or ""
        return Mark(box, Kind.UNLOCKED, report.shown.get(person) or display_name(person))
    if decision.reason is Reason.GATHERING:
        return Mark(box, Kind.LOOKING, share=decision.agreeing / max(decision.required, 1))
    if decision.reason in NOT_ADMITTED:
        return Mark(box, Kind.REFUSED, translate("door", "No access"))
    return Mark(box, Kind.REFUSED, "" if decision.reason is Reason.FAULT else translate("door", "Not recognised"))
