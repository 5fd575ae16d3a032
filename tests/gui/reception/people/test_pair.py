from kiosk.gui.controls import Button, TextField
from kiosk.gui.reception.people.person_view import Pair


def test_two_parts_stand_below_each_other_where_there_is_no_room(shown):
    first, second = TextField("Staff number"), TextField("Card number")
    pair = shown(Pair(first, second))
    pair.grab()
    assert not pair.folded
    assert abs(first.width() - second.width()) <= 1
    pair.resize(pair.minimumSizeHint().width(), 480)
    pair.grab()
    assert pair.folded
    assert second.y() > first.y()
    pair.resize(800, 480)
    assert not pair.folded


def test_a_button_takes_no_more_than_it_needs(shown):
    pair = shown(Pair(TextField("Name"), Button("Hear it"), equal=False))
    pair.grab()
    field, button = pair._parts
    assert button.width() == button.sizeHint().width()
    assert field.width() > 2 * button.width()
