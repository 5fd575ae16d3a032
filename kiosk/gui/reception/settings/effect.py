"""What the threshold of the form would do: to who stands before the camera, and to the last seven days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSlot

from kiosk.door.report import Report
from kiosk.gui.controls import Note, Panel
from kiosk.gui.reception.settings.sentences import live, what_if
from kiosk.i18n import translate

if TYPE_CHECKING:
    from kiosk.door.what_if import PastDecisions

_HOLDS_REPORTS = 8  # for so many reports without a comparable face the last one stays readable


class Effect(Panel):
    """Judges again whenever a number or the picture changes."""

    def __init__(self) -> None:
        self._live = Note("")
        self._past = Note(translate("settings", "The journal is being read."))
        self._remark = Note("", "error")
        self._remark.hide()
        super().__init__(self._remark, self._live, self._past, gap=6)
        self.setAccessibleName(translate("settings", "What these numbers would do"))
        self._report: Report | None = None
        self._empty = 0
        self._decisions: PastDecisions | None = None
        self._numbers = (0.0, 0.0)

    @property
    def words(self) -> tuple[str, str]:
        """What it says about now, and about the last days."""
        return self._live.text(), self._past.text()

    @property
    def remark(self) -> str:
        """What it says about the numbers themselves."""
        return self._remark.text()

    def judge(self, threshold: float, margin: float, remark: str = "") -> None:
        """Show other numbers, and what is wrong with them."""
        self._numbers = threshold, margin
        self._remark.setText(remark)
        self._remark.setVisible(bool(remark))
        self._show_live()
        self._show_past()

    def show_past(self, decisions: PastDecisions) -> None:
        """The journal was read."""
        self._decisions = decisions
        self._show_past()

    def show_fault(self, message: str) -> None:
        """The journal could not be read."""
        self._past.setText(message)

    @pyqtSlot(object)
    def on_reported(self, report: Report) -> None:
        compared = any(face.identification is not None for face in report.observation.faces)
        self._empty = 0 if compared else self._empty + 1
        if compared or self._empty > _HOLDS_REPORTS:
            self._report = report
            self._show_live()

    def _show_live(self) -> None:
        text = live(self._report, *self._numbers)
        if text != self._live.text():
            self._live.setText(text)

    def _show_past(self) -> None:
        if self._decisions is not None:
            self._past.setText(what_if(self._decisions.with_numbers(*self._numbers)))
