from PyQt6.QtWidgets import QPushButton

from kiosk.gui.controls.folding import Folding
from kiosk.gui.controls.labels import Note

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
