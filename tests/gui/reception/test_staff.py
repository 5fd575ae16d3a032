"""The staff page: give, change and remove PINs."""

import pytest
from argon2 import PasswordHasher
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractButton, QLineEdit

from kiosk.gui.reception.staff import StaffForm, StaffMembersPage
from kiosk.people import staff
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


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same function at less cost."""
    monkeypatch.setattr(staff, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def page(context, services, shown, qtbot) -> StaffMembersPage:
    services.staff.add("Ida", Role.INSTALLER, "402913")
    services.staff.add("Rita", Role.RECEPTION, "739104")
    page = shown(StaffMembersPage(context))
    page.enter()
    qtbot.waitUntil(lambda: len(page.panels) == 2)
    return page


def staff_page_fill(page: StaffMembersPage, pin: str, name: str = "") -> None:
    page.form.name_field.set_text(name)
    page.form.pin_field.set_text(pin)
    page.form.again_field.set_text(pin)
    page.form.on_save()


def journal(services) -> list[tuple[str, str, str | None]]:
    return [(entry.staff, entry.action, entry.subject) for entry in services.journal.actions(9)]


def test_everybody_is_listed_and_nobody_removes_themselves(page: StaffMembersPage) -> None:
    assert [panel.member.name for panel in page.panels] == ["Ida", "Rita"]
    assert [len(panel.buttons) for panel in page.panels] == [1, 2]


def test_somebody_new_comes_in_by_the_pin_that_was_typed(page: StaffMembersPage, services, screen, qtbot) -> None:
    qtbot.mouseClick(page.add, Qt.MouseButton.LeftButton)
    assert page.stack.currentWidget() is page.forms
    staff_page_fill(page, "55012987", "Zo\u00eb")
    qtbot.waitUntil(lambda: len(page.panels) == 3)
    assert screen.told == ["Zo\u00eb can sign in now."]
    assert services.staff.enter("55012987") == StaffMember("Zo\u00eb", Role.RECEPTION)
    assert journal(services) == [("Ida", "staff_added", "Zo\u00eb")]
    assert page.form.pin == ""


def test_new_pin_takes_the_place_of_the_old_one(page: StaffMembersPage, services, screen, qtbot) -> None:
    qtbot.mouseClick(page.panels[1].reset, Qt.MouseButton.LeftButton)
    staff_page_fill(page, "55012987")
    qtbot.waitUntil(lambda: screen.told == ["Rita has a new PIN."])
    assert services.staff.enter("55012987").name == "Rita"
    assert journal(services) == [("Ida", "staff_reset", "Rita")]


def test_removal_is_asked_for_first(page: StaffMembersPage, services, screen, qtbot) -> None:
    qtbot.mouseClick(page.panels[1].remove, Qt.MouseButton.LeftButton)
    assert screen.asked[0][0] == "Remove the PIN of Rita?"
    screen.answers["Cancel"]()
    assert len(services.staff.members()) == 2
    screen.answers["Remove"]()
    qtbot.waitUntil(lambda: len(page.panels) == 1)
    assert journal(services) == [("Ida", "staff_removed", "Rita")]


def test_pin_of_somebody_else_is_told_and_may_be_typed_anew(page: StaffMembersPage, services, screen, qtbot) -> None:
    page.add.click()
    staff_page_fill(page, "402913", "Bo")
    qtbot.waitUntil(lambda: any("cannot be used" in fault for fault in screen.faults))
    assert page.stack.currentWidget() is page.forms
    assert page.form.save.isEnabled()
    assert journal(services) == []


def test_each_button_says_whom_it_is_about(page: StaffMembersPage) -> None:
    names = [button.accessibleName() for panel in page.panels for button in panel.buttons]
    assert names == ["New PIN for Ida", "New PIN for Rita", "Remove Rita"]
    assert [each for each in page.findChildren(QAbstractButton) if not each.accessibleName()] == []
