"""A question over the page, inside the window: nothing else can be touched until it is answered.

Nobody answers it unread: the answer that changes nothing has the focus, and Enter gives no other one.
"""

from collections.abc import Callable, Sequence

from PyQt6.QtWidgets import QWidget

from kiosk.gui.controls import Button, Heading, Note, Panel, column, flow, px, row
from kiosk.gui.reception.cover import Cover

_WIDEST_UNITS = 560


class Question(Cover):
    """Covers its parent until one of the answers was given; Esc gives the last one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._panel: Panel | None = None
        self._place = row(1, 1)
        self.setLayout(column(1, self._place, 2, margin=16))
        self.buttons: list[Button] = []
        self.detail = Note("")

    def ask(
        self, question: str, detail: str, answers: Sequence[tuple[str, Callable[[], None]]], *, danger: bool = False
    ) -> None:
        """Show it; the first answer does something, the last one nothing, and has the focus."""
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
            self._place.removeWidget(self._panel)
            self._panel.hide()
            self._panel.deleteLater()
            self._panel, self.buttons = None, []

    def _answer(self, do: Callable[[], None], *, give_back: bool) -> None:
        self.dismiss(give_back=give_back)
        do()
