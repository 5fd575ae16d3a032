import itertools

import numpy as np
import pytest

from kiosk.training.triplet import Mining, mine, squared_distances

MARGIN = 0.2


def unit(count, seed, dimension=3):
    vectors = np.random.default_rng(seed).normal(size=(count, dimension))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def mined(embeddings, people, mining, margin=MARGIN):
    found = mine(squared_distances(embeddings), np.asarray(people), margin, mining)
    return tuple(float(number) for number in found)


def by_hand(embeddings, people, mining):
    """Loss, used, zero: triplet by triplet."""
    distances = ((embeddings[:, None] - embeddings[None]) ** 2).sum(axis=2)
    triplets = [
        (distances[a, p], distances[a, n])
        for a, p, n in itertools.product(range(len(people)), repeat=3)
        if a != p and people[a] == people[p] != people[n]
    ]
    costs = [near - far + MARGIN for near, far in triplets]
    zero = np.mean([cost <= 0 for cost in costs])
    semi = mining is Mining.SEMI_HARD
    used = [cost for cost, (near, far) in zip(costs, triplets, strict=True) if cost > 0 and (far > near or not semi)]
    return np.mean(used) if used else 0.0, len(used), zero


@pytest.mark.parametrize("mining", [Mining.SEMI_HARD, Mining.ALL])
@pytest.mark.parametrize("seed", range(3))
def test_triplets_are_those_of_the_definition(mining, seed):
    embeddings, people = unit(12, seed), [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4]
    np.testing.assert_allclose(mined(embeddings, people, mining), by_hand(embeddings, people, mining), rtol=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_hard_is_the_farthest_positive_and_the_nearest_negative_of_each(seed):
    embeddings, people = unit(9, seed), np.repeat(range(3), 3)
    distances = ((embeddings[:, None] - embeddings[None]) ** 2).sum(axis=2)
    costs = [
        max(distances[a][people == people[a]].max() - distances[a][people != people[a]].min() + MARGIN, 0)
        for a in range(9)
    ]
    used = np.count_nonzero(costs)
    expected = sum(costs) / used, used, 1 - used / 9
    np.testing.assert_allclose(mined(embeddings, people, Mining.HARD), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("mining", list(Mining))
def test_people_far_apart_cost_nothing(mining):
    embeddings = np.repeat(np.eye(3, dtype=np.float32), 2, axis=0)
    assert mined(embeddings, np.repeat(range(3), 2), mining) == (0.0, 0.0, 1.0)


@pytest.mark.parametrize("mining", [Mining.ALL, Mining.HARD])
def test_where_all_faces_look_alike_each_triplet_costs_the_margin(mining):
    loss, _, zero = mined(np.tile(np.eye(3, dtype=np.float32)[0], (6, 1)), np.repeat(range(3), 2), mining)
    assert (loss, zero) == (pytest.approx(MARGIN), 0.0)


@pytest.mark.parametrize("mining", list(Mining))
def test_a_batch_without_triplets_gives_a_finite_loss_and_slope(mining):
    import tensorflow as tf

    embeddings = tf.Variable(np.repeat(np.eye(3, dtype=np.float32), 2, axis=0))
    with tf.GradientTape() as tape:
        loss = mine(squared_distances(embeddings), np.repeat(range(3), 2), MARGIN, mining).loss
    assert float(loss) == 0
    assert np.isfinite(tape.gradient(loss, embeddings).numpy()).all()


@pytest.mark.parametrize("mining", list(Mining))
def test_going_down_the_slope_costs_less(mining):
    import tensorflow as tf

    people = np.repeat(range(4), 3)
    embeddings = tf.Variable(unit(12, 5))
    with tf.GradientTape() as tape:
        loss = mine(squared_distances(tf.math.l2_normalize(embeddings, axis=1)), people, MARGIN, mining).loss
    embeddings.assign_sub(0.05 * tape.gradient(loss, embeddings))
    moved = tf.math.l2_normalize(embeddings, axis=1)
    hinge = [mine(squared_distances(x), people, MARGIN, Mining.ALL) for x in (unit(12, 5), moved)]
    before, after = (float(each.loss * each.used) for each in hinge)
    assert after < before
