"""Several encoders as one."""

import dataclasses
import math
import threading
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import Chip, Crop, CropKind, Embedding
from kiosk.encoders.encoder import Averaging, CompositeEncoder, Encoder, EncoderSpec, Golden
from kiosk.encoders.golden import PICTURE, golden_difference, golden_vector
from kiosk.encoders.statistics import Statistics
from kiosk.errors import EncoderError

BOX, ARCFACE = Crop(CropKind.BOX, 16), Crop(CropKind.ARCFACE, 24)


class Part(Encoder):
    """An encoder with one random dense layer; `fault` and `answer` replace its output."""

    def __init__(
        self, name: str, crop: Crop = BOX, dimension: int = 8, threshold: float = 0.5, margin: float = 0.1
    ) -> None:
        key = f"key of {name}"
        self.spec = EncoderSpec(name, dimension, (crop,), threshold, margin, key, "MIT", name.upper(), 10, 100, None)
        self.numbers = np.random.default_rng(list(name.encode())).normal(size=(dimension, crop.size_px**2 * 3))
        self.stored: list[bool] = []
        self.seen: list[Chip] = []
        self.fault: Exception | None = None
        self.answer: float | None = None

    def embed_all(self, faces: Sequence[Mapping[Crop, Chip]], *, stored: bool = False) -> list[Embedding]:
        self.stored.append(stored)
        return [self.one(chips) for chips in faces]

    def one(self, chips: Mapping[Crop, Chip]) -> Embedding:
        if self.fault is not None:
            raise self.fault
        chip = chips[self.spec.crops[0]]
        self.seen.append(chip)
        found = self.numbers @ (chip.image.reshape(-1) - 127.5)
        found = found / np.linalg.norm(found) if self.answer is None else np.full(len(found), self.answer)
        return Embedding(found.astype(np.float32), self.spec.name)


@pytest.fixture
def chips(random_chip: Callable[..., Chip]) -> Callable[[int], dict[Crop, Chip]]:
    return lambda seed: {crop: random_chip(crop, seed) for crop in (BOX, ARCFACE)}


def test_parts_are_concatenated_by_weight_whether_they_run_in_parallel_or_not(
    chips: Callable[..., dict[Crop, Chip]],
) -> None:
    first, second = Part("a"), Part("b", ARCFACE, 512)
    for at_once in (1, 2, 100):
        composite = CompositeEncoder([first, second], [3, 4], at_once)
        found = composite.embed(chips(0))
        assert found.encoder == "3*a+4*b"
        assert found.vector.dtype == np.float32
        assert found.vector[:8] == pytest.approx(first.embed(chips(0)).vector * 0.6, abs=1e-6)
        assert found.vector[8:] == pytest.approx(second.embed(chips(0)).vector * 0.8, abs=1e-6)
        several = composite.embed_all([chips(0), chips(1)], stored=True)
        assert (first.stored[-1], second.stored[-1]) == (True, True)
        assert np.array_equal(several[0].vector, found.vector)
        assert composite.embed_all([]) == []


@given(weights=st.lists(st.floats(0.01, 100), min_size=1, max_size=4), seed=st.integers(0, 1000))
def test_squared_distances_are_the_weighted_mean_of_the_parts(weights: list[float], seed: int) -> None:
    parts = [Part("abcd"[at], dimension=8 + at) for at in range(len(weights))]
    composite = CompositeEncoder(parts, weights)
    noise = np.random.default_rng(seed).integers(0, 256, (2, 16, 16, 3), np.uint8)
    one, two = ({BOX: Chip(image, None)} for image in noise)  # type: ignore[arg-type]

    def squared(encoder: Part | CompositeEncoder) -> float:
        return float(np.sum((encoder.embed(one).vector - encoder.embed(two).vector) ** 2))

    expected = np.average([squared(part) for part in parts], weights=np.square(weights))
    assert squared(composite) == pytest.approx(expected, abs=1e-5)


# The spec ----------------------------------------------------------------------------------------------------------


def test_by_default_all_parts_count_equally_at_the_threshold() -> None:
    parts = [Part("a", threshold=0.4, margin=0.04), Part("b", threshold=1.1, margin=0.22)]
    spec = CompositeEncoder(parts).spec
    assert spec.key == CompositeEncoder(parts, [1.1, 0.4]).spec.key
    # A pair at the thresholds of both parts is at the threshold of the composite.
    assert spec.threshold == pytest.approx(math.sqrt(2 / (1 / 0.4**2 + 1 / 1.1**2)))
    # The margin is the parts' mean share of the threshold: 0.1 and 0.2.
    assert spec.margin == pytest.approx(0.15 * spec.threshold)
    equal = CompositeEncoder([Part("a"), Part("b")]).spec
    assert (equal.threshold, equal.margin) == pytest.approx((0.5, 0.1))


def test_name_and_key_differ_when_embeddings_could() -> None:
    first, second, third = Part("a"), Part("b"), Part("c")
    assert CompositeEncoder([first, second]).spec.name == "a+b"
    assert CompositeEncoder([first, second], [2, 0.5]).spec.name == "2*a+0.5*b"
    variants: list[tuple[list[Part], list[float] | None]] = [
        ([first, second], None),
        ([second, first], None),
        ([first, third], None),
        ([first, second, third], None),
        ([first, second], [1, 2]),
        ([first], None),
        ([Part("a", threshold=0.4), second], None),
    ]
    assert len({CompositeEncoder(*variant).spec.key for variant in variants}) == len(variants)


def test_the_facts_are_those_of_all_parts_together() -> None:
    parts = [Part("a"), Part("b")]
    spec = CompositeEncoder(parts).spec
    assert (spec.licence, spec.source, spec.size_bytes, spec.parameters) == ("MIT", "A; B", 20, 200)
    assert spec.statistics is None
    tables = Statistics.of(np.linspace(0.1, 0.7, 1000), np.linspace(0.6, 1.2, 1000), "a test", 30)
    averagings = Averaging(scatter=0.1, share=0.5), Averaging(scatter=0.3, share=0.2)
    for part, averaging in zip(parts, averagings, strict=True):
        part.spec = dataclasses.replace(part.spec, averaging=averaging, statistics=tables, parameters=None)
    spec = CompositeEncoder(parts, [3, 4]).spec
    assert spec.parameters is None
    assert spec.averaging.scatter == pytest.approx(0.36 * 0.1 + 0.64 * 0.3)
    assert spec.averaging.share == 0.5
    assert spec.statistics is not None
    assert spec.statistics.impostor.distance_at(0.01) == pytest.approx(tables.impostor.distance_at(0.01), abs=1e-4)


def test_the_difference_from_the_specs_is_that_of_the_worst_part() -> None:
    near, far, unknown = Part("a"), Part("b", ARCFACE), Part("c")
    for part, off in ((near, 0.0), (far, 0.01)):
        values = tuple(float(value) + off for value in golden_vector(part).vector)
        part.spec = dataclasses.replace(part.spec, golden=Golden(picture=PICTURE, values=values))
    assert golden_difference(CompositeEncoder([near, far, unknown])) == pytest.approx(0.01 * math.sqrt(8))
    assert golden_difference(CompositeEncoder([unknown])) is None


# Faults and threads ------------------------------------------------------------------------------------------------


def test_a_fault_of_a_part_is_raised(chips: Callable[..., dict[Crop, Chip]]) -> None:
    for at_once in (1, 3):
        failing = Part("b")
        composite = CompositeEncoder([Part("a"), failing, Part("c")], None, at_once)
        failing.fault = EncoderError("encoder b", "failed", "look at it")
        with pytest.raises(EncoderError, match="encoder b: failed; look at it"):
            composite.embed(chips(0))
        failing.fault, failing.answer = None, math.nan
        with pytest.raises(EncoderError, match=r"encoder a\+b\+c: gave an output of length"):
            composite.embed(chips(0))


def test_parts_and_weights_that_are_not_usable_are_refused() -> None:
    for names in ("", "aa", "aba"):
        with pytest.raises(EncoderError, match="names no encoder, or one twice; name each encoder once"):
            CompositeEncoder([Part(name) for name in names])
    for weights in ([], [1], [1, 2, 3], [1, 0], [1, -1], [1, math.nan], [1, math.inf], [1e308, 1e308]):
        with pytest.raises(EncoderError, match=r"encoder a\+b: has the weights .* a number from 0.001 to 1000"):
            CompositeEncoder([Part("a"), Part("b")], weights)


def test_parts_run_in_parallel_and_leave_no_threads(chips: Callable[..., dict[Crop, Chip]]) -> None:
    meeting = threading.Barrier(3, timeout=60)

    class Waiting(Part):
        def one(self, chips: Mapping[Crop, Chip]) -> Embedding:
            meeting.wait()
            return super().one(chips)

    assert CompositeEncoder([Waiting(name) for name in "abc"], None, 3).embed(chips(0)).encoder == "a+b+c"
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("encoder")]
