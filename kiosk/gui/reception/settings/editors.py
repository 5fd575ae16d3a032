"""The editors of the settings: switch, number, text, choice, number by encoder."""

from collections.abc import Sequence
from functools import partial

from PyQt6.QtCore import QLocale, QSignalBlocker, Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtWidgets import QComboBox, QLabel, QLineEdit, QSizePolicy, QSlider, QWidget

from kiosk.config.saving import rendered
from kiosk.config.schema import AUTO, Kind, OptionInfo, Value, called
from kiosk.gui.controls import Button, Switch
from kiosk.gui.layouts import column, row
from kiosk.i18n import translate
from kiosk.vision.sources import source_name

_DIGITS = 6
_AS_TYPED = {"voice.text"}  # where "auto" is what people type


def number_text(value: float) -> str:
    """A number as people of this language write it, without needless digits."""
    locale = QLocale()
    locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
    return locale.toString(float(value), "g", _DIGITS)


def number_of(text: str) -> float | None:
    """The number that was typed, with a point or with the sign of the language; None where it is none."""
    number, understood = QLocale().toDouble(text.strip())
    if understood:
        return number
    try:
        return float(text)
    except ValueError:
        return None


def value_text(info: OptionInfo, value: Value) -> str:
    """A value as it is read out: "5 s", "On", "dlib_resnet: 0.36"."""
    if isinstance(value, bool):
        return called("on" if value else "off")
    if isinstance(value, int | float):
        text = translate("settings", "{number} {unit}") if info.unit else "{number}"
        return text.format(number=number_text(value), unit=translate("settings", info.unit))
    if info.key == "camera.source":
        value = source_name(str(value))
    if not value:
        return translate("settings", "empty")
    return str(value) if info.key in _AS_TYPED else _name_of(value)


def _name_of(value: Value) -> str:
    if isinstance(value, list):
        return " + ".join(value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {number_text(number)}" for name, number in value.items())
    return called(str(value))


def range_text(info: OptionInfo) -> str:
    """Return which numbers an option takes; "" = none."""
    if info.minimum is None or info.maximum is None:
        return ""
    low, high = number_text(info.minimum), number_text(info.maximum)
    if info.above_minimum:
        return translate("settings", "More than {low}, at most {high}.").format(low=low, high=high)
    return translate("settings", "From {low} to {high}.").format(low=low, high=high)


def change_text(key: str, before: Value, after: Value) -> str:
    """A change as the journal holds it: as in the file, and without the passwords of a camera's address."""
    if key == "camera.source":
        before, after = source_name(str(before)), source_name(str(after))
    return f"{rendered(before)} -> {rendered(after)}"


_STEPS = ((1.0, 0.05), (10.0, 0.5), (300.0, 1.0))  # up to this maximum, in steps of that
_LARGEST_STEP = 10.0
_LONG_UNIT = 12  # letters


class Editor(QWidget):
    """Shows a value and lets it be changed."""

    target: QWidget  # the part that a label belongs to
    changed = pyqtSignal(object)  # the new value, which is within the option's limits
    refused = pyqtSignal(str)  # why what stands there is no value, "" when it is one again

    def show_value(self, value: Value) -> None:
        """Take over a value without telling that it changed; each kind of value has its own editor."""

    def describe(self, name: str, description: str) -> None:
        """Set what a screen reader says for every part that takes the focus."""
        for part in self.findChildren(QWidget):
            if part.focusPolicy() is not Qt.FocusPolicy.NoFocus and not part.accessibleName():
                part.setAccessibleName(name)
                part.setAccessibleDescription(description)


class FlagEditor(Editor):
    """On or off."""

    def __init__(self) -> None:
        super().__init__()
        self.switch = self.target = Switch("")
        self.setLayout(row(self.switch, 1))
        self.switch.toggled.connect(self.on_toggled)

    def show_value(self, value: Value) -> None:
        with QSignalBlocker(self.switch):
            self.switch.setChecked(value is True)
        self.switch.setText(called("on" if value else "off"))

    @pyqtSlot(bool)
    def on_toggled(self, on: bool) -> None:
        self.show_value(on)
        self.changed.emit(on)


class NumberEditor(Editor):
    """A number that is typed, or changed in steps."""

    def __init__(self, info: OptionInfo) -> None:
        super().__init__()
        self._info = info
        self._value = info.minimum or 0.0
        self.edit = self.target = QLineEdit()
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
        self.less.clicked.connect(partial(self._step, -1))
        self.more.clicked.connect(partial(self._step, 1))

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
        if number != self._value:
            self._value = number
            self._emit(number)

    @pyqtSlot()
    def on_finished(self) -> None:
        number = number_of(self.edit.text())
        if number is not None and self._allowed(number):
            self.edit.setText(number_text(number))

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
        text = translate("settings", "A number is expected. {range}")
        if self._info.kind is Kind.WHOLE:
            text = translate("settings", "A whole number is expected. {range}")
        return text.format(range=range_text(self._info))

    def _emit(self, number: float) -> None:
        self.changed.emit(int(number) if self._info.kind is Kind.WHOLE else float(number))


class TextEditor(Editor):
    """A line of text."""

    def __init__(self) -> None:
        super().__init__()
        self.edit = self.target = QLineEdit()
        self.edit.setMaxLength(500)
        self.setLayout(row(self.edit))
        self.edit.textEdited.connect(self.changed.emit)

    def show_value(self, value: Value) -> None:
        self.edit.setText(str(value))


class _NoWheel:
    """Lets the wheel pass, so that scrolling the page changes nothing."""

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802  (Qt's name)
        if event is not None:
            event.ignore()


class ChoiceBox(_NoWheel, QComboBox):
    """A box to choose from."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)


class ChoiceEditor(Editor):
    """One of several values; one that is in force and not among them is shown too."""

    def __init__(self, options: Sequence[tuple[str, Value]]) -> None:
        super().__init__()
        self.box = self.target = ChoiceBox()
        self.set_options(options)
        self.setLayout(row(self.box))
        self.box.activated.connect(lambda index: self.changed.emit(self.box.itemData(index)))

    def set_options(self, options: Sequence[tuple[str, Value]]) -> None:
        before = self.box.currentData()
        self.box.clear()
        for words, value in options:
            self.box.addItem(words, value)
        if before is not None:
            self.show_value(before)

    def show_value(self, value: Value) -> None:
        values = [self.box.itemData(index) for index in range(self.box.count())]
        if value not in values:
            self.box.addItem(_name_of(value), value)
            values.append(value)
        self.box.setCurrentIndex(values.index(value))


def step_of(info: OptionInfo) -> float:
    """Return the step of the plus and minus buttons."""
    highest = info.maximum or 1.0
    step = next((step for maximum, step in _STEPS if highest <= maximum), _LARGEST_STEP)
    return max(step, 1.0) if info.kind is Kind.WHOLE else step


def plain_editor(info: OptionInfo) -> Editor:
    """The editor for an option that needs to know nothing else."""
    if info.kind is Kind.FLAG:
        return FlagEditor()
    if info.kind in {Kind.WHOLE, Kind.NUMBER}:
        return NumberEditor(info)
    if info.kind is Kind.CHOICE:
        return ChoiceEditor([(called(choice), choice) for choice in info.choices])
    return TextEditor()


_TICKS = 1000  # of the slider, a unit of distance
_STEP = 0.01
_REACH = 0.5  # the slider goes from half of the encoder's own number to half as much again


class Slider(_NoWheel, QSlider):
    """A slider for a distance."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSingleStep(round(_STEP * _TICKS / 2))
        self.setPageStep(round(_STEP * _TICKS))


class ByEncoderEditor(Editor):
    """The number for the encoder at work; numbers for others stay as they are.

    Args:
        info: the option.
        encoder: the name of the encoder at work.
        own: the encoder's own number, which is in force where the option is automatic.
        ends: what the slider's ends mean, such as ("stricter", "more lenient").
    """

    def __init__(self, info: OptionInfo, encoder: str, own: float, ends: tuple[str, str]) -> None:
        super().__init__()
        self._info, self._encoder, self._own = info, encoder, own
        self._others: dict[str, float] = {}
        automatic = translate("settings", "Automatic for {encoder}: {number}")
        self.automatic = Switch(automatic.format(encoder=encoder, number=number_text(own)))
        self.number = NumberEditor(info)
        self.slider = self.target = Slider()
        self._set_reach(own)
        low, high = (QLabel(end) for end in ends)
        for label in (low, high):
            label.setProperty("role", "hint")
        line = row(low, self.slider, high, gap=8)
        line.setStretch(1, 1)
        self.setLayout(column(line, self.number, self.automatic, gap=2))
        self.automatic.toggled.connect(self.on_automatic)
        self.number.changed.connect(self.on_number)
        self.number.refused.connect(self.refused)
        self.slider.valueChanged.connect(self.on_slid)

    @property
    def in_force(self) -> float:
        return self._own if self.automatic.isChecked() else self._number

    def show_value(self, value: Value) -> None:
        if isinstance(value, int | float):
            value = {self._encoder: float(value)}
        numbers = value if isinstance(value, dict) else {}
        self._others = {name: number for name, number in numbers.items() if name != self._encoder}
        self._show_number(numbers.get(self._encoder, self._own), automatic=self._encoder not in numbers)

    @pyqtSlot(bool)
    def on_automatic(self, automatic: bool) -> None:
        self._show_number(self._own if automatic else self._number, automatic=automatic)
        self._tell()

    @pyqtSlot(object)
    def on_number(self, number: float) -> None:
        self._show_number(number, automatic=False, typed=True)
        self._tell()

    @pyqtSlot(int)
    def on_slid(self, tick: int) -> None:
        self._show_number(max(tick / _TICKS, _STEP if self._info.above_minimum else 0.0), automatic=False)
        self._tell()

    def _show_number(self, number: float, *, automatic: bool, typed: bool = False) -> None:
        self._number = number
        self._set_reach(number)
        with QSignalBlocker(self.automatic), QSignalBlocker(self.slider):
            self.automatic.setChecked(automatic)
            self.slider.setValue(round(number * _TICKS))
        if not typed:
            self.number.show_value(number)

    def _set_reach(self, number: float) -> None:
        """Set the ends of the slider so that the number is between them."""
        middle = self._own or 0.1
        low = min(middle * (1 - _REACH), number)
        high = max(middle * (1 + _REACH), number)
        with QSignalBlocker(self.slider):
            self.slider.setRange(round(low * _TICKS), round(min(high, self._info.maximum or high) * _TICKS))

    def _tell(self) -> None:
        numbers = dict(self._others)
        if not self.automatic.isChecked():
            numbers[self._encoder] = float(self._number)
        self.changed.emit(numbers or AUTO)
