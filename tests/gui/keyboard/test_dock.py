from collections.abc import Iterator

import pytest
from PyQt6 import sip
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QIntValidator
from PyQt6.QtWidgets import QLabel, QLineEdit, QPushButton, QScrollArea, QSpinBox, QStackedLayout, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from kiosk.gui.controls import column, set_scale
from kiosk.gui.keyboard import AUTO, OFF, ON, Act, KeyboardDock, KeyButton, Page
from kiosk.gui.language import ScreenLanguage
from kiosk.gui.theme import DARK, style_sheet

SIZES = [(800, 480), (1280, 800), (1080, 1920)]


class Form(QWidget):
    """A window as the kiosk has it, with one field of each kind on a page that scrolls."""

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


def key(dock: KeyboardDock, wanted: str | Act) -> KeyButton:
    return next(each for each in dock.keys if wanted in (each.key.text, each.key.act))


@pytest.fixture
def tap(dock: KeyboardDock, qtbot: QtBot):
    def taps(*wanted: str | Act) -> None:
        for each in wanted:
            qtbot.mouseClick(key(dock, each), Qt.MouseButton.LeftButton)

    return taps


def test_it_comes_with_a_text_field_and_goes_with_it(form: Form, dock: KeyboardDock):
    assert not dock.isVisible()
    for field in (form.name, form.number, form.notes):
        field.setFocus()
        assert dock.isVisible()
        form.button.setFocus()
        assert not dock.isVisible()
    form.fixed.setFocus()
    assert not dock.isVisible()


def test_it_takes_room_from_the_page_and_gives_it_back(form: Form, dock: KeyboardDock):
    form.name.setFocus()
    form.layout().activate()
    assert form.area.geometry().bottom() < dock.geometry().top()
    assert dock.geometry().bottom() == form.rect().bottom()
    form.button.setFocus()
    form.layout().activate()
    assert form.area.geometry() == form.rect()


def test_the_field_comes_into_view(form: Form, dock: KeyboardDock, qtbot: QtBot):
    form.last.setFocus()
    qtbot.waitUntil(lambda: form.last.visibleRegion().boundingRect().height() == form.last.height())


def test_what_is_typed_arrives_and_the_field_keeps_the_focus(form: Form, dock: KeyboardDock, tap):
    form.name.setFocus()
    tap("a", "d", "a", Act.SPACE, "l", Act.ERASE, "-")
    assert form.name.text() == "ada -"
    assert form.name.hasFocus()


def test_shift_is_for_one_letter_and_twice_for_all(form: Form, dock: KeyboardDock, tap):
    form.name.setFocus()
    tap(Act.SHIFT, "a", "d", Act.SHIFT, Act.SHIFT, "a", "d", Act.SHIFT, "a")
    assert form.name.text() == "AdADa"


def test_german_has_its_own_letters(form: Form, dock: KeyboardDock, tap, qtbot: QtBot):
    screen = ScreenLanguage()
    screen.use("de")
    form.name.setFocus()
    tap("z", "ö", "ß", Act.SHIFT, "ä", Act.SHIFT, "ß")
    screen.leave()
    assert form.name.text() == "zößÄẞ"


def test_accents_come_by_a_long_press_and_from_their_own_page(form: Form, dock: KeyboardDock, tap, qtbot: QtBot):
    form.name.setFocus()
    dock.on_held(key(dock, "e"))
    assert dock.variants.isVisible()
    qtbot.mouseClick(dock.variants.buttons[0], Qt.MouseButton.LeftButton)
    tap(Act.ACCENTS, "ø", Act.SHIFT, "ñ", Act.LETTERS, "x")
    assert form.name.text() == "éøÑx"


def test_digits_and_signs_have_a_page(form: Form, dock: KeyboardDock, tap):
    form.name.setFocus()
    tap(Act.SYMBOLS, "@", "1", "&", "'")
    assert form.name.text() == "@1&'"


def test_a_field_for_numbers_gets_digits_at_once(form: Form, dock: KeyboardDock, tap):
    form.number.setFocus()
    form.number.selectAll()
    assert dock.page is Page.NUMBERS
    tap("4", "2")
    assert form.number.value() == 42
    form.name.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
    form.name.setFocus()
    assert dock.page is Page.NUMBERS


def test_what_a_field_does_not_take_it_does_not_get(form: Form, dock: KeyboardDock, tap):
    form.name.setValidator(QIntValidator())
    form.name.setMaxLength(2)
    form.name.setFocus()
    tap("a", Act.SYMBOLS, "1", "2", "3")
    assert form.name.text() == "12"


def test_next_goes_to_the_next_field_and_enter_enters(form: Form, dock: KeyboardDock, tap, qtbot: QtBot):
    form.name.setFocus()
    with qtbot.waitSignal(form.name.returnPressed):
        tap(Act.ENTER)
    tap(Act.NEXT)
    assert form.number.hasFocus()
    form.notes.setFocus()
    tap("a", Act.ENTER, "b")
    assert form.notes.toPlainText() == "a\nb"


def test_put_away_it_stays_away_until_the_field_is_touched(form: Form, dock: KeyboardDock, tap, qtbot: QtBot):
    form.name.setFocus()
    tap(Act.HIDE)
    assert not dock.isVisible()
    assert form.name.hasFocus()
    qtbot.mouseClick(form.name, Qt.MouseButton.LeftButton)
    assert dock.isVisible()


@pytest.mark.parametrize(
    ("mode", "fingers_only", "there"), [(ON, False, True), (OFF, True, False), (AUTO, True, True), (AUTO, False, False)]
)
def test_the_option_decides_or_what_is_connected(form: Form, mode: str, fingers_only: bool, there: bool):
    dock = KeyboardDock(form, mode, fingers_only=lambda: fingers_only)
    form.name.setFocus()
    assert dock.isVisible() is there


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("page", Page)
def test_keys_are_large_enough_for_a_finger(form, dock, size, language, page, tap):  # noqa: PLR0917  (fixtures)
    screen = ScreenLanguage()
    screen.use(language)
    form.fit(size)
    (form.number if page is Page.NUMBERS else form.name).setFocus()
    if page in (Page.SYMBOLS, Page.ACCENTS):
        tap(Act.SYMBOLS if page is Page.SYMBOLS else Act.ACCENTS)
    form.grab()
    screen.leave()
    assert min(min(each.width(), each.height()) for each in dock.keys) >= 44
    assert all(
        form.rect().contains(each.rect().translated(each.mapTo(form, each.rect().topLeft()))) for each in dock.keys
    )
    assert dock.height() <= form.height() * 0.55


def test_a_window_that_turns_keeps_it_at_the_bottom(form: Form, dock: KeyboardDock):
    form.name.setFocus()
    form.fit((480, 853))
    form.grab()
    assert dock.width() == 480
    assert dock.geometry().bottom() == form.rect().bottom()
    assert "1" in {each.key.text for each in dock.keys}


def test_a_field_that_is_deleted_while_it_has_the_focus_takes_the_keyboard_with_it(
    form: Form, dock: KeyboardDock, qtbot
):
    form.activateWindow()
    form.name.setFocus()
    qtbot.waitUntil(dock.isVisible)
    with qtbot.captureExceptions() as raised:
        sip.delete(form.name)
        form.button.setFocus()
    assert raised == []
    assert not dock.isVisible()
