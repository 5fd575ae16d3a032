"""Whole visits through the kiosk's own decision rule: what a door's owner means by how often it errs."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from kiosk.door.decision import RuleSettings
from kiosk.errors import EvaluationError
from kiosk.evaluation.protocols.clips import Watched, clips_in, watch_clips
from kiosk.evaluation.protocols.drawing import People, Shown, able, by_person, draw, mixed_visits, standing_visits
from kiosk.evaluation.protocols.extractors import Recipe
from kiosk.evaluation.protocols.features import Picture, Show, acquisition_of, people_in, samples_of
from kiosk.evaluation.protocols.recordings import standing_recordings
from kiosk.evaluation.protocols.replay import Door, Visits
from kiosk.evaluation.protocols.results import EvaluationReport, PathLabel, VisitsResult, VisitsRow
from kiosk.evaluation.protocols.seen import Visit
from kiosk.evaluation.protocols.trial import Trial
from kiosk.evaluation.protocols.watchers import Watcher, watcher_of
from kiosk.people.gallery.snapshot import GallerySnapshot

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
