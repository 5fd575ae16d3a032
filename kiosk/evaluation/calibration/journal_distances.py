"""What the door's own camera has seen: distances that the journal holds of people who were let in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from kiosk.domain import Outcome, Reason
from kiosk.evaluation.calibration_model.distances import Comparisons
from kiosk.names import person_key
from kiosk.people.gallery import GallerySnapshot
from kiosk.store.journal import Journal, JournalEntry

DAYS: Final = 90
_RECOGNISED = {Reason.RECOGNISED.value, Reason.RETURNED.value}


def journal_distances(journal: Journal, gallery: GallerySnapshot, now: datetime) -> tuple[Comparisons, Comparisons]:
    """Of members let in during the last 90 days: to the nearest other person, and to themselves.

    The nearest other person is an impostor comparison with everybody else at once. The distance to themselves was
    written down only where it lay within the threshold of the day. Each person weighs the same. Refusals stay out:
    nobody knows whether a stranger was refused or a member. Raises JournalError.
    """
    return distances_of(journal.since(now - timedelta(days=DAYS)), gallery)


def distances_of(entries: Iterable[JournalEntry], gallery: GallerySnapshot) -> tuple[Comparisons, Comparisons]:
    """The same of some entries."""
    numbers = {person_key(person): number for number, person in enumerate(gallery.people)}
    granted = [entry for entry in entries if _counts(entry, gallery.encoder, numbers)]
    sizes = np.bincount(gallery.owners, minlength=len(gallery.people))
    usual = round(float(sizes.mean())) if len(sizes) else 1
    own = [(entry, numbers[person_key(entry.person or "")]) for entry in granted]
    others = [(entry, person) for entry, person in own if entry.second_distance is not None and _others(entry) > 0]
    return (
        _comparisons(
            others, [entry.second_distance or 0.0 for entry, _ in others], [usual] * len(others), seconds=True
        ),
        _comparisons(own, [entry.distance or 0.0 for entry, _ in own], [int(sizes[person]) for _, person in own]),
    )


def _counts(entry: JournalEntry, encoder: str, people: dict[str, int]) -> bool:
    let_in = entry.outcome == Outcome.GRANTED.value and entry.reason in _RECOGNISED
    known = entry.person is not None and person_key(entry.person) in people
    return let_in and known and entry.encoder == encoder and entry.distance is not None and bool(entry.threshold)


def _others(entry: JournalEntry) -> int:
    return (entry.gallery_size or 0) - 1


def _comparisons(
    rows: Sequence[tuple[JournalEntry, int]],
    distances: Sequence[float],
    templates: Sequence[int],
    *,
    seconds: bool = False,
) -> Comparisons:
    times = Counter(person for _, person in rows)
    among = [_others(entry) if seconds else 1 for entry, _ in rows]
    limits = [np.inf if seconds else entry.threshold or np.inf for entry, _ in rows]
    people = np.array([[person, person] for _, person in rows], np.intp).reshape(-1, 2)
    weights = np.array([1 / times[person] for _, person in rows])
    return Comparisons(
        np.array(distances, np.float64),
        np.array(templates, np.intp),
        np.array(among, np.intp),
        np.array(limits, np.float64),
        people,
        weights,
    )
