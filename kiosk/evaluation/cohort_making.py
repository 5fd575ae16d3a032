"""A cohort made of a folder of people: strangers of whom each is a blend of two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from kiosk.config import ConfigFile
from kiosk.door.build import load_configured_encoder
from kiosk.door.cohorts import cohort_file
from kiosk.errors import EvaluationError
from kiosk.evaluation.protocols.extractors import KioskRecipe
from kiosk.evaluation.protocols.features import people_in, samples_of
from kiosk.names import person_key
from kiosk.paths import cache_folder
from kiosk.recognition.cohort import Cohort, cohort_bytes
from kiosk.vision.pictures import printable
from kiosk.weights.writing import write_files

_STRANGERS: Final = 600  # half as many are worth a little less


@dataclass(frozen=True, slots=True)
class MadeCohort:
    """A cohort that was written."""

    path: Path
    strangers: int  # in it
    people: int  # with a picture that went into it
    left_out: int  # people whose picture could not be used


def make_cohort(config: ConfigFile, people: Path, out: Path, show: Callable[[int, int], None]) -> MadeCohort:
    """Writes the cohort of the configured encoder into `out`, from the first picture of each person of a folder.

    Raises EvaluationError where the people are too few, WeightsError where it cannot be written.
    """
    recipe, spec = KioskRecipe(config), load_configured_encoder(config).spec
    first = {person_key(picture.person): picture for picture in reversed(people_in(people))}
    pictures = list(reversed(first.values()))
    samples = samples_of(pictures, recipe.make(), recipe, cache_folder(), show, templates=lambda _: False)
    vectors = [sample.probe for sample in samples if sample.probe is not None]
    try:
        cohort = Cohort.of(np.array(vectors, np.float32), _STRANGERS)
    except ValueError as error:
        raise EvaluationError(printable(people), str(error), "name a folder of more people") from error
    file = cohort_file(spec.name)
    write_files(out, {file: cohort_bytes(cohort, spec.key)})
    return MadeCohort(out / file, len(cohort.vectors), len(vectors), len(pictures) - len(vectors))
