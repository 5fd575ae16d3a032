"""The form for a PIN says beside each field what is wrong with it, and gives away what was typed to nobody."""

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLineEdit

from kiosk.gui.reception.staff import StaffForm, role_in_words
from kiosk.people.staff import Role, StaffMember


@pytest.fixture
def form(qtbot, shown) -> StaffForm:
    form = shown(StaffForm())
    form.begin(None)
    return form


def fill(form: StaffForm, name: str, pin: str, again: str | None = None) -> None:
    form.name_field.set_text(name)
    form.pin_field.set_text(pin)
    form.again_field.set_text(pin if again is None else again)


def test_complete_form_is_saved_by_button_and_by_enter(form: StaffForm, qtbot) -> None:
    fill(form, " Zoe\u0308 ", "402913")
    form.role_choice.choose(Role.INSTALLER)
    with qtbot.waitSignal(form.saved):
        qtbot.mouseClick(form.save, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(form.saved):
        qtbot.keyClick(form.again_field.edit, Qt.Key.Key_Return)
    assert (form.name, form.role, form.pin) == ("Zo\u00eb", Role.INSTALLER, "402913")


@pytest.mark.parametrize(
    ("name", "pin", "again", "field", "words"),
    [
        ("", "402913", "402913", "name_field", "type a name"),
        ("a/b", "402913", "402913", "name_field", "without slashes"),
        ("Bo", "123456", "123456", "pin_field", "This PIN is too easy to guess."),
        ("Bo", "12", "12", "pin_field", "This PIN is not of 6 to 12 digits."),
        ("Bo", "402913", "402914", "again_field", "The two PINs differ."),
    ],
)
def test_what_is_wrong_is_said_beside_it(form: StaffForm, qtbot, name, pin, again, field, words) -> None:  # noqa: PLR0917
    fill(form, name, pin, again)
    with qtbot.assertNotEmitted(form.saved):
        form.on_save()
    wrong = getattr(form, field)
    assert words in wrong.fault.text()
    assert not wrong.fault.isHidden()
    assert words in wrong.edit.accessibleDescription()


def test_new_pin_for_a_member_asks_for_no_name(form: StaffForm, qtbot) -> None:
    form.begin(StaffMember("Ida", Role.INSTALLER))
    assert form.name_field.isHidden()
    assert form.role_choice.isHidden()
    fill(form, "", "402913")
    with qtbot.waitSignal(form.saved):
        form.on_save()
    assert form.name == "Ida"


def test_pins_are_not_shown_and_not_kept(form: StaffForm) -> None:
    fill(form, "Bo", "402913")
    for field in (form.pin_field, form.again_field):
        assert field.edit.echoMode() is QLineEdit.EchoMode.Password
        assert field.edit.inputMethodHints() & Qt.InputMethodHint.ImhDigitsOnly
    form.forget()
    assert (form.pin, form.again_field.text) == ("", "")
    fill(form, "Bo", "402913")
    form.begin(None)
    assert (form.name, form.pin) == ("", "")


def test_form_that_is_being_saved_is_not_saved_twice(form: StaffForm, qtbot) -> None:
    fill(form, "Bo", "402913")
    form.set_busy(busy=True)
    with qtbot.assertNotEmitted(form.saved):
        qtbot.keyClick(form.again_field.edit, Qt.Key.Key_Return)


def test_escape_gives_up_the_form(form: StaffForm, qtbot) -> None:
    with qtbot.waitSignal(form.cancelled):
        qtbot.keyClick(form.pin_field.edit, Qt.Key.Key_Escape)


def test_roles_say_what_they_may_do() -> None:
    assert len({role_in_words(role) for role in Role}) == len(Role)
