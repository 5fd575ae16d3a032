import math
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kiosk.domain import Chip, Crop, CropKind
from kiosk.encoders import load_encoder
from kiosk.encoders.encoder import Colour, InputFormat, Layout
from kiosk.encoders.facenet import facenet_model
from kiosk.encoders.openface import tensor_shapes
from kiosk.encoders.runtimes import read_encoder_spec
from kiosk.errors import WeightsError
from kiosk.training.export import (
    FACENET,
    OPENFACE,
    Exported,
    Recipe,
    export_encoder,
    export_known,
)

keras = pytest.importorskip("keras")
pytest.importorskip("tensorflow")

LAST = Recipe(
    crop=Crop(CropKind.BOX, 16, margin=0.25),
    inputs=InputFormat(mean=(127.5,) * 3, scale=(1 / 128,) * 3),
    threshold=0.6,
    margin=0.07,
    licence="MIT",
    source="a test",
)
FIRST = replace(
    LAST,
    crop=Crop(CropKind.OPENFACE, 16),
    inputs=InputFormat(Layout.CHANNELS_FIRST, Colour.BGR, (1, 2, 3), (0.1, 0.2, 0.3)),
)


@pytest.fixture(scope="module")
def last() -> Any:
    return network((16, 16, 3))


@pytest.fixture(scope="module")
def first() -> Any:
    return network((3, 16, 16))


def network(shape: tuple[int, ...], dimension: int = 8, weights: str = "glorot_uniform") -> Any:
    """A convolution and a dense layer; pictures whose channels come first are turned inside."""
    layers = keras.layers
    keras.utils.set_random_seed(3)
    images = keras.Input(shape)
    x = layers.Permute((2, 3, 1))(images) if shape[0] == 3 else images
    x = layers.Flatten()(layers.Conv2D(4, 3, activation="relu")(x))
    return keras.Model(images, layers.Dense(dimension, kernel_initializer=weights)(x), name="small")


@pytest.mark.parametrize("recipe", [LAST, FIRST], ids=["channels last", "channels first"])
def test_an_exported_network_is_an_encoder_at_once(
    request: pytest.FixtureRequest, tmp_path: Path, random_chip: Callable[..., Chip], recipe: Recipe
) -> None:
    model = request.getfixturevalue("first" if recipe is FIRST else "last")
    exported = export_encoder(model, "mine", tmp_path / "new", recipe)
    assert exported.difference <= 1e-4
    encoder = load_encoder("mine", threads=1, folder=tmp_path / "new")
    spec = encoder.spec
    assert (spec.crops, spec.threshold, spec.margin) == ((recipe.crop,), 0.6, 0.07)
    assert (spec.dimension, spec.parameters, spec.licence, spec.source) == (8, model.count_params(), "MIT", "a test")
    chip = random_chip(recipe.crop)
    views = np.stack([chip.image, chip.image[:, ::-1]])
    expected = model.predict(recipe.inputs.prepared(views), verbose=0).mean(axis=0)
    found = encoder.embed({recipe.crop: chip}).vector
    assert np.linalg.norm(found - expected / np.linalg.norm(expected)) < 1e-5


def test_file_and_spec_are_told_and_nothing_else_is_written(last: Any, tmp_path: Path) -> None:
    exported = export_encoder(last, "mine", tmp_path, LAST)
    assert {exported.spec, exported.file} == set(tmp_path.iterdir())
    spec = read_encoder_spec(exported.spec)
    assert spec.golden is not None
    assert len(spec.golden.values) == 8
    assert spec.input.format == LAST.inputs
    assert (tmp_path / spec.file).stat().st_size == spec.size


def test_half_precision_halves_the_file_and_says_how_far_it_is(last: Any, tmp_path: Path) -> None:
    whole, half = (export_encoder(last, name, tmp_path, LAST, half=name == "half") for name in ("whole", "half"))
    assert half.difference > whole.difference
    assert half.difference < 1e-2
    # Weights are 26 kB of it.
    assert whole.file.stat().st_size - half.file.stat().st_size > 10_000
    assert load_encoder("half", threads=1, folder=tmp_path).spec.dimension == 8


def test_a_second_export_replaces_the_first(last: Any, tmp_path: Path) -> None:
    before = export_encoder(last, "mine", tmp_path, LAST).spec.read_bytes()
    export_encoder(last, "mine", tmp_path, replace(LAST, inputs=InputFormat(standardise=True), mirror=False))
    assert (tmp_path / "mine.yaml").read_bytes() != before
    assert load_encoder("mine", threads=1, folder=tmp_path).spec.name == "mine"


@pytest.mark.parametrize("name", ["", "Mine", "../mine", "my encoder", "manifest", "x" * 1000], ids=ascii)
def test_a_name_that_is_none_for_a_spec_is_refused(last: Any, tmp_path: Path, name: str) -> None:
    with pytest.raises(WeightsError, match="is no name for a spec; use a-z, 0-9 and _"):
        export_encoder(last, name, tmp_path / "out", LAST)
    assert list(tmp_path.iterdir()) == []


def two_outputs(model: Any) -> Any:
    return keras.Model(model.input, [model.output, model.output])


def named_outputs(model: Any) -> Any:
    return keras.Model(model.input, {"a": model.output, "b": model.output})


def two_inputs(model: Any) -> Any:
    other = keras.Input((16, 16, 3))
    return keras.Model([model.input, other], keras.layers.Add()([model.output, model(other)]))


def a_picture(model: Any) -> Any:
    return keras.Model(model.input, model.layers[1].output)


@pytest.mark.parametrize("change", [two_outputs, named_outputs, two_inputs, a_picture])
def test_a_model_that_is_no_encoder_is_refused(last: Any, tmp_path: Path, change: Callable[[Any], Any]) -> None:
    with pytest.raises(WeightsError, match="export it with the recipe that it was built for"):
        export_encoder(change(last), "mine", tmp_path / "out", LAST)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("shape", "dimension"), [((3, 16, 16), 8), ((20, 20, 3), 8), ((16, 16, 1), 8), ((16, 16, 3), 2)]
)
def test_a_model_of_other_shapes_is_refused(tmp_path: Path, shape: tuple[int, ...], dimension: int) -> None:
    with pytest.raises(WeightsError, match=r"model small: takes \(None, .*, not \(None, 16, 16, 3\) and \(None, 4 to"):
        export_encoder(network(shape, dimension), "mine", tmp_path / "out", LAST)
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_answers_nothing_is_refused_with_the_reason(tmp_path: Path) -> None:
    silent = network((16, 16, 3), weights="zeros")
    with pytest.raises(WeightsError, match=r"model small: gave an output of length 0\.0, .*; train it, or give it its"):
        export_encoder(silent, "mine", tmp_path / "out", LAST)
    silent.layers[-1].set_weights([np.full_like(weights, np.nan) for weights in silent.layers[-1].get_weights()])
    with pytest.raises(WeightsError, match="model small: gave an output of length nan"):
        export_encoder(silent, "mine", tmp_path / "out", LAST)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_a_fault(last: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WeightsError, match=r"cannot be written: .*; name another folder with --out"):
        export_encoder(last, "mine", tmp_path / "file", LAST)


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_may_not_be_written_is_a_fault(last: Any, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(WeightsError, match="cannot be written: Permission denied"):
        export_encoder(last, "mine", tmp_path, LAST)


# The networks that the kiosk can build -----------------------------------------------------------------------------


def test_openface_takes_grey_levels_from_0_to_1_channels_first() -> None:
    numbers = OPENFACE.inputs.prepared(np.full((1, 96, 96, 3), 255, np.uint8))
    assert numbers.shape == (1, 3, 96, 96)
    assert np.allclose(numbers, 1)
    assert OPENFACE.crop == Crop(CropKind.OPENFACE, 96)


def test_facenet_takes_standardised_boxes() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (1, 160, 160, 3), np.uint8)
    numbers = FACENET.inputs.prepared(picture)
    assert numbers.shape == (1, 160, 160, 3)
    assert (numbers.mean(), numbers.std()) == pytest.approx((0, 1), abs=1e-4)
    assert (FACENET.crop.kind, FACENET.crop.size_px) == (CropKind.BOX, 160)


def test_a_network_is_never_written_with_weights_that_are_not_all_there(tmp_path: Path) -> None:
    (tmp_path / "csv").mkdir()
    with pytest.raises(WeightsError, match=r"csv: conv1_w\.csv is missing, "):
        export_known("openface", tmp_path / "csv", tmp_path / "out")
    with pytest.raises(WeightsError, match=r"gone\.h5: is no file"):
        export_known("facenet", tmp_path / "gone.h5", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.data
def test_the_real_files_that_are_not_complete_are_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"inception_5b_3x3_conv2_w\.csv is missing"):
        export_known("openface", data / "openface-csv", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.fixture
def exports(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Recipe]]:
    """What would be exported: that itself takes ten seconds to a minute, and the graphs' own tests do it."""
    seen: list[tuple[Any, Recipe]] = []

    def note(model: Any, name: str, out: Path, recipe: Recipe, *, half: bool) -> Exported:
        seen.append((model, recipe))
        return Exported(out / f"{name}.yaml", out / f"{name}.tflite", float(half))

    monkeypatch.setattr("kiosk.training.export.export_encoder", note)
    return seen


def test_openface_gets_the_weights_of_the_folder_and_the_graph_asked_for(
    tmp_path: Path, exports: list[tuple[Any, Recipe]]
) -> None:
    for name, shape in tensor_shapes().items():
        value = "1" if name.endswith("_v") else "0.01"
        (tmp_path / f"{name}.csv").write_text(",".join([value] * math.prod(shape)), encoding="ascii")
    exported = export_known("openface", tmp_path, tmp_path / "out", half=True)
    assert (exported.spec, exported.difference) == (tmp_path / "out" / "openface.yaml", 1)
    export_known("openface", tmp_path, tmp_path, course=True)
    (trained, recipe), (course, same) = exports
    assert recipe is same is OPENFACE
    for model in (trained, course):
        for weights in model.get_layer("dense_layer").get_weights():
            assert np.allclose(weights, 0.01, atol=1e-6)
    assert (trained.get_layer("bn1").epsilon, course.get_layer("bn1").epsilon) == (1e-5, 1e-3)


@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # of Keras, while it writes the file
def test_facenet_gets_the_weights_of_the_file_and_the_inputs_asked_for(
    tmp_path: Path, exports: list[tuple[Any, Recipe]]
) -> None:
    model = facenet_model()
    model.save_weights(tmp_path / "facenet.weights.h5")
    export_known("facenet", tmp_path / "facenet.weights.h5", tmp_path)
    export_known("facenet", tmp_path / "facenet.weights.h5", tmp_path, course=True)
    (first, original), (_, course) = exports
    assert original == FACENET
    assert course == replace(FACENET, inputs=InputFormat(scale=(1 / 255,) * 3))
    layers = [each.get_layer("Bottleneck") for each in (first, model)]
    assert all(map(np.array_equal, *(layer.get_weights() for layer in layers)))
