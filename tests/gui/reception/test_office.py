from kiosk.access.journal import Action
from kiosk.errors import JournalError
from kiosk.gui.reception.picker import wanted_archive


def test_what_the_staff_does_stands_in_the_journal_under_their_name(office, desk):
    office.note(Action.RENAMED, "Ada", "Ada Lovelace")
    entry = desk.journal.actions(1)[0]
    assert (entry.staff, entry.action, entry.subject, entry.detail) == ("Ida", "renamed", "Ada", "Ada Lovelace")


def test_a_journal_that_does_not_take_it_is_told(office, desk, screen, monkeypatch):
    def refuse(*asked):
        raise JournalError("journal", "is full", "make room")

    monkeypatch.setattr(type(desk.journal), "note", refuse)
    office.note(Action.RENAMED, "Ada")
    assert screen.faults == ["journal: is full; make room"]


def test_what_fails_in_the_background_is_told_unless_the_page_says_otherwise(qtbot, office, screen):
    def fail():
        raise JournalError("journal", "is full", "make room")

    office.run(fail, print)
    qtbot.waitUntil(lambda: bool(screen.faults))
    heard = []
    office.run(fail, print, heard.append)
    qtbot.waitUntil(lambda: bool(heard))
    assert len(screen.faults) == 1


def test_the_station_is_asked_and_answers(office, desk):
    answers = []
    desk.station = "the station"
    office.ask_station(lambda station: f"{station} says hello", answers.append)
    assert answers == ["the station says hello"]


def test_a_page_reaches_the_rest_of_the_screen(office, screen):
    office.go("people", person="Ada")
    office.tell("saved")
    office.ask("Erase?", "for good", [("Erase", office.stay), ("Cancel", office.restart)])
    office.pick(wanted_archive(), print, print)
    assert screen.wanted.suffixes == {".zip"}
    screen.answers["Erase"]()
    screen.answers["Cancel"]()
    assert (screen.went, screen.told) == ([("people", {"person": "Ada"})], ["saved"])
    assert (screen.asked, screen.stayed, screen.restarts) == ([("Erase?", "for good")], 1, 1)
