"""Visits of one kind at galleries of one size, and what is counted of them at one threshold and at others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kiosk.evaluation.protocols.correlation import Likeness, foretell, likeness
from kiosk.evaluation.protocols.replay import Door, End, Ending, Visits
from kiosk.evaluation.protocols.results import VisitsRow
from kiosk.evaluation.rates.intervals import Rate, rate_over_people, wilson

_CURVE: Final = np.round(np.arange(-0.15, 0.031, 0.03), 6)  # thresholds, from the one in force
_HIGHEST: Final = 0.04  # above the one in force: so far the highest threshold without strangers is looked for
_ENOUGH: Final = 300  # visits of strangers, with which no threshold that lets nobody in lets in more than 1 % (95 %)
_STEPS: Final = 12  # of bisection, which finds it to less than a thousandth


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One gallery a seed."""

    kind: str  # what the frames of a visit are
    people: int  # N
    templates: int  # K
    frames: int  # of a visit
    members: Sequence[Visits]
    strangers: Sequence[Visits]
    among: Sequence[Visits] = ()  # further strangers, who say how far apart people are; see likeness

    def rows(self, door: Door) -> list[VisitsRow]:
        """At the threshold in force, and at the highest one at which no stranger was let in."""
        rows = [self.row(door)]
        if sum(len(one.visits) for one in self.strangers) >= _ENOUGH:
            rows.append(self.row(replace(door, threshold=self.highest_without_strangers(door))))
        return rows

    def row(self, door: Door) -> VisitsRow:
        """What is counted at one door."""
        endings = self._members(door)
        owners = [person for person, _ in endings]
        granted = self._strangers(door)
        return VisitsRow(
            kind=self.kind,
            people=self.people,
            templates=self.templates,
            frames=self.frames,
            seeds=len(self.members),
            threshold=door.threshold,
            margin=door.margin,
            k=door.rule.k,
            n=door.rule.n,
            strangers_granted=_rate([let_in for _, let_in in granted], [person for person, _ in granted]),
            wrong_person_granted=_rate([end.granted_as not in {None, person} for person, end in endings], owners),
            members_refused=_rate([end.end is End.REFUSED for _, end in endings], owners),
            members_undecided=_rate([end.end is End.UNDECIDED for _, end in endings], owners),
            frames_needed=_needed([end.frames for person, end in endings if end.granted_as == person]),
            strangers=len({person for person, _ in granted}),
            members=len(set(owners)),
        )

    def _members(self, door: Door) -> list[tuple[str, Ending]]:
        """Who came, and what became of it."""
        return [
            (visit.person, end)
            for one in self.members
            for visit, end in zip(one.visits, one.endings(door), strict=True)
        ]

    def _strangers(self, door: Door) -> list[tuple[str, bool]]:
        """Who came, and whether the door opened, as for whomever."""
        came = []
        for one in self.strangers:
            granted = set(one.granted(door))
            came += [(visit.person, number in granted) for number, visit in enumerate(one.visits)]
        return came

    def highest_without_strangers(self, door: Door) -> float:
        """The threshold up to which none of these very visits of strangers is granted: by bisection, rounded down."""
        low, high = 0.0, door.threshold + _HIGHEST
        # Who is refused at a high threshold is refused at a lower one, or so nearly always that the row will tell.
        granted = [(one, one.granted(replace(door, threshold=high))) for one in self.strangers]
        if not any(numbers for _, numbers in granted):
            return high
        for _ in range(_STEPS):
            middle = (low + high) / 2
            at_middle = replace(door, threshold=middle)
            if any(one.granted(at_middle, numbers) for one, numbers in granted):
                high = middle
            else:
                low = middle
        return low

    @property
    def name(self) -> str:
        """Which visits these are."""
        return f"{self.kind}, N = {self.people}"

    def facts(self, door: Door) -> dict[str, Any]:
        """Rates at thresholds around the one in force, and how alike the frames are."""
        thresholds = [float(threshold) for threshold in door.threshold + _CURVE if threshold > 0]
        alike = likeness(_distances(self.strangers), _distances(self.among))
        return {
            **{f"at {threshold:.4f}": self._at(replace(door, threshold=threshold)) for threshold in thresholds},
            "frames": asdict(alike),
            "visits": self._foretold(door, alike),
        }

    def _foretold(self, door: Door, alike: Likeness) -> dict[str, Any] | None:
        shares = [share for one in self.strangers if (share := one.named_share(door)) is not None]
        granted = _share([let_in for _, let_in in self._strangers(door)])
        if granted is None or not shares:
            return None
        return asdict(foretell(float(np.mean(shares)), door, alike, granted))

    def _at(self, door: Door) -> dict[str, float | None]:
        return {
            "strangers_granted": _share([let_in for _, let_in in self._strangers(door)]),
            "members_not_granted": _share([end.end is not End.GRANTED for _, end in self._members(door)]),
        }


def _distances(several: Sequence[Visits]) -> list[NDArray[np.float32]]:
    return [distances for one in several for distances in one.distances]


def _rate(wrong: Sequence[bool], people: Sequence[str]) -> Rate:
    """With the interval over people, who come several times, where that is the wider one."""
    return rate_over_people(wrong, people) if any(wrong) else wilson(0, len(wrong))


def _share(cases: Sequence[bool]) -> float | None:
    return sum(cases) / len(cases) if cases else None


def _needed(frames: Sequence[int]) -> dict[str, float]:
    return {} if not frames else {"median": float(np.median(frames)), "p90": float(np.quantile(frames, 0.9))}
