"""Weights in .h5 files of Keras: three layouts, and files with faults."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from kiosk.errors import WeightsError
from kiosk.training.keras_h5 import load_h5, read_h5

Weights = dict[str, np.ndarray]
SHAPES: dict[str, tuple[int, ...]] = {
    "Conv/kernel": (3, 3, 2, 4),
    "Conv/bias": (4,),
    "Conv_BatchNorm/beta": (4,),
    "Conv_BatchNorm/moving_mean": (4,),
    "Conv_BatchNorm/moving_variance": (4,),
    "Bottleneck/kernel": (4, 5),
}
GENERATOR = np.random.default_rng(21)
SMALL = {name: GENERATOR.uniform(0.1, 2, shape).astype(np.float32) for name, shape in SHAPES.items()}


def write(group: h5py.Group, weights: Weights) -> None:
    """Write the layout of Keras 2, in a random order, with a layer that has no weights."""
    group.create_group("input_1")
    for name in np.random.default_rng(22).permutation(sorted(weights)):
        group[f"{name.partition('/')[0]}/{name}:0"] = weights[name]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file without a fault."""
    with h5py.File(tmp_path / "weights.h5", "w") as file:
        write(file, SMALL)
    return tmp_path / "weights.h5"


def same(found: Weights, expected: Weights) -> bool:
    return found.keys() == expected.keys() and all(np.array_equal(found[name], expected[name]) for name in expected)


def test_whole_models_and_weights_of_keras_2_are_read(path: Path) -> None:
    assert same(read_h5(path, SHAPES), SMALL)
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = b'{"class_name": "Model"}'
        file.create_group("optimizer_weights")["Conv/kernel"] = 0.0
        write(file.create_group("model_weights"), SMALL)
    assert same(read_h5(path, SHAPES), SMALL)


@pytest.mark.slow
def test_files_of_keras_3_are_read_back(tmp_path: Path) -> None:
    import keras

    def build(value: float) -> Any:
        layers = [keras.layers.Conv2D(4, 3, name="conv"), keras.layers.BatchNormalization(name="norm")]
        model = keras.Sequential([keras.Input((8, 8, 3)), *layers])
        for weight in model.weights:
            weight.assign(np.full(weight.shape, value, np.float32))
        return model

    for file, save in (("model.h5", "save"), ("model.weights.h5", "save_weights")):
        getattr(build(3.0), save)(tmp_path / file)
        fresh = build(0.0)
        load_h5(fresh, tmp_path / file)
        assert all((weight == 3.0).all() for weight in fresh.get_weights()), file


def test_each_fault_is_named_and_nothing_is_loaded(path: Path) -> None:
    kernel = "Bottleneck/Bottleneck/kernel:0"

    def damage(file: h5py.File, name: str, value: Any) -> None:
        if name in file:
            del file[name]
        if value is not None:
            file[name] = value

    variance = "Conv_BatchNorm/Conv_BatchNorm/moving_variance:0"
    for name, value, reason in (
        (kernel, None, "Bottleneck/kernel is missing"),
        (kernel, h5py.ExternalLink("elsewhere.h5", "/kernel"), "Bottleneck/kernel is missing"),
        (kernel, np.ones((5, 4), np.float32), r"Bottleneck/kernel has shape \(5, 4\) instead of \(4, 5\)"),
        (kernel, np.ones((4, 5), np.int64), "Bottleneck/kernel has type int64 instead of float32"),
        (kernel, np.full((4, 5), np.nan, np.float32), "Bottleneck/kernel has numbers that are not finite"),
        ("Other/Other/kernel:0", np.ones(3, np.float32), "Other/kernel is surplus"),
        ("Bottleneck/again/kernel:0", np.ones((4, 5), np.float32), "Bottleneck/kernel is there twice"),
        (variance, -np.ones(4, np.float32), "Conv_BatchNorm/moving_variance has negative numbers"),
    ):
        with h5py.File(path, "w") as file:
            write(file, SMALL)
            damage(file, name, value)
        with pytest.raises(WeightsError, match=rf"weights\.h5: {reason}; use the published \.h5 file"):
            read_h5(path, SHAPES)


def test_a_file_that_is_no_weights_file_is_refused(path: Path, tmp_path: Path) -> None:
    for content in (b"", b"no hdf5", b"\x89HDF\r\n\x1a\n" + bytes(200), path.read_bytes()[:-500]):
        path.write_bytes(content)
        with pytest.raises(WeightsError, match=r"weights\.h5: is no readable HDF5 file"):
            read_h5(path, SHAPES)
    with h5py.File(path, "w") as file:
        file["words"] = "text"
    with pytest.raises(WeightsError, match="holds no weights of this network"):
        read_h5(path, SHAPES)
    with pytest.raises(WeightsError, match=r"gone\.h5: is no file"):
        read_h5(tmp_path / "gone.h5", SHAPES)
