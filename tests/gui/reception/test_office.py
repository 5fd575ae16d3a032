import threading
from dataclasses import dataclass

from kiosk.errors import JournalError
from kiosk.gui.reception.office import Unsaved
from kiosk.gui.reception.picker import wanted_archive
from kiosk.store.journal import Action


@dataclass
class PartOfTests:
    unsaved: Unsaved | None
    saving: bool = False


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
    qtbot.waitUntil(lambda: bool(screen.noticed))
    heard = []
    office.run(fail, print, heard.append)
    qtbot.waitUntil(lambda: bool(heard))
    assert (len(screen.noticed), screen.faults) == (1, [])


def test_what_somebody_asked_for_is_answered_after_the_page_was_left_and_done_after_they_left(qtbot, office, screen):
    go_on, done, answers = threading.Event(), threading.Event(), []
    office.act(lambda: go_on.wait(20), answers.append)
    office.forget_jobs()
    assert office.acting
    go_on.set()
    qtbot.waitUntil(lambda: answers == [True])
    assert not office.acting

    def fail():
        raise JournalError("journal", "is full", "make room")

    office.act(fail, print)
    qtbot.waitUntil(lambda: bool(screen.faults))
    go_on.clear()
    for _ in range(4):
        office.act(lambda: go_on.wait(20), answers.append)
    office.act(done.set, answers.append)
    office.close()
    go_on.set()
    assert done.wait(20)
    qtbot.wait(10)
    assert answers == [True]


def test_a_part_that_would_lose_something_is_left_after_a_question(office, screen):
    left = []
    office.leave_first(PartOfTests(None), lambda: left.append("at once"))
    office.leave_first(PartOfTests(Unsaved.CHANGES), lambda: left.append("asked"))
    assert (left, screen.asked[0][0]) == (["at once"], "Discard the changes?")
    screen.answers["Keep editing"]()
    assert left == ["at once"]
    screen.answers["Discard"]()
    assert left == ["at once", "asked"]
    office.leave_first(PartOfTests(Unsaved.CHANGES, saving=True), lambda: left.append("saving"))
    assert (left[-1], screen.told) == ("asked", ["One moment: this is not finished yet."])


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
