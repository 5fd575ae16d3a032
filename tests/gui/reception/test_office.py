import threading
from dataclasses import dataclass

from kiosk.errors import JournalError
from kiosk.gui.reception.page import Unsaved
from kiosk.gui.reception.picker import wanted_archive
from kiosk.store.journal import Action


@dataclass
class PartOfTests:
    unsaved: Unsaved | None
    saving: bool = False


def test_what_the_staff_does_stands_in_the_journal_under_their_name(context, services):
    context.note(Action.RENAMED, "Ada", "Ada Lovelace")
    entry = services.journal.actions(1)[0]
    assert (entry.staff, entry.action, entry.subject, entry.detail) == ("Ida", "renamed", "Ada", "Ada Lovelace")


def test_a_journal_that_does_not_take_it_is_told(context, services, screen, monkeypatch):
    def refuse(*asked):
        raise JournalError("journal", "is full", "make room")

    monkeypatch.setattr(type(services.journal), "note", refuse)
    context.note(Action.RENAMED, "Ada")
    assert screen.faults == ["journal: is full; make room"]


def test_what_fails_in_the_background_is_told_unless_the_page_says_otherwise(qtbot, context, screen):
    def fail():
        raise JournalError("journal", "is full", "make room")

    context.run(fail, print)
    qtbot.waitUntil(lambda: bool(screen.noticed))
    heard = []
    context.run(fail, print, heard.append)
    qtbot.waitUntil(lambda: bool(heard))
    assert (len(screen.noticed), screen.faults) == (1, [])


def test_what_somebody_asked_for_is_answered_after_the_page_was_left_and_done_after_they_left(qtbot, context, screen):
    go_on, done, answers = threading.Event(), threading.Event(), []
    context.act(lambda: go_on.wait(20), answers.append)
    context.forget_jobs()
    assert context.acting
    go_on.set()
    qtbot.waitUntil(lambda: answers == [True])
    assert not context.acting

    def fail():
        raise JournalError("journal", "is full", "make room")

    context.act(fail, print)
    qtbot.waitUntil(lambda: bool(screen.faults))
    go_on.clear()
    for _ in range(4):
        context.act(lambda: go_on.wait(20), answers.append)
    context.act(done.set, answers.append)
    context.close()
    go_on.set()
    assert done.wait(20)
    qtbot.wait(10)
    assert answers == [True]


def test_a_part_that_would_lose_something_is_left_after_a_question(context, screen):
    left = []
    context.leave_first(PartOfTests(None), lambda: left.append("at once"))
    context.leave_first(PartOfTests(Unsaved.CHANGES), lambda: left.append("asked"))
    assert (left, screen.asked[0][0]) == (["at once"], "Discard the changes?")
    screen.answers["Keep editing"]()
    assert left == ["at once"]
    screen.answers["Discard"]()
    assert left == ["at once", "asked"]
    context.leave_first(PartOfTests(Unsaved.CHANGES, saving=True), lambda: left.append("saving"))
    assert (left[-1], screen.told) == ("asked", ["One moment: this is not finished yet."])


def test_the_station_is_asked_and_answers(context, services):
    answers = []
    services.station = "the station"
    context.ask_station(lambda station: f"{station} says hello", answers.append)
    assert answers == ["the station says hello"]


def test_a_page_reaches_the_rest_of_the_screen(context, screen):
    context.go("people", person="Ada")
    context.tell("saved")
    context.ask("Erase?", "for good", [("Erase", context.stay), ("Cancel", context.restart)])
    context.pick(wanted_archive(), print, print)
    assert screen.wanted.suffixes == {".zip"}
    screen.answers["Erase"]()
    screen.answers["Cancel"]()
    assert (screen.went, screen.told) == ([("people", {"person": "Ada"})], ["saved"])
    assert (screen.asked, screen.stayed, screen.restarts) == ([("Erase?", "for good")], 1, 1)
