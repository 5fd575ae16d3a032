"""The enrolment wizard; leaving it discards what is not saved, after a question."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PyQt6.QtCore import pyqtSlot
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QLabel, QStackedWidget, QWidget

from kiosk.domain import display_name
from kiosk.door.report import Report
from kiosk.errors import KioskError
from kiosk.gui.controls import restyle
from kiosk.gui.layouts import column, flow
from kiosk.gui.reception.enrolment.capture_step import CaptureStep
from kiosk.gui.reception.enrolment.check_step import CheckStep
from kiosk.gui.reception.enrolment.consent_step import ConsentStep, present_text
from kiosk.gui.reception.enrolment.name_step import NameStep
from kiosk.gui.reception.enrolment.step import Draft, Step
from kiosk.gui.reception.enrolment.trial_step import TrialStep
from kiosk.gui.reception.page import PageContext, StaffPage, Unsaved
from kiosk.i18n import translate
from kiosk.people.enrolment import Enrolled, Offered
from kiosk.vision.pictures import SUFFIXES


class Steps(QWidget):
    """The steps of the wizard, with a mark on the present one."""

    def __init__(self) -> None:
        super().__init__()
        self._names = [
            translate("enrolment", "Name"),
            translate("enrolment", "Consent"),
            translate("enrolment", "Pictures"),
            translate("enrolment", "Check"),
            translate("enrolment", "Test"),
        ]
        self._labels = [QLabel() for _ in self._names]
        self.setLayout(flow(*self._labels, gap=2))
        self.show_step(0)

    def show_step(self, number: int) -> None:
        """Mark the present step; those before it are done."""
        for index, (label, name) in enumerate(zip(self._labels, self._names, strict=True)):
            label.setText(f"{index + 1} {name}" if index >= number else f"✓ {name}")
            restyle(label, "role", "step_here" if index == number else "step")
        where = translate("enrolment", "Step {number} of {total}: {name}")
        self.setAccessibleName(where.format(number=number + 1, total=len(self._names), name=self._names[number]))


class EnrolmentPage(StaffPage):
    """Name, consent, pictures, check, trial.

    Arguments of `enter`: `person`, a name that gets more pictures or is suggested; `pictures`, a list of Offered;
    `saved`, which is called with the person's name after saving.
    """

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.steps, self._stack = Steps(), QStackedWidget()
        self.setLayout(column(self.steps, self._stack, gap=8))
        self.setAcceptDrops(True)
        self._steps: tuple[Step, ...] = ()
        self.step: Step | None = None  # on the screen
        self._begin(Draft())
        context.reported.connect(self.on_reported)

    def enter(self, **arguments: object) -> None:
        draft = Draft()
        person, pictures, self._on_saved = (arguments.get(name) for name in ("person", "pictures", "saved"))
        if isinstance(pictures, list):
            draft.offered = list(pictures)
        if isinstance(person, str) and person:
            draft.person = person
            draft.adding = self.context.services.snapshot.person(person) is not None
        self._begin(draft)
        if draft.adding:
            self._after_name()
        else:
            self._go(self.name)

    def leave(self) -> None:
        if self.step is not None:
            self.step.leave()
        self.step, self._on_saved = None, None
        self._begin(Draft())

    @property
    def unsaved(self) -> Unsaved | None:
        if self.step in {None, self.trial}:
            return None
        draft, session = self.draft, self.capture.session
        taken = session is not None and any(session.state.taken)
        given = self.name.is_typed or draft.consent or draft.offered or draft.pictures or draft.kept or taken
        return Unsaved.ENROLMENT if given else None

    @property
    def saving(self) -> bool:
        return self.check.saving

    @property
    def settled(self) -> bool:
        return super().settled and self.step is self.name

    @property
    def resting(self) -> QWidget:
        return self.step or self

    @pyqtSlot(object)
    def on_reported(self, report: Report) -> None:
        if self.step is not None:
            self.step.on_report(report)

    @pyqtSlot()
    def on_agreed(self) -> None:
        self._go(self.check if self.draft.offered else self.capture)

    @pyqtSlot(int)
    def on_again(self, number: int) -> None:
        """Take one picture again, or all (-1); pictures from files are chosen again."""
        session = self.capture.session
        if number < 0 or session is None or not session.state.done:
            self.capture.session = None
        self.draft.pictures, self.draft.kept = [], []
        self._go(self.capture)
        if number >= 0 and self.capture.session is session:
            self.capture.retake(number)

    @pyqtSlot()
    def on_more(self) -> None:
        self.draft.kept, self.draft.pictures = list(self.check.checked.good), []
        self.capture.session = None
        self._go(self.capture)

    @pyqtSlot(object)
    def on_saved(self, enrolled: Enrolled) -> None:
        if callable(self._on_saved):
            self._on_saved(enrolled.person)
        self._on_saved = None
        self.trial.begin(enrolled)
        self._go(self.trial)

    @pyqtSlot()
    def on_refused(self) -> None:
        self.context.tell(translate("enrolment", "Nothing was kept."))
        self.on_another()

    @pyqtSlot()
    def on_another(self) -> None:
        self._begin(Draft())
        self._go(self.name)

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:  # noqa: N802  (Qt's name)
        if event is not None and _dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:  # noqa: N802  (Qt's name)
        pictures = _dropped(event) if event is not None else []
        if event is None or not pictures or self.step is self.trial:
            return
        event.acceptProposedAction()
        self.draft.from_camera = False
        self.draft.offered += [Offered.file(path) for path in pictures]
        if self.step in {self.capture, self.check}:
            self._go(self.check)
        else:
            count = len(self.draft.offered)
            self.context.tell(translate("enrolment", "%n pictures will be used after the consent.", "", count))

    def _begin(self, draft: Draft) -> None:
        """Make every step again, so that no widget keeps data of the person before."""
        self.draft = draft
        for old in self._steps:
            self._stack.removeWidget(old)
            old.deleteLater()
        self.name, self.consent = NameStep(self.context, draft), ConsentStep(self.context, draft)
        self.capture, self.check = CaptureStep(self.context, draft), CheckStep(self.context, draft)
        self.trial = TrialStep(self.context, draft)
        self._steps = self.name, self.consent, self.capture, self.check, self.trial
        for step in self._steps:
            self._stack.addWidget(step)
        self.name.done.connect(self._after_name)
        self.consent.done.connect(self.on_agreed)
        self.consent.back.connect(partial(self._go, self.name))
        self.consent.refused.connect(self.on_refused)
        self.capture.done.connect(partial(self._go, self.check))
        self.capture.back.connect(partial(self._go, self.consent))
        self.check.again.connect(self.on_again)
        self.check.more.connect(self.on_more)
        self.check.saved.connect(self.on_saved)
        self.check.cancelled.connect(lambda: self.context.leave_first(self, self.on_refused))
        self.trial.another.connect(self.on_another)
        self.trial.finished.connect(lambda: self.context.go("people"))

    def _go(self, step: Step) -> None:
        if self.step is not None:
            self.step.leave()
        self.step = step
        self._stack.setCurrentWidget(step)
        self.steps.show_step(self._steps.index(step))
        step.enter()

    def _after_name(self) -> None:
        """Ask for consent, unless this person has agreed to this very text before."""
        if self.draft.adding and self._has_agreed():
            text = translate("enrolment", "{name} has agreed to this text before.")
            self.context.tell(text.format(name=display_name(self.draft.person)))
            self.on_agreed()
        else:
            self._go(self.consent)

    def _has_agreed(self) -> bool:
        try:
            recorded = self.context.services.people.record(self.draft.person).consent
            return recorded is not None and recorded.sha256 == present_text(self.context).sha256
        except KioskError:
            return False


def _dropped(event: QDropEvent) -> list[Path]:
    data = event.mimeData()
    urls = data.urls() if data is not None else []
    paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
    return [path for path in paths if path.suffix.lower() in SUFFIXES]
