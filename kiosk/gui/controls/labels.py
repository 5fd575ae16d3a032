"""Texts of the staff side, by the part they play."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QSizePolicy, QWidget

_LONGEST_PIECE = 14  # letters


class Note(QLabel):
    """A plain text that wraps; role: "" for running text, muted, hint, or error."""

    def __init__(self, text: str = "", role: str = "") -> None:
        super().__init__(text)
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)


class Heading(Note):
    """What a page ("title") or a part of it ("heading") is about."""

    def __init__(self, text: str, role: str = "heading") -> None:
        super().__init__(text, role)
        self.setAccessibleDescription(text)


class State(QLabel):
    """A word on the colour of what it says: good, warning or fault."""

    def __init__(self, text: str = "", state: str = "good") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.show_state(text, state)

    def show_state(self, text: str, state: str) -> None:
        """Other words on another colour."""
        self.setText(text)
        if self.property("state") != state:
            self.setProperty("state", state)
            polish_again(self)


def polish_again(widget: QWidget) -> None:
    """A property that the style sheet selects by counts only after the sheet is applied anew."""
    style = widget.style()
    if style is not None:
        style.unpolish(widget)
        style.polish(widget)


def breakable(text: str) -> str:
    """With places at which very long words may be broken, so that they are not cut off."""
    return " ".join(
        "\u200b".join(word[start : start + _LONGEST_PIECE] for start in range(0, len(word), _LONGEST_PIECE))
        for word in text.split(" ")
    )
