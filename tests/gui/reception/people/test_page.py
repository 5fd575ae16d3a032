import pytest

from kiosk.gui.reception.people.page import PeoplePage
from kiosk.people.register import PersonRecord
from kiosk.people.staff import Role


@pytest.fixture
def page(context, crowd, shown) -> PeoplePage:
    crowd(Ada=[0.0])
    return shown(PeoplePage(context))


@pytest.fixture
def entered(page, qtbot) -> PeoplePage:
    page.enter()
    qtbot.waitUntil(lambda: len(page.list.model.rows) == 2)
    return page


def test_everybody_is_there_and_the_search_has_the_focus(entered):
    assert [row.person for row in entered.list.model.rows] == ["Ada", "Grace_Hopper"]
    assert entered.stack.currentWidget() is entered.list


def test_a_person_is_opened_and_closed_again(entered, qtbot):
    entered.list.opened.emit("Grace_Hopper")
    assert entered.stack.currentWidget() is entered.person
    qtbot.waitUntil(entered.person.state.isVisible)
    entered.person.back.click()
    assert entered.stack.currentWidget() is entered.list


def test_another_page_may_ask_for_a_person(page, qtbot):
    page.enter(person="Ada")
    assert page.stack.currentWidget() is page.person
    qtbot.waitUntil(lambda: page.person.heading.text() == "Ada")


def test_what_others_change_is_there_soon(entered, qtbot, services):
    services.people.save(PersonRecord("Lin"))
    qtbot.waitUntil(lambda: len(entered.list.model.rows) == 3)


def test_somebody_new_is_enrolled_on_another_page(entered, screen):
    entered.list.enrol.clicked.emit()
    assert screen.went == [("enrol", {})]


def test_nothing_runs_once_the_page_was_left(entered):
    entered.leave()
    assert not entered._looking.isActive()


def test_a_register_that_cannot_be_read_is_told(page, qtbot, home, screen):
    (home / "images.people.sqlite3").write_text("nonsense")
    page.context.services.people.__init__(home / "images.people.sqlite3")
    page.enter()
    qtbot.waitUntil(lambda: bool(screen.noticed))
    assert "images.people.sqlite3" in screen.noticed[0]


def test_after_an_erasure_nothing_of_the_person_is_kept(entered, qtbot, services, crowd):
    services.people.save(PersonRecord("Lin"))
    qtbot.waitUntil(lambda: len(entered.list.model.rows) == 3)
    services.people.forget("Lin")
    entered.person.erased.emit()
    qtbot.waitUntil(lambda: len(entered.list.model.rows) == 2)


def test_the_gallery_as_a_whole_is_the_installers_business(entered, make_office, crowd, shown, qtbot):
    assert entered.list.move_all.isVisible()
    entered.list.move_all.click()
    assert entered.stack.currentWidget() is not entered.list
    entered.stack.currentWidget().back.click()
    assert entered.stack.currentWidget() is entered.list
    assert not shown(PeoplePage(make_office(Role.RECEPTION))).list.move_all.isVisible()
