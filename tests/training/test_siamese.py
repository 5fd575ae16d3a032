import contextlib
import io
import zipfile

import numpy as np
import pytest

from kiosk.errors import EncoderError, WeightsError
from kiosk.training.siamese import SiameseHead


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def pairs():
    """1,000 pairs of 16 numbers, of which the first 4 vary from picture to picture of one person."""
    random = np.random.default_rng(7)
    noise = np.r_[np.full(4, 1.0), np.full(12, 0.2)]
    people = random.normal(size=(1000, 16))
    others = random.normal(size=(1000, 16))
    same = random.random(1000) < 0.5
    first = people + random.normal(size=people.shape) * noise
    second = np.where(same[:, None], people, others) + random.normal(size=people.shape) * noise
    return unit(first), unit(second), same


@pytest.fixture(scope="module")
def fitted(pairs):
    first, second, same = pairs
    head = SiameseHead()
    head.fit(first[:500], second[:500], same[:500])
    return head


def accuracy(said, same):
    return np.mean(said == same)


def test_it_tells_pairs_apart_that_it_was_not_fitted_on(fitted, pairs):
    first, second, same = (part[500:] for part in pairs)
    assert accuracy(fitted.predict(first, second) > 0.5, same) > 0.9


def test_it_beats_the_plain_distance_where_some_numbers_say_more(fitted, pairs):
    first, second, same = (part[500:] for part in pairs)
    distances = np.linalg.norm(first - second, axis=1)
    best = max(accuracy(distances <= threshold, same) for threshold in distances)
    assert accuracy(fitted.predict(first, second) > 0.5, same) > best
    assert np.abs(fitted.weights[:4]).max() < np.abs(fitted.weights[4:]).min()


def test_what_it_says_is_the_formula_and_the_same_both_ways_round(fitted, pairs):
    first, second, _ = pairs
    expected = 1 / (1 + np.exp(-(np.abs(first - second) @ fitted.weights + fitted.bias)))
    np.testing.assert_allclose(fitted.predict(first, second), expected, rtol=1e-9)
    np.testing.assert_array_equal(fitted.predict(first, second), fitted.predict(second, first))


def test_the_fit_is_where_the_penalised_likelihood_is_flat(pairs):
    first, second, same = pairs
    head = SiameseHead(penalty=0.1)
    head.fit(first, second, same)
    gaps = np.abs(first - second)
    scale = gaps.std(axis=0)
    missed = head.predict(first, second) - same
    slope = (gaps / scale).T @ missed / len(same) + 0.1 * head.weights * scale
    assert np.abs(slope).max() < 1e-8
    assert abs(missed.mean()) < 1e-8


def test_the_same_pairs_give_the_same_head(fitted, pairs):
    first, second, same = pairs
    again = SiameseHead()
    again.fit(first[:500], second[:500], same[:500])
    np.testing.assert_array_equal(again.weights, fitted.weights)


def test_pairs_without_a_mistake_and_numbers_that_never_differ_give_a_finite_head():
    first = np.zeros((20, 3))
    second = np.c_[np.r_[np.zeros(10), np.ones(10)], np.zeros(20), np.zeros(20)]
    head = SiameseHead()
    head.fit(first, second, np.arange(20) < 10)
    assert np.isfinite(head.weights).all()
    assert ((head.predict(first, second) > 0.5) == (np.arange(20) < 10)).all()


def test_huge_sums_stay_probabilities(fitted):
    far = fitted.predict(np.full((1, 16), 1e9), np.full((1, 16), -1e9))
    assert np.isfinite(far).all()
    assert 0 <= far[0] <= 1


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0, bool)),
        (np.zeros((2, 3)), np.zeros((2, 4)), np.array([True, False])),
        (np.zeros(3), np.zeros(3), np.array([True])),
        (np.zeros((2, 3)), np.zeros((2, 3)), np.array([True])),
        (np.zeros((2, 3)), np.zeros((2, 3)), np.array([0, 2])),
        (np.zeros((2, 3)), np.zeros((2, 3)), np.array([True, True])),
        (np.full((2, 3), np.nan), np.zeros((2, 3)), np.array([True, False])),
    ],
)
def test_pairs_that_are_none_are_refused(first, second, same):
    with pytest.raises(EncoderError):
        SiameseHead().fit(first, second, same)


@pytest.mark.parametrize("penalty", [0, -1, np.nan, np.inf])
def test_a_penalty_that_is_none_is_refused(penalty):
    with pytest.raises(EncoderError, match="no positive number"):
        SiameseHead(penalty)


def test_a_head_that_was_not_fitted_says_so(tmp_path):
    with pytest.raises(EncoderError, match="was not fitted"):
        SiameseHead().predict(np.zeros((1, 2)), np.zeros((1, 2)))
    with pytest.raises(EncoderError, match="was not fitted"):
        SiameseHead().save(tmp_path / "head.npz")


def test_embeddings_of_another_dimension_are_refused(fitted):
    with pytest.raises(EncoderError, match="embeddings of 16 numbers"):
        fitted.predict(np.zeros((1, 8)), np.zeros((1, 8)))


def test_a_saved_head_says_the_same(fitted, pairs, tmp_path):
    fitted.save(tmp_path / "head.npz")
    loaded = SiameseHead.load(tmp_path / "head.npz")
    np.testing.assert_array_equal(loaded.predict(*pairs[:2]), fitted.predict(*pairs[:2]))
    assert [path.name for path in tmp_path.iterdir()] == ["head.npz"]


def test_a_folder_that_cannot_be_written_is_named(fitted, tmp_path):
    with pytest.raises(EncoderError, match="cannot be written"):
        fitted.save(tmp_path / "missing" / "head.npz")


def saved(**arrays):
    content = io.BytesIO()
    np.savez(content, **arrays)
    return content.getvalue()


def bomb():
    """A gigabyte of zeros in a small file."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<f8", "fortran_order": False, "shape": (2**27,)})
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("bias.npy", saved_array(np.array(0.0)))
        with file.open("weights.npy", "w") as entry:
            entry.write(head.getvalue() + bytes(2**25))
    return content.getvalue()


def saved_array(array):
    content = io.BytesIO()
    np.save(content, array)
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no archive",
        saved(weights=np.ones(3), bias=np.array(0.0))[:-40],
        saved(weights=np.ones(3)),
        saved(weights=np.ones(3), bias=np.array(0.0), more=np.ones(3)),
        saved(weights=np.ones(3, np.float32), bias=np.array(0.0)),
        saved(weights=np.ones((3, 1)), bias=np.array(0.0)),
        saved(weights=np.ones(0), bias=np.array(0.0)),
        saved(weights=np.ones(3), bias=np.zeros(2)),
        saved(weights=np.array([1.0, np.nan]), bias=np.array(0.0)),
        saved(weights=np.ones(3), bias=np.array(np.inf)),
        saved(weights=np.array([print], object), bias=np.array(0.0)),
        saved_array(np.ones(3)),
        bytes(2**20 + 1),
        bomb(),
    ],
    ids=lambda content: f"{len(content)}_bytes",
)
def test_a_file_that_is_no_head_is_refused(content, tmp_path):
    path = tmp_path / "head.npz"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"head\.npz: is no head"):
        SiameseHead.load(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "missing.npz", tmp_path):
        with pytest.raises(WeightsError, match="is no head"):
            SiameseHead.load(path)


def test_whatever_is_damaged_is_refused_or_read_whole(fitted, tmp_path):
    path = tmp_path / "head.npz"
    fitted.save(path)
    content = path.read_bytes()
    for place in range(0, len(content), 3):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x41]) + content[place + 1 :])
        with contextlib.suppress(WeightsError):
            SiameseHead.load(path)


def test_the_former_module_still_offers_the_head() -> None:
    from kiosk.encoders.siamese import SiameseHead as Former

    assert Former is SiameseHead
