import os

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from kiosk.training.triplet import triplet_loss


def exercise_tensors(normal):
    """The three tensors of the course's test."""
    return (
        normal([3, 128], mean=6, stddev=0.1, seed=1),
        normal([3, 128], mean=1, stddev=1, seed=1),
        normal([3, 128], mean=3, stddev=4, seed=1),
    )


def test_the_exercise_gives_its_constant_in_tensorflow_2():
    import tensorflow as tf

    tf.random.set_seed(1)
    y_pred = exercise_tensors(tf.random.normal)
    assert float(triplet_loss([None, None, None], y_pred)) == pytest.approx(527.2598, abs=1e-3)


def test_the_exercise_gives_its_constant_in_a_graph_of_tensorflow_1():
    import tensorflow as tf

    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.compat.v1.set_random_seed(1)
        loss = triplet_loss((None, None, None), exercise_tensors(tf.compat.v1.random_normal))
        assert session.run(loss) == pytest.approx(528.143, abs=1e-3)


@pytest.mark.parametrize(("alpha", "expected"), [(0.2, 0.2 + 0.0 + 1.2), (0.3, 0.3 + 0.0 + 1.3)])
def test_examples_are_summed_and_none_is_worth_less_than_nothing(alpha, expected):
    anchor = np.zeros((3, 2), np.float32)
    positive = np.array([[1, 0], [0, 0], [1, 1]], np.float32)  # squared distances 1, 0, 2
    negative = np.array([[0, 1], [3, 0], [0, 1]], np.float32)  # 1, 9, 1
    assert float(triplet_loss(None, [anchor, positive, negative], alpha)) == pytest.approx(expected)


def test_the_default_margin_is_that_of_the_paper():
    same = np.ones((4, 8), np.float32)
    assert float(triplet_loss(None, [same, same, same])) == pytest.approx(4 * 0.2)


def test_one_tensor_of_three_is_as_good_as_three():
    import tensorflow as tf

    parts = np.random.default_rng(0).normal(size=(3, 5, 8)).astype(np.float32)
    assert float(triplet_loss(None, tf.constant(parts))) == pytest.approx(float(triplet_loss(None, list(parts))))


def test_gradients_draw_the_positive_near_and_push_the_negative_away():
    import tensorflow as tf

    anchor, positive, negative = (tf.Variable([[x, 0.0]]) for x in (0.0, 1.0, 0.5))
    with tf.GradientTape() as tape:
        loss = triplet_loss(None, [anchor, positive, negative])
    slopes = tape.gradient(loss, [anchor, positive, negative])
    np.testing.assert_allclose([slope.numpy()[0, 0] for slope in slopes], [-1.0, 2.0, -1.0], atol=1e-6)


def test_an_example_that_costs_nothing_has_no_slope():
    import tensorflow as tf

    anchor = tf.Variable([[0.0, 0.0]])
    with tf.GradientTape() as tape:
        loss = triplet_loss(None, [anchor, anchor + 0.1, anchor + 9.0])
    assert float(loss) == 0
    assert np.abs(tape.gradient(loss, anchor).numpy()).max() == 0


def test_a_model_compiles_with_it_as_the_exercise_does():
    import keras

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile(optimizer="adam", loss=triplet_loss, metrics=["accuracy"])
    assert model.loss is triplet_loss


def test_a_model_of_three_towers_learns_with_it():
    import keras

    keras.utils.set_random_seed(1)
    tower = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    inputs = [keras.Input((4,)) for _ in range(3)]
    model = keras.Model(inputs, keras.ops.stack([tower(x) for x in inputs]))
    model.compile(optimizer=keras.optimizers.Adam(0.05), loss=triplet_loss)
    # The first number says nothing, the second one who it is.
    anchors = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
    batch = [anchors, anchors + np.float32([2, 0, 0, 0]), anchors + np.float32([0, 1, 0, 0])]
    losses = [float(model.train_on_batch(batch, np.zeros((3, 8, 3), np.float32))) for _ in range(30)]
    assert losses[-1] < losses[0] / 2
