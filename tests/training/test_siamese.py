"""The siamese head: a logistic regression on the differences of embeddings."""

import io

import numpy as np
import pytest

from kiosk.encoders.siamese import SiameseHead as Alias
from kiosk.errors import EncoderError, KioskError, WeightsError
from kiosk.training.siamese import SiameseHead


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def pairs():
    """1,000 pairs of 16 numbers; the first 4 numbers vary between pictures of one person."""
    random = np.random.default_rng(7)
    noise = np.r_[np.full(4, 1.0), np.full(12, 0.2)]
    people, others = random.normal(size=(2, 1000, 16))
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


def test_it_beats_the_distance_on_other_pairs(fitted, pairs):
    first, second, same = (part[500:] for part in pairs)
    distances = np.linalg.norm(first - second, axis=1)
    best = max(np.mean((distances <= threshold) == same) for threshold in distances)
    accuracy = np.mean((fitted.predict(first, second) > 0.5) == same)
    assert accuracy > max(best, 0.9)
    assert np.abs(fitted.weights[:4]).max() < np.abs(fitted.weights[4:]).min()


def test_the_prediction_is_the_formula(fitted, pairs):
    first, second, _ = pairs
    expected = 1 / (1 + np.exp(-(np.abs(first - second) @ fitted.weights + fitted.bias)))
    np.testing.assert_allclose(fitted.predict(first, second), expected, rtol=1e-9)
    np.testing.assert_array_equal(fitted.predict(first, second), fitted.predict(second, first))
    far = fitted.predict(np.full((1, 16), 1e9), np.full((1, 16), -1e9))
    assert 0 <= far[0] <= 1


def test_wrong_input_is_refused(fitted, tmp_path, monkeypatch):
    for first, second, same in (
        (np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0, bool)),
        (np.zeros((2, 3)), np.zeros((2, 4)), np.array([True, False])),
        (np.zeros((2, 3)), np.zeros((2, 3)), np.array([0, 2])),
        (np.zeros((2, 3)), np.zeros((2, 3)), np.array([True, True])),
        (np.full((2, 3), np.nan), np.zeros((2, 3)), np.array([True, False])),
    ):
        with pytest.raises(EncoderError):
            SiameseHead().fit(first, second, same)
    for penalty in (0, -1, np.nan, np.inf):
        with pytest.raises(EncoderError, match="no positive number"):
            SiameseHead(penalty)
    with pytest.raises(EncoderError, match="was not fitted"):
        SiameseHead().predict(np.zeros((1, 2)), np.zeros((1, 2)))
    with pytest.raises(EncoderError, match="was not fitted"):
        SiameseHead().save(tmp_path / "head.npz")
    with pytest.raises(EncoderError, match="embeddings of 16 numbers"):
        fitted.predict(np.zeros((1, 8)), np.zeros((1, 8)))
    monkeypatch.setattr("kiosk.errors.find_spec", lambda name: None)
    with pytest.raises(KioskError, match=r"sklearn: not installed; type: pip install 'kiosk\[training\]'"):
        SiameseHead().fit(np.zeros((2, 3)), np.eye(2, 3), np.array([True, False]))


def test_a_saved_head_is_read_back_and_any_other_file_is_refused(fitted, pairs, tmp_path):
    path = tmp_path / "head.npz"
    fitted.save(path)
    np.testing.assert_array_equal(Alias.load(path).predict(*pairs[:2]), fitted.predict(*pairs[:2]))
    with pytest.raises(EncoderError, match="cannot be written"):
        fitted.save(tmp_path / "missing" / "head.npz")

    def saved(**arrays):
        content = io.BytesIO()
        np.savez(content, **arrays)
        return content.getvalue()

    for content in (
        b"",
        b"no archive",
        path.read_bytes()[:-40],
        saved(weights=np.ones(3)),
        saved(weights=np.ones((3, 1)), bias=np.array(0.0)),
        saved(weights=np.array([1.0, np.nan]), bias=np.array(0.0)),
        saved(weights=np.array([print], object), bias=np.array(0.0)),
    ):
        path.write_bytes(content)
        with pytest.raises(WeightsError, match=r"head\.npz: is no head"):
            SiameseHead.load(path)
    with pytest.raises(WeightsError, match="is no head"):
        SiameseHead.load(tmp_path / "missing.npz")
