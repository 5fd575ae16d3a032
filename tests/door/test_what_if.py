"""What another threshold would have changed: counted from rows as the door writes them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.domain import Candidate, Decision, Identification, Outcome, Reason
from kiosk.door.matching import Changes, past_decisions
from kiosk.store.journal import Journal

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
GRANTED, REFUSED = (Outcome.GRANTED, Reason.RECOGNISED), (Outcome.REFUSED, Reason.TOO_FAR)


def decision(what: tuple[Outcome, Reason], nearest: float | None, second: float | None = None) -> Decision:
    candidates = [Candidate(name, at) for name, at in (("Ada", nearest), ("Bo", second)) if at is not None]
    found = Identification(tuple(candidates), 0.4, 0.05, len(candidates))
    return Decision(what[0], what[1], 1, 1, 1.0, 3, 3, "Ada" if what is GRANTED else None, found)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    made = Journal(tmp_path / "journal.sqlite3")
    for what, nearest, second in [
        (GRANTED, 0.20, 0.80),
        (GRANTED, 0.38, 0.70),
        (GRANTED, 0.39, None),
        (REFUSED, 0.44, 0.60),
        (REFUSED, 0.47, 0.49),
        (REFUSED, 0.90, 0.95),
        ((Outcome.REFUSED, Reason.AMBIGUOUS), 0.30, 0.32),
    ]:
        made.record(decision(what, nearest, second), "dlib_resnet", NOW - timedelta(days=2))
    return made


def changes(journal: Journal, threshold: float, margin: float = 0.05) -> Changes:
    return past_decisions(journal, "dlib_resnet", NOW).with_numbers(threshold, margin)


def test_stricter_threshold_would_have_refused_some(journal: Journal) -> None:
    assert changes(journal, 0.385) == Changes(7, let_in=0, refused=1)
    assert changes(journal, 0.1) == Changes(7, let_in=0, refused=3)


def test_more_lenient_one_would_have_let_in_those_who_were_clear(journal: Journal) -> None:
    assert changes(journal, 0.45) == Changes(7, let_in=1, refused=0)
    assert changes(journal, 0.5) == Changes(7, let_in=1, refused=0)
    assert changes(journal, 0.5, margin=0.0).changed == 3


def test_other_encoders_older_rows_and_what_no_distance_settled_do_not_count(journal: Journal) -> None:
    far = decision(REFUSED, 0.9, 0.95)
    journal.record(far, "sface", NOW - timedelta(days=1))
    journal.record(far, "dlib_resnet", NOW - timedelta(days=8))
    for outcome, reason in [
        (Outcome.GRANTED, Reason.TESTED),
        (Outcome.REFUSED, Reason.FAULT),
        (Outcome.REFUSED, Reason.SUSPENDED),
        (Outcome.REFUSED, Reason.NOBODY_ENROLLED),
    ]:
        journal.record(replace(far, outcome=outcome, reason=reason), "dlib_resnet", NOW - timedelta(days=1))
    assert changes(journal, 1.9).considered == 7
