"""The protocol visits: whole visits through the kiosk's own decision rule, of members and of strangers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Outcome
from kiosk.errors import EvaluationError
from kiosk.evaluation.correlation import chance_of_k_of_n, frame_correlation
from kiosk.evaluation.extractors import Extractor, MakeExtractor
from kiosk.evaluation.rates import Rate, rate_over_people, wilson
from kiosk.evaluation.recordings import (
    RATE_HZ,
    DoorSettings,
    Ending,
    RecordedClip,
    SeenFrame,
    Visit,
    Visits,
    clip_visits,
    clips_in,
    frame_extractor_of,
    record_clips,
    synthetic_recordings,
)
from kiosk.evaluation.running import EvaluationSettings, Result, enrolled, partial_progress
from kiosk.evaluation.samples import Picture, Sample, Show, acquisition_of, people_in, samples_of
from kiosk.evaluation.tables import Table, left_out_notes, rate_cell
from kiosk.people.snapshot import GallerySnapshot

_GALLERIES: Final = (10, 100)
_MOST_PICTURES: Final = 2000


@dataclass(frozen=True, slots=True)
class VisitsRow:
    """Whole visits through the decision rule; N people enrolled with K pictures each."""

    kind: str  # of the frames: pictures, still, clips
    people: int  # N
    templates: int  # K
    frames: int  # in a visit
    seeds: int
    door: DoorSettings
    strangers_granted: Rate
    wrong_person_granted: Rate
    members_refused: Rate
    members_undecided: Rate
    frames_needed: Mapping[str, float]  # of visits that were granted: median, p90
    strangers: int  # people behind the strangers' visits
    members: int  # people behind the members' visits

    def figures(self) -> dict[str, Any]:
        """Return the row for JSON."""
        own = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "door"}
        door = self.door
        return {**own, "threshold": door.threshold, "margin": door.margin, "k": door.rule.k, "n": door.rule.n}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class VisitsResult(Result):
    """Visits of one path."""

    rows: tuple[VisitsRow, ...]
    left_out: tuple[str, ...] = ()  # what the data do not suffice for
    facts: Mapping[str, Any] = field(default_factory=dict)  # further figures, as JSON holds them

    def figures(self) -> dict[str, Any]:
        """See Result."""
        return {"rows": [row.figures() for row in self.rows], "left_out": self.left_out, "facts": self.facts}

    @classmethod
    def table(cls, results: Sequence[Self]) -> Table:
        """See Result."""
        rows = [
            (
                one.path.name,
                *map(str, (row.kind, row.people, row.templates, row.frames)),
                f"{row.door.threshold:.4f}",
                *map(rate_cell, (row.strangers_granted, row.wrong_person_granted)),
                *map(rate_cell, (row.members_refused, row.members_undecided)),
                ", ".join(f"{name} {frames:g}" for name, frames in row.frames_needed.items()) or "-",
            )
            for one in results
            for row in one.rows
        ]
        notes = [
            "still: frames of one picture, moved, lit and blurred; pictures: of several pictures; clips: of a video."
        ]
        if results[0].rows:
            first = results[0].rows[0]
            rule, margin = first.door.rule, first.door.margin
            notes.insert(0, f"{rule.k} of {rule.n} frames, margin {margin:.4f}; {first.seeds} galleries of each size.")
            notes.append(
                "Of two rows, the second has the highest threshold at which none of these strangers was let in."
            )
        notes += left_out_notes([one.left_out for one in results])
        granted = ("strangers granted", "wrong person granted", "members refused", "undecided")
        return Table(("path", "visits", "N", "K", "frames", "threshold", *granted, "frames needed"), rows, notes)


# The gallery and its visitors, drawn by lot ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class RecordedPicture:
    """A picture as it would be enrolled, and as a visit."""

    sample: Sample
    frames: tuple[SeenFrame, ...]  # none where the file cannot be read


People: TypeAlias = Mapping[str, Sequence[RecordedPicture]]


def enrollable(people: People, templates: int) -> list[str]:
    """Return the people with enough pictures to be enrolled."""
    return [person for person, own in people.items() if len(_usable(own)) >= templates]


def draw(
    people: People, size: int, templates: int, encoder: str, rng: np.random.Generator
) -> tuple[GallerySnapshot, People, People]:
    """Return a gallery of `size` people with `templates` pictures each, the other pictures of them, and all others.

    There are fewer people where not as many have the pictures. People who have pictures left for a visit come first,
    so that figures of members rest on as many as possible.
    """
    eligible = enrollable(people, templates)
    order = [eligible[number] for number in rng.permutation(len(eligible))]
    order.sort(key=lambda person: len(people[person]) <= templates)
    stored: list[Sample] = []
    members: dict[str, Sequence[RecordedPicture]] = {}
    for person in order[:size]:
        own = people[person]
        numbers = rng.permutation(_usable(own))[:templates].tolist()
        stored += [own[number].sample for number in numbers]
        members[person] = [one for number, one in enumerate(own) if number not in numbers]
    strangers = {person: own for person, own in people.items() if person not in members}
    return enrolled(encoder, stored), members, strangers


def _usable(own: Sequence[RecordedPicture]) -> list[int]:
    return [number for number, one in enumerate(own) if one.sample.can_be_enrolled]


def still_visits(people: People) -> list[Visit]:
    """Return a visit for each picture: frames of one moment."""
    return [Visit(person, one.frames) for person, own in people.items() for one in own if one.frames]


def mixed_visits(people: People, frames: int, rng: np.random.Generator) -> Iterator[Visit]:
    """Yield a visit for each person with two or more pictures; its frames take turns through the pictures."""
    for person, own in people.items():
        readable = [one for one in own if one.frames]
        if len(readable) < 2:
            continue
        order = [readable[number].frames for number in rng.permutation(len(readable))]
        chosen = [order[number % len(order)][number // len(order)] for number in range(frames)]
        yield Visit(
            person,
            tuple(
                SeenFrame(number / RATE_HZ, tuple(replace(face, track=1) for face in frame.faces))
                for number, frame in enumerate(chosen)
            ),
        )


def visiting(pictures: Sequence[Picture], templates: int, seed: int) -> list[int]:
    """Return the numbers of the pictures that become visits; in a large folder not all, because each is many frames.

    All people who may be enrolled and have a picture left come; others are drawn by the seed, as whole people, up to
    2,000 pictures.
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


# Counting ---------------------------------------------------------------------------------------------------------

_CURVE: Final = np.round(np.arange(-0.15, 0.031, 0.03), 6)  # thresholds, relative to the one in force
_HIGHEST: Final = 0.04  # above the one in force: limit of the search for the highest threshold without strangers
_ENOUGH: Final = 300  # visits of strangers: a threshold that admits none of them admits at most 1 % (95 %)
_STEPS: Final = 12  # of bisection, to less than a thousandth


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Visits of one kind to galleries of one size, one for each seed."""

    kind: str
    people: int  # N
    templates: int  # K
    frames: int  # of a visit
    members: Sequence[Visits]
    strangers: Sequence[Visits]
    among: Sequence[Visits] = ()  # further strangers, for the spread between people; see frame_correlation

    def rows(self, door: DoorSettings) -> list[VisitsRow]:
        """Return a row at the threshold in force, and one at the highest threshold that admits no stranger here."""
        rows = [self.row(door)]
        if sum(len(one.visits) for one in self.strangers) >= _ENOUGH:
            rows.append(self.row(replace(door, threshold=self.highest_without_strangers(door))))
        return rows

    def row(self, door: DoorSettings) -> VisitsRow:
        """Return the counts for one door."""
        endings, granted = self._members(door), self._strangers(door)
        owners = [person for person, _ in endings]
        needed = [end.frames for person, end in endings if end.granted_as == person]
        return VisitsRow(
            kind=self.kind,
            people=self.people,
            templates=self.templates,
            frames=self.frames,
            seeds=len(self.members),
            door=door,
            strangers_granted=_rate([let_in for _, let_in in granted], [person for person, _ in granted]),
            wrong_person_granted=_rate([end.granted_as not in {None, person} for person, end in endings], owners),
            members_refused=_rate([end.outcome is Outcome.REFUSED for _, end in endings], owners),
            members_undecided=_rate([end.outcome is Outcome.PENDING for _, end in endings], owners),
            frames_needed={"median": float(np.median(needed)), "p90": float(np.quantile(needed, 0.9))}
            if needed
            else {},
            strangers=len({person for person, _ in granted}),
            members=len(set(owners)),
        )

    def _members(self, door: DoorSettings) -> list[tuple[str, Ending]]:
        return [
            (visit.person, end)
            for one in self.members
            for visit, end in zip(one.visits, one.endings(door), strict=True)
        ]

    def _strangers(self, door: DoorSettings) -> list[tuple[str, bool]]:
        """Return the person of each visit, and whether the door opened."""
        came = []
        for one in self.strangers:
            granted = set(one.granted(door))
            came += [(visit.person, number in granted) for number, visit in enumerate(one.visits)]
        return came

    def highest_without_strangers(self, door: DoorSettings) -> float:
        """Return the highest threshold at which none of these strangers is granted: by bisection, rounded down."""
        low, high = 0.0, door.threshold + _HIGHEST
        # A visit that is refused at a high threshold is nearly always refused at a lower one.
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

    def facts(self, door: DoorSettings) -> dict[str, Any]:
        """Return the rates at thresholds around the one in force, and the correlation of the strangers' frames."""
        facts: dict[str, Any] = {}
        for threshold in (door.threshold + _CURVE).tolist():
            if threshold > 0:
                at = replace(door, threshold=threshold)
                facts[f"at {threshold:.4f}"] = {
                    "strangers_granted": _share([let_in for _, let_in in self._strangers(at)]),
                    "members_not_granted": _share([end.outcome is not Outcome.GRANTED for _, end in self._members(at)]),
                }
        correlated = frame_correlation(_distances(self.strangers), _distances(self.among))
        return {**facts, "frames": asdict(correlated), "visits": self._predicted(door, correlated.correlation)}

    def _predicted(self, door: DoorSettings, correlation: float | None) -> dict[str, float | None] | None:
        """Return the strangers' visits that are granted: predicted from single frames, and counted."""
        shares = [share for one in self.strangers if (share := one.named_share(door)) is not None]
        if not shares:
            return None
        rate, rule = float(np.mean(shares)), door.rule
        return {
            "frame_rate": rate,  # of frames that name a person by themselves
            "foretold": None if correlation is None else chance_of_k_of_n(rate, rule.k, rule.n, correlation),
            "counted": _share([let_in for _, let_in in self._strangers(door)]),
        }


def _distances(several: Sequence[Visits]) -> list[NDArray[np.float32]]:
    return [distances for one in several for distances in one.distances]


def _rate(wrong: Sequence[bool], people: Sequence[str]) -> Rate:
    return rate_over_people(wrong, people) if any(wrong) else wilson(0, len(wrong))


def _share(cases: Sequence[bool]) -> float | None:
    return sum(cases) / len(cases) if cases else None


# The protocol ---------------------------------------------------------------------------------------------------------


class VisitsProtocol:
    """Visits of the people of a folder; raises EvaluationError where there are no pictures, or no folder of clips."""

    name = "visits"

    def __init__(self, settings: EvaluationSettings) -> None:
        self.pictures: Sequence[Picture] = people_in(settings.folder)
        self._clips = clips_in(settings.clips or settings.folder)
        self._galleries = settings.galleries or _GALLERIES
        self._templates = settings.templates[0] if settings.templates else 5
        self._frames = settings.frames
        self._seeds = settings.seeds or 3
        self._seed = settings.seed
        self._rule = settings.rule
        self._visiting = visiting(self.pictures, self._templates, self._seed)
        self.steps = len(self.pictures) + len(self._visiting)
        self.settings: Mapping[str, Any] = {
            "gallery": list(self._galleries),
            "templates": self._templates,
            "frames": self._frames,
            "clips": settings.clips,
        }

    def measure(self, extractor: Extractor, make: MakeExtractor, show: Show) -> VisitsResult:
        """Return the figures of one path; raises EvaluationError where nobody has enough pictures to be enrolled."""
        frames = frame_extractor_of(extractor)
        samples = samples_of(self.pictures, extractor, make, partial_progress(0, self.steps, show))
        further = partial_progress(len(self.pictures), self.steps, show)
        coming = [self.pictures[number] for number in self._visiting]
        seen = synthetic_recordings(coming, frames, make, self._frames, further)
        recordings = dict(zip(self._visiting, seen, strict=True))
        clips, broken = record_clips(self._clips, frames, self._frames)
        people: dict[str, list[RecordedPicture]] = {}
        for number, sample in enumerate(samples):
            people.setdefault(sample.person, []).append(RecordedPicture(sample, recordings.get(number, ())))
        most = len(enrollable(people, self._templates))
        if not most:
            raise EvaluationError(
                f"{len(people)} people",
                f"none of them has {self._templates} pictures that can be enrolled",
                "enrol each with fewer (--templates), or name a folder with more pictures",
            )
        rows: list[VisitsRow] = []
        facts: dict[str, Any] = {}
        for size in sorted({min(size, most) for size in self._galleries}):
            door = frames.door(size, self._rule)
            for trial in self._trials(people, clips, size, door, extractor.label.encoder):
                rows += trial.rows(door)
                facts[f"{trial.kind}, N = {size}"] = trial.facts(door)
        few = f"{self._templates} pictures" if self._templates > 1 else "a picture"
        left_out = [
            f"N = {size}: only {most} people have {few} to enrol"
            for size in sorted(set(self._galleries))
            if size > most
        ]
        return VisitsResult(
            path=extractor.label,
            acquisition=acquisition_of(samples),
            rows=tuple(rows),
            left_out=(*left_out, *broken),
            facts=facts,
        )

    def _trials(
        self,
        people: People,
        clips: Sequence[RecordedClip],
        size: int,
        door: DoorSettings,
        encoder: str,
    ) -> Iterator[Trial]:
        """Yield a trial for each kind of visit that there is, for one size of gallery."""
        members: dict[str, list[Visits]] = {"still": [], "pictures": [], "clips": []}
        strangers: dict[str, list[Visits]] = {kind: [] for kind in members}
        for seed in range(self._seeds):
            rng = np.random.default_rng([self._seed, size, seed])
            gallery, enrolled_people, others = draw(people, size, self._templates, encoder, rng)
            known, unknown = _of_clips(clips, gallery, door.rule.k)
            for visits, those, clipped in ((members, enrolled_people, known), (strangers, others, unknown)):
                several = [still_visits(those), [*mixed_visits(those, self._frames, rng)], clipped]
                for own, made in zip(visits.values(), several, strict=True):
                    own.append(Visits(made, gallery, door.comparison))
        for kind, own in members.items():
            if any(one.visits for one in (*own, *strangers[kind])):
                among = strangers["still"] if kind == "clips" else ()
                yield Trial(kind, size, self._templates, self._frames, own, strangers[kind], among)


def _of_clips(clips: Sequence[RecordedClip], gallery: GallerySnapshot, least: int) -> tuple[list[Visit], list[Visit]]:
    """Return visits of members, under their names in the gallery, and of strangers."""
    known: list[Visit] = []
    unknown: list[Visit] = []
    for clip, parts in clips:
        name = None if clip.person is None else gallery.person(clip.person)
        for visit in clip_visits(clip, parts, least):
            (unknown if name is None else known).append(visit if name is None else replace(visit, person=name))
    return known, unknown
