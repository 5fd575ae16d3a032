"""The buttons, fields, tables and layouts of the staff side, dressed by its style sheet."""

from PyQt6.QtCore import QEvent, QPoint, Qt
from PyQt6.QtGui import QFont, QKeyEvent, QStandardItem, QStandardItemModel
from PyQt6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from kiosk.gui.controls import (
    Button,
    Choice,
    Heading,
    Note,
    ScrollPage,
    StateLabel,
    Switch,
    Table,
    TextField,
    breakable,
)
from kiosk.gui.layouts import Bar, FoldingRow, centred, column, fit_layouts, flow, px, row, set_scale, small
from kiosk.gui.state import Kind
from kiosk.gui.theme import DARK

TEXT = "A text of some length that says what there is to be said about the button beside it."


def table_of(rows: int) -> Table:
    model = QStandardItemModel()
    for number in range(rows):
        model.appendRow([QStandardItem(f"person {number}"), QStandardItem("group")])
    table = Table(model, "People")
    model.setParent(table)
    return table


def test_everything_is_large_enough_for_a_finger(shown):
    button = shown(Button("Go")).sizeHint()
    assert min(button.width(), button.height(), shown(Switch("Silent")).sizeHint().height()) >= 44
    assert shown(table_of(3)).rowHeight(0) >= 44


# Buttons


def press(button: QWidget, key: Qt.Key, *, held: bool = False) -> None:
    """Send what a keyboard sends; a held key repeats."""
    for repeated in (False, *[True] * 20) if held else (False,):
        event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, "\r", repeated)
        QApplication.sendEvent(button, event)


def test_a_button_has_a_name_and_an_icon_in_the_colour_of_its_words(shown):
    assert shown(Button(icon_name="leave", name="To the door")).accessibleName() == "To the door"
    button = shown(Button("Suspend", "people", "primary"))
    image = button.icon().pixmap(button.iconSize()).toImage()
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    assert DARK.primary.text in {each.name() for each in pixels if each.alpha() == 255}
    button.set_text("Resume", "lock_open")
    assert (button.text(), button.accessibleName()) == ("Resume", "Resume")


def test_enter_and_space_press_once_however_long_and_a_deliberate_button_wants_space(qtbot, shown):
    clicks: list[str] = []
    button, other, erase = Button("Go"), Button("Then"), Button("Erase", deliberate=True)
    for each in (button, other, erase):
        each.clicked.connect(lambda _, button=each: clicks.append(button.text()))
        shown(each)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        press(button, key, held=True)
        press(erase, key, held=True)
        assert clicks.pop() == "Go"
        assert clicks == []
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", True)
    QApplication.sendEvent(other, event)  # the focus has moved on while the key was held
    assert clicks == []
    for each in (button, erase):
        qtbot.keyClick(each, Qt.Key.Key_Space)
    qtbot.mouseClick(erase, Qt.MouseButton.LeftButton)
    assert clicks == ["Go", "Erase", "Erase"]


# Texts and fields


def test_a_text_is_plain_wraps_and_may_be_broken(shown):
    note = shown(Note("<b>Ada</b> & co " * 50))
    assert note.textFormat() is Qt.TextFormat.PlainText
    assert note.minimumSizeHint().width() < 200
    assert note.heightForWidth(300) > note.heightForWidth(2000)
    assert shown(Heading("People")).fontInfo().pixelSize() > shown(Note("People")).fontInfo().pixelSize()
    assert breakable("Ada Lovelace is enrolled.") == "Ada Lovelace is enrolled."
    long = "Wolfeschlegelsteinhausenbergerdorff"
    assert max(map(len, breakable(long).split("\u200b"))) <= 14
    assert breakable(long).replace("\u200b", "") == long


def test_a_state_is_told_in_words_on_its_own_colour(shown):
    state = shown(StateLabel("In order", "good"))
    state.show_state("Broken", "fault")
    state.ensurePolished()
    image = state.grab().toImage()
    assert state.text() == "Broken"
    assert image.pixelColor(image.width() // 2, 2).name() == DARK.kinds[Kind.FAULT].back


def test_a_field_gives_its_text_and_shows_a_fault_until_something_is_typed(qtbot, shown):
    field = shown(TextField("Name", required=True))
    field.show_fault("is needed")
    assert (field.fault.isVisible(), field.edit.accessibleDescription()) == (True, "is needed")
    qtbot.keyClicks(field.edit, "  Ada ")
    assert (field.fault.isVisible(), field.text) == (False, "Ada")
    with qtbot.waitSignal(field.entered):
        qtbot.keyClick(field.edit, Qt.Key.Key_Return)


def test_a_choice_gives_the_value_and_keeps_it_among_other_options(qtbot, shown):
    choice = shown(Choice("Person", [("Ada", 1), ("Grace", 2)]))
    assert choice.value == 1
    with qtbot.waitSignal(choice.chosen) as told:
        qtbot.keyClick(choice.box, Qt.Key.Key_Down)
    assert told.args == [2]
    for options, value in (([("Grace", 2), ("Lin", 3)], 2), ([("Lin", 3)], 3), ([], None)):
        choice.set_options(options)
        assert choice.value == value


def test_enter_opens_the_row_that_is_selected_and_tab_leaves_the_table(qtbot, shown):
    table = shown(table_of(3))
    table.selectRow(1)
    table.setFocus()
    with qtbot.waitSignal(table.activated) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args[0].row() == 1
    assert not table.tabKeyNavigation()


# Layouts


def test_lengths_follow_the_scale_of_the_window_and_never_vanish(qtbot, shown):
    holder, inner = QWidget(), row(QWidget(), gap=6)
    limited = QWidget()
    holder.setLayout(column(inner, centred(limited, 300), gap=10, margin=4))
    for scale, finger in ((0.001, 1), (2.25, 99), (2.0, 88)):
        set_scale(scale)
        assert px(44) == finger
    fit_layouts(holder)
    layout = holder.layout()
    assert (layout.spacing(), layout.contentsMargins().left(), inner.spacing()) == (20, 8, 12)
    assert (limited.maximumWidth(), row(gap=0).spacing()) == (600, 0)
    font = QFont()
    font.setPixelSize(20)
    assert small(font).pixelSize() == 16
    set_scale(1.0)
    for width, expected in ((480, 300), (200, 200)):
        shown(holder).resize(width, 200)
        fit_layouts(holder)
        layout.activate()
        assert abs(limited.width() - expected) < 16, "all the room up to its limit, without margins"
        assert abs(limited.geometry().center().x() - width / 2) <= 1


def test_a_flow_takes_as_many_lines_as_it_needs_and_no_room_for_what_is_hidden(shown):
    buttons = [QPushButton("a button with words") for _ in range(5)]
    buttons[0].hide()
    holder = QWidget()
    layout = flow(*buttons)
    holder.setLayout(layout)
    shown(holder).resize(440, 300)
    assert layout.heightForWidth(440) > layout.heightForWidth(5000)
    assert (buttons[1].x(), len({button.y() for button in buttons[1:]}) > 1) == (0, True)
    assert all(button.geometry().right() <= 440 for button in buttons[1:])


def test_a_button_goes_below_its_text_where_that_would_get_too_narrow(shown):
    note, button = Note(TEXT), QPushButton("Delete all of them")
    holder = shown(FoldingRow(note, button, text=True))
    for width, folded in ((700, False), (260, True), (700, False)):
        holder.resize(width, 200)
        holder.layout().activate()
        below = button.geometry().top() >= note.geometry().bottom()
        assert holder.folded is below is folded, width
    button.hide()
    holder.resize(300, 200)
    assert not holder.folded, "a hidden button needs no room"


def test_buttons_that_do_not_fit_on_one_line_take_two_or_three(qtbot, shown):
    back, refuse, agree = buttons = [Button("Back"), Button("I do not agree"), Button("I agree")]
    bar = shown(Bar(*buttons))

    def top(button: Button) -> int:
        return button.mapTo(bar, QPoint(0, 0)).y()

    two = refuse.sizeHint().width() + agree.sizeHint().width() + 40
    for width, lines in ((800, 1), (two, 2), (bar.minimumSizeHint().width(), 3)):
        bar.resize(width, 300)
        qtbot.waitUntil(lambda lines=lines: len({top(button) for button in buttons}) == lines)
    bar.resize(two + back.sizeHint().width() + 10, 300)
    qtbot.waitUntil(lambda: top(back) == top(agree))
    agree.set_text("I agree to all seventeen pictures")
    qtbot.waitUntil(lambda: top(back) != top(agree))


def test_what_does_not_fit_is_scrolled_to_when_it_gets_the_focus(qtbot, shown):
    last = QPushButton("last")
    page = shown(ScrollPage(column(*[QLabel("line") for _ in range(80)], last)))
    page.resize(300, 200)
    page.window().activateWindow()
    last.setFocus()
    qtbot.waitUntil(lambda: page.verticalScrollBar().value() > 0)
