from PyQt6.QtWidgets import QPushButton

from kiosk.gui.controls import Bar, Button, Folding, Note

TEXT = "A text of some length that says what there is to be said about the button beside it."


def test_a_text_has_its_button_beside_it_where_there_is_room(shown):
    note, button = Note(TEXT), QPushButton("Delete all of them")
    holder = shown(Folding(note, button))
    holder.resize(700, 100)
    holder.layout().activate()
    assert button.geometry().left() > note.geometry().right()


def test_the_button_goes_below_where_the_text_would_get_too_narrow(shown):
    note, button = Note(TEXT), QPushButton("Delete all of them")
    holder = shown(Folding(note, button))
    holder.resize(260, 200)
    holder.layout().activate()
    assert holder.folded
    assert button.geometry().top() >= note.geometry().bottom()
    assert (note.width(), button.width() < 260) == (260, True)
    holder.resize(700, 200)
    assert not holder.folded


def test_a_button_that_is_hidden_needs_no_room(shown):
    note, button = Note(TEXT), QPushButton("Delete all of them")
    button.hide()
    holder = shown(Folding(note, button))
    holder.resize(300, 200)
    assert not holder.folded


def test_buttons_that_do_not_fit_beside_each_other_stand_below_each_other(qtbot, shown):
    buttons = [Button("Back"), Button("I do not agree"), Button("I agree")]
    bar = shown(Bar(*buttons))
    bar.resize(800, 300)
    qtbot.waitUntil(lambda: len({button.y() for button in buttons}) == 1)
    assert buttons[-1].geometry().right() > 750
    bar.resize(bar.minimumSizeHint().width(), 300)
    qtbot.waitUntil(lambda: len({button.y() for button in buttons}) == 3)


def test_longer_words_on_a_button_may_need_a_line_of_their_own(qtbot, shown):
    back, add = Button("Back"), Button("Add")
    bar = shown(Bar(back, add))
    bar.resize(back.sizeHint().width() + add.sizeHint().width() + 40, 300)
    qtbot.waitUntil(lambda: back.y() == add.y())
    add.set_text("Add seventeen pictures")
    qtbot.waitUntil(lambda: add.y() > back.y())


def test_the_two_answers_stay_beside_each_other_where_there_is_room_for_two(qtbot, shown):
    back, refuse, agree = buttons = [Button("Back"), Button("I do not agree"), Button("I agree")]
    bar = shown(Bar(*buttons))
    bar.resize(refuse.sizeHint().width() + agree.sizeHint().width() + 40, 300)
    qtbot.waitUntil(lambda: refuse.y() == agree.y() > back.y())
