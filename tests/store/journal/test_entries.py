"""Rows as the journal holds them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from kiosk.domain import Candidate, Conditions, Decision, Identification, Outcome, Reason
from kiosk.store.journal import Action, ActionEntry, JournalEntry, as_text, bounds, row_of, stamp

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
DECISION = Decision(Outcome.REFUSED, Reason.TOO_FAR, 1, 2, 0.5, 0, 3)


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch):
    """Puts the machine into a time zone."""
    import time

    def put(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield put
    monkeypatch.undo()
    time.tzset()


def entry_of(decision: Decision) -> JournalEntry:
    return row_of(decision, "dlib", NOON)


def test_row_of_a_decision_without_a_search_holds_what_there_is() -> None:
    entry = entry_of(DECISION)
    assert (entry.person, entry.distance, entry.threshold, entry.conditions) == (None, None, None, None)
    assert (entry.moment, entry.frame, entry.track) == (NOON.replace(microsecond=123000), 2, 1)


def test_row_says_what_the_picture_was_like() -> None:
    seen = Conditions(face_px=120, light=44.5, sharpness=9.25, turn=0.125)
    decision = Decision(Outcome.REFUSED, Reason.TOO_FAR, 1, 2, 0.5, 0, 3, conditions=seen)
    assert entry_of(decision).conditions == seen


def test_row_names_the_granted_person_before_a_nearer_one() -> None:
    found = Identification((Candidate("Ada", 0.2), Candidate("Bo", 0.3)), 0.4, 0.05, 2)
    entry = entry_of(Decision(Outcome.GRANTED, Reason.RECOGNISED, 1, 2, 0.5, 3, 3, "Bo", found))
    assert (entry.person, entry.second_person) == ("Bo", "Ada")


def test_times_sort_as_text() -> None:
    moments = [NOON, NOON + timedelta(milliseconds=1), NOON + timedelta(hours=5)]
    elsewhere = [moment.astimezone(timezone(timedelta(hours=-7))) for moment in moments]
    assert sorted(map(stamp, reversed(elsewhere))) == [stamp(moment) for moment in moments]
    assert ActionEntry(1, stamp(elsewhere[1]), "Ada", Action.ERASED.value, None, None).moment == moments[1].replace(
        microsecond=124000
    )


@pytest.mark.parametrize(
    ("name", "day", "expected"),
    [
        ("UTC", date(2026, 3, 1), ("2026-03-01T00:00:00.000+00:00", "2026-03-02T00:00:00.000+00:00")),
        ("Europe/Berlin", date(2026, 3, 1), ("2026-02-28T23:00:00.000+00:00", "2026-03-01T23:00:00.000+00:00")),
        # Of 23 and of 25 hours: the clock is put forward, and back.
        ("Europe/Berlin", date(2026, 3, 29), ("2026-03-28T23:00:00.000+00:00", "2026-03-29T22:00:00.000+00:00")),
        ("Europe/Berlin", date(2026, 10, 25), ("2026-10-24T22:00:00.000+00:00", "2026-10-25T23:00:00.000+00:00")),
    ],
)
def test_day_lasts_from_midnight_to_midnight_where_the_door_is(zone, name: str, day: date, expected) -> None:
    zone(name)
    assert bounds(day) == expected


@pytest.mark.parametrize("action", list(Action))
def test_every_action_has_a_word_of_its_own(action: Action) -> None:
    assert action.value == action.name.lower()


def test_text_that_utf_8_cannot_hold_is_escaped() -> None:
    assert as_text("a\udcff") == "a\\udcff"
    assert as_text(None) is None
