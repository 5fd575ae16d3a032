import pytest
from PyQt6.QtWidgets import QLineEdit, QWidget

from kiosk.gui.reception.page import EVERYBODY, INSTALLERS, PageEntry, StaffPage
from kiosk.gui.reception.shell import PageStack
from kiosk.people.staff import Role


class PageOfTests(StaffPage):
    def __init__(self, context) -> None:
        super().__init__(context)
        self.left = 0
        self.field = QLineEdit(self)

    def leave(self) -> None:
        self.left += 1


ENTRIES = [
    PageEntry("people", "People", "people", EVERYBODY, PageOfTests),
    PageEntry("settings", "Settings", "settings", INSTALLERS, PageOfTests),
]


@pytest.fixture
def stack(shown) -> PageStack:
    stack = PageStack()
    stack.pad = QWidget()
    stack.addWidget(stack.pad)
    return shown(stack)


def test_a_role_has_its_own_pages(stack, make_office):
    stack.sign_in(make_office(Role.RECEPTION), ENTRIES)
    assert (stack.entry("people"), stack.entry("settings")) == (ENTRIES[0], None)
    stack.sign_in(make_office(Role.INSTALLER), ENTRIES)
    assert stack.entries == ENTRIES


def test_a_page_is_made_once_left_when_another_comes_and_deleted_at_the_end(stack, context):
    stack.sign_in(context, ENTRIES)
    people = stack.show_page(ENTRIES[0])
    assert (stack.page, stack.name, stack.currentWidget()) == (people, "people", people)
    stack.show_page(ENTRIES[1])
    assert (people.left, stack.name) == (1, "settings")
    assert stack.show_page(ENTRIES[0]) is people
    stack.sign_out()
    assert (people.left, stack.page, stack.name, stack.entries, stack.count()) == (2, None, "", (), 1)
    assert stack.show_page(ENTRIES[0]) is None


def test_the_focus_rests_on_the_page_or_on_the_pad(stack, context):
    stack.rest()
    assert stack.window().focusWidget() is stack.pad
    stack.sign_in(context, ENTRIES)
    people = stack.show_page(ENTRIES[0])
    stack.rest()
    assert stack.window().focusWidget() is people
