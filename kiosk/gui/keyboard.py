"""The on-screen keyboard: its keys, its pages, and the dock that shows it below the page."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PyQt6 import sip
from PyQt6.QtCore import QEvent, QObject, QPoint, Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QSizePolicy,
    QTextEdit,
    QWidget,
)

from kiosk import i18n
from kiosk.gui.controls import Button, timer
from kiosk.gui.layouts import application, column, discard, fit_layouts, px, row
from kiosk.i18n import QT_TRANSLATE_NOOP, translate


class Act(enum.Enum):
    """The effect of a key that does not turn the page."""

    TYPE = "type"
    SHIFT = "shift"
    ERASE = "erase"
    SPACE = "space"
    NEXT = "next"
    ENTER = "enter"
    HIDE = "hide"


class Page(enum.Enum):
    """The pages of the keyboard."""

    LETTERS = "letters"
    SYMBOLS = "symbols"
    ACCENTS = "accents"
    NUMBERS = "numbers"


@dataclass(frozen=True, slots=True)
class Key:
    """One key; `halves` is its width in halves of a normal key."""

    act: Act | Page
    text: str = ""
    halves: int = 2


# Each letter with those that a long press of it offers. The page of accents has all of them.
_OFFERED = "aäàáâãåæą cçćč dďđ eéèêëęě gğ iíìîï lł nñńň oöóòôõøœő rřŕ sßśšş tťþ uüúùûůű yýÿ zžźż"
ACCENTS = {letters[0]: letters[1:] for letters in _OFFERED.split()}
_DIGITS = "1234567890"
_SYMBOLS = ("@-_.,:;/()", "'\"!?&+*#=%")
_ACCENT_ROWS = ("äàáâãåæçćčđ", "éèêëíìîïñńł", "öóòôõøœřśšß", "üúùûůýÿžźż")
_CAPITALS = {"ß": "ẞ"}


def capital(letter: str) -> str:
    """Return the capital of a letter as one letter, unlike str.upper."""
    return _CAPITALS.get(letter, letter.upper())


def arrangement(page: Page, *, tall: bool) -> list[list[Key]]:
    """Return the rows of a page; `tall` adds a row of digits above the letters."""
    if page is Page.NUMBERS:
        return [[*_types(_DIGITS), Key(Act.ERASE)], [*_types("-.,:/"), *_last_keys(4), Key(Act.HIDE)]]
    if page is Page.SYMBOLS:
        return [_types(_DIGITS), _types(_SYMBOLS[0]), [*_types(_SYMBOLS[1]), Key(Act.ERASE)], _bottom(page, 20)]
    if page is Page.ACCENTS:
        *upper, lowest = map(_types, _ACCENT_ROWS)
        return [*upper, [Key(Act.SHIFT), *lowest, Key(Act.ERASE)], _bottom(page, 22)]
    #: The letters of your language's keyboard, in three rows that are separated by blanks. The last row leaves room
    #: for two wide keys.
    first, second, third = translate("keyboard", "qwertyuiop asdfghjkl zxcvbnm").split()
    most = 2 * max(len(first), len(second))
    wide = max((most - 2 * len(third)) // 2, 2)
    last = [Key(Act.SHIFT, halves=wide), *_types(third), Key(Act.ERASE, halves=wide)]
    digits = [_types(_DIGITS)] if tall else []
    return [*digits, _types(first), _types(second), last, _bottom(page, most)]


def _bottom(page: Page, halves: int) -> list[Key]:
    others = [Key(other, halves=3) for other in (Page.LETTERS, Page.SYMBOLS, Page.ACCENTS) if other is not page]
    keys = [*others, Key(Act.TYPE, "-")]
    return [*keys, *_last_keys(halves - sum(key.halves for key in keys) - 8, "."), Key(Act.HIDE)]


def _last_keys(halves: int, beside: str = "") -> list[Key]:
    return [Key(Act.SPACE, halves=halves), *_types(beside), Key(Act.NEXT), Key(Act.ENTER)]


def _types(letters: str) -> list[Key]:
    return [Key(Act.TYPE, letter) for letter in letters]


DEVICES = Path("/proc/bus/input/devices")
_DIRECT = 1 << 1  # INPUT_PROP_DIRECT: a touch screen, not a touch pad
_LETTERS = (*range(16, 26), *range(30, 39), *range(44, 51))  # KEY_Q to KEY_P, KEY_A to KEY_L, KEY_Z to KEY_M


def touch_only() -> bool:
    """Return whether the machine has a touch screen and no keyboard with all letters."""
    try:
        listed = DEVICES.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    touched = any(bits & _DIRECT for bits in _masks("PROP", listed))
    typed = any(all(bits >> key & 1 for key in _LETTERS) for bits in _masks("KEY", listed))
    return touched and not typed


def _masks(name: str, listed: str) -> list[int]:
    """Return a bit mask of each device, from lines such as `B: KEY=10000 0 0 fffffffe`, highest 64 bits first."""
    lines = re.findall(rf"^B: {name}=([0-9a-f ]+)$", listed, re.MULTILINE)
    words = [line.split()[::-1] for line in lines]
    return [sum(int(word, 16) << 64 * place for place, word in enumerate(mask)) for mask in words]


HELD_MS = 450
_LOOKS = {  # label, icon and name for screen readers
    Act.SHIFT: ("", "shift", QT_TRANSLATE_NOOP("keyboard", "Capital letters")),
    Act.ERASE: ("", "backspace", QT_TRANSLATE_NOOP("keyboard", "Delete")),
    Act.SPACE: ("", "space_bar", QT_TRANSLATE_NOOP("keyboard", "Space")),
    Act.NEXT: ("", "next_field", QT_TRANSLATE_NOOP("keyboard", "Next field")),
    Act.ENTER: ("", "enter", QT_TRANSLATE_NOOP("keyboard", "Enter")),
    Act.HIDE: ("", "keyboard_hide", QT_TRANSLATE_NOOP("keyboard", "Hide the keyboard")),
    Page.LETTERS: ("abc", "", QT_TRANSLATE_NOOP("keyboard", "Letters")),
    Page.SYMBOLS: ("?123", "", QT_TRANSLATE_NOOP("keyboard", "Numbers and symbols")),
    Page.ACCENTS: ("áéß", "", QT_TRANSLATE_NOOP("keyboard", "Accents")),
}


class KeyButton(Button):
    """A key that never takes the focus."""

    pressed_key = pyqtSignal(object)  # its Key, on release
    held = pyqtSignal(object)  # this button, after a long press, if it has accents

    def __init__(self, key: Key) -> None:
        label, drawing, name = _LOOKS.get(key.act, (_label(key.text), "", ""))
        self.name = translate("keyboard", name) if name else key.text
        super().__init__(label, drawing, "key", name=self.name)
        self.key = key
        self._was_held = False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAutoDefault(False)
        self.setAutoRepeat(key.act in (Act.ERASE, Act.SPACE))
        self.setProperty("act", "type" if key.act is Act.TYPE else "other")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        if key.text in ACCENTS:
            self.setAccessibleDescription(translate("keyboard", "Hold for accents"))
        self._timer = timer(self, self.on_held, HELD_MS, once=True)
        self.pressed.connect(self.on_pressed)
        self.clicked.connect(self.on_clicked)

    def show_state(self, *, shift: bool, locked: bool) -> None:
        """Show small or capital letters; the shift key tells its state by icon and by text."""
        if self.key.act is Act.TYPE:
            letter = capital(self.key.text) if shift else self.key.text
            self.setText(_label(letter))
            self.setAccessibleName(letter)
        elif self.key.act is Act.SHIFT:
            self.setCheckable(True)
            self.setChecked(shift)
            self.set_text("", "shift_on" if locked else "shift")
            self.setAccessibleName(self.name)
            on = translate("keyboard", "For all letters") if locked else translate("keyboard", "For one letter")
            self.setAccessibleDescription(on if shift else translate("keyboard", "Off"))

    @pyqtSlot()
    def on_pressed(self) -> None:
        self._was_held = False
        if self.key.text in ACCENTS:
            self._timer.start()

    @pyqtSlot()
    def on_held(self) -> None:
        if self.isDown():
            self._was_held = True
            self.held.emit(self)

    @pyqtSlot()
    def on_clicked(self) -> None:
        self._timer.stop()
        if not self._was_held:
            self.pressed_key.emit(self.key)


class Variants(QFrame):
    """A bubble with the accents of one letter."""

    picked = pyqtSignal(str)  # the letter that was chosen

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.buttons: list[Button] = []
        self.setObjectName("variants")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._row = row(gap=4, margin=4)
        self.setLayout(self._row)
        self.hide()

    def offer(self, letters: Sequence[str], above: QPoint) -> None:
        """Show the letters above a point of the window, and inside the window."""
        for button in self.buttons:
            discard(self._row, button)
        self.buttons = []
        for letter in letters:
            button = Button(letter, kind="key")
            self.buttons.append(button)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setAutoDefault(False)
            button.clicked.connect(self.hide)
            button.clicked.connect(lambda _checked, letter=letter: self.picked.emit(letter))
            self._row.addWidget(button)
        fit_layouts(self)
        self.show()
        self.raise_()
        size = self.sizeHint()
        window = self.parentWidget()
        most = window.width() - size.width() if window is not None else 0
        left = max(min(above.x() - size.width() // 2, most), 0)
        self.setGeometry(left, max(above.y() - size.height() - px(4), 0), size.width(), size.height())


def _label(text: str) -> str:
    return text.replace("&", "&&")  # a single one would underline what follows


ON, OFF, AUTO = "on", "off", "auto"
_KEYS = {Act.ERASE: Qt.Key.Key_Backspace, Act.NEXT: Qt.Key.Key_Tab, Act.ENTER: Qt.Key.Key_Return}
_NUMBERS = Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhFormattedNumbersOnly


class KeyboardDock(QFrame):
    """The keyboard at the bottom of a window; it comes with the focus of a text field.

    Attributes:
        mode: the option screen.keyboard; it may change at any time.
    """

    def __init__(self, window: QWidget, mode: str) -> None:
        super().__init__(window)
        self.mode = mode
        self.page = Page.LETTERS
        self.shift = self.locked = False
        self.keys: list[KeyButton] = []
        self._board = QWidget()  # holds the keys of a page
        self._window = window
        self._field: QWidget | None = None
        self._built: tuple[Page, bool, str] | None = None
        self.variants = Variants(window)
        self.variants.picked.connect(self.on_typed)
        self._soon = timer(self, self.on_shown, once=True)  # fires once the page has its new size
        self.setObjectName("keyboard")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._rows = column(self._board, gap=0, margin=4)
        self.setLayout(self._rows)
        self.hide()
        window.installEventFilter(self)
        application().focusChanged.connect(self.on_focus_changed)

    @pyqtSlot("QWidget*", "QWidget*")
    def on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        if sip.isdeleted(self._window):
            return  # the window is being deleted, which moves the focus
        if self._field is not None and not sip.isdeleted(self._field):
            self._field.removeEventFilter(self)
        self._field = now if now is not None and self._window.isAncestorOf(now) and _takes_text(now) else None
        if self._field is None:
            self._close()
            return
        self._field.installEventFilter(self)  # a touch of the field brings a hidden keyboard back
        numbers = isinstance(self._field, QAbstractSpinBox) or self._field.inputMethodHints() & _NUMBERS
        self.page = Page.NUMBERS if numbers else Page.LETTERS
        self.shift = self.locked = False
        self._open()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802  (Qt's name)
        kind = event.type() if event is not None else None
        turned = watched is self._window and kind == QEvent.Type.Resize and self.isVisible()
        if turned or (watched is self._field and kind == QEvent.Type.MouseButtonRelease):
            self._open()
        return super().eventFilter(watched, event)

    @pyqtSlot(object)
    def on_pressed(self, key: Key) -> None:
        self.variants.hide()
        if isinstance(key.act, Page):
            self.page = key.act
            self._open()
        elif key.act is Act.SHIFT:
            # Off, then for one letter, then for all letters.
            self.shift, self.locked = not self.locked, self.shift and not self.locked
            self._name_keys()
        elif key.act is Act.HIDE:
            self._close()
        elif key.act in _KEYS:
            _press(_KEYS[key.act], "\r" if key.act is Act.ENTER else "")
        else:
            self.on_typed(" " if key.act is Act.SPACE else key.text)

    @pyqtSlot(object)
    def on_held(self, button: KeyButton) -> None:
        shown = [capital(letter) if self.shift else letter for letter in ACCENTS.get(button.key.text, "")]
        self.variants.offer(shown, button.mapTo(self._window, QPoint(button.width() // 2, 0)))

    @pyqtSlot(str)
    def on_typed(self, letter: str) -> None:
        typed = capital(letter) if self.shift else letter
        code = ord(typed.upper()) if typed.isascii() else 0
        _press(Qt.Key(code) if code else Qt.Key.Key_unknown, typed)
        if self.shift and not self.locked:
            self.shift = False
            self._name_keys()

    @pyqtSlot()
    def on_shown(self) -> None:
        area: QWidget | None = self._field
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if isinstance(area, QScrollArea) and self._field is not None and self.isVisible():
            area.ensureWidgetVisible(self._field, 0, px(16))

    def _open(self) -> None:
        if self.mode == OFF or (self.mode != ON and not touch_only()):
            self._close()
            return
        self._build()
        fit_layouts(self)
        self._rows.activate()
        height = self.sizeHint().height()
        self._window.setContentsMargins(0, 0, 0, height)
        self.setGeometry(0, self._window.height() - height, self._window.width(), height)
        self.show()
        self.raise_()
        self._soon.start()

    def _close(self) -> None:
        self.variants.hide()
        self.hide()
        self._window.setContentsMargins(0, 0, 0, 0)

    def _build(self) -> None:
        tall = self._window.height() > self._window.width()
        wanted = (self.page, tall, i18n.language())
        if wanted != self._built:
            self._built, self.keys = wanted, []
            rows = arrangement(self.page, tall=tall)
            most = max(sum(key.halves for key in keys) for keys in rows)
            lines = [self._line(keys, most) for keys in rows]
            discard(self._rows, self._board)
            self._board = QWidget()
            self._board.setLayout(column(*lines, gap=4))
            self._rows.addWidget(self._board)
            self._board.show()  # while it is hidden it has no height
            self.setAccessibleName(translate("keyboard", "On-screen keyboard"))
        self._name_keys()

    def _line(self, keys: Sequence[Key], most: int) -> QHBoxLayout:
        buttons = [KeyButton(key) for key in keys]
        spare = most - sum(key.halves for key in keys)
        line = row(spare, *buttons, spare, gap=4)
        for place, button in enumerate(buttons, 1):
            line.setStretch(place, 2 * button.key.halves)
            button.pressed_key.connect(self.on_pressed)
            button.held.connect(self.on_held)
        self.keys += buttons
        return line

    def _name_keys(self) -> None:
        for button in self.keys:
            button.show_state(shift=self.shift, locked=self.locked)


def _takes_text(widget: QWidget) -> bool:
    fields = QLineEdit | QTextEdit | QPlainTextEdit | QAbstractSpinBox
    return isinstance(widget, fields) and widget.isEnabled() and not widget.isReadOnly()


def _press(key: Qt.Key, text: str) -> None:
    """Send a key press and its release to the widget with the focus."""
    target = QApplication.focusWidget()
    if target is None:
        return
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(target, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text))
