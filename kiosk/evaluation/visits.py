"""Whole visits through the kiosk's own decision rule: what a door's owner means by how often it errs."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Embedding, Template
from kiosk.door.decision import RuleSettings
from kiosk.errors import EvaluationError
from kiosk.evaluation.correlation import Likeness, foretell, likeness
from kiosk.evaluation.extractors import Recipe
from kiosk.evaluation.features import Picture, Sample, Show, acquisition_of, people_in, samples_of
from kiosk.evaluation.intervals import Rate, rate_over_people, wilson
from kiosk.evaluation.recordings import (
    RATE_HZ,
    Watched,
    Watcher,
    clips_in,
    standing_recordings,
    watch_clips,
    watcher_of,
)
from kiosk.evaluation.replay import Door, End, Ending, SeenFrame, Visit, Visits
from kiosk.evaluation.results import EvaluationReport, PathLabel, VisitsResult, VisitsRow
from kiosk.people.snapshot import GallerySnapshot

_TWO: Final = 2  # pictures, without which a visit is no visit of several


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A picture, as it would be enrolled and as somebody who stands before the camera."""

    sample: Sample
    frames: tuple[SeenFrame, ...]  # none where the file cannot be read


People: TypeAlias = Mapping[str, Sequence[Shown]]


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A gallery, and what is left of the pictures."""

    gallery: GallerySnapshot
    members: People  # pictures that are not enrolled, of people who are
    strangers: People


def by_person(shown: Iterable[Shown]) -> dict[str, list[Shown]]:
    """Whose pictures they are, in the order given."""
    people: dict[str, list[Shown]] = {}
    for one in shown:
        people.setdefault(one.sample.person, []).append(one)
    return people


def able(people: People, templates: int) -> list[str]:
    """Who has pictures enough to be enrolled."""
    return [person for person, shown in people.items() if len(_acquired(shown)) >= templates]


def draw(people: People, size: int, templates: int, encoder: str, rng: np.random.Generator) -> Drawn:
    """Enrols `size` people with so many pictures each, or as many people as have them.

    People who have pictures left for a visit come first, so that figures of members stand on as many as can be.
    """
    eligible = able(people, templates)
    order = [eligible[number] for number in rng.permutation(len(eligible))]
    order.sort(key=lambda person: len(people[person]) <= templates)
    enrolled: list[Template] = []
    members: dict[str, Sequence[Shown]] = {}
    for person in order[:size]:
        shown = people[person]
        numbers = rng.permutation(_acquired(shown))[:templates].tolist()
        enrolled += _templates([shown[number].sample for number in numbers], encoder)
        members[person] = [one for number, one in enumerate(shown) if number not in numbers]
    strangers = {person: shown for person, shown in people.items() if person not in members}
    return Drawn(GallerySnapshot(encoder, tuple(enrolled)), members, strangers)


def standing_visits(people: People) -> list[Visit]:
    """A visit for each picture: frames of one moment, as like each other as at a door."""
    return [Visit(person, one.frames) for person, shown in people.items() for one in shown if one.frames]


def mixed_visits(people: People, frames: int, rng: np.random.Generator) -> Iterator[Visit]:
    """A visit for each person with two pictures or more: its frames are of as many of them as there are, in turns."""
    for person, shown in people.items():
        readable = [one for one in shown if one.frames]
        if len(readable) < _TWO:
            continue
        order = [readable[number].frames for number in rng.permutation(len(readable))]
        chosen = [order[number % len(order)][number // len(order)] for number in range(frames)]
        yield Visit(person, tuple(_moment(frame, number) for number, frame in enumerate(chosen)))


def _moment(frame: SeenFrame, number: int) -> SeenFrame:
    """The frame as one of a face that is followed."""
    return SeenFrame(number / RATE_HZ, tuple(replace(face, track=1) for face in frame.faces))


def _acquired(shown: Sequence[Shown]) -> list[int]:
    return [number for number, one in enumerate(shown) if one.sample.template is not None]


def _templates(samples: Iterable[Sample], encoder: str) -> Iterator[Template]:
    for one in samples:
        if one.template is not None:
            yield Template(one.person, Embedding(one.template, encoder), one.picture)


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


STILL, PICTURES, CLIPS = "still", "pictures", "clips"
_MOST_PICTURES: Final = 2000


@dataclass(frozen=True, slots=True)
class Asked:
    """What is measured."""

    gallery: tuple[int, ...] = (10, 100)  # N, as far as the pictures go
    templates: int = 5  # K
    frames: int = 5  # of a visit
    seeds: int = 3  # galleries of each size
    seed: int = 0
    clips: Path | None = None  # a folder of clips; None = the folder of the pictures


def run_visits(
    folder: Path,
    recipes: Sequence[Recipe],
    rule: RuleSettings,
    asked: Asked,
    *,
    cache: Path,
    show: Show,
    settings: Mapping[str, Any] | None = None,
) -> EvaluationReport:
    """Measures every path; `settings` are for the report. Raises KioskError."""
    started = time.perf_counter()
    pictures = people_in(folder)
    clips = clips_in(asked.clips or folder)
    coming = who_comes(pictures, asked.templates, asked.seed)
    extractors = [recipe.make() for recipe in recipes]
    total = (len(pictures) + len(coming)) * len(recipes)
    results = []
    for number, (recipe, extractor) in enumerate(zip(recipes, extractors, strict=True)):
        before = number * (len(pictures) + len(coming))
        watcher = watcher_of(recipe)
        enrolled = _enrolled(pictures, asked.templates)
        samples = samples_of(pictures, extractor, recipe, cache, _from(before, total, show), templates=enrolled)
        further = _from(before + len(pictures), total, show)
        seen = standing_recordings(
            [pictures[number] for number in coming], watcher, recipe, cache, frames=asked.frames, show=further
        )
        recordings = dict(zip(coming, seen, strict=True))
        watched, broken = watch_clips(clips, watcher, cache, asked.frames)
        people = by_person(Shown(sample, recordings.get(number, ())) for number, sample in enumerate(samples))
        result = judge_visits(extractor.label, people, watched, partial(_door, watcher, rule), asked)
        results.append(replace(result, left_out=(*result.left_out, *broken)))
    return EvaluationReport("visits", folder, asked.seed, time.perf_counter() - started, settings or {}, tuple(results))


def who_comes(pictures: Sequence[Picture], templates: int, seed: int) -> list[int]:
    """Numbers of the pictures whose people come to the door; of a large folder not all, since each is seen as frames.

    Whoever may be enrolled and has a picture left comes, and of the others as many, whole people drawn by the seed, as
    make 2,000 pictures.
    """
    counts = Counter(picture.person for picture in pictures)
    names = list(counts)
    drawn = [names[number] for number in np.random.default_rng(seed).permutation(len(names))]
    drawn.sort(key=lambda person: counts[person] <= templates)
    coming: set[str] = set()
    room = _MOST_PICTURES
    for person in drawn:
        room -= counts[person]
        if room >= 0 or counts[person] > templates:
            coming.add(person)
    return [number for number, picture in enumerate(pictures) if picture.person in coming]


def judge_visits(
    path: PathLabel, people: People, clips: Sequence[Watched], door: Callable[[int], Door], asked: Asked
) -> VisitsResult:
    """The figures of one path; `door` is the one in force where so many are enrolled.

    Raises EvaluationError where nobody has pictures enough to be enrolled.
    """
    eligible = able(people, asked.templates)
    if not eligible:
        raise EvaluationError(
            f"{len(people)} people",
            f"none of them has {asked.templates} pictures that can be enrolled",
            "enrol each with fewer (--templates), or name a folder with more pictures",
        )
    sizes = sorted({min(size, len(eligible)) for size in asked.gallery})
    rows: list[VisitsRow] = []
    facts: dict[str, Any] = {}
    for size in sizes:
        for trial in _trials(people, clips, size, door(size), asked, encoder=path.encoder):
            rows += trial.rows(door(size))
            facts[trial.name] = trial.facts(door(size))
    return VisitsResult(
        path=path,
        acquisition=acquisition_of([one.sample for shown in people.values() for one in shown]),
        rows=tuple(rows),
        left_out=tuple(_left_out(eligible, asked)),
        facts=facts,
    )


def _trials(
    people: People, clips: Sequence[Watched], size: int, door: Door, asked: Asked, *, encoder: str
) -> Iterator[Trial]:
    """Those of one size of gallery: one for each kind of visit that there is."""
    members: dict[str, list[Visits]] = {STILL: [], PICTURES: [], CLIPS: []}
    strangers: dict[str, list[Visits]] = {STILL: [], PICTURES: [], CLIPS: []}
    for seed in range(asked.seeds):
        rng = np.random.default_rng([asked.seed, size, seed])
        drawn = draw(people, size, asked.templates, encoder, rng)
        known, unknown = _of_clips(clips, drawn.gallery, door.rule.k)
        for visits, those, clipped in ((members, drawn.members, known), (strangers, drawn.strangers, unknown)):
            kinds = {STILL: standing_visits(those), PICTURES: [*mixed_visits(those, asked.frames, rng)], CLIPS: clipped}
            for kind, own in kinds.items():
                visits[kind].append(Visits(own, drawn.gallery, door.comparison))
    for kind in (STILL, PICTURES, CLIPS):
        if any(one.visits for one in (*members[kind], *strangers[kind])):
            among = strangers[STILL] if kind == CLIPS else ()
            yield Trial(kind, size, asked.templates, asked.frames, members[kind], strangers[kind], among)


def _of_clips(clips: Sequence[Watched], gallery: GallerySnapshot, least: int) -> tuple[list[Visit], list[Visit]]:
    """Visits of members, under the names that the gallery has for them, and of strangers."""
    known: list[Visit] = []
    unknown: list[Visit] = []
    for watched in clips:
        name = None if watched.clip.person is None else gallery.person(watched.clip.person)
        for visit in watched.visits(least):
            (unknown if name is None else known).append(visit if name is None else replace(visit, person=name))
    return known, unknown


def _left_out(eligible: Sequence[str], asked: Asked) -> Iterator[str]:
    for size in sorted(set(asked.gallery)):
        if size > len(eligible):
            pictures = f"{asked.templates} pictures" if asked.templates > 1 else "a picture"
            yield f"N = {size}: only {len(eligible)} people have {pictures} to enrol"


def _enrolled(pictures: Sequence[Picture], templates: int) -> Callable[[Picture], bool]:
    """Whether a picture may become a template: its person has enough of them."""
    counts = Counter(picture.person for picture in pictures)
    return lambda picture: counts[picture.person] >= templates


def _door(watcher: Watcher, rule: RuleSettings, people: int) -> Door:
    threshold, margin = watcher.numbers(people)
    return Door(threshold, margin, rule, watcher.comparison, watcher.pooling_frames, watcher.pooling_limit)


def _from(before: int, total: int, show: Show) -> Show:
    return lambda done, _: show(before + done, total)
