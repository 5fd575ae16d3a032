import os
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain import CropKind
from kiosk.encoders import EXPORTED
from kiosk.errors import WeightsError
from kiosk.training.networks import TRAINABLE, Trainable


def test_every_network_that_can_be_exported_can_be_trained():
    assert sorted(TRAINABLE) == sorted(EXPORTED)
    assert {name: network.recipe.crop.size_px for name, network in TRAINABLE.items()} == {
        "openface": 96,
        "facenet": 160,
    }


def test_openface_is_trained_as_its_published_weights_were():
    # The exercise's graph has another one there.
    assert TRAINABLE["openface"].build().get_layer("bn1").epsilon == 1e-5


@pytest.fixture
def network(small_network):
    return Trainable(small_network, TRAINABLE["openface"].recipe, lambda model, path: pytest.fail("no folder"))


def test_weights_of_a_run_come_back(network, small_network, tmp_path):
    model, fresh = small_network(), small_network()
    model.save_weights(tmp_path / "best.weights.h5")
    network.load(fresh, tmp_path / "best.weights.h5")
    assert all(np.array_equal(*pair) for pair in zip(model.get_weights(), fresh.get_weights(), strict=True))


def test_a_h5_file_of_any_name_is_read_as_one(network, small_network, tmp_path):
    model, fresh = small_network(), small_network()
    model.save_weights(tmp_path / "own.weights.h5")
    (tmp_path / "own.weights.h5").rename(tmp_path / "published.H5")
    network.load(fresh, tmp_path / "published.H5")
    assert all(np.array_equal(*pair) for pair in zip(model.get_weights(), fresh.get_weights(), strict=True))


def test_a_folder_is_read_as_published_weights(tmp_path):
    given = []
    network = Trainable(lambda: None, TRAINABLE["openface"].recipe, lambda model, path: given.append(path))
    network.load(None, tmp_path)
    assert given == [tmp_path]


@pytest.mark.parametrize("name", ["openface", "facenet"])
@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        ("nothere.h5", "cannot be read (No such file or directory)"),
        ("nothere", "cannot be read (No such file or directory)"),
        ("a" * 300 + ".h5", "cannot be read (File name too long)"),
        ("no\0name.h5", "cannot be read (embedded null byte)"),
        ("words.txt", "is neither a folder nor a .h5 file"),
        ("pipe.h5", "is neither a folder nor a .h5 file"),
    ],
)
def test_what_nothing_can_start_from_is_named_with_what_can(tmp_path, name, weights, reason):
    (tmp_path / "words.txt").touch()
    os.mkfifo(tmp_path / "pipe.h5")
    with pytest.raises(WeightsError) as fault:
        TRAINABLE[name].check(tmp_path / weights)
    assert fault.value.thing == str(tmp_path / weights)
    assert fault.value.reason == reason
    wanted = {"openface": "give the folder of CSV files or a .h5 file", "facenet": "give a .h5 file"}
    assert fault.value.remedy == wanted[name]


def test_a_network_published_in_one_file_does_not_start_from_a_folder(tmp_path):
    with pytest.raises(WeightsError, match=r"is a folder; give a \.h5 file"):
        TRAINABLE["facenet"].check(tmp_path)


@pytest.mark.parametrize(
    ("name", "init", "kind"),
    [
        ("openface", None, CropKind.DLIB_CHIP),
        ("openface", "run/best.weights.h5", CropKind.DLIB_CHIP),
        ("openface", "csv", CropKind.OPENFACE),
        ("facenet", "facenet_keras.h5", CropKind.BOX),
    ],
)
def test_published_weights_have_a_crop_of_their_own(name, init, kind):
    assert TRAINABLE[name].crop_kind(init and Path(init)) is kind


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
    with pytest.raises(WeightsError, match=r"odd\.weights\.h5: (is no|ended|cannot be read)"):
        network.load(small_network(), path)
