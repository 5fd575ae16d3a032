"""A line at the bottom of the page that goes by itself."""

from PyQt6.QtCore import QEvent, QObject, Qt, QTimer, pyqtSlot
from PyQt6.QtWidgets import QLabel, QWidget

from kiosk.gui.controls import px
from kiosk.words import translate

_SHOWN_MS, _FAULT_MS = 5000, 12000


class Toast(QLabel):
    """Says one thing for some seconds, faults for longer, over the lower edge of its parent."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("toast")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(translate("staff", "Message"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.on_over)
        parent.installEventFilter(self)
        self.hide()

    def tell(self, text: str, *, fault: bool = False) -> None:
        """Show a line instead of the one before."""
        self.setText(text)
        self.setAccessibleDescription(text)
        self.ensurePolished()  # or its height would be that of other letters
        self._place()
        self.show()
        self.raise_()
        self._timer.start(_FAULT_MS if fault else _SHOWN_MS)

    @pyqtSlot()
    def on_over(self) -> None:
        self.hide()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802  (Qt's name)
        if watched is self.parent() and event is not None and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        margin = px(12)
        width = min(parent.width() - 2 * margin, px(620))
        height = max(self.heightForWidth(width), px(44))
        self.setGeometry((parent.width() - width) // 2, parent.height() - height - margin, width, height)
