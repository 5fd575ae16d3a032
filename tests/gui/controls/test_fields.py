from PyQt6.QtCore import Qt

from kiosk.gui.controls import Choice, Switch, TextField


def test_a_field_gives_its_text_without_blanks_around_it(qtbot, shown):
    field = shown(TextField("Name"))
    qtbot.keyClicks(field.edit, "  Ada ")
    assert field.text == "Ada"


def test_a_fault_stands_below_the_field_until_something_is_typed(qtbot, shown):
    field = shown(TextField("Name", required=True))
    field.show_fault("is needed")
    assert field.fault.isVisible()
    assert field.edit.accessibleDescription() == "is needed"
    qtbot.keyClicks(field.edit, "A")
    assert not field.fault.isVisible()


def test_enter_in_a_field_is_told(qtbot, shown):
    field = shown(TextField("Name"))
    with qtbot.waitSignal(field.entered):
        qtbot.keyClick(field.edit, Qt.Key.Key_Return)


def test_a_choice_gives_the_value_and_not_the_words(shown):
    choice = shown(Choice("Language", [("English", "en"), ("Deutsch", "de")]))
    assert choice.value == "en"
    choice.choose("de")
    assert choice.value == "de"


def test_what_was_chosen_stays_chosen_where_it_is_among_other_options(shown):
    choice = shown(Choice("Person", [("Ada", 1), ("Grace", 2)]))
    choice.choose(2)
    choice.set_options([("Grace", 2), ("Lin", 3)])
    assert choice.value == 2
    choice.set_options([("Lin", 3)])
    assert choice.value == 3
    choice.set_options([])
    assert choice.value is None


def test_a_choice_by_hand_is_told(qtbot, shown):
    choice = shown(Choice("Language", [("English", "en"), ("Deutsch", "de")]))
    with qtbot.waitSignal(choice.chosen) as told:
        qtbot.keyClick(choice.box, Qt.Key.Key_Down)
    assert told.args == ["de"]


def test_a_switch_is_high_enough_for_a_finger(shown):
    assert shown(Switch("Silent", on=True)).sizeHint().height() >= 44
