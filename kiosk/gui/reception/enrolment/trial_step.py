"""The last step: the person is enrolled, and the door shows that it knows them."""

from __future__ import annotations

import time
from dataclasses import dataclass

from PyQt6.QtCore import Qt, QTimer, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QResizeEvent

from kiosk.domain import Decision, Reason, TrackedFace, display_name
from kiosk.door.greeting import hint, refusal_hint
from kiosk.door.report import Report
from kiosk.gui.controls import Button, Heading, Note, ScrollPage, State, breakable, polish_again
from kiosk.gui.layouts import Bar, Halves, column
from kiosk.gui.reception.enrolment.capture_step import CaptureView
from kiosk.gui.reception.enrolment.step import Draft, Step
from kiosk.gui.reception.page import PageContext
from kiosk.i18n import translate
from kiosk.names import person_key
from kiosk.people.capture import find_subject
from kiosk.people.enrolment import Enrolled
from kiosk.people.snapshot import GallerySnapshot

_ENTERS = frozenset({Reason.RECOGNISED, Reason.RETURNED, Reason.PRESENT})
_KEPT_OUT = frozenset({Reason.SUSPENDED, Reason.NOT_YET_VALID, Reason.EXPIRED})


@dataclass(frozen=True, slots=True)
class Verdict:
    """The text about a frame, and whether the person was recognised."""

    words: str
    recognised: bool = False
    enters: bool = False


def in_force(snapshot: GallerySnapshot, sources: tuple[str, ...]) -> bool:
    """Return whether all of these pictures are templates of the gallery in force."""
    return set(sources) <= {template.source for template in snapshot.templates}


def judge(report: Report, person: str) -> Verdict:
    """Return whether the person was recognised in a frame, or what prevents it."""
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
            "Not close enough: {distance:.2f} (limit {threshold:.2f}). Come closer and look straight "
            "at the camera. If this does not help, add more pictures.",
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


_LOOK_MS = 50
_LARGE_LETTERS = 45  # the most of them


class TrialStep(Step):
    """The last step: waits until the pictures are in force, then until the person is recognised."""

    another = pyqtSignal()  # enrol the next one
    finished = pyqtSignal()  # to the people

    def __init__(self, context: PageContext, draft: Draft) -> None:
        super().__init__(context, draft)
        self.enrolled: Enrolled | None = None
        self.in_force_seconds: float | None = None  # from saving to the first frame that may be compared
        self.verdict: Verdict | None = None
        self.heading = Heading("")
        self.force, self.state = State("", "warning"), State("", "warning")
        self.state.setWordWrap(True)
        self.force.setWordWrap(True)
        self.view = CaptureView(context.feed)
        self.hint = Note("", "prompt")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.next = Button(translate("enrolment", "Enrol another person"), "person_plus")
        self.finish = Button(translate("enrolment", "Finished"), "tick_mark", "primary")
        self._saved_at = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.on_look)
        side = ScrollPage(column(self.force, self.state, self.hint, 1, gap=8))
        self._middle = Halves(self.view, side)
        layout = column(self.heading, self._middle, Bar(self.next, self.finish), gap=8)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.next.clicked.connect(self.another)
        self.finish.clicked.connect(self.finished)

    def begin(self, enrolled: Enrolled) -> None:
        self.enrolled, self._saved_at = enrolled, time.monotonic()
        self.in_force_seconds, self.verdict = None, None

    def enter(self) -> None:
        enrolled = self.enrolled
        if enrolled is None:
            return
        text = translate("enrolment", "{name} has more pictures.")
        if enrolled.is_new:
            text = translate("enrolment", "{name} is enrolled.")
        self.heading.setText(breakable(text.format(name=display_name(enrolled.person))))
        self.force.show_state(translate("enrolment", "The door is loading the pictures …"), "warning")
        self.state.hide()
        self.hint.setText("")
        self.finish.setFocus()
        self._timer.start()
        self.on_look()

    def leave(self) -> None:
        self._timer.stop()

    def on_report(self, report: Report) -> None:
        enrolled = self.enrolled
        if enrolled is None or self.in_force_seconds is None or (self.verdict is not None and self.verdict.recognised):
            return
        self.verdict = verdict = judge(report, enrolled.person)
        self.view.show_progress(right=verdict.recognised, share=1.0 if verdict.recognised else 0.0)
        if self.hint.accessibleDescription() != verdict.words:
            self._explain("" if verdict.recognised else verdict.words)
            self.hint.setAccessibleDescription(verdict.words)
        if verdict.recognised:
            self.state.show_state(verdict.words, "good" if verdict.enters else "warning")
            self.state.show()
            self.context.stay()

    @pyqtSlot()
    def on_look(self) -> None:
        enrolled = self.enrolled
        if enrolled is not None and in_force(self.context.services.snapshot, enrolled.sources):
            self._timer.stop()
            self.in_force_seconds = time.monotonic() - self._saved_at
            self.force.show_state(translate("enrolment", "The door uses the pictures."), "good")

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().resizeEvent(event)
        self._middle.fit(self.size())

    def _explain(self, words: str) -> None:
        """Show a short text in large letters, a long one in the usual size."""
        self.hint.setText(breakable(words))
        self.hint.setProperty("role", "prompt" if len(words) <= _LARGE_LETTERS else "")
        polish_again(self.hint)
