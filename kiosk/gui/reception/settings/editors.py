"""What a value is changed with: a switch, a number with steps, a text, a choice."""

from collections.abc import Sequence

from PyQt6.QtCore import Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtWidgets import QComboBox, QLabel, QLineEdit, QSizePolicy, QWidget

from kiosk.config.schema import Kind, OptionInfo, Value, called
from kiosk.gui.controls import Button, Switch, row
from kiosk.gui.reception.settings.shown import is_number, number_of, number_text, range_text
from kiosk.i18n import translate

_STEPS = ((1.0, 0.05), (10.0, 0.5), (300.0, 1.0))  # up to this maximum, in steps of that
_LARGEST_STEP = 10.0
_LONG_UNIT = 12  # letters


class Editor(QWidget):
    """Shows a value and lets it be changed.

    Signals:
        changed: the new value, which is within the option's limits.
        refused: why what stands there is no value, "" when it is one again.
    """

    changed = pyqtSignal(object)
    refused = pyqtSignal(str)

    def show_value(self, value: Value) -> None:
        """Take over a value without telling that it changed; each kind of value has its own editor."""

    def describe(self, name: str, description: str) -> None:
        """What a screen reader says, for every part that takes the focus."""
        for part in self.findChildren(QWidget):
            if part.focusPolicy() is not Qt.FocusPolicy.NoFocus and not part.accessibleName():
                part.setAccessibleName(name)
                part.setAccessibleDescription(description)

    @property
    def target(self) -> QWidget:
        """The part that a label belongs to."""
        return self


class FlagEditor(Editor):
    """On or off."""

    def __init__(self) -> None:
        super().__init__()
        self.switch = Switch("")
        self.setLayout(row(self.switch, 1))
        self.switch.setAccessibleName("")
        self.switch.toggled.connect(self.on_toggled)

    def show_value(self, value: Value) -> None:
        self.switch.blockSignals(True)
        self.switch.setChecked(value is True)
        self.switch.blockSignals(False)
        self._say()

    @pyqtSlot(bool)
    def on_toggled(self, on: bool) -> None:
        self._say()
        self.changed.emit(on)

    def _say(self) -> None:
        self.switch.setText(called("on" if self.switch.isChecked() else "off"))

    @property
    def target(self) -> QWidget:
        return self.switch


class NumberEditor(Editor):
    """A number that is typed, or changed in steps."""

    def __init__(self, info: OptionInfo) -> None:
        super().__init__()
        self._info = info
        self._value = info.minimum or 0.0
        self.edit = QLineEdit()
        self.edit.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)
        self.edit.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        title = translate("settings", info.title)
        self.less = Button("", "minus", name=translate("settings", "Less: {option}").format(option=title))
        self.more = Button("", "plus", name=translate("settings", "More: {option}").format(option=title))
        unit = QLabel(translate("settings", info.unit) if info.unit else "")
        unit.setWordWrap(True)
        layout = row(self.less, self.edit, self.more, unit, gap=6)
        layout.setStretch(1, 2)
        layout.setStretch(3, 2 if len(info.unit) < _LONG_UNIT else 4)
        self.setLayout(layout)
        self.edit.textEdited.connect(self.on_edited)
        self.edit.editingFinished.connect(self.on_finished)
        self.less.clicked.connect(self.on_less)
        self.more.clicked.connect(self.on_more)

    @property
    def target(self) -> QWidget:
        return self.edit

    def show_value(self, value: Value) -> None:
        if isinstance(value, int | float):
            self._value = float(value)
            self.edit.setText(number_text(self._value))
            self.refused.emit("")

    @pyqtSlot(str)
    def on_edited(self, text: str) -> None:
        number = number_of(text)
        if number is None or not self._allowed(number):
            self.refused.emit(self._what_is_expected())
            return
        self.refused.emit("")
        self._take(number)

    @pyqtSlot()
    def on_finished(self) -> None:
        number = number_of(self.edit.text())
        if number is not None and self._allowed(number):
            self.edit.setText(number_text(number))

    @pyqtSlot()
    def on_less(self) -> None:
        self._step(-1)

    @pyqtSlot()
    def on_more(self) -> None:
        self._step(1)

    def _step(self, direction: int) -> None:
        step = step_of(self._info)
        # To the next multiple, so that 0.36 becomes 0.4 and not 0.41.
        number = round((round(self._value / step, 6) // 1 + direction) * step, 6)
        if direction < 0 and number < self._value - step:
            number = round(number + step, 6)
        if self._allowed(number):
            self.show_value(number)
            self._emit(number)

    def _allowed(self, number: float) -> bool:
        low, high = self._info.minimum, self._info.maximum
        whole = self._info.kind is not Kind.WHOLE or number == int(number)
        above = low is None or number > low or (number == low and not self._info.above_minimum)
        return whole and above and (high is None or number <= high)

    def _what_is_expected(self) -> str:
        if self._info.kind is Kind.WHOLE:
            return translate("settings", "A whole number is expected. {range}").format(range=range_text(self._info))
        return translate("settings", "A number is expected. {range}").format(range=range_text(self._info))

    def _take(self, number: float) -> None:
        if number != self._value:
            self._value = number
            self._emit(number)

    def _emit(self, number: float) -> None:
        self.changed.emit(int(number) if self._info.kind is Kind.WHOLE else float(number))


class TextEditor(Editor):
    """A line of text."""

    def __init__(self) -> None:
        super().__init__()
        self.edit = QLineEdit()
        self.edit.setMaxLength(500)
        self.setLayout(row(self.edit))
        self.edit.textEdited.connect(self.on_edited)

    @property
    def target(self) -> QWidget:
        return self.edit

    def show_value(self, value: Value) -> None:
        self.edit.setText(str(value))

    @pyqtSlot(str)
    def on_edited(self, text: str) -> None:
        self.changed.emit(text)


class ChoiceBox(QComboBox):
    """A box that the wheel passes over, so that scrolling the page changes nothing in it."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802  (Qt's name)
        if event is not None:
            event.ignore()


class ChoiceEditor(Editor):
    """One of several values; one that is in force and not among them is shown too."""

    def __init__(self, options: Sequence[tuple[str, Value]]) -> None:
        super().__init__()
        self.box = ChoiceBox()
        self.set_options(options)
        self.setLayout(row(self.box))
        self.box.activated.connect(self.on_activated)

    @property
    def target(self) -> QWidget:
        return self.box

    def set_options(self, options: Sequence[tuple[str, Value]]) -> None:
        """Other options, as (words, value); what is chosen stays so."""
        before = self.box.currentData()
        self.box.clear()
        for words, value in options:
            self.box.addItem(words, value)
        if before is not None:
            self.show_value(before)

    def show_value(self, value: Value) -> None:
        values = [self.box.itemData(index) for index in range(self.box.count())]
        if value not in values:
            self.box.addItem(_words(value), value)
            values.append(value)
        self.box.setCurrentIndex(values.index(value))

    @pyqtSlot(int)
    def on_activated(self, index: int) -> None:
        self.changed.emit(self.box.itemData(index))


def step_of(info: OptionInfo) -> float:
    """By how much one touch changes a number."""
    highest = info.maximum or 1.0
    step = next((step for maximum, step in _STEPS if highest <= maximum), _LARGEST_STEP)
    return max(step, 1.0) if info.kind is Kind.WHOLE else step


def plain_editor(info: OptionInfo) -> Editor:
    """The editor for an option that needs to know nothing else."""
    if info.kind is Kind.FLAG:
        return FlagEditor()
    if is_number(info):
        return NumberEditor(info)
    if info.kind is Kind.CHOICE:
        return ChoiceEditor([(called(choice), choice) for choice in info.choices])
    return TextEditor()


def _words(value: Value) -> str:
    if isinstance(value, list):
        return " + ".join(value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {number_text(number)}" for name, number in value.items())
    return called(str(value))
