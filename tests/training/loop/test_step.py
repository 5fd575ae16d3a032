import numpy as np
import pytest

from kiosk.encoders.encoder import Colour, InputFormat, Layout
from kiosk.training.loop import Learner, make_learner
from kiosk.training.settings import Settings
from kiosk.training.triplet import Mining

SETTINGS = Settings(people=4, pictures=2, steps=40, warm_up_steps=2, all_steps=2, learning_rate=0.01)


@pytest.fixture
def learner(small_network):
    import keras

    keras.utils.set_random_seed(1)
    return Learner(small_network(), InputFormat(scale=(1 / 255,) * 3), SETTINGS)


def test_a_network_learns_to_tell_people_apart(learner, coloured):
    chips = coloured(4, 2)
    answers = [learner.learn(chips.images, chips.owners, step, 0.01) for step in range(40)]
    assert answers[-1].zero > answers[0].zero + 0.2
    assert answers[0].used > answers[-1].used


def test_embeddings_have_length_one_whatever_the_number_of_chips(learner, coloured):
    images = coloured(70, 1).images
    found = learner.embed(images)
    assert found.shape == (70, 4)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(found[64:], learner.embed(images[64:]), atol=1e-5)


def test_asking_for_embeddings_changes_nothing(learner, coloured):
    before = [variable.numpy() for variable in learner.variables]
    learner.embed(coloured(3, 2).images)
    assert all(np.array_equal(old, new) for old, new in zip(before, learner.variables, strict=True))


def test_a_step_changes_weights_and_statistics(learner, coloured):
    chips = coloured(4, 2)
    before = {variable.path: variable.numpy() for variable in learner.model.variables}
    learner.learn(chips.images, chips.owners, 0, 0.01)
    changed = {v.path for v in learner.model.variables if not np.array_equal(before[v.path], v)}
    assert {"conv/kernel", "dense/kernel", "norm/gamma", "norm/moving_mean", "norm/moving_variance"} <= changed


def test_the_rate_given_is_the_rate_used(learner, coloured):
    chips = coloured(4, 2)
    weights = learner.model.trainable_variables[0].numpy()
    learner.learn(chips.images, chips.owners, 0, 0.0)
    np.testing.assert_array_equal(weights, learner.model.trainable_variables[0])


def test_at_first_every_triplet_that_costs_something_counts(small_network, coloured):
    import keras

    chips, used = coloured(4, 2), []
    for step in (0, 2):
        keras.utils.set_random_seed(1)
        fresh = Learner(small_network(), InputFormat(), SETTINGS)
        used.append(fresh.learn(chips.images, chips.owners, step, 0.0).used)
    assert used[0] > used[1]


@pytest.mark.parametrize("mining", [Mining.SEMI_HARD, Mining.HARD])
def test_both_kinds_of_mining_run(small_network, coloured, mining):
    learner = Learner(small_network(), InputFormat(), Settings(all_steps=0, mining=mining))
    chips = coloured(4, 2)
    assert np.isfinite(learner.learn(chips.images, chips.owners, 0, 0.01)).all()


@pytest.mark.parametrize(
    "inputs",
    [
        InputFormat(scale=(1 / 255,) * 3),
        InputFormat(colour=Colour.BGR, mean=(10.0, 20.0, 30.0), scale=(0.1, 0.2, 0.3)),
        InputFormat(standardise=True),
        InputFormat(layout=Layout.CHANNELS_FIRST, scale=(1 / 255,) * 3),
    ],
)
def test_a_network_is_given_what_its_encoder_will_be_given(inputs, coloured):
    import keras

    images = coloured(3, 1).images
    pixels = keras.Input(inputs.batch_shape(1, 16)[1:])
    network = keras.Model(pixels, keras.layers.Flatten()(pixels))
    expected = inputs.prepared(images).reshape(3, -1)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(Learner(network, inputs, SETTINGS).embed(images), expected, atol=1e-5)


def test_normalisation_remembers_a_part_of_a_short_run(learner, small_network):
    assert learner.model.get_layer("norm").momentum == pytest.approx(0.5)  # two of 40 steps
    long = Learner(small_network(), InputFormat(), Settings(steps=100_000))
    assert long.model.get_layer("norm").momentum == small_network().get_layer("norm").momentum


def test_half_precision_is_for_graphics_processors_alone(monkeypatch, small_network, coloured):
    import keras
    import tensorflow as tf

    inputs, chips = InputFormat(scale=(1 / 255,) * 3), coloured(4, 2)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    assert make_learner(small_network, inputs, SETTINGS).model.get_layer("conv").compute_dtype == "float32"
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["gpu"])
    learner = make_learner(small_network, inputs, SETTINGS)
    assert learner.model.get_layer("conv").compute_dtype == "float16"
    assert keras.config.dtype_policy().name == "float32"
    before = learner.model.trainable_variables[0].numpy()
    # The first steps find the scale that keeps slopes finite in half precision.
    assert np.isfinite([learner.learn(chips.images, chips.owners, step, 0.01) for step in range(20)]).all()
    assert learner.embed(chips.images).dtype == np.float32
    assert not np.array_equal(before, learner.model.trainable_variables[0])


def test_the_seed_decides_the_random_weights(small_network):
    one, again, other = (
        make_learner(small_network, InputFormat(), Settings(seed=seed)).model.get_weights()[0] for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
