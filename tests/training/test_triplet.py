"""The triplet loss against the exercise's constants, and the choice of triplets against their definition."""

import itertools
import os

import numpy as np
import pytest

from kiosk.training.triplet import Mining, mine, squared_distances, triplet_loss

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
MARGIN = 0.2
pytestmark = pytest.mark.slow


def exercise_tensors(normal):
    """Return the three tensors of the course's test."""
    return tuple(normal([3, 128], mean=mean, stddev=dev, seed=1) for mean, dev in ((6, 0.1), (1, 1), (3, 4)))


def test_the_exercise_gives_its_constants():
    import tensorflow as tf

    tf.random.set_seed(1)
    assert float(triplet_loss([None] * 3, exercise_tensors(tf.random.normal))) == pytest.approx(527.2598, abs=1e-3)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.compat.v1.set_random_seed(1)
        loss = triplet_loss((None, None, None), exercise_tensors(tf.compat.v1.random_normal))
        assert session.run(loss) == pytest.approx(528.143, abs=1e-3)


def test_a_keras_model_learns_with_it():
    import keras

    keras.utils.set_random_seed(1)
    tower = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    inputs = [keras.Input((4,)) for _ in range(3)]
    model = keras.Model(inputs, keras.ops.stack([tower(x) for x in inputs]))
    model.compile(optimizer=keras.optimizers.Adam(0.05), loss=triplet_loss)
    # The first number is noise, the second one is the person.
    anchors = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
    batch = [anchors, anchors + np.float32([2, 0, 0, 0]), anchors + np.float32([0, 1, 0, 0])]
    losses = [float(model.train_on_batch(batch, np.zeros((3, 8, 3), np.float32))) for _ in range(30)]
    assert losses[-1] < losses[0] / 2


def unit(count, seed):
    vectors = np.random.default_rng(seed).normal(size=(count, 3))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def mined(embeddings, people, mining):
    found = mine(squared_distances(embeddings), np.asarray(people), MARGIN, mining)
    return tuple(float(number) for number in found)


def by_hand(embeddings, people, mining):
    """Return loss, used, zero: triplet by triplet."""
    distances = ((embeddings[:, None] - embeddings[None]) ** 2).sum(axis=2)
    if mining is Mining.HARD:
        people = np.asarray(people)
        costs = [
            row[people == own].max() - row[people != own].min() for row, own in zip(distances, people, strict=True)
        ]
        used = [cost + MARGIN for cost in costs if cost + MARGIN > 0]
        return np.mean(used), len(used), 1 - len(used) / len(people)
    triplets = [
        (distances[a, p], distances[a, n])
        for a, p, n in itertools.product(range(len(people)), repeat=3)
        if a != p and people[a] == people[p] != people[n]
    ]
    costs = [near - far + MARGIN for near, far in triplets]
    semi = mining is Mining.SEMI_HARD
    used = [cost for cost, (near, far) in zip(costs, triplets, strict=True) if cost > 0 and (far > near or not semi)]
    return np.mean(used), len(used), np.mean([cost <= 0 for cost in costs])


def test_the_chosen_triplets_are_those_of_the_definition():
    for mining, seed in itertools.product(Mining, range(3)):
        embeddings, people = unit(12, seed), [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
        found, expected = mined(embeddings, people, mining), by_hand(embeddings, people, mining)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6, err_msg=str(mining))


def test_a_batch_without_triplets_has_a_finite_loss_and_gradient():
    import tensorflow as tf

    for mining in Mining:
        embeddings = tf.Variable(np.repeat(np.eye(3, dtype=np.float32), 2, axis=0))
        with tf.GradientTape() as tape:
            loss, used, zero = mine(squared_distances(embeddings), np.repeat(range(3), 2), MARGIN, mining)
        assert (float(loss), float(used), float(zero)) == (0, 0, 1)
        assert np.isfinite(tape.gradient(loss, embeddings).numpy()).all()
