import numpy as np
import pytest

from kiosk.encoders import EXPORTED
from kiosk.encoders.training.networks import TRAINABLE, Trainable
from kiosk.errors import WeightsError


def test_every_network_that_can_be_exported_can_be_trained():
    assert sorted(TRAINABLE) == sorted(EXPORTED)
    assert {name: network.size_px for name, network in TRAINABLE.items()} == {"openface": 96, "facenet": 160}


def test_openface_is_trained_as_its_published_weights_were():
    # The exercise's graph has another one there.
    assert TRAINABLE["openface"].build().get_layer("bn1").epsilon == 1e-5


@pytest.fixture
def network(small_network):
    return Trainable(small_network, TRAINABLE["facenet"].recipe, lambda model, path: pytest.fail("not published"))


def test_weights_of_a_run_come_back(network, small_network, tmp_path):
    model, fresh = small_network(), small_network()
    model.save_weights(tmp_path / "best.weights.h5")
    network.load(fresh, tmp_path / "best.weights.h5")
    assert all(np.array_equal(*pair) for pair in zip(model.get_weights(), fresh.get_weights(), strict=True))


def test_other_files_are_read_as_published_ones(small_network, tmp_path):
    given = []
    network = Trainable(small_network, TRAINABLE["facenet"].recipe, lambda model, path: given.append(path))
    network.load(small_network(), tmp_path / "facenet_keras.h5")
    network.load(small_network(), tmp_path / "folder")
    assert given == [tmp_path / "facenet_keras.h5", tmp_path / "folder"]


def test_weights_of_another_shape_are_refused(network, small_network, tmp_path):
    import keras

    images = keras.Input((16, 16, 3))
    x = keras.layers.Conv2D(5, 3, strides=2, name="conv")(images)
    other = keras.Model(images, keras.layers.Dense(4, name="dense")(keras.layers.Flatten()(x)), name="small")
    other.save_weights(tmp_path / "other.weights.h5")
    with pytest.raises(WeightsError, match="conv/kernel"):
        network.load(small_network(), tmp_path / "other.weights.h5")


def test_weights_of_a_network_with_fewer_layers_are_refused(network, small_network, tmp_path):
    import keras

    images = keras.Input((16, 16, 3))
    keras.Model(images, keras.layers.Conv2D(4, 3, strides=2, name="conv")(images)).save_weights(
        tmp_path / "less.weights.h5"
    )
    with pytest.raises(WeightsError, match="dense/kernel is missing"):
        network.load(small_network(), tmp_path / "less.weights.h5")


@pytest.mark.parametrize("content", [None, b"", b"no hdf5", b"\x89HDF\r\n\x1a\n" + bytes(200)])
def test_a_file_that_holds_no_weights_is_refused(network, small_network, tmp_path, content):
    path = tmp_path / "odd.weights.h5"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"odd\.weights\.h5: (is no|ended)"):
        network.load(small_network(), path)
