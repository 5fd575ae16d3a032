"""What the steps of the wizard have in common."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QLabel, QWidget

from kiosk.door.report import Report
from kiosk.gui.controls import flow
from kiosk.gui.controls.labels import polish_again
from kiosk.gui.reception.enrolment.draft import Draft
from kiosk.gui.reception.office import Office
from kiosk.i18n import translate


class Step(QWidget):
    """One step; lives in the GUI thread.

    Signals:
        done: go on.
        back: to the step before.
    """

    done = pyqtSignal()
    back = pyqtSignal()

    def __init__(self, office: Office, draft: Draft) -> None:
        super().__init__()
        self.office = office
        self.draft = draft

    def enter(self) -> None:
        """It is shown now."""

    def leave(self) -> None:
        """It is hidden: stop timers, let go of the camera."""

    def on_report(self, report: Report) -> None:
        """What the recognition found in a frame, while the step is shown."""


class Steps(QWidget):
    """The way of the wizard: which step this is, and which there are."""

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
        """Mark this one; those before it are done."""
        for index, (label, name) in enumerate(zip(self._labels, self._names, strict=True)):
            here = index == number
            words = f"{index + 1} {name}" if index >= number else f"✓ {name}"
            label.setText(words)
            label.setProperty("role", "step_here" if here else "step")
            polish_again(label)
        where = translate("enrolment", "Step {number} of {total}: {name}")
        self.setAccessibleName(
            where.format(number=number + 1, total=len(self._names), name=self._names[number]),
        )
