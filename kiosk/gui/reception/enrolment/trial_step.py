"""The last step: the person is enrolled, and the door shows that it knows them."""

from __future__ import annotations

import time

from PyQt6.QtCore import Qt, QTimer, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QBoxLayout

from kiosk.domain import display_name
from kiosk.door.report import Report
from kiosk.gui.controls import Bar, Button, Heading, Note, ScrollPage, State, column, row
from kiosk.gui.controls.labels import breakable, polish_again
from kiosk.gui.reception.enrolment.capture_view import CaptureView
from kiosk.gui.reception.enrolment.draft import Draft
from kiosk.gui.reception.enrolment.step import Step
from kiosk.gui.reception.enrolment.trial import Verdict, in_force, judge
from kiosk.gui.reception.office import Office
from kiosk.i18n import translate
from kiosk.people.services.enrolment import Enrolled

_LOOK_MS = 50
_LARGE_LETTERS = 45  # the most of them


class TrialStep(Step):
    """Waits until the pictures are in force, then until the person is recognised.

    Signals:
        another: enrol the next one.
        finished: to the people.
    """

    another = pyqtSignal()
    finished = pyqtSignal()

    def __init__(self, office: Office, draft: Draft) -> None:
        super().__init__(office, draft)
        self.enrolled: Enrolled | None = None
        self.in_force_seconds: float | None = None  # from saving to the first frame that may be compared
        self.verdict: Verdict | None = None
        self.heading = Heading("")
        self.force, self.state = State("", "warning"), State("", "warning")
        self.state.setWordWrap(True)
        self.force.setWordWrap(True)
        self.view = CaptureView(office.feed)
        self.hint = Note("", "prompt")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.next = Button(translate("enrolment", "Enrol another person"), "person_plus")
        self.finish = Button(translate("enrolment", "Finished"), "tick_mark", "primary")
        self._saved_at = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.on_look)
        self._lay_out()
        self.next.clicked.connect(self.another)
        self.finish.clicked.connect(self.finished)

    def begin(self, enrolled: Enrolled) -> None:
        """These pictures were saved just now."""
        self.enrolled, self._saved_at = enrolled, time.monotonic()
        self.in_force_seconds, self.verdict = None, None

    def enter(self) -> None:
        enrolled = self.enrolled
        if enrolled is None:
            return
        name = display_name(enrolled.person)
        if enrolled.is_new:
            text = translate("enrolment", "{name} is enrolled.")
        else:
            text = translate("enrolment", "{name} has more pictures.")
        self.heading.setText(breakable(text.format(name=name)))
        self.force.show_state(translate("enrolment", "The door takes the pictures over …"), "warning")
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
            self.office.stay()

    @pyqtSlot()
    def on_look(self) -> None:
        enrolled = self.enrolled
        if enrolled is not None and in_force(self.office.desk.snapshot, enrolled.sources):
            self._timer.stop()
            self.in_force_seconds = time.monotonic() - self._saved_at
            self.force.show_state(translate("enrolment", "The door knows the pictures."), "good")

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().resizeEvent(event)
        tall = self.height() > self.width()
        self._middle.setDirection(QBoxLayout.Direction.TopToBottom if tall else QBoxLayout.Direction.LeftToRight)

    def _explain(self, words: str) -> None:
        """In large letters what is read from afar; a whole explanation would not fit."""
        self.hint.setText(breakable(words))
        self.hint.setProperty("role", "prompt" if len(words) <= _LARGE_LETTERS else "")
        polish_again(self.hint)

    def _lay_out(self) -> None:
        side = ScrollPage(column(self.force, self.state, self.hint, 1, gap=8))
        self._middle = row(self.view, side, gap=10)
        self._middle.setStretch(0, 3)
        self._middle.setStretch(1, 2)
        self.setLayout(column(self.heading, self._middle, Bar(self.next, self.finish), gap=8))
        self.layout().setStretch(1, 1)  # type: ignore[union-attr]
