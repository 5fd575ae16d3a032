"""Calibrate a door: read its gallery and journal, and find the threshold; write it into the configuration."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from kiosk.config import ANY_ENCODER, ConfigFile
from kiosk.config.saving import ConfigWriter
from kiosk.config.schema import Value
from kiosk.domain import Outcome, Reason, Rejection, Template
from kiosk.door.build import load_configured_encoder, make_gallery, make_landmarks, photograph_reader, weights_folders
from kiosk.door.matching import comparison_of, matching_numbers
from kiosk.encoders import EncoderSpec
from kiosk.encoders.statistics import Statistics
from kiosk.errors import ConfigError, PictureError
from kiosk.evaluation.calibration.distances import (
    Comparisons,
    OddPicture,
    PicturePair,
    confusable_pairs,
    gallery_distances,
    odd_pictures,
)
from kiosk.evaluation.calibration.model import Calibration, Setting, calibrated
from kiosk.evaluation.correlation import VisitRule, pooled_correlation
from kiosk.evaluation.samples import Show
from kiosk.evaluation.statistics import all_pairs
from kiosk.names import person_key
from kiosk.paths import journal_file
from kiosk.people.snapshot import GallerySnapshot
from kiosk.recognition.pipeline import PhotographReader
from kiosk.store.journal import Journal
from kiosk.vision.pictures import read_picture
from kiosk.vision.quality import Gates

DAYS: Final = 90


def journal_distances(journal: Journal, gallery: GallerySnapshot, now: datetime) -> tuple[Comparisons, Comparisons]:
    """Return distances of members let in during the last 90 days: to the nearest other person, and to themselves.

    The nearest other person is an impostor comparison with everybody else at once. The distance to themselves was
    recorded only within the threshold of that day. Each person has the same weight. Refusals are left out, because
    they may be of strangers or of members. Raises JournalError.
    """
    numbers = {person_key(person): number for number, person in enumerate(gallery.people)}
    own = [
        (entry, numbers[person_key(entry.person)])
        for entry in journal.since(now - timedelta(days=DAYS))
        if entry.outcome == Outcome.GRANTED.value
        and entry.reason in {Reason.RECOGNISED.value, Reason.RETURNED.value}
        and entry.encoder == gallery.encoder
        and entry.person is not None
        and person_key(entry.person) in numbers
        and entry.distance is not None
        and entry.threshold
    ]
    others = [
        (entry, person) for entry, person in own if entry.second_distance is not None and (entry.gallery_size or 0) > 1
    ]
    sizes = np.bincount(gallery.owners, minlength=len(gallery.people))
    usual = round(float(sizes.mean())) if len(sizes) else 1
    between = _comparisons(
        [person for _, person in others],
        [(entry.second_distance, usual, (entry.gallery_size or 0) - 1, np.inf) for entry, _ in others],
    )
    within = _comparisons(
        [person for _, person in own], [(entry.distance, sizes[person], 1, entry.threshold) for entry, person in own]
    )
    return between, within


def _comparisons(people: Sequence[int], rows: Sequence[tuple[Any, ...]]) -> Comparisons:
    """Return comparisons given as distance, templates, people compared with, and limit."""
    owners, columns = np.array(people, np.intp), np.array(rows, np.float64).reshape(-1, 4).T
    return Comparisons(
        columns[0],
        columns[1].astype(np.intp),
        columns[2].astype(np.intp),
        columns[3],
        np.stack([owners, owners], axis=1),
        1 / np.bincount(owners)[owners],
    )


# Correlation of the frames of one visit, from a clip of two people; nearer to 1 is safer for strangers and members.
_VISIT_CORRELATION: Final = 0.9
_PAIRS_SHOWN: Final = 5
MOST_CHECKED: Final = 500  # pictures whose light, size and focus are checked
_OWN_PEOPLE, _OWN_PAIRS = 50, 200  # least for statistics of this gallery
_COHORT = "cohort"  # in the source of statistics whose distances are normalised by a cohort
_WORST_GENUINE = 0.01  # share of genuine pairs beyond the distance that counts as unlike


@dataclass(frozen=True, slots=True, eq=False)
class DoorReport:
    """The result of `kiosk calibrate`."""

    config: ConfigFile
    folder: Path
    encoder: EncoderSpec
    gallery: GallerySnapshot
    rule: VisitRule
    threshold: float  # in force
    margin: float
    asked: float  # rate at which a stranger's visit may open the door
    statistics: Statistics | None
    calibration: Calibration | None  # None where it is not possible
    journal: tuple[int, int] | None  # decisions and people used from it; None where it was not read
    confusable: Sequence[PicturePair]
    odd: Sequence[OddPicture]
    poor: Sequence[tuple[Template, tuple[Rejection, ...]]]  # that the door's own quality checks would reject
    all_checked: bool  # the quality of the pictures
    plain_curve: bool = False  # the door uses a cohort, the statistics do not

    @property
    def own_statistics(self) -> bool:
        """Return whether the statistics were measured on this gallery."""
        return self.encoder.statistics is None and self.statistics is not None

    @property
    def answer(self) -> Setting | None:
        """Return the proposed setting, a promise or not."""
        return self.calibration.answer if self.calibration is not None else None

    @property
    def promised(self) -> bool:
        """Return whether the answer keeps the rate asked for; otherwise it is an estimate, or there is none."""
        return self.answer is not None and self.answer.promised


def calibrate_door(config: ConfigFile, folder: Path, *, asked: float, with_journal: bool, show: Show) -> DoorReport:
    """Read the gallery, and the journal on request, and find the threshold; raises KioskError."""
    encoder, landmarks = load_configured_encoder(config), make_landmarks()
    gallery = make_gallery(config, folder, encoder, landmarks)
    gallery.load(show)
    known, spec = gallery.snapshot, encoder.spec
    threshold, margin = matching_numbers(config.current.matching, spec, len(known.people))
    unlike = 1.15 * spec.threshold  # pictures of one person hardly ever have that distance
    if spec.statistics is not None:
        unlike = max(float(spec.statistics.genuine.distance_at(_WORST_GENUINE)), spec.threshold)
    odd = odd_pictures(known, alike=min(threshold, spec.threshold), margin=margin, apart=unlike)
    left_out = {picture.number for picture in odd}
    comparison = comparison_of(config.current.path, spec, weights_folders(config))
    statistics = spec.statistics or gallery_statistics(known, left_out)
    against_cohort = statistics is not None and _COHORT in statistics.source
    decision = config.current.decision
    alike = pooled_correlation(_VISIT_CORRELATION, config.current.path.pooling_frames)
    rule = VisitRule(decision.k, decision.n, alike)
    plain_curve = comparison.cohort is not None and not against_cohort
    seen = None
    if with_journal:
        with closing(Journal(journal_file(config))) as journal:
            seen = journal_distances(journal, known, datetime.now(UTC))
    calibration = None
    if statistics is not None and known.people:
        # A curve of plain distances is shifted by plain distances.
        found = gallery_distances(known, left_out, comparison if against_cohort else replace(comparison, cohort=None))
        # Distances between people are left out where the curve is of another kind.
        further = [] if seen is None else [(None if plain_curve else seen[0], seen[1])]
        calibration = calibrated(
            found,
            statistics,
            rule,
            in_force=threshold,
            margin=margin,
            asked=asked,
            further=further,
            same_distances=comparison.cohort is not None or not against_cohort,
        )
    checked = len(known.templates) <= MOST_CHECKED
    gates = Gates(**config.current.quality.model_dump())
    reader = photograph_reader(config, encoder, landmarks)
    poor = _poor_pictures(folder, known, reader, gates, show) if checked else []
    return DoorReport(
        config=config,
        folder=folder,
        encoder=spec,
        gallery=known,
        rule=rule,
        threshold=threshold,
        margin=margin,
        asked=asked,
        statistics=statistics,
        plain_curve=plain_curve,
        calibration=calibration,
        journal=None if seen is None else (len(seen[1].distances), len(np.unique(seen[1].people))),
        confusable=confusable_pairs(known, _PAIRS_SHOWN, left_out),
        odd=odd,
        poor=poor,
        all_checked=checked,
    )


def gallery_statistics(gallery: GallerySnapshot, left_out: Collection[int]) -> Statistics | None:
    """Return statistics of the gallery itself; None where it is too small."""
    good = [number for number in range(len(gallery.templates)) if number not in left_out]
    genuine, impostor = all_pairs(gallery.matrix[good], gallery.owners[good])
    people = len(np.unique(gallery.owners[good]))
    if people < _OWN_PEOPLE or len(genuine) < _OWN_PAIRS:
        return None
    return Statistics.of(genuine, impostor, "the pictures of this gallery", people)


def _poor_pictures(
    folder: Path, gallery: GallerySnapshot, reader: PhotographReader, gates: Gates, show: Show
) -> list[tuple[Template, tuple[Rejection, ...]]]:
    found = []
    for number, template in enumerate(gallery.templates):
        show(number, len(gallery.templates))
        try:
            seen = reader.look(read_picture(folder / template.source))
        except PictureError:
            continue  # deleted meanwhile
        reasons = gates.remarks(seen[1]) if seen is not None else (Rejection.NO_FACE,)
        if reasons:
            found.append((template, reasons))
    return found


def write_answer(report: DoorReport) -> Path:
    """Write threshold, margin, k and n into the configuration, and return its path; comments stay.

    A missing configuration is created in the folder that relative paths start from. Raises ConfigError.
    """
    setting = report.answer
    if setting is None or not setting.promised:
        raise ConfigError(report.encoder.name, "there is no promised threshold to write", "see `kiosk calibrate`")
    writer = ConfigWriter(report.config.path or report.config.folder / "config.yaml")
    seen, matching = writer.look(), report.config.current.matching
    changes: dict[str, Value] = {
        "matching.threshold": _with(matching.threshold, report.encoder.name, setting.threshold),
        "matching.margin": _with(matching.margin, report.encoder.name, report.margin),
        "matching.stranger_rate": report.asked,
        "decision.k": report.rule.k,
        "decision.n": report.rule.n,
    }
    conflicts = writer.change(changes, seen)
    if isinstance(conflicts, tuple):
        keys = ", ".join(conflict.key for conflict in conflicts)
        raise ConfigError(writer.path, f"{keys} was changed at the same time", "calibrate again")
    return writer.path


def _with(numbers: Mapping[str, float], encoder: str, number: float) -> dict[str, float]:
    """Return the numbers of all named encoders; a bare number is replaced."""
    named = {name: one for name, one in numbers.items() if name != ANY_ENCODER}
    return {**named, encoder: number}
