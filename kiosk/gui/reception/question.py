"""A question over the page, inside the window: nothing else can be touched until it is answered.

Nobody answers it unread: the answer that changes nothing has the focus, and Enter gives no other one.
"""

from collections.abc import Callable, Sequence

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QFrame, QWidget

from kiosk.gui.controls import Button, Heading, Note, Panel, column, flow, px, row

_WIDEST_UNITS = 560


class Question(QFrame):
    """Covers its parent until one of the answers was given; Esc gives the last one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("shade")
        self._before: QWidget | None = None
        self._panel: Panel | None = None
        self._place = row(1, 1)
        self.setLayout(column(1, self._place, 2, margin=16))
        self.buttons: list[Button] = []
        self.hide()
        parent.installEventFilter(self)

    def ask(
        self, question: str, detail: str, answers: Sequence[tuple[str, Callable[[], None]]], *, danger: bool = False
    ) -> None:
        """Show it; the first answer does something, the last one nothing."""
        self.dismiss()
        parent = self.parentWidget()
        window = self.window()
        self._before = window.focusWidget() if window is not None else None
        kind = "danger" if danger else "primary"
        self.buttons = [
            Button(words, kind=kind if index == 0 else "plain", deliberate=index < len(answers) - 1)
            for index, (words, _) in enumerate(answers)
        ]
        for button, (_, do) in zip(self.buttons, answers, strict=True):
            button.clicked.connect(lambda _checked, do=do: self._answer(do))
        self._panel = Panel(Heading(question), Note(detail), flow(*self.buttons), gap=12, margin=18)
        self._panel.setAccessibleName(question)
        self._panel.setAccessibleDescription(detail)
        self._panel.setMaximumWidth(px(_WIDEST_UNITS))
        self._place.insertWidget(1, self._panel, 100)
        if parent is not None:
            self.setGeometry(parent.rect())
        self.show()
        self.raise_()
        self.buttons[-1].setFocus()

    def dismiss(self) -> None:
        """Take it away unanswered."""
        self.hide()
        if self._panel is not None:
            self._panel.deleteLater()
            self._panel, self.buttons = None, []

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        if event is not None and event.key() == Qt.Key.Key_Escape and self.buttons:
            self.buttons[-1].click()

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: N802, A002  (Qt's names)
        """Tab stays among the answers."""
        focused = [index for index, button in enumerate(self.buttons) if button.hasFocus()]
        if self.buttons:
            index = (focused[0] + (1 if next else -1)) % len(self.buttons) if focused else 0
            self.buttons[index].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802  (Qt's name)
        if watched is self.parent() and event is not None and event.type() == QEvent.Type.Resize:
            parent = self.parentWidget()
            if parent is not None:
                self.setGeometry(parent.rect())
        return super().eventFilter(watched, event)

    def _answer(self, do: Callable[[], None]) -> None:
        before = self._before
        self.dismiss()
        if before is not None and before.isVisible():
            before.setFocus()
        do()
