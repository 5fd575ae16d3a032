import dataclasses
import math
import threading
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import Chip, Crop, CropKind, Embedding
from kiosk.encoders.encoder import (
    GOLDEN_VALUES,
    PICTURE,
    Averaging,
    CompositeEncoder,
    Encoder,
    EncoderSpec,
    Golden,
    check_golden,
    golden_difference,
    golden_vector,
)
from kiosk.encoders.statistics import Statistics
from kiosk.errors import EncoderError

BOX, ARCFACE = Crop(CropKind.BOX, 16), Crop(CropKind.ARCFACE, 24)


class Part(Encoder):
    """An encoder that turns the means of a chip's blocks in its own way."""

    def __init__(
        self, name: str, crop: Crop = BOX, dimension: int = 8, threshold: float = 0.5, margin: float = 0.1
    ) -> None:
        key = f"key of {name}"
        self.spec = EncoderSpec(name, dimension, (crop,), threshold, margin, key, "MIT", name.upper(), 10, 100, None)
        self.numbers = np.random.default_rng(list(name.encode())).normal(size=(dimension, crop.size_px**2 * 3))
        self.seen: list[Chip] = []
        self.stored: list[bool] = []

    def embed_all(self, faces: Sequence[Mapping[Crop, Chip]], *, stored: bool = False) -> list[Embedding]:
        self.stored.append(stored)
        return [self.one(chips) for chips in faces]

    def one(self, chips: Mapping[Crop, Chip]) -> Embedding:
        chip = chips[self.spec.crops[0]]
        self.seen.append(chip)
        found = self.numbers @ (chip.image.reshape(-1) - 127.5)
        return Embedding((found / np.linalg.norm(found)).astype(np.float32), self.spec.name)


class Failing(Part):
    """An encoder that fails once it is told to."""

    fault: Exception | None = None
    answer: float | None = None

    def one(self, chips: Mapping[Crop, Chip]) -> Embedding:
        if self.fault is not None:
            raise self.fault
        if self.answer is not None:
            return Embedding(np.full(8, self.answer, np.float32), self.spec.name)
        return super().one(chips)


@pytest.fixture
def chips(random_chip: Callable[..., Chip]) -> Callable[[int], dict[Crop, Chip]]:
    return lambda seed: {crop: random_chip(crop, seed) for crop in (BOX, ARCFACE)}


@pytest.fixture(params=[1, 2, 100], ids="{} at once".format)
def at_once(request: pytest.FixtureRequest) -> int:
    """How many parts run side by side."""
    return int(request.param)


# Embeddings --------------------------------------------------------------------------------------------------------


def test_an_embedding_has_length_one_and_the_name_of_all(chips: Callable[..., dict[Crop, Chip]], at_once: int) -> None:
    found = CompositeEncoder([Part("a"), Part("b", ARCFACE, 512)], None, at_once).embed(chips(0))
    assert found.encoder == "a+b"
    assert found.vector.dtype == np.float32
    assert found.vector.shape == (520,)
    assert np.linalg.norm(found.vector) == pytest.approx(1, abs=1e-6)


def test_a_part_stands_in_its_place_with_its_weight(chips: Callable[..., dict[Crop, Chip]], at_once: int) -> None:
    first, second = Part("a"), Part("b", ARCFACE)
    found = CompositeEncoder([first, second], [3, 4], at_once).embed(chips(0)).vector
    assert found[:8] == pytest.approx(first.embed(chips(0)).vector * 0.6, abs=1e-6)
    assert found[8:] == pytest.approx(second.embed(chips(0)).vector * 0.8, abs=1e-6)


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


def test_each_part_gets_the_chip_of_its_own_crop(chips: Callable[..., dict[Crop, Chip]], at_once: int) -> None:
    parts = [Part("a"), Part("b", ARCFACE), Part("c")]
    composite = CompositeEncoder(parts, None, at_once)
    assert composite.spec.crops == (BOX, ARCFACE)
    own = chips(0)
    composite.embed(own)
    assert [part.seen[-1] for part in parts] == [own[BOX], own[ARCFACE], own[BOX]]


def test_many_parts_are_one_encoder_too(chips: Callable[..., dict[Crop, Chip]], at_once: int) -> None:
    parts = [Part("abcdefghijkl"[at]) for at in range(12)]
    composite = CompositeEncoder(parts, None, at_once)
    assert composite.spec.dimension == 96
    assert np.linalg.norm(composite.embed(chips(0)).vector) == pytest.approx(1, abs=1e-6)


# What it says of itself --------------------------------------------------------------------------------------------


def test_by_default_all_parts_have_as_much_to_say_at_the_threshold() -> None:
    parts = [Part("a", threshold=0.4, margin=0.04), Part("b", threshold=1.1, margin=0.22)]
    spec = CompositeEncoder(parts).spec
    assert spec.key == CompositeEncoder(parts, [1.1, 0.4]).spec.key
    # A pair for which both parts are at their thresholds is at the threshold of the composite.
    assert spec.threshold == pytest.approx(math.sqrt(2 / (1 / 0.4**2 + 1 / 1.1**2)))
    # The margin is the parts' mean share of the threshold: 0.1 and 0.2.
    assert spec.margin == pytest.approx(0.15 * spec.threshold)


def test_equal_parts_keep_threshold_and_margin() -> None:
    spec = CompositeEncoder([Part("a"), Part("b")]).spec
    assert (spec.threshold, spec.margin) == pytest.approx((0.5, 0.1))


def test_weights_count_by_their_ratio_alone() -> None:
    parts = [Part("a", threshold=0.4), Part("b", threshold=1.1)]
    one, other = (CompositeEncoder(parts, weights).spec for weights in ([1, 2], [10, 20]))
    assert one.key == other.key
    assert (one.threshold, one.margin) == pytest.approx((other.threshold, other.margin))
    assert one.threshold == pytest.approx(math.sqrt((0.4**2 + 4 * 1.1**2) / 5))


def test_the_name_tells_weights_that_are_not_the_usual() -> None:
    parts = [Part("a"), Part("b")]
    names = [CompositeEncoder(parts, weights).spec.name for weights in (None, [1, 1], [2, 0.5])]
    assert names == ["a+b", "1*a+1*b", "2*a+0.5*b"]


def test_the_key_is_another_one_where_an_embedding_may_be() -> None:
    first, second, third = Part("a"), Part("b"), Part("c")
    keys = [
        CompositeEncoder(parts, weights).spec.key
        for parts, weights in (
            ([first, second], None),
            ([second, first], None),
            ([first, third], None),
            ([first, second, third], None),
            ([first, second], [1, 2]),
            ([first], None),
            ([Part("a", threshold=0.4), second], None),
        )
    ]
    assert len(set(keys)) == len(keys)


def test_words_and_sizes_are_those_of_all_parts() -> None:
    first, second = Part("a"), Part("b")
    spec = CompositeEncoder([first, second]).spec
    assert (spec.licence, spec.source, spec.size_bytes, spec.parameters) == ("MIT", "A; B", 20, 200)
    object.__setattr__(second.spec, "parameters", None)
    assert CompositeEncoder([first, second]).spec.parameters is None


def test_it_has_a_golden_vector_of_its_own() -> None:
    composite = CompositeEncoder([Part("a"), Part("b", ARCFACE, 512)])
    assert composite.spec.golden is not None
    assert composite.spec.golden.picture == PICTURE
    assert composite.spec.golden.values == pytest.approx(golden_vector(composite).vector[:GOLDEN_VALUES])
    assert len(composite.spec.golden.values) == GOLDEN_VALUES
    check_golden(composite)


def test_it_is_as_far_from_its_specs_as_its_farthest_part() -> None:
    near, far, unsaid = Part("a"), Part("b", ARCFACE), Part("c")
    for part, off in ((near, 0.0), (far, 0.01)):
        values = tuple(float(value) + off for value in golden_vector(part).vector)
        part.spec = dataclasses.replace(part.spec, golden=Golden(PICTURE, values))
    assert golden_difference(CompositeEncoder([near, far, unsaid])) == pytest.approx(0.01 * math.sqrt(8))
    assert golden_difference(CompositeEncoder([near, unsaid])) == pytest.approx(0, abs=1e-6)
    assert golden_difference(CompositeEncoder([unsaid])) is None


# Faults ------------------------------------------------------------------------------------------------------------


def test_a_fault_of_a_part_is_told(chips: Callable[..., dict[Crop, Chip]], at_once: int) -> None:
    failing = Failing("b")
    composite = CompositeEncoder([Part("a"), failing, Part("c")], None, at_once)
    failing.fault = EncoderError("encoder b", "failed", "look at it")
    with pytest.raises(EncoderError, match="encoder b: failed; look at it"):
        composite.embed(chips(0))
    failing.fault = None
    assert composite.embed(chips(0)).encoder == "a+b+c"


@pytest.mark.parametrize("answer", [float("nan"), float("inf")])
def test_an_answer_without_direction_is_no_embedding(
    chips: Callable[..., dict[Crop, Chip]], at_once: int, answer: float
) -> None:
    failing = Failing("b")
    composite = CompositeEncoder([Part("a"), failing], None, at_once)
    failing.answer = answer
    with pytest.raises(EncoderError, match=r"encoder a\+b: gave an output of length"):
        composite.embed(chips(0))


@pytest.mark.parametrize("names", ["", "aa", "aba"])
def test_no_part_or_one_twice_is_a_fault(names: str) -> None:
    with pytest.raises(EncoderError, match="names no encoder, or one twice; name each encoder once"):
        CompositeEncoder([Part(name) for name in names])


@pytest.mark.parametrize(
    "weights", [[], [1], [1, 2, 3], [1, 0], [1, -1], [1, math.nan], [1, math.inf], [1e308, 1e308], [1, 1e-320]]
)
def test_weights_of_no_use_are_a_fault(weights: list[float]) -> None:
    with pytest.raises(
        EncoderError, match=r"encoder a\+b: has the weights .*; give each encoder a number from 0.001 to 1000"
    ):
        CompositeEncoder([Part("a"), Part("b")], weights)


def test_statistics_are_those_of_all_parts_together_or_none() -> None:
    tables = Statistics.of(np.linspace(0.1, 0.7, 1000), np.linspace(0.6, 1.2, 1000), "a test", 30)
    first, second, third = Part("a"), Part("b", threshold=0.8), Part("c")
    first.spec = dataclasses.replace(first.spec, statistics=tables)
    second.spec = dataclasses.replace(second.spec, statistics=tables)
    found = CompositeEncoder([first, second]).spec.statistics
    assert found is not None
    assert found.impostor.distance_at(0.01) == pytest.approx(tables.impostor.distance_at(0.01), abs=1e-4)
    assert CompositeEncoder([first, third]).spec.statistics is None


def test_what_averaging_does_adds_up_as_squared_distances_do() -> None:
    parts = [Part("a"), Part("b")]
    for part, averaging in zip(parts, (Averaging(0.1, 0.5), Averaging(0.3, 0.2)), strict=True):
        part.spec = dataclasses.replace(part.spec, averaging=averaging)
    found = CompositeEncoder(parts, [3, 4]).spec.averaging
    assert found.scatter == pytest.approx(0.36 * 0.1 + 0.64 * 0.3)
    assert found.share == 0.5


def test_several_faces_and_the_way_they_are_used_reach_every_part(chips: Callable[..., dict[Crop, Chip]]) -> None:
    parts = [Part("a"), Part("b", ARCFACE)]
    composite = CompositeEncoder(parts)
    several = composite.embed_all([chips(0), chips(1)], stored=True)
    assert [part.stored[-1] for part in parts] == [True, True]
    for seed, found in enumerate(several):
        np.testing.assert_array_equal(found.vector, composite.embed(chips(seed)).vector)
    assert composite.embed_all([]) == []


# Threads -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", ["ab", "abc", "abcdef"])
def test_parts_run_side_by_side(chips: Callable[..., dict[Crop, Chip]], names: str) -> None:
    meeting = threading.Barrier(len(names), timeout=60)

    class Waiting(Part):
        def one(self, chips: Mapping[Crop, Chip]) -> Embedding:
            meeting.wait()
            return super().one(chips)

    composite = CompositeEncoder([Waiting(name) for name in names], None, len(names))
    assert composite.embed(chips(0)).encoder == "+".join(names)


@pytest.mark.parametrize("at_once", [0, 1, 2, 3])
def test_no_more_parts_run_at_once_than_may(chips: Callable[..., dict[Crop, Chip]], at_once: int) -> None:
    running: list[str] = []
    most: list[int] = []

    class Noting(Part):
        def one(self, chips: Mapping[Crop, Chip]) -> Embedding:
            running.append(self.spec.name)
            most.append(len(running))
            found = super().one(chips)
            running.remove(self.spec.name)
            return found

    CompositeEncoder([Noting(name) for name in "abcdefgh"], None, at_once).embed(chips(0))
    assert max(most) <= max(at_once, 1)


def test_several_threads_get_the_embeddings_of_one(chips: Callable[..., dict[Crop, Chip]], at_once: int) -> None:
    composite = CompositeEncoder([Part("a"), Part("b", ARCFACE)], None, at_once)
    expected = [composite.embed(chips(seed)).vector for seed in range(4)]
    equal: list[bool] = []

    def work(own: int) -> None:
        equal.extend(np.array_equal(composite.embed(chips(own)).vector, expected[own]) for _ in range(5))

    workers = [threading.Thread(target=work, args=(own,)) for own in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert equal == [True] * 20


def test_an_encoder_that_is_changed_again_and_again_leaves_no_threads(
    chips: Callable[..., dict[Crop, Chip]], at_once: int
) -> None:
    before = threading.active_count()
    kept = []
    for _ in range(10):
        kept.append(CompositeEncoder([Part("a"), Part("b", ARCFACE)], None, at_once))
        kept[-1].embed(chips(0))
    assert threading.active_count() == before
