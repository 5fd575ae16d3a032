"""The last step: the person is enrolled and tries whether the door recognises them."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QResizeEvent

from kiosk.domain import Identification, display_name, nearest_face
from kiosk.door.greeting import hint, refusal_hint
from kiosk.door.report import Report
from kiosk.gui.controls import Button, Heading, Note, ScrollPage, StateLabel, breakable, restyle, timer
from kiosk.gui.layouts import Bar, Halves, column
from kiosk.gui.reception.enrolment.capture_step import CaptureView
from kiosk.gui.reception.enrolment.step import Draft, Step
from kiosk.gui.reception.page import PageContext
from kiosk.gui.state import ADMITTED, NOT_ADMITTED
from kiosk.i18n import translate
from kiosk.names import person_key
from kiosk.people.enrolment import Enrolled


@dataclass(frozen=True, slots=True)
class Verdict:
    """The text about a frame, and whether the person was recognised."""

    words: str
    recognised: bool = False
    enters: bool = False


def judge(report: Report, person: str) -> Verdict:
    """Judge whether the person was recognised in a frame, or what prevents it."""
    for decision in report.decisions:
        if decision.reason in ADMITTED and _is(decision.person, person):
            return Verdict(translate("enrolment", "Recognised. The door opens."), recognised=True, enters=True)
        # A refusal names nobody: then the search of the same frame does.
        found = decision.identification
        if decision.reason in NOT_ADMITTED and found is not None and _is(found.match, person):
            words = translate("enrolment", "Recognised, but the door stays locked. {reason}")
            return Verdict(words.format(reason=refusal_hint(decision.reason)), recognised=True)
    face = nearest_face(report.observation.faces)
    if face is None:
        return Verdict(translate("enrolment", "Step in front of the camera"))
    return Verdict(hint(face.rejection) if face.rejection is not None else _compared(face.identification, person))


def _compared(found: Identification | None, person: str) -> str:
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
_LARGE_LETTERS = 45  # a longer text is in the usual size


class TrialStep(Step):
    """The last step: waits until the pictures are in force, then until the person is recognised."""

    another = pyqtSignal()  # enrol the next one
    finished = pyqtSignal()  # to the people

    def __init__(self, context: PageContext, draft: Draft) -> None:
        super().__init__(context, draft)
        self.enrolled: Enrolled | None = None
        self.in_force = False  # the door compares with the pictures
        self.verdict: Verdict | None = None
        self.heading = Heading("")
        self.force, self.state = StateLabel("", "warning"), StateLabel("", "warning")
        self.state.setWordWrap(True)
        self.force.setWordWrap(True)
        self.view = CaptureView(context.feed)
        self.hint = Note("", "prompt")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.next = Button(translate("enrolment", "Enrol another person"), "person_plus")
        self.finish = Button(translate("enrolment", "Finished"), "tick_mark", "primary")
        self._timer = timer(self, self.on_look, _LOOK_MS)
        side = ScrollPage(column(self.force, self.state, self.hint, 1, gap=8))
        self._middle = Halves(self.view, side)
        layout = column(self.heading, self._middle, Bar(self.next, self.finish), gap=8)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.next.clicked.connect(self.another)
        self.finish.clicked.connect(self.finished)

    def begin(self, enrolled: Enrolled) -> None:
        self.enrolled, self.in_force, self.verdict = enrolled, False, None

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
        if enrolled is None or not self.in_force or (self.verdict is not None and self.verdict.recognised):
            return
        self.verdict = verdict = judge(report, enrolled.person)
        self.view.show_progress(right=verdict.recognised, share=1.0 if verdict.recognised else 0.0)
        if self.hint.accessibleDescription() != verdict.words:
            words = "" if verdict.recognised else verdict.words
            self.hint.setText(breakable(words))
            restyle(self.hint, "role", "prompt" if len(words) <= _LARGE_LETTERS else "")
            self.hint.setAccessibleDescription(verdict.words)
        if verdict.recognised:
            self.state.show_state(verdict.words, "good" if verdict.enters else "warning")
            self.state.show()
            self.context.stay()

    @pyqtSlot()
    def on_look(self) -> None:
        sources = {template.source for template in self.context.services.snapshot.templates}
        if self.enrolled is not None and sources.issuperset(self.enrolled.sources):
            self._timer.stop()
            self.in_force = True
            self.force.show_state(translate("enrolment", "The door uses the pictures."), "good")

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().resizeEvent(event)
        self._middle.fit(self.size())
