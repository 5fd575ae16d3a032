"""The staff page: give, change and remove PINs."""

import pytest
from argon2 import PasswordHasher
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractButton, QLineEdit

from kiosk.gui.reception.staff import StaffForm, StaffMembersPage
from kiosk.people import staff
from kiosk.people.staff import Role, StaffMember

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same function at less cost."""
    monkeypatch.setattr(staff, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def form(shown) -> StaffForm:
    form = shown(StaffForm())
    form.begin(None)
    return form


def fill(form: StaffForm, pin: str, name: str = "", again: str | None = None) -> None:
    form.name_field.set_text(name)
    form.pin_field.set_text(pin)
    form.again_field.set_text(pin if again is None else again)


def test_what_is_wrong_is_said_beside_it(form: StaffForm, qtbot) -> None:
    for name, pin, again, wrong, words in (
        ("", "402913", "402913", form.name_field, "type a name"),
        ("a/b", "402913", "402913", form.name_field, "without slashes"),
        ("Bo", "123456", "123456", form.pin_field, "This PIN is too easy to guess."),
        ("Bo", "12", "12", form.pin_field, "This PIN is not of 6 to 12 digits."),
        ("Bo", "402913", "402914", form.again_field, "The two PINs differ."),
    ):
        fill(form, pin, name, again)
        with qtbot.assertNotEmitted(form.saved):
            form.on_save()
        assert words in wrong.fault.text()
        assert not wrong.fault.isHidden()
        assert words in wrong.edit.accessibleDescription()


def test_pins_are_not_shown_not_kept_and_not_saved_twice(form: StaffForm, qtbot) -> None:
    for field in (form.pin_field, form.again_field):
        assert field.edit.echoMode() is QLineEdit.EchoMode.Password
        assert field.edit.inputMethodHints() & Qt.InputMethodHint.ImhDigitsOnly
    for forget in (form.forget, lambda: form.begin(None)):
        fill(form, "402913", "Bo")
        forget()
        assert (form.name, form.pin, form.again_field.text) == ("", "", "")
    fill(form, "402913", "Bo")
    form.set_busy(busy=True)
    with qtbot.assertNotEmitted(form.saved):
        qtbot.keyClick(form.again_field.edit, Qt.Key.Key_Return)


@pytest.fixture
def page(context, services, shown, qtbot) -> StaffMembersPage:
    services.staff.add("Ida", Role.INSTALLER, "402913")
    services.staff.add("Rita", Role.RECEPTION, "739104")
    page = shown(StaffMembersPage(context))
    page.enter()
    qtbot.waitUntil(lambda: len(page.panels) == 2)
    return page


def journal(services) -> list[tuple[str, str, str | None]]:
    return [(entry.staff, entry.action, entry.subject) for entry in services.journal.actions(9)]


def test_everybody_is_listed_and_nobody_removes_themselves(page: StaffMembersPage) -> None:
    names = [button.accessibleName() for panel in page.panels for button in panel.buttons]
    assert names == ["New PIN for Ida", "New PIN for Rita", "Remove Rita"]
    assert [each for each in page.findChildren(QAbstractButton) if not each.accessibleName()] == []


def test_somebody_new_comes_in_by_the_pin_that_was_typed(page: StaffMembersPage, services, screen, qtbot) -> None:
    qtbot.mouseClick(page.add, LEFT)
    assert page.stack.currentWidget() is page.forms
    fill(page.form, "402913", "Zoë")  # Ida's
    page.form.on_save()
    qtbot.waitUntil(lambda: any("cannot be used" in fault for fault in screen.faults))
    assert page.stack.currentWidget() is page.forms
    assert page.form.save.isEnabled()
    assert journal(services) == []
    fill(page.form, "55012987", "Zoë")
    page.form.on_save()
    qtbot.waitUntil(lambda: len(page.panels) == 3)
    assert screen.told == ["Zoë can sign in now."]
    assert services.staff.enter("55012987") == StaffMember("Zoë", Role.RECEPTION)
    assert journal(services) == [("Ida", "staff_added", "Zoë")]
    assert page.form.pin == ""


def test_new_pin_takes_the_place_of_the_old_one_and_removal_is_asked_for_first(
    page: StaffMembersPage, services, screen, qtbot
) -> None:
    qtbot.mouseClick(page.panels[1].reset, LEFT)
    assert page.form.name_field.isHidden()
    assert page.form.role_choice.isHidden()
    fill(page.form, "55012987")
    page.form.on_save()
    qtbot.waitUntil(lambda: screen.told == ["Rita has a new PIN."])
    assert services.staff.enter("55012987").name == "Rita"
    qtbot.mouseClick(page.panels[1].remove, LEFT)
    assert screen.asked[0][0] == "Remove the PIN of Rita?"
    screen.answers["Cancel"]()
    assert len(services.staff.members()) == 2
    screen.answers["Remove"]()
    qtbot.waitUntil(lambda: len(page.panels) == 1)
    assert journal(services) == [("Ida", "staff_removed", "Rita"), ("Ida", "staff_reset", "Rita")]
