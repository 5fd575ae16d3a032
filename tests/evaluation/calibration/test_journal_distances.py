"""What the journal says of distances at the door."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain import Candidate, Decision, Identification, Outcome, Reason
from kiosk.evaluation.calibration.calibrating import DAYS, journal_distances
from kiosk.people.snapshot import GallerySnapshot
from kiosk.store.journal import Journal

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.sqlite3")


def visit(
    journal: Journal,
    person: str,
    distance: float,
    second: float | None = 0.9,
    *,
    reason: Reason = Reason.RECOGNISED,
    encoder: str = "dlib_resnet",
    days: int = 1,
) -> None:
    granted = reason in {Reason.RECOGNISED, Reason.RETURNED}
    others = () if second is None else (Candidate("Somebody", second),)
    found = Identification((Candidate(person, distance), *others), 0.4, 0.04, 12)
    outcome = Outcome.GRANTED if granted else Outcome.REFUSED
    decision = Decision(outcome, reason, 1, 1, 1.0, 3, 3, person if granted else None, found)
    journal.record(decision, encoder, NOW - timedelta(days=days))


@pytest.fixture
def gallery(make_gallery: Callable[..., GallerySnapshot]) -> GallerySnapshot:
    return make_gallery(12, 2)


def test_who_was_let_in_is_compared_with_themselves_and_with_all_others(
    journal: Journal, gallery: GallerySnapshot
) -> None:
    visit(journal, "Person_3", 0.25, 0.81)
    visit(journal, "Person_3", 0.31, 0.77, reason=Reason.RETURNED)
    visit(journal, "Person_7", 0.2, None)
    between, within = journal_distances(journal, gallery, NOW)
    assert between.distances.tolist() == [0.81, 0.77]
    assert between.among.tolist() == [11, 11]
    assert np.isinf(between.limits).all()
    assert within.distances.tolist() == [0.25, 0.31, 0.2]
    assert within.limits.tolist() == [0.4] * 3
    assert within.templates.tolist() == [2] * 3
    assert within.weights.tolist() == [0.5, 0.5, 1]
    assert len(np.unique(within.people)) == 2


def test_refusals_other_encoders_old_rows_and_people_who_left_stay_out(
    journal: Journal, gallery: GallerySnapshot
) -> None:
    visit(journal, "Person_3", 0.5, reason=Reason.TOO_FAR)
    visit(journal, "Person_3", 0.3, reason=Reason.TESTED)
    visit(journal, "Person_3", 0.3, encoder="sface")
    visit(journal, "Person_3", 0.3, days=DAYS + 1)
    visit(journal, "Gone", 0.3)
    between, within = journal_distances(journal, gallery, NOW)
    assert len(between.distances) == len(within.distances) == 0


def test_an_empty_journal_or_gallery_says_nothing(
    journal: Journal, make_gallery: Callable[..., GallerySnapshot]
) -> None:
    for gallery in (make_gallery(12, 2), make_gallery(0, 1)):
        between, within = journal_distances(journal, gallery, NOW)
        assert between.people.shape == within.people.shape == (0, 2)
