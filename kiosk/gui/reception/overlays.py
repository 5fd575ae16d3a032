"""Covers of a page: questions, messages, and the countdown to the door's page while nobody is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from PyQt6 import sip
from PyQt6.QtCore import QEvent, QObject, Qt, QTimer, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QAbstractButton, QFrame, QLabel, QWidget

from kiosk.gui.controls import Button, Heading, Note, Panel, timer
from kiosk.gui.layouts import application, column, discard, flow, px, row
from kiosk.gui.reception.page import Unsaved, warning
from kiosk.i18n import translate


class Cover(QFrame):
    """Covers its parent, takes every key and touch, and keeps Tab among its buttons."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("shade")
        self._before: QWidget | None = None
        self._inside: QWidget | None = None  # what had the focus last
        self._covered = parent
        self.hide()
        parent.installEventFilter(self)
        application().focusChanged.connect(self.on_focus_changed)

    def cover(self) -> None:
        """Show it; the caller then gives the focus to one of its buttons."""
        if not self.isVisible():
            window = self.window()
            self._before = window.focusWidget() if window is not None else None
        self.setGeometry(self._covered.rect())
        self.show()
        self.raise_()

    def uncover(self, *, give_back: bool = True) -> None:
        """Hide it; `give_back` puts the focus where it was before."""
        before, self._before, self._inside = self._before, None, None
        self.hide()
        if give_back and before is not None and not sip.isdeleted(before) and before.isVisible():
            before.setFocus()

    @pyqtSlot("QWidget*", "QWidget*")
    def on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        """Keep the focus; a widget below that asked for it gets it afterwards."""
        if now is None or not self.isVisible() or now.window() is not self.window():
            return
        if self.isAncestorOf(now):
            self._inside = now
        elif not _is_covering(now) and self._inside is not None and not sip.isdeleted(self._inside):
            self._before = now
            self._inside.setFocus()

    def cancel(self) -> None:
        self.uncover()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        # The key that brought it up may still be held down.
        if event is not None and event.key() == Qt.Key.Key_Escape and not event.isAutoRepeat():
            self.cancel()

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: N802, A002  (Qt's names)
        """Move the focus among the buttons only."""
        if not self.isVisible():
            return super().focusNextPrevChild(next)
        stops = [each for each in self.findChildren(QAbstractButton) if each.isVisible() and each.isEnabled()]
        focused = [index for index, button in enumerate(stops) if button.hasFocus()]
        if stops:
            index = (focused[0] + (1 if next else -1)) % len(stops) if focused else 0
            stops[index].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802  (Qt's name)
        if watched is self._covered and event is not None and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._covered.rect())
        return super().eventFilter(watched, event)


def _is_covering(widget: QWidget | None) -> bool:
    """Return whether a widget is part of a cover."""
    while widget is not None and not isinstance(widget, Cover):
        widget = widget.parentWidget()
    return widget is not None


_WIDEST_UNITS = 560
Answers: TypeAlias = Sequence[tuple[str, Callable[[], None]]]


class Question(Cover):
    """Covers its parent until one of the answers was given; Esc gives the last one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._panel: Panel | None = None
        self._place = row(1, 1)
        self.setLayout(column(1, self._place, 2, margin=16))
        self.buttons: list[Button] = []
        self.detail = Note("")

    def ask(self, question: str, detail: str, answers: Answers, *, danger: bool = False) -> None:
        """Show a question; its first answer acts, the last one does nothing and has the focus."""
        self._discard()
        kind = "danger" if danger else "primary"
        self.buttons = [
            Button(words, kind=kind if index == 0 else "plain", deliberate=index < len(answers) - 1)
            for index, (words, _) in enumerate(answers)
        ]
        for button, (_, do) in zip(self.buttons, answers, strict=True):
            # After a dangerous answer, the focus does not go back to the button that asked.
            harmless = not danger or button is self.buttons[-1]
            button.clicked.connect(lambda _checked, do=do, harmless=harmless: self._answer(do, give_back=harmless))
        self.detail = Note(detail)
        self._panel = Panel(Heading(question), self.detail, flow(*self.buttons), gap=12, margin=18)
        self._panel.setAccessibleName(question)
        self._panel.setAccessibleDescription(detail)
        self._panel.setMaximumWidth(px(_WIDEST_UNITS))
        self._place.insertWidget(1, self._panel, 100)
        self.cover()
        self.buttons[-1].setFocus()

    def retell(self, detail: str) -> None:
        """Show another text below the question."""
        if self._panel is not None:
            self.detail.setText(detail)
            self._panel.setAccessibleDescription(detail)

    def dismiss(self, *, give_back: bool = True) -> None:
        """Take it away unanswered; `give_back` puts the focus where it was before."""
        self.uncover(give_back=give_back)
        self._discard()

    def cancel(self) -> None:
        if self.buttons:
            self.buttons[-1].click()

    def _discard(self) -> None:
        if self._panel is not None:
            discard(self._place, self._panel)
            self._panel, self.buttons = None, []

    def _answer(self, do: Callable[[], None], *, give_back: bool) -> None:
        self.dismiss(give_back=give_back)
        do()


_SHOWN_MS, _FAULT_MS = 5000, 12000
_LETTER_MS = 60  # more for each letter: a long line takes longer to read
_MOST = 3  # answers at once


class ToastLine(QTimer):
    """A line of a toast, and the timer that ends it."""

    def __init__(self, parent: QObject, text: str, *, fault: bool, notice: bool) -> None:
        super().__init__(parent)
        self.text, self.fault, self.notice = text, fault, notice
        self.setSingleShot(True)
        self.setInterval((_FAULT_MS if fault else _SHOWN_MS) + _LETTER_MS * len(text))


class Toast(QLabel):
    """Messages over the lower edge of its parent, for some seconds, faults for longer.

    A new line does not replace an answer: it is shown below it.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._lines: list[ToastLine] = []
        self._parent = parent
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
        self._add(ToastLine(self, text, fault=fault, notice=notice))
        answers = [each for each in self._lines if not each.notice]
        for line in answers[:-_MOST]:
            self._drop(line)

    def clear(self) -> None:
        for line in list(self._lines):
            self._drop(line)

    def take_over(self, other: Toast) -> None:
        """Show the lines of another toast, each for its remaining time."""
        for line in other._lines:
            mine = ToastLine(self, line.text, fault=line.fault, notice=line.notice)
            mine.setInterval(max(line.remainingTime(), 1))
            self._add(mine)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802  (Qt's name)
        if watched is self._parent and event is not None and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _add(self, line: ToastLine) -> None:
        self._lines.append(line)
        line.timeout.connect(lambda: self._drop(line))
        line.start()
        self._show()

    def _drop(self, line: ToastLine) -> None:
        line.stop()
        line.deleteLater()
        self._lines.remove(line)
        self._show()

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
        parent, margin = self._parent, px(12)
        width = min(parent.width() - 2 * margin, px(620))
        height = max(self.heightForWidth(width), px(44))
        self.setGeometry((parent.width() - width) // 2, parent.height() - height - margin, width, height)


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

    def __init__(
        self, parent: QObject | None, seconds: Callable[[], int], unsaved: Callable[[], bool] = lambda: False
    ) -> None:
        super().__init__(parent)
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
        """Start to count again, as after input."""
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
