"""Distances between all pictures of a folder: the statistics of an encoder's spec, and its cohort of strangers."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.config import ConfigFile
from kiosk.door.build import load_configured_encoder
from kiosk.door.matching import cohort_file
from kiosk.encoders.specs import statistics_text
from kiosk.encoders.statistics import Statistics
from kiosk.errors import EvaluationError
from kiosk.evaluation.extractors import KioskExtractor, MakeExtractor, Vector
from kiosk.evaluation.samples import Show, people_in, samples_of
from kiosk.files import write_files
from kiosk.names import person_key, printable
from kiosk.recognition.cohort import Cohort, cohort_bytes

_MOST_PICTURES: Final = 5000  # 12.5 million pairs, 50 MB
_ROWS: Final = 256


def measured_statistics(folder: Path, make: MakeExtractor, seed: int, show: Show) -> str:
    """Return the section `statistics` of a spec, measured on a folder; raises EvaluationError for too few pictures.

    Of more than 5,000 pictures that many are drawn by the seed.
    """
    pictures = people_in(folder)
    drawn = np.sort(np.random.default_rng(seed).permutation(len(pictures))[:_MOST_PICTURES])
    extractor = make()
    samples = samples_of([pictures[index] for index in drawn], extractor, make, show)
    kept = [one for one in samples if one.can_be_enrolled]
    owners = np.unique([one.person for one in kept], return_inverse=True)[1]
    vectors = np.array([one.vector for one in kept], np.float32)
    genuine, impostor = all_pairs(vectors, owners, extractor.comparison.cohort)
    there = {one.person for one in samples if one.vector is not None}
    name = printable(folder.resolve().name)[:200]
    source = f"kiosk evaluate --statistics: {len(samples)} pictures of {name}, detector {extractor.label.detector}"
    return statistics_text(Statistics.of(genuine, impostor, source, len(there)))


def all_pairs(
    vectors: Vector, owners: NDArray[np.intp], cohort: Cohort | None = None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the distances of all pairs of pictures (T, D) of one person, and of two; the earlier is the template."""
    genuine, impostor = [np.zeros(0, np.float32)], [np.zeros(0, np.float32)]
    numbers = np.arange(len(vectors))
    for start in range(0, len(vectors), _ROWS):
        rows = slice(start, start + _ROWS)
        earlier = numbers < numbers[rows, np.newaxis]
        same = owners[rows, np.newaxis] == owners
        apart = _distances(vectors[rows], vectors)
        if cohort is not None:
            seen = [cohort.normalised(row, probe, vectors) for row, probe in zip(apart, vectors[rows], strict=True)]
            apart = np.stack(seen)
        genuine.append(apart[earlier & same])
        impostor.append(apart[earlier & ~same])
    return np.concatenate(genuine), np.concatenate(impostor)


def _distances(probes: Vector, templates: Vector) -> NDArray[np.float32]:
    """Return the L2 distance of each probe (P, D) to each template (T, D): (P, T)."""
    # |a - b|^2 = |a|^2 + |b|^2 - 2ab, in double precision for the sake of small distances.
    a, b = probes.astype(np.float64), templates.astype(np.float64)
    squared = (a**2).sum(axis=1)[:, np.newaxis] + (b**2).sum(axis=1) - 2 * a @ b.T
    return np.asarray(np.sqrt(np.maximum(squared, 0)), np.float32)


_STRANGERS: Final = 600  # half as many are a little worse


def make_cohort(config: ConfigFile, people: Path, out: Path, show: Show) -> tuple[Path, int, int, int]:
    """Write the cohort of the configured encoder into `out`, from the first picture of each person of a folder.

    Return the file, the number of strangers in it, of people behind them, and of people whose picture cannot be used.
    Raises EvaluationError for too few people, WeightsError where it cannot be written.
    """
    make, spec = partial(KioskExtractor, config), load_configured_encoder(config).spec
    first = {person_key(picture.person): picture for picture in reversed(people_in(people))}
    pictures = list(reversed(first.values()))
    samples = samples_of(pictures, make(), make, show)
    vectors = [sample.vector for sample in samples if sample.vector is not None]
    try:
        cohort = Cohort.of(np.array(vectors, np.float32), _STRANGERS)
    except ValueError as error:
        raise EvaluationError(printable(people), str(error), "name a folder of more people") from error
    file = cohort_file(spec.name)
    write_files(out, {file: cohort_bytes(cohort, spec.key)})
    return out / file, len(cohort.vectors), len(vectors), len(pictures) - len(vectors)
