"""What another threshold would have made of the decisions in the journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Outcome, Reason
from kiosk.store.journal import Journal, JournalEntry

DAYS = 7
# Decisions that a distance settled. The others (a fault, a test, nobody enrolled) no threshold would have changed.
_BY_DISTANCE = {reason.value for reason in (Reason.RECOGNISED, Reason.RETURNED, Reason.TOO_FAR, Reason.AMBIGUOUS)}


@dataclass(frozen=True, slots=True)
class Changes:
    """How many decisions would have fallen otherwise."""

    considered: int
    let_in: int  # of those that were refused
    refused: int  # of those that were let in

    @property
    def changed(self) -> int:
        return self.let_in + self.refused


class PastDecisions:
    """Decisions of one encoder as numbers, so that a slider may ask again and again.

    An estimate: each decision is judged by the frame that settled it, though it took several to be let in.
    """

    def __init__(self, entries: Iterable[JournalEntry], encoder: str) -> None:
        rows = [
            (entry.distance, entry.second_distance, entry.outcome == Outcome.GRANTED.value)
            for entry in entries
            if entry.encoder == encoder and entry.reason in _BY_DISTANCE and entry.distance is not None
        ]
        self._distances = _numbers([distance for distance, _, _ in rows])
        # Nobody else in the gallery is farther than anybody.
        self._seconds = _numbers([np.inf if second is None else second for _, second, _ in rows])
        self._granted = np.array([granted for _, _, granted in rows], bool)

    def with_numbers(self, threshold: float, margin: float) -> Changes:
        """What this threshold and this margin would have changed."""
        named = (self._distances <= threshold) & (self._seconds - self._distances >= margin)
        return Changes(
            considered=len(self._granted),
            let_in=int(np.count_nonzero(named & ~self._granted)),
            refused=int(np.count_nonzero(~named & self._granted)),
        )


def past_decisions(journal: Journal, encoder: str, now: datetime) -> PastDecisions:
    """Those of the last seven days; raises JournalError."""
    return PastDecisions(journal.since(now - timedelta(days=DAYS)), encoder)


def _numbers(values: list[float]) -> NDArray[np.float64]:
    return np.array(values, np.float64)
