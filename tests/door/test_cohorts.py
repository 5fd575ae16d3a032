"""The file of a cohort: the user's first, a shipped one only as it is known, and nothing of another encoder."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kiosk.door.matching import cohort_file, find_cohort
from kiosk.encoders import EncoderSpec, load_encoder
from kiosk.errors import WeightsError
from kiosk.files import shipped_weights
from kiosk.recognition.cohort import Cohort, cohort_bytes


@pytest.fixture(scope="module")
def spec() -> EncoderSpec:
    return load_encoder("dlib_resnet", 1).spec


def made(spec: EncoderSpec, seed: int = 1) -> bytes:
    people = np.random.default_rng(seed).normal(size=(120, spec.dimension)) + 1
    people /= np.linalg.norm(people, axis=1, keepdims=True)
    return cohort_bytes(Cohort.of(people.astype(np.float32), 60), spec.key)


@pytest.fixture
def folders(tmp_path: Path, ship_weights: Callable[[Path], None]) -> list[Path]:
    """The user's own folder, and one that is shipped, with a manifest of nothing."""
    found = [tmp_path / "own", tmp_path / "shipped"]
    for folder in found:
        folder.mkdir()
    (found[1] / "manifest.yaml").write_text("{}\n")
    ship_weights(found[1])
    return found


def ship(folder: Path, spec: EncoderSpec, content: bytes) -> None:
    (folder / cohort_file(spec.name)).write_bytes(content)
    (folder / "manifest.yaml").write_text(
        f"{cohort_file(spec.name)}: {{sha256: {hashlib.sha256(content).hexdigest()}, size: {len(content)},"
        " source: a test, licence: CC0-1.0, rebuild: kiosk weights cohort}\n"
    )


def test_the_users_own_comes_before_the_shipped(folders, spec):
    ship(folders[1], spec, made(spec, 1))
    shipped = find_cohort(spec, folders)
    (folders[0] / cohort_file(spec.name)).write_bytes(made(spec, 2))
    own = find_cohort(spec, folders)
    assert shipped is not None
    assert own is not None
    assert not np.array_equal(shipped.vectors, own.vectors)


def test_a_shipped_one_that_was_altered_is_refused(folders, spec):
    ship(folders[1], spec, made(spec, 1))
    (folders[1] / cohort_file(spec.name)).write_bytes(made(spec, 2))
    with pytest.raises(WeightsError, match=r"dlib_resnet\.cohort\.npz"):
        find_cohort(spec, folders)


def test_one_of_another_encoder_is_refused(folders, spec):
    (folders[0] / cohort_file(spec.name)).write_bytes(made(replace(spec, key="other")))
    with pytest.raises(WeightsError, match="another state of the encoder"):
        find_cohort(spec, folders)


def test_the_default_encoders_is_shipped_as_the_manifest_says(spec):
    cohort = find_cohort(spec, [shipped_weights()])
    assert cohort is not None
    assert cohort.vectors.shape == (600, spec.dimension)
    assert 0.3 < cohort.usual[0] < 0.6
    assert 0.02 < cohort.usual[1] < 0.06
