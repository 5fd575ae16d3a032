"""The editors of the settings: switch, number, text, choice, number by encoder, camera."""

from collections.abc import Callable, Sequence
from functools import partial

from PyQt6.QtCore import QLocale, QSignalBlocker, QSize, Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QColor, QImage, QPainter, QPaintEvent, QWheelEvent
from PyQt6.QtWidgets import QLabel, QLineEdit, QSizePolicy, QSlider, QWidget

from kiosk.config.saving import rendered
from kiosk.config.schema import AUTO, Kind, OptionInfo, Value, called
from kiosk.gui.controls import Button, ChoiceBox, Note, Switch, timer
from kiosk.gui.feed import paint_picture, to_qimage
from kiosk.gui.layouts import column, px, row
from kiosk.i18n import translate
from kiosk.vision.camera import CameraState, WatchedCamera
from kiosk.vision.capture import CameraDevice, stable_name
from kiosk.vision.source import Source
from kiosk.vision.sources import source_name

_DIGITS = 6
_AS_TYPED = {"voice.text"}  # where "auto" is a text like any other


def number_text(value: float) -> str:
    """Return a number as people of this language write it, without needless digits."""
    locale = QLocale()
    locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
    return locale.toString(float(value), "g", _DIGITS)


def number_of(text: str) -> float | None:
    """Return the number that was typed, with a point or the language's own sign; None if it is not a number."""
    number, understood = QLocale().toDouble(text.strip())
    if understood:
        return number
    try:
        return float(text)
    except ValueError:
        return None


def value_text(info: OptionInfo, value: Value) -> str:
    """Return a value as it is read out: "5 s", "On", "dlib_resnet: 0.36"."""
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
    """Return the range of an option's numbers in words; "" = it has none."""
    if info.minimum is None or info.maximum is None:
        return ""
    low, high = number_text(info.minimum), number_text(info.maximum)
    if info.above_minimum:
        return translate("settings", "More than {low}, at most {high}.").format(low=low, high=high)
    return translate("settings", "From {low} to {high}.").format(low=low, high=high)


def change_text(key: str, before: Value, after: Value) -> str:
    """Return a change for the journal: values as in the file, and no password of a camera's address."""
    if key == "camera.source":
        before, after = source_name(str(before)), source_name(str(after))
    return f"{rendered(before)} -> {rendered(after)}"


class Editor(QWidget):
    """Shows a value and lets it be changed."""

    target: QWidget  # the part that a label belongs to
    changed = pyqtSignal(object)  # the new value, which is within the option's limits
    refused = pyqtSignal(str)  # why the input is not valid, "" = it is valid again

    def show_value(self, value: Value) -> None:
        """Show a value without emitting `changed`; each kind of value has its own editor."""

    def stop(self) -> None:
        """Let go of a device; called when the editor is hidden."""

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


_STEPS = ((1.0, 0.05), (10.0, 0.5), (300.0, 1.0))  # up to this maximum, in steps of that
_LARGEST_STEP = 10.0
_LONG_UNIT = 12  # letters


class NumberEditor(Editor):
    """A number that is typed, or changed in steps."""

    def __init__(self, info: OptionInfo) -> None:
        super().__init__()
        self._info = info
        self._value = info.minimum or 0.0
        highest = info.maximum or 1.0
        step = next((step for maximum, step in _STEPS if highest <= maximum), _LARGEST_STEP)
        self._step_size = max(step, 1.0) if info.kind is Kind.WHOLE else step
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
        if number is None or not self._info.allows(number):
            expected = translate("settings", "A number is expected. {range}")
            if self._info.kind is Kind.WHOLE:
                expected = translate("settings", "A whole number is expected. {range}")
            self.refused.emit(expected.format(range=range_text(self._info)))
            return
        self.refused.emit("")
        if number != self._value:
            self._value = number
            self._emit(number)

    @pyqtSlot()
    def on_finished(self) -> None:
        number = number_of(self.edit.text())
        if number is not None and self._info.allows(number):
            self.edit.setText(number_text(number))

    def _step(self, direction: int) -> None:
        step = self._step_size
        # To the next multiple, so that 0.36 becomes 0.4 and not 0.41.
        number = round((round(self._value / step, 6) // 1 + direction) * step, 6)
        if direction < 0 and number < self._value - step:
            number = round(number + step, 6)
        if self._info.allows(number):
            self.show_value(number)
            self._emit(number)

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


class ValueBox(_NoWheel, ChoiceBox):
    """A list to choose the value of an option from."""


class ChoiceEditor(Editor):
    """One of several values; a value in force that is not among them is added."""

    def __init__(self, options: Sequence[tuple[str, Value]]) -> None:
        super().__init__()
        self.box = self.target = ValueBox()
        self.box.offer(options)
        self.setLayout(row(self.box))
        self.box.activated.connect(lambda index: self.changed.emit(self.box.itemData(index)))

    def show_value(self, value: Value) -> None:
        if value not in self.box.values:
            self.box.addItem(_name_of(value), value)
        self.box.setCurrentIndex(self.box.values.index(value))


def plain_editor(info: OptionInfo) -> Editor:
    """Return the editor for an option that needs to know nothing else."""
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
        self._number = own
        self._others: dict[str, float] = {}
        automatic = translate("settings", "Automatic for {encoder}: {number}")
        self.automatic = Switch(automatic.format(encoder=encoder, number=number_text(own)))
        self.number = NumberEditor(info)
        self.slider = self.target = Slider()
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
        self._take(self._own if automatic else self._number, automatic=automatic)

    @pyqtSlot(object)
    def on_number(self, number: float) -> None:
        self._take(number, typed=True)

    @pyqtSlot(int)
    def on_slid(self, tick: int) -> None:
        self._take(max(tick / _TICKS, _STEP if self._info.above_minimum else 0.0))

    def _take(self, number: float, *, automatic: bool = False, typed: bool = False) -> None:
        self._show_number(number, automatic=automatic, typed=typed)
        numbers = self._others if automatic else {**self._others, self._encoder: float(number)}
        self.changed.emit(dict(numbers) or AUTO)

    def _show_number(self, number: float, *, automatic: bool, typed: bool = False) -> None:
        self._number = number
        middle = self._own or 0.1
        low, high = min(middle * (1 - _REACH), number), max(middle * (1 + _REACH), number)
        with QSignalBlocker(self.automatic), QSignalBlocker(self.slider):
            self.automatic.setChecked(automatic)
            self.slider.setRange(round(low * _TICKS), round(min(high, self._info.maximum or high) * _TICKS))
            self.slider.setValue(round(number * _TICKS))
        if not typed:
            self.number.show_value(number)


_LOOK_MS = 66
_LOOK_UNITS = (240, 180)


class CameraPreview(QWidget):
    """Shows a source of frames while it is open, or a text; nothing is kept."""

    def __init__(self) -> None:
        super().__init__()
        self._camera: WatchedCamera | None = None
        self.picture = QImage()
        self._timer = timer(self, self.on_time, _LOOK_MS)
        self.setAccessibleName(translate("settings", "Picture of the chosen camera"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def open(self, source: Callable[[], Source]) -> None:
        """Show what `source` opens, in a thread of its own, until `close_camera`."""
        self.close_camera()
        self._camera = WatchedCamera(source)
        self._show(QImage(), translate("settings", "Opening the camera …"))
        self._timer.start()

    def close_camera(self) -> None:
        """Let go of the device; never waits."""
        self._timer.stop()
        if self._camera is not None:
            self._camera.close()
        self._camera = None
        self._show(QImage(), "")

    @pyqtSlot()
    def on_time(self) -> None:
        camera = self._camera
        if camera is None:
            return
        frame = camera.wait(0)
        if frame is not None:
            self._show(to_qimage(frame.image), "")
        elif camera.state in {CameraState.LOST, CameraState.ENDED} and camera.fault:
            self._show(QImage(), camera.fault)

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        return QSize(px(_LOOK_UNITS[0]), px(_LOOK_UNITS[1]))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#05080b"))
        if self.picture.isNull():
            painter.setPen(QColor("#f3f6f8"))
            room = self.rect().adjusted(px(8), px(8), -px(8), -px(8))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(room, flags, self.accessibleDescription())
        else:
            paint_picture(painter, self.picture, self, mirrored=False)
        painter.end()

    def _show(self, picture: QImage, words: str) -> None:
        self.picture = picture
        self.setAccessibleDescription(words)
        self.update()


_DEMO = "demo"
_OTHER = ""  # no source is called so


class CameraEditor(Editor):
    """Automatic, one of the machine's cameras, the demo, or anything that is typed.

    Args:
        in_use: the source that looks at the door now; it is never opened a second time.
        open_: opens a source for the preview.
        overruled: the command line named a source, which counts more than this option.
    """

    def __init__(self, in_use: str, open_: Callable[[str], Source], *, overruled: bool = False) -> None:
        super().__init__()
        self._in_use, self._open, self._overruled = in_use, open_, overruled
        self._source = AUTO
        self.box, self.other = ValueBox(), QLineEdit()
        self.target = self.box
        self.other.setMaxLength(500)
        self.other.setAccessibleName(translate("settings", "Address or path of the source"))
        self.look = Button(translate("settings", "Look through it"), "camera")
        self.note = Note("", "hint")
        self.preview = CameraPreview()
        self.preview.hide()
        self.setLayout(column(self.box, self.other, self.note, self.look, self.preview, gap=6))
        self.show_cameras(())
        self.box.activated.connect(self.on_activated)
        self.other.textEdited.connect(self.on_typed)
        self.look.clicked.connect(self.on_look)

    def show_cameras(self, cameras: Sequence[CameraDevice]) -> None:
        automatic = translate("settings", "Automatic: the first camera"), AUTO
        demo, other = (translate("settings", "Demo"), _DEMO), (translate("settings", "Another source"), _OTHER)
        self.box.offer([automatic, *((camera.name, camera.source) for camera in cameras), demo, other])
        self._choose()

    def show_value(self, value: Value) -> None:
        self._source = str(value)
        self._choose()
        self.other.setText(self._source)

    def _choose(self) -> None:
        """Select the source in the box; what is typed beside it stays."""
        found = self.box.values
        named = next(one for one in (self._source, stable_name(self._source), _OTHER) if one in found)
        self.box.setCurrentIndex(found.index(named))
        self._show_parts()

    @pyqtSlot(int)
    def on_activated(self, index: int) -> None:
        chosen = self.box.itemData(index)
        if chosen != _OTHER:
            self._take(chosen)
        self._show_parts()
        if chosen == _OTHER:
            self.other.setFocus()

    @pyqtSlot(str)
    def on_typed(self, text: str) -> None:
        self.refused.emit("" if text.strip() else translate("settings", "Name a source."))
        if text.strip():
            self._take(text.strip())
            self._show_parts()

    @pyqtSlot()
    def on_look(self) -> None:
        self.preview.show()
        self.preview.open(partial(self._open, self._source))

    def stop(self) -> None:
        self.preview.close_camera()
        self.preview.hide()

    def _take(self, source: str) -> None:
        self.stop()
        self._source = source
        self.changed.emit(source)

    def _show_parts(self) -> None:
        self.other.setVisible(self.box.currentData() == _OTHER)
        in_use = stable_name(self._source) == self._in_use
        self.look.setVisible(not in_use and self._source != AUTO)
        text = ""
        if self._overruled:
            text = translate("settings", "The command line sets {source}, which overrides this setting.")
        elif in_use:
            text = translate("settings", "It is in use; its picture is at the top of this screen.")
        elif self._source == AUTO:
            text = translate("settings", "In use now: {source}")
        self.note.show_text(text.format(source=source_name(self._in_use)))
