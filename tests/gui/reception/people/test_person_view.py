import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractButton, QComboBox, QLineEdit

from kiosk.gui.reception.people.person_view import PersonView
from kiosk.gui.reception.people.rows import gather
from kiosk.people.register import PersonRecord


@pytest.fixture
def view(context, crowd, shown, services) -> PersonView:
    crowd()
    view = shown(PersonView(context))
    view.open("Grace_Hopper")
    show(view, services)
    return view


def show(view: PersonView, services) -> None:
    found = gather(services)
    view.show_row(next((row for row in found.rows if row.person == view.name), None), found.snapshot)


def test_it_tells_who_it_is_and_whether_they_may_enter(view, services):
    assert (view.heading.text(), view.state.text()) == ("Grace Hopper", "May enter")
    services.people.save(PersonRecord("Grace_Hopper", shown="Admiral", suspended=True))
    show(view, services)
    assert (view.heading.text(), view.state.text()) == ("Admiral", "Suspended")
    assert view.state.property("state") == "warning"


def test_more_pictures_are_taken_by_the_enrolment(view, screen):
    view.pictures.add.click()
    assert screen.went == [("enrol", {"person": "Grace_Hopper"})]


def test_a_consent_is_read_agreed_to_and_recorded(view, qtbot, agree, services):
    view.access.record_consent.click()
    step = view.stack.currentWidget()
    assert "face recognition" in step.page.toPlainText()
    assert step.page.hasFocus()
    assert not step.agree.isEnabled()
    with qtbot.waitSignal(view.changed):
        agree(step)
    consent = services.people.record("Grace_Hopper").consent
    assert (consent.version, consent.recorded_by) == ("1", "Ida")
    assert view.stack.currentWidget() is view.page


def test_who_does_not_agree_leaves_all_as_it_was(view, services):
    view.access.record_consent.click()
    view.stack.currentWidget().refuse.click()
    assert view.stack.currentWidget() is view.page
    assert services.people.record("Grace_Hopper").consent is None


def test_a_new_name_is_the_one_that_is_shown_next(view, qtbot, services, crowd):
    view.data.name.set_text("Zoë")
    with qtbot.waitSignal(view.changed):
        view.data.save.click()
    assert view.name == "Zoë"
    show(view, services)
    assert view.heading.text() == "Zoë"


def test_an_erased_person_leaves_the_report_and_nothing_else(view, qtbot, services):
    services.station = None
    view.leaving.begin.click()
    view.leaving.typed.set_text("Grace Hopper")
    with qtbot.waitSignal(view.erased):
        view.leaving.erase.click()
    assert view.stack.currentWidget() is view.erasure
    assert (view.heading.text(), view.pictures.cards) == ("", [])
    show(view, services)
    assert view.stack.currentWidget() is view.erasure, "it stays until it was read"
    with qtbot.waitSignal(view.closed):
        view.erasure.done.click()


def test_who_was_erased_by_somebody_else_closes_the_page(view, qtbot, services, screen):
    services.station.snapshot = type(services.station.snapshot)("dlib_resnet")
    with qtbot.waitSignal(view.closed):
        show(view, services)
    assert screen.told


def test_what_was_typed_and_not_saved_is_discarded_with_the_page(view, services):
    view.data.fields["group"].set_text("Army")
    view.leave()
    view.open("Grace_Hopper")
    show(view, services)
    assert view.data.fields["group"].text == ""


def test_every_control_has_a_name(view):
    controls = view.findChildren((QAbstractButton, QLineEdit, QComboBox))
    assert [one for one in controls if one.isVisible() and not one.accessibleName()] == []


def test_escape_is_one_step_back(view, qtbot):
    with qtbot.waitSignal(view.closed):
        qtbot.keyClick(view, Qt.Key.Key_Escape)
