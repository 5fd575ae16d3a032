from datetime import date

import pytest
from PyQt6.QtCore import QLocale, Qt

from kiosk.gui.reception.enrolment.name_step import NameStep, read_day
from kiosk.gui.reception.enrolment.step import Draft
from kiosk.people.register import PersonRecord

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def step(context, bare, shown) -> NameStep:
    found = NameStep(context, Draft())
    shown(found)
    found.enter()
    return found


def test_a_name_and_enter_are_enough(qtbot, step):
    step.name.set_text("  Zoë O'Néill ")
    with qtbot.waitSignal(step.done, timeout=30_000):
        qtbot.keyClick(step.name.edit, Qt.Key.Key_Return)
    assert (step.draft.person, step.draft.adding) == ("Zoë O'Néill", False)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("", "Please type"),
        ("a/b", "holds a slash"),
        ("x" * 101, "longer than 100"),
        ("#recycle", "starts with “#”"),
        ("@eaDir", "starts with “@”"),
        (" _Ada", "starts with “_”"),
        ("recycler", "recycle bin"),
        ("System Volume Information", "recycle bin"),
    ],
)
def test_a_name_that_cannot_be_one_is_told_beside_the_field(qtbot, step, name, fault):
    step.name.set_text(name)
    qtbot.mouseClick(step.next, LEFT)
    assert fault in step.name.fault.text()
    assert step.name.edit.hasFocus()
    assert step.draft.person == ""


def test_somebody_who_is_enrolled_may_have_more_pictures_or_it_is_another_name(qtbot, step):
    step.name.set_text("grace hopper")
    qtbot.mouseClick(step.next, LEFT)
    qtbot.waitUntil(step.add.isVisible)
    assert "Grace Hopper is already enrolled" in step.known_heading.text()
    qtbot.mouseClick(step.other, LEFT)
    assert not step.add.isVisible()
    qtbot.mouseClick(step.next, LEFT)
    qtbot.waitUntil(step.add.isVisible)
    assert step.other.hasFocus()
    step.add.setFocus()
    qtbot.keyClick(step.add, Qt.Key.Key_Return)
    assert not step.draft.adding
    with qtbot.waitSignal(step.done):
        qtbot.mouseClick(step.add, LEFT)
    assert (step.draft.person, step.draft.adding) == ("Grace_Hopper", True)


def test_what_else_is_known_is_optional_and_checked(qtbot, step, services):
    services.people.save(PersonRecord("Ada", group="Research"))
    step.enter()
    step.name.set_text("Mary")
    qtbot.mouseClick(step.more, LEFT)
    fields = step.details.fields
    assert fields["group"].edit.completer().model().index(0, 0).data() == "Research"
    fields["email"].set_text("no address")
    step.details.valid_from.set_text("2027-05-01")
    step.details.valid_until.set_text("2027-04-01")
    qtbot.mouseClick(step.next, LEFT)
    assert fields["email"].fault.text()
    fields["email"].set_text("m@example.org")
    qtbot.mouseClick(step.next, LEFT)
    assert "before the first" in step.details.valid_until.fault.text()
    step.details.valid_until.set_text("soon")
    qtbot.mouseClick(step.next, LEFT)
    assert "no day" in step.details.valid_until.fault.text()
    step.details.valid_until.set_text("")
    with qtbot.waitSignal(step.done, timeout=30_000):
        qtbot.mouseClick(step.next, LEFT)
    assert (step.draft.texts["email"], step.draft.valid_from) == ("m@example.org", date(2027, 5, 1))


def test_how_a_name_is_spoken_can_be_heard(qtbot, step, bare):
    qtbot.mouseClick(step.more, LEFT)
    step.details.hear.click()
    assert "listen" in step.details.fields["spoken"].fault.text()
    step.details.fields["spoken"].set_text("Zo-ay")
    step.details.hear.click()
    assert bare.said == ["Zo-ay"]


@pytest.mark.parametrize(
    ("language", "text"),
    [("de_DE", "31.12.2027"), ("de_DE", "31.12.27"), ("en_GB", "31/12/2027"), ("en_US", "2027-12-31")],
)
def test_a_day_is_read_as_people_write_it(monkeypatch, language, text):
    before = QLocale()
    QLocale.setDefault(QLocale(language))
    try:
        assert read_day(text) == date(2027, 12, 31)
        assert read_day("tomorrow") is None
    finally:
        QLocale.setDefault(before)
