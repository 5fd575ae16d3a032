"""The keyboard on the screen: when it comes, what its keys type, and that fingers hit them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6 import sip
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QIntValidator
from PyQt6.QtWidgets import QLabel, QLineEdit, QPushButton, QScrollArea, QSpinBox, QStackedLayout, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from kiosk.gui import keyboard
from kiosk.gui.keyboard import (
    ACCENTS,
    AUTO,
    OFF,
    ON,
    Act,
    KeyboardDock,
    KeyButton,
    Page,
    arrangement,
    capital,
    touch_only,
)
from kiosk.gui.language import ScreenLanguage
from kiosk.gui.layouts import column, set_scale
from kiosk.gui.theme import DARK, style_sheet

SIZES = ((800, 480), (1280, 800), (1080, 1920))
ROWS = {"en": ["qwertyuiop", "asdfghjkl", "zxcvbnm"], "de": ["qwertzuiopü", "asdfghjklöä", "yxcvbnmß"]}


class Form(QWidget):
    """A window like the kiosk's, with one field of each kind on a page that scrolls."""

    def __init__(self) -> None:
        super().__init__()
        self.name, self.number, self.notes = QLineEdit(), QSpinBox(), QTextEdit()
        self.fixed, self.button = QLineEdit("fixed"), QPushButton("go on")
        self.fixed.setReadOnly(True)
        self.last = QLineEdit()
        inner = QWidget()
        filler = [QLabel("text") for _ in range(20)]
        inner.setLayout(column(self.name, self.number, self.notes, self.fixed, self.button, *filler, self.last))
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setWidget(inner)
        QStackedLayout(self).addWidget(self.area)
        self.setMinimumSize(320, 320)
        self.fit((800, 480))

    def fit(self, size: tuple[int, int]) -> None:
        scale = min(max(size) / 800, min(size) / 480)
        set_scale(scale)
        self.setStyleSheet(style_sheet(DARK, scale))
        self.resize(*size)


@pytest.fixture
def form(qtbot: QtBot) -> Iterator[Form]:
    window = Form()
    qtbot.addWidget(window)
    window.show()
    window.button.setFocus()
    yield window
    set_scale(1.0)


@pytest.fixture
def dock(form: Form) -> KeyboardDock:
    return KeyboardDock(form, ON)


@pytest.fixture
def screen(qapp) -> Iterator[ScreenLanguage]:
    screen = ScreenLanguage()
    yield screen
    screen.leave()


def key(dock: KeyboardDock, wanted: str | Act | Page) -> KeyButton:
    return next(each for each in dock.keys if wanted in (each.key.text, each.key.act))


@pytest.fixture
def tap(dock: KeyboardDock, qtbot: QtBot):
    def taps(*wanted: str | Act | Page) -> None:
        for each in wanted:
            qtbot.mouseClick(key(dock, each), Qt.MouseButton.LeftButton)

    return taps


# When it comes


def test_it_comes_with_a_text_field_takes_room_and_goes_with_the_field(form, dock):
    for field, there in ((form.name, True), (form.number, True), (form.notes, True), (form.fixed, False)):
        field.setFocus()
        form.layout().activate()
        assert dock.isVisible() is there
        if there:
            assert form.area.geometry().bottom() < dock.geometry().top()
            assert dock.geometry().bottom() == form.rect().bottom()
        form.button.setFocus()
        form.layout().activate()
        assert (dock.isVisible(), form.area.geometry()) == (False, form.rect())


def test_the_field_comes_into_view_and_a_keyboard_that_was_put_away_comes_back_by_a_touch(form, dock, tap, qtbot):
    form.last.setFocus()
    qtbot.waitUntil(lambda: form.last.visibleRegion().boundingRect().height() == form.last.height())
    form.name.setFocus()
    tap(Act.HIDE)
    assert (dock.isVisible(), form.name.hasFocus()) == (False, True)
    qtbot.mouseClick(form.name, Qt.MouseButton.LeftButton)
    assert dock.isVisible()


def test_the_option_decides_or_what_is_connected(form, monkeypatch):
    for mode, fingers_only, there in ((ON, False, True), (OFF, True, False), (AUTO, True, True), (AUTO, False, False)):
        monkeypatch.setattr(keyboard, "touch_only", lambda fingers_only=fingers_only: fingers_only)
        dock = KeyboardDock(form, mode)
        form.name.setFocus()
        assert dock.isVisible() is there, (mode, fingers_only)
        form.button.setFocus()
        sip.delete(dock)


def test_a_window_that_turns_keeps_it_at_the_bottom_and_it_goes_with_a_field_that_is_deleted(form, dock, qtbot):
    form.activateWindow()
    form.name.setFocus()
    qtbot.waitUntil(dock.isVisible)
    form.fit((480, 853))
    form.grab()
    assert (dock.width(), dock.geometry().bottom()) == (480, form.rect().bottom())
    assert "1" in {each.key.text for each in dock.keys}, "in portrait there is room for digits"
    with qtbot.captureExceptions() as raised:
        sip.delete(form.name)
        form.button.setFocus()
    assert (raised, dock.isVisible()) == ([], False)


SCREEN = 'N: Name="Touchscreen"\nB: PROP=2\nB: KEY=400 0 0 0 0 0\n'
PAD = 'N: Name="Touchpad"\nB: PROP=5\nB: KEY=400 0 0 0 0 0\n'
POWER_BUTTON = 'N: Name="Power Button"\nB: PROP=0\nB: KEY=10000000000000 0\n'
LETTERS = 'N: Name="Keyboard"\nB: PROP=0\nB: KEY=402000000 3803078f800d001 feffffdfffefffff fffffffffffffffe\n'
NUMBER_PAD = 'N: Name="Number pad"\nB: PROP=0\nB: KEY=e080ffdf01cfffff 0\n'


def test_it_is_needed_where_there_is_a_touch_screen_and_no_keyboard(tmp_path: Path, monkeypatch):
    path = tmp_path / "devices"
    monkeypatch.setattr(keyboard, "DEVICES", path)
    assert not touch_only()
    for devices, answer in (
        ([SCREEN, POWER_BUTTON], True),
        ([POWER_BUTTON, SCREEN, NUMBER_PAD], True),
        ([SCREEN, LETTERS], False),
        ([LETTERS], False),
        ([PAD, POWER_BUTTON], False),
        ([], False),
        (["B: KEY=nonsense\nB: PROP\nB: =2\n", SCREEN], True),
    ):
        path.write_text("\n".join(devices), encoding="utf-8")
        assert touch_only() is answer, devices


# What is typed


def test_what_is_typed_arrives_and_shift_is_for_one_letter_and_twice_for_all(form, dock, tap):
    form.name.setFocus()
    tap("a", "d", "a", Act.SPACE, "l", Act.ERASE, "-")
    tap(Page.SYMBOLS, "@", "1", "&", "'", Page.LETTERS)
    assert (form.name.text(), form.name.hasFocus()) == ("ada -@1&'", True)
    form.name.clear()
    told = set()
    for taps in ([], [Act.SHIFT], ["a", "d", Act.SHIFT, Act.SHIFT], ["a", "d", Act.SHIFT, "a"]):
        tap(*taps)
        shift = key(dock, Act.SHIFT)
        told.add((shift.isChecked(), shift.accessibleDescription()))
        assert key(dock, "e").text() == ("E" if dock.shift else "e")
    assert (form.name.text(), len(told)) == ("AdADa", 3)


def test_accents_come_by_a_long_press_and_from_their_own_page(form, dock, tap, qtbot, monkeypatch):
    monkeypatch.setattr(keyboard, "HELD_MS", 20)
    form.name.setFocus()
    held = key(dock, "e")
    with qtbot.waitSignal(held.held):
        qtbot.mousePress(held, Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(held, Qt.MouseButton.LeftButton)
    assert (form.name.text(), dock.variants.isVisible()) == ("", True)
    qtbot.mouseClick(dock.variants.buttons[0], Qt.MouseButton.LeftButton)
    tap("e", Page.ACCENTS, "ø", Act.SHIFT, "ñ", Page.LETTERS, "x")
    assert (form.name.text(), dock.variants.isVisible()) == ("éeøÑx", False)
    for x in (0, 400, 799):
        dock.variants.offer("éèê", QPoint(x, 200))
        assert form.rect().contains(dock.variants.geometry())


def test_german_has_its_own_letters(form, dock, tap, screen):
    screen.use("de")
    form.name.setFocus()
    tap("z", "ö", "ß", Act.SHIFT, "ä", Act.SHIFT, "ß")
    assert form.name.text() == "zößÄẞ"
    assert all(len(capital(letter)) == 1 for letters in ACCENTS.values() for letter in letters)


def test_a_field_gets_only_what_it_takes_and_next_and_enter_go_on(form, dock, tap, qtbot):
    form.name.setValidator(QIntValidator())
    form.name.setMaxLength(2)
    form.name.setFocus()
    tap("a", Page.SYMBOLS, "1", "2", "3")
    form.number.setFocus()
    form.number.selectAll()
    assert dock.page is Page.NUMBERS
    tap("4", "2")
    assert (form.name.text(), form.number.value()) == ("12", 42)
    form.name.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
    form.name.setFocus()
    assert dock.page is Page.NUMBERS
    form.name.setInputMethodHints(Qt.InputMethodHint.ImhNone)
    form.button.setFocus()
    form.name.setFocus()
    with qtbot.waitSignal(form.name.returnPressed):
        tap(Act.ENTER)
    tap(Act.NEXT)
    assert form.number.hasFocus()
    form.notes.setFocus()
    tap("a", Act.ENTER, "b")
    assert form.notes.toPlainText() == "a\nb"


# The keys of each page


def test_every_page_has_its_keys_in_rows_that_fit(screen):
    for code, letters in ROWS.items():
        screen.use(code)
        assert ["".join(key.text for key in row) for row in arrangement(Page.LETTERS, tall=False)][:3] == letters
        for page in Page:
            for tall in (False, True):
                rows = arrangement(page, tall=tall)
                acts = {key.act for row in rows for key in row}
                assert {Act.ERASE, Act.NEXT, Act.ENTER, Act.SPACE, Act.HIDE} <= acts, page
                assert page is Page.NUMBERS or acts & {*Page} == {*Page} - {page, Page.NUMBERS}
                assert max(sum(key.halves for key in row) for row in rows) <= 24, page
                assert min(key.halves for row in rows for key in row) >= 2, page
        typed = {key.text for page in Page for row in arrangement(page, tall=False) for key in row}
        assert set("abcdefghijklmnopqrstuvwxyz0123456789äöüß@.-_'éèñøłžçå") <= typed


def test_keys_have_names_and_are_large_enough_for_a_finger_in_every_size_and_language(form, dock, screen, tap):
    for size in SIZES:
        for code in ROWS:
            screen.use(code)
            form.button.setFocus()
            form.fit(size)
            for page in Page:
                (form.number if page is Page.NUMBERS else form.name).setFocus()
                if page in (Page.SYMBOLS, Page.ACCENTS):
                    tap(page)
                form.grab()
                assert min(min(each.width(), each.height()) for each in dock.keys) >= 44, (size, code, page)
                places = [each.rect().translated(each.mapTo(form, each.rect().topLeft())) for each in dock.keys]
                assert all(form.rect().contains(place) for place in places), (size, code, page)
                assert dock.height() <= form.height() * 0.55
                for each in dock.keys:
                    assert each.accessibleName(), each.key
                    assert each.focusPolicy() is Qt.FocusPolicy.NoFocus, each.key
                    assert each.text() or not each.icon().isNull(), each.key
