"""A countdown before the screen goes back to the door."""

from collections.abc import Callable

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QWidget

from kiosk.gui.reception.question import Question
from kiosk.gui.reception.unsaved import Unsaved, warning
from kiosk.i18n import translate


class Countdown(Question):
    """A question over the page while the seconds run down.

    Signals:
        stayed: somebody is still there.
    """

    stayed = pyqtSignal()

    def __init__(self, parent: QWidget, unsaved: Callable[[], Unsaved | None]) -> None:
        super().__init__(parent)
        self._unsaved = unsaved

    def show_seconds(self, seconds: int) -> None:
        """Show how many are left and what will be discarded."""
        left = translate("staff", "Back to the door in %n seconds.", "", seconds)
        detail = f"{left} {warning(self._unsaved())}".strip()
        if self.isVisible():
            self.retell(detail)
        else:
            question = translate("staff", "Are you still there?")
            self.ask(question, detail, [(translate("staff", "Continue"), self.stayed.emit)])
