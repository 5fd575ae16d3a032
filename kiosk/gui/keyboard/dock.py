"""The keyboard at the bottom of the window: there while a text field has the focus, which it never takes itself."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6 import sip
from PyQt6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, pyqtSlot
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QFrame,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from kiosk import i18n
from kiosk.gui.controls import column, fit_layouts, px
from kiosk.gui.keyboard.arrangement import ACCENTS, Act, Key, Page, arrangement, capital
from kiosk.gui.keyboard.devices import touch_only
from kiosk.gui.keyboard.keys import KeyButton, Variants, key_row
from kiosk.i18n import translate

ON, OFF, AUTO = "on", "off", "auto"
_KEYS = {
    Act.ERASE: Qt.Key.Key_Backspace,
    Act.NEXT: Qt.Key.Key_Tab,
    Act.ENTER: Qt.Key.Key_Return,
}
_PAGES = {Act.LETTERS: Page.LETTERS, Act.SYMBOLS: Page.SYMBOLS, Act.ACCENTS: Page.ACCENTS}
_NUMBERS = Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhFormattedNumbersOnly


class KeyboardDock(QFrame):
    """Attached to a window by being made; `mode` is the option screen.keyboard and may change at any time."""

    def __init__(self, window: QWidget, mode: str = AUTO, *, fingers_only: Callable[[], bool] = touch_only) -> None:
        super().__init__(window)
        self.mode = mode
        self.page = Page.LETTERS
        self.shift = self.locked = False
        self.keys: list[KeyButton] = []
        self._window, self._fingers_only = window, fingers_only
        self._field: QWidget | None = None
        self._built: tuple[Page, bool, str] | None = None
        self.variants = Variants(window)
        self.variants.picked.connect(self.on_picked)
        self._soon = QTimer(self)  # once the page has its new size
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.on_shown)
        self.setObjectName("keyboard")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._rows: QVBoxLayout = column(gap=4, margin=4)
        self.setLayout(self._rows)
        self.hide()
        window.installEventFilter(self)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self.on_focus_changed)

    @pyqtSlot("QWidget*", "QWidget*")
    def on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        if sip.isdeleted(self._window):
            return  # it is being deleted, and the focus moves
        if self._field is not None and not sip.isdeleted(self._field):
            self._field.removeEventFilter(self)
        self._field = now if now is not None and self._window.isAncestorOf(now) and takes_text(now) else None
        if self._field is None:
            self._put_away()
            return
        self._field.installEventFilter(self)  # a touch of the field that has the focus already brings it back
        self.page = Page.NUMBERS if takes_numbers(self._field) else Page.LETTERS
        self.shift = self.locked = False
        self._show_up()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802  (Qt's name)
        kind = event.type() if event is not None else None
        turned = watched is self._window and kind == QEvent.Type.Resize and self.isVisible()
        if turned or (watched is self._field and kind == QEvent.Type.MouseButtonRelease):
            self._show_up()
        return super().eventFilter(watched, event)

    @pyqtSlot(object)
    def on_pressed(self, key: Key) -> None:
        self.variants.hide()
        if key.act in _PAGES:
            self.page = _PAGES[key.act]
            self._show_up()
        elif key.act is Act.SHIFT:
            # Off, for one letter, for all that follow.
            self.shift, self.locked = not self.locked, self.shift and not self.locked
            self._name_keys()
        elif key.act is Act.HIDE:
            self._put_away()
        elif key.act in _KEYS:
            press(_KEYS[key.act], "\r" if key.act is Act.ENTER else "")
        else:
            self._type(" " if key.act is Act.SPACE else key.text)

    @pyqtSlot(object)
    def on_held(self, button: object) -> None:
        if isinstance(button, KeyButton):
            letters = ACCENTS.get(button.key.text, "")
            shown = [capital(letter) for letter in letters] if self.shift else list(letters)
            above = button.mapTo(self._window, QPoint(button.width() // 2, 0))
            self.variants.offer(shown, above)

    @pyqtSlot(str)
    def on_picked(self, letter: str) -> None:
        press(Qt.Key.Key_unknown, letter)
        self._after_letter()

    @pyqtSlot()
    def on_shown(self) -> None:
        area: QWidget | None = self._field
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if isinstance(area, QScrollArea) and self._field is not None and self.isVisible():
            area.ensureWidgetVisible(self._field, 0, px(16))

    def _type(self, letter: str) -> None:
        typed = capital(letter) if self.shift else letter
        code = ord(typed.upper()) if typed.isascii() else 0
        press(Qt.Key(code) if code else Qt.Key.Key_unknown, typed)
        self._after_letter()

    def _after_letter(self) -> None:
        if self.shift and not self.locked:
            self.shift = False
            self._name_keys()

    def _show_up(self) -> None:
        if self.mode == OFF or (self.mode != ON and not self._fingers_only()):
            self._put_away()
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

    def _put_away(self) -> None:
        self.variants.hide()
        self.hide()
        self._window.setContentsMargins(0, 0, 0, 0)

    def _build(self) -> None:
        tall = self._window.height() > self._window.width()
        wanted = (self.page, tall, i18n.language())
        if wanted != self._built:
            self._built = wanted
            while (item := self._rows.takeAt(0)) is not None:
                discard(item.widget())
            self.keys = []
            rows = arrangement(self.page, tall=tall)
            most = max(sum(key.halves for key in row) for row in rows)
            for row in rows:
                holder, buttons = key_row(row, most)
                self._rows.addWidget(holder)
                holder.show()  # at once, so that it counts in the height
                self.keys += buttons
            for button in self.keys:
                button.pressed_key.connect(self.on_pressed)
                button.held.connect(self.on_held)
            self.setAccessibleName(translate("keyboard", "Keyboard on the screen"))
        self._name_keys()

    def _name_keys(self) -> None:
        for button in self.keys:
            button.show_state(shift=self.shift, locked=self.locked)


def takes_text(widget: QWidget) -> bool:
    """Whether letters can be typed there."""
    if isinstance(widget, QLineEdit | QTextEdit | QPlainTextEdit | QAbstractSpinBox):
        return widget.isEnabled() and not widget.isReadOnly()
    return False


def takes_numbers(widget: QWidget) -> bool:
    """Whether it is digits and the signs between them alone."""
    return isinstance(widget, QAbstractSpinBox) or bool(widget.inputMethodHints() & _NUMBERS)


def press(key: Qt.Key, text: str) -> None:
    """As if a key were pressed and let go, for whoever has the focus."""
    target = QApplication.focusWidget()
    if target is None:
        return
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(target, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text))


def discard(widget: QWidget | None) -> None:
    """Not at once: it may be the one whose press is being handled."""
    if widget is not None:
        widget.hide()
        widget.setParent(None)
        widget.deleteLater()
