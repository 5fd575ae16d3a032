"""What is typed, chosen and switched, each with its label, a hint and room for what is wrong with it."""

from collections.abc import Sequence

from PyQt6.QtCore import pyqtSignal, pyqtSlot
from PyQt6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QSizePolicy, QWidget

from kiosk.gui.controls.labels import Note
from kiosk.gui.controls.layouts import column


class TextField(QWidget):
    """One line of text.

    Signals:
        changed: the text, with every letter.
        entered: Enter was pressed.
    """

    changed = pyqtSignal(str)
    entered = pyqtSignal()

    def __init__(self, label: str, text: str = "", *, hint: str = "", required: bool = False) -> None:
        super().__init__()
        self.edit = QLineEdit(text)
        self.edit.setAccessibleName(label)
        self.edit.setAccessibleDescription(hint)
        self.fault = Note("", "error")
        self.fault.hide()
        name = QLabel(f"{label} *" if required else label)
        name.setBuddy(self.edit)
        parts: list[QWidget] = [name, self.edit]
        if hint:
            parts.append(Note(hint, "hint"))
        self.setLayout(column(*parts, self.fault, gap=3))
        self.edit.textChanged.connect(self.on_text_changed)
        self.edit.returnPressed.connect(self.entered)

    @property
    def text(self) -> str:
        """What stands there, without blanks around it."""
        return self.edit.text().strip()

    def set_text(self, text: str) -> None:
        self.edit.setText(text)

    def show_fault(self, fault: str) -> None:
        """Say what is wrong; "" = nothing."""
        self.fault.setText(fault)
        self.fault.setVisible(bool(fault))
        if fault:
            self.edit.setAccessibleDescription(fault)

    @pyqtSlot(str)
    def on_text_changed(self, text: str) -> None:
        self.show_fault("")
        self.changed.emit(text)


class Choice(QWidget):
    """One of several.

    Signals:
        chosen: the value of the option that was chosen by hand.
    """

    chosen = pyqtSignal(object)

    def __init__(self, label: str, options: Sequence[tuple[str, object]] = (), *, hint: str = "") -> None:
        super().__init__()
        self.box = QComboBox()
        self.box.setAccessibleName(label)
        self.box.setAccessibleDescription(hint)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(8)
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        name = QLabel(label)
        name.setBuddy(self.box)
        parts: list[QWidget] = [name, self.box]
        if hint:
            parts.append(Note(hint, "hint"))
        self.setLayout(column(*parts, gap=3))
        self.set_options(options)
        self.box.activated.connect(self.on_activated)

    @property
    def value(self) -> object:
        """That of the option in force; None where there is none."""
        return self.box.currentData()

    def set_options(self, options: Sequence[tuple[str, object]]) -> None:
        """Other options, as (words, value); the value that was chosen stays chosen where it is among them."""
        before = self.value
        self.box.clear()
        for words, value in options:
            self.box.addItem(words, value)
        self.choose(before)

    def choose(self, value: object) -> None:
        """Take the option with this value; the first where there is none."""
        values = [self.box.itemData(index) for index in range(self.box.count())]
        self.box.setCurrentIndex(values.index(value) if value in values else min(0, len(values) - 1))

    @pyqtSlot(int)
    def on_activated(self, index: int) -> None:
        self.chosen.emit(self.box.itemData(index))


class Switch(QCheckBox):
    """On or off, with its words beside it."""

    def __init__(self, label: str, *, on: bool = False, hint: str = "") -> None:
        super().__init__(label)
        self.setChecked(on)
        self.setAccessibleName(label)
        self.setAccessibleDescription(hint)
