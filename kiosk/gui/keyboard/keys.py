"""The keys themselves, and the accents that a long press offers above one."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QPoint, Qt, QTimer, pyqtSignal, pyqtSlot
from PyQt6.QtWidgets import QFrame, QSizePolicy, QWidget

from kiosk.gui.controls import Button, fit_layouts, px, row
from kiosk.gui.keyboard.arrangement import ACCENTS, Act, Key, capital
from kiosk.i18n import translate

HELD_MS = 450
_ICONS = {
    Act.SHIFT: "shift",
    Act.ERASE: "backspace",
    Act.SPACE: "space_bar",
    Act.NEXT: "next_field",
    Act.ENTER: "enter",
    Act.HIDE: "keyboard_hide",
}
_LABELS = {Act.LETTERS: "abc", Act.SYMBOLS: "?123", Act.ACCENTS: "áéß"}
_REPEATED = (Act.ERASE, Act.SPACE)


class KeyButton(Button):
    """One key, which never takes the focus.

    Signals:
        pressed_key: its Key, when it is let go.
        held: this button, when it is pressed for long and has accents.
    """

    pressed_key = pyqtSignal(object)
    held = pyqtSignal(object)

    def __init__(self, key: Key) -> None:
        super().__init__(_LABELS.get(key.act, _label(key.text)), _ICONS.get(key.act, ""), "key", name=_name(key))
        self.key = key
        self._was_held = False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAutoDefault(False)
        self.setAutoRepeat(key.act in _REPEATED)
        self.setProperty("act", "type" if key.act is Act.TYPE else "other")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        if key.text in ACCENTS:
            self.setAccessibleDescription(translate("keyboard", "Hold it for accents"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.on_held)
        self.pressed.connect(self.on_pressed)
        self.clicked.connect(self.on_clicked)

    def show_state(self, *, shift: bool, locked: bool) -> None:
        """Small or capital letters; whether shift is on is told by its icon and in words too."""
        if self.key.act is Act.TYPE:
            letter = capital(self.key.text) if shift else self.key.text
            self.setText(_label(letter))
            self.setAccessibleName(letter)
        elif self.key.act is Act.SHIFT:
            self.setCheckable(True)
            self.setChecked(shift)
            self.set_text("", "shift_on" if locked else "shift")
            self.setAccessibleName(_name(self.key))
            off, on = translate("keyboard", "Off"), translate("keyboard", "For one letter")
            always = translate("keyboard", "For all letters")
            self.setAccessibleDescription(always if locked else on if shift else off)

    @pyqtSlot()
    def on_pressed(self) -> None:
        self._was_held = False
        if self.key.text in ACCENTS:
            self._timer.start(HELD_MS)

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
    """The accents of one letter, until one is picked.

    Signals:
        picked: the letter.
    """

    picked = pyqtSignal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.buttons: list[Button] = []
        self.setObjectName("variants")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._row = row(gap=4, margin=4)
        self.setLayout(self._row)
        self.hide()

    def offer(self, letters: Sequence[str], above: QPoint) -> None:
        """Show them above a point of the window, inside of it."""
        while (item := self._row.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        self.buttons = [_variant(letter) for letter in letters]
        for button in self.buttons:
            button.clicked.connect(self.on_clicked)
            self._row.addWidget(button)
        fit_layouts(self)
        self.show()
        self.raise_()
        size = self.sizeHint()
        window = self.parentWidget()
        most = window.width() - size.width() if window is not None else 0
        left = max(min(above.x() - size.width() // 2, most), 0)
        self.setGeometry(left, max(above.y() - size.height() - px(4), 0), size.width(), size.height())

    @pyqtSlot()
    def on_clicked(self) -> None:
        button = self.sender()
        self.hide()
        if isinstance(button, Button):
            self.picked.emit(button.text())


def key_row(keys: Sequence[Key], most: int) -> tuple[QWidget, list[KeyButton]]:
    """A row of keys in the middle of room for `most` halves of a key."""
    buttons = [KeyButton(key) for key in keys]
    spare = most - sum(key.halves for key in keys)
    layout = row(gap=4)
    layout.addStretch(spare)
    for button in buttons:
        layout.addWidget(button, button.key.halves * 2)
    layout.addStretch(spare)
    holder = QWidget()
    holder.setLayout(layout)
    return holder, buttons


def _label(text: str) -> str:
    return text.replace("&", "&&")  # a single one would underline what follows


def _variant(letter: str) -> Button:
    button = Button(letter, kind="key")
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.setAutoDefault(False)
    return button


def _name(key: Key) -> str:
    """For screen readers."""
    names = {
        Act.SHIFT: translate("keyboard", "Capital letters"),
        Act.ERASE: translate("keyboard", "Delete"),
        Act.SPACE: translate("keyboard", "Blank"),
        Act.NEXT: translate("keyboard", "Next field"),
        Act.ENTER: translate("keyboard", "Enter"),
        Act.HIDE: translate("keyboard", "Put the keyboard away"),
        Act.LETTERS: translate("keyboard", "Letters"),
        Act.SYMBOLS: translate("keyboard", "Digits and signs"),
        Act.ACCENTS: translate("keyboard", "Accents"),
    }
    return names.get(key.act, key.text)
