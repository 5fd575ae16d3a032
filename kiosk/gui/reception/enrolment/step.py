"""What the steps of the wizard have in common."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QSize, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QLabel, QSizePolicy, QWidget

from kiosk.gui.controls import flow, row
from kiosk.gui.controls.labels import polish_again
from kiosk.gui.reception.enrolment.draft import Draft
from kiosk.gui.reception.office import Office
from kiosk.station.report import Report
from kiosk.words import translate


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


class Bar(QWidget):
    """The buttons below a step, on one line where there is room, else on two or below each other."""

    def __init__(self, *buttons: QWidget, left: int = 1) -> None:
        super().__init__()
        self._buttons, self._answers = buttons, buttons[left:]
        self._right = row(*self._answers)
        self._row = row(*buttons[:left], 1, self._right)
        self.setLayout(self._row)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """As narrow as the widest button: on a line of their own they take no more."""
        return QSize(max(button.sizeHint().width() for button in self._buttons), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().resizeEvent(event)
        for layout, buttons in ((self._row, self._buttons), (self._right, self._answers)):
            beside = self._needed(buttons) <= self.width()
            layout.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)

    def _needed(self, buttons: Sequence[QWidget]) -> int:
        shown = [button.sizeHint().width() for button in buttons if not button.isHidden()]
        return sum(shown) + self._row.spacing() * len(shown)


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
