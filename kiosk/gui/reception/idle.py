"""Notice that nobody uses the screen any more, because no key and no touch comes."""

from collections.abc import Callable

from PyQt6.QtCore import QEvent, QObject, pyqtSignal, pyqtSlot
from PyQt6.QtWidgets import QWidget

from kiosk.gui.controls import timer
from kiosk.gui.layouts import application
from kiosk.gui.reception.overlays import Question
from kiosk.gui.reception.page import Unsaved, warning
from kiosk.i18n import translate

WARNING_SECONDS = 10
UNSAVED_WARNING_SECONDS = 30  # time to come back to the screen before something is discarded
_INPUT = {
    QEvent.Type.KeyPress,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.TouchBegin,
    QEvent.Type.TouchUpdate,
    QEvent.Type.Wheel,
    QEvent.Type.InputMethod,
    QEvent.Type.Drop,
}


class IdleWatch(QObject):
    """Counts the seconds without input while it runs. Until it stops, no context menu opens.

    Such a menu would stay over the door's page, and Qt runs some of them in an event loop of their own. If something
    is `unsaved`, the warning is longer, and so is the time.
    """

    counting = pyqtSignal(int)  # the whole seconds that are left, in the last WARNING_SECONDS
    resumed = pyqtSignal()  # there was input in those
    over = pyqtSignal()  # none is left

    def __init__(self, seconds: Callable[[], int], unsaved: Callable[[], bool] = lambda: False) -> None:
        super().__init__()
        self._seconds, self._unsaved = seconds, unsaved
        self._left, self._warned = 0, False
        self._timer = timer(self, self.on_second, 1000)

    def start(self) -> None:
        """Count from now on."""
        self.stay()
        self._timer.start()
        application().installEventFilter(self)

    def stop(self) -> None:
        self._timer.stop()
        application().removeEventFilter(self)

    def stay(self) -> None:
        """There was input, or what counts as such."""
        self._left = self._seconds()
        if self._warned:
            self._warned = False
            self.resumed.emit()

    @pyqtSlot()
    def on_second(self) -> None:
        self._left -= 1
        warning = UNSAVED_WARNING_SECONDS if self._unsaved() else WARNING_SECONDS
        left = self._left - WARNING_SECONDS + warning
        if left <= 0:
            self.over.emit()
        elif left <= warning:
            self._warned = True
            self.counting.emit(left)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802  (Qt's name)
        if event is not None and event.type() in _INPUT:
            self.stay()
        return event is not None and event.type() == QEvent.Type.ContextMenu


class Countdown(Question):
    """A question over the page while the seconds run down."""

    stayed = pyqtSignal()  # somebody is still there

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
