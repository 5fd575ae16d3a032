"""A number that is meant for one encoder: automatic, or of one's own, with a slider."""

from PyQt6.QtCore import Qt, pyqtSlot
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtWidgets import QLabel, QSizePolicy, QSlider, QWidget

from kiosk.config.schema import AUTO, OptionInfo, Value
from kiosk.gui.controls import Switch, column, row
from kiosk.gui.reception.settings.editors import Editor, NumberEditor
from kiosk.gui.reception.settings.shown import number_text
from kiosk.i18n import translate

_TICKS = 1000  # of the slider, a unit of distance
_STEP = 0.01
_REACH = 0.5  # the slider goes from half of the encoder's own number to half as much again


class Slider(QSlider):
    """A slider that the wheel passes over, so that scrolling the page does not move it."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSingleStep(round(_STEP * _TICKS / 2))
        self.setPageStep(round(_STEP * _TICKS))

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802  (Qt's name)
        if event is not None:
            event.ignore()


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
        self.slider = Slider()
        self._set_reach(own)
        line = row(_end(ends[0]), self.slider, _end(ends[1]), gap=8)
        line.setStretch(1, 1)
        self.setLayout(column(line, self.number, self.automatic, gap=2))
        self.automatic.toggled.connect(self.on_automatic)
        self.number.changed.connect(self.on_number)
        self.number.refused.connect(self.refused)
        self.slider.valueChanged.connect(self.on_slid)

    @property
    def target(self) -> QWidget:
        return self.slider

    @property
    def in_force(self) -> float:
        """The number that would count."""
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
        for part in (self.automatic, self.slider):
            part.blockSignals(True)
        self.automatic.setChecked(automatic)
        self.slider.setValue(round(number * _TICKS))
        for part in (self.automatic, self.slider):
            part.blockSignals(False)
        if not typed:
            self.number.show_value(number)

    def _set_reach(self, number: float) -> None:
        """From well below to well above, and never without the number in force."""
        middle = self._own or 0.1
        low = min(middle * (1 - _REACH), number)
        high = max(middle * (1 + _REACH), number)
        self.slider.blockSignals(True)
        self.slider.setRange(round(low * _TICKS), round(min(high, self._info.maximum or high) * _TICKS))
        self.slider.blockSignals(False)

    def _tell(self) -> None:
        numbers = dict(self._others)
        if not self.automatic.isChecked():
            numbers[self._encoder] = float(self._number)
        self.changed.emit(numbers or AUTO)


def _end(words: str) -> QLabel:
    label = QLabel(words)
    label.setProperty("role", "hint")
    return label
