"""Lines at the bottom of the page that go by themselves."""

from PyQt6.QtCore import QEvent, QObject, Qt, QTimer
from PyQt6.QtWidgets import QLabel, QWidget

from kiosk.gui.controls import px
from kiosk.i18n import translate

_SHOWN_MS, _FAULT_MS = 5000, 12000
_LETTER_MS = 60  # more for each letter: a long line takes longer to read
_MOST = 3  # answers at once


class Line(QTimer):
    """One line of text, and the timer for how long it is shown."""

    def __init__(self, parent: QObject, text: str, *, fault: bool, notice: bool) -> None:
        super().__init__(parent)
        self.text, self.fault, self.notice = text, fault, notice
        self.setSingleShot(True)
        self.setInterval((_FAULT_MS if fault else _SHOWN_MS) + _LETTER_MS * len(text))


class Toast(QLabel):
    """Says things for some seconds, faults for longer, over the lower edge of its parent.

    A new line does not replace an answer: it is shown below it.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._lines: list[Line] = []
        self.setObjectName("toast")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(translate("staff", "Message"))
        parent.installEventFilter(self)
        self.hide()

    def tell(self, text: str, *, fault: bool = False, notice: bool = False) -> None:
        """Add a line; a notice, which answers nobody, replaces the notice before it."""
        if self._lines and self._lines[-1].text == text:
            self._lines[-1].start()  # again and again, as every frame may say it
            return
        for line in [each for each in self._lines if each.text == text or (notice and each.notice)]:
            self._drop(line)
        self._add(Line(self, text, fault=fault, notice=notice))
        answers = [each for each in self._lines if not each.notice]
        for line in answers[:-_MOST]:
            self._drop(line)
        self._show()

    def clear(self) -> None:
        """Take every line away."""
        for line in list(self._lines):
            self._drop(line)
        self._show()

    def take_over(self, other: "Toast") -> None:
        """Show the lines of another toast, each for its remaining time."""
        for line in other._lines:
            mine = Line(self, line.text, fault=line.fault, notice=line.notice)
            mine.setInterval(max(line.remainingTime(), 1))
            self._add(mine)
        self._show()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802  (Qt's name)
        if watched is self.parent() and event is not None and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _add(self, line: Line) -> None:
        self._lines.append(line)
        line.timeout.connect(lambda: self._run_out(line))
        line.start()

    def _run_out(self, line: Line) -> None:
        self._drop(line)
        self._show()

    def _drop(self, line: Line) -> None:
        line.stop()
        line.deleteLater()
        self._lines.remove(line)

    def _show(self) -> None:
        text = "\n".join(line.text for line in self._lines)
        self.setText(text)
        self.setAccessibleDescription(text)
        self.setVisible(bool(text))
        if text:
            self.ensurePolished()  # or its height would be that of other letters
            self._place()
            self.raise_()

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        margin = px(12)
        width = min(parent.width() - 2 * margin, px(620))
        height = max(self.heightForWidth(width), px(44))
        self.setGeometry((parent.width() - width) // 2, parent.height() - height - margin, width, height)
