"""Export of Keras networks as encoders."""

import math
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kiosk.domain import Chip, CropKind
from kiosk.encoders import EXPORTED, encoder_spec, load_encoder
from kiosk.encoders.encoder import Colour, InputFormat, Layout
from kiosk.encoders.openface import tensor_shapes
from kiosk.encoders.runtimes import read_encoder_spec
from kiosk.encoders.specs import FACENET, OPENFACE, CropSection, Recipe, exported_spec
from kiosk.errors import WeightsError
from kiosk.training.export import COURSE_INPUT, Exported, export_encoder, export_known

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
pytestmark = pytest.mark.slow
LAST = Recipe(
    crop=CropSection(kind=CropKind.BOX, margin=0.25),
    input=InputFormat(size_px=16, layout=Layout.CHANNELS_LAST, mean=127.5, scale=1 / 128),
    threshold=0.6,
    margin=0.07,
    licence="MIT",
    source="a test",
)
FIRST = replace(
    LAST,
    crop=CropSection(kind=CropKind.OPENFACE),
    input=InputFormat(
        size_px=16, layout=Layout.CHANNELS_FIRST, colour=Colour.BGR, mean=(1, 2, 3), scale=(0.1, 0.2, 0.3)
    ),
)


def network(shape: tuple[int, ...] = (16, 16, 3), dimension: int = 8, weights: str = "glorot_uniform") -> Any:
    """Return a convolution and a dense layer."""
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(3)
    images = keras.Input(shape)
    x = layers.Permute((2, 3, 1))(images) if shape[0] == 3 else images
    x = layers.Flatten()(layers.Conv2D(4, 3, activation="relu")(x))
    return keras.Model(images, layers.Dense(dimension, kernel_initializer=weights)(x), name="small")


def test_an_exported_network_is_an_encoder_with_the_same_embeddings(
    tmp_path: Path, random_chip: Callable[..., Chip]
) -> None:
    for recipe, shape in ((LAST, (16, 16, 3)), (FIRST, (3, 16, 16))):
        model = network(shape)
        exported = export_encoder(model, "mine", tmp_path / "out", recipe)
        assert {exported.spec, exported.file} == set((tmp_path / "out").iterdir())
        assert exported.difference <= 1e-4
        encoder = load_encoder("mine", threads=1, folder=tmp_path / "out")
        spec = encoder.spec
        assert (spec.crops, spec.threshold, spec.margin) == ((recipe.chip,), 0.6, 0.07)
        assert (spec.dimension, spec.parameters, spec.licence) == (8, model.count_params(), "MIT")
        assert read_encoder_spec(exported.spec).input == recipe.input
        chip = random_chip(recipe.chip)
        views = np.stack([chip.image, chip.image[:, ::-1]])
        expected = model.predict(recipe.input.prepared(views), verbose=0).mean(axis=0)
        found = encoder.embed({recipe.chip: chip}).vector
        assert np.linalg.norm(found - expected / np.linalg.norm(expected)) < 1e-5


def test_half_precision_gives_a_smaller_file(tmp_path: Path) -> None:
    whole, half = (export_encoder(network(), name, tmp_path, LAST, half=name == "half") for name in ("whole", "half"))
    assert whole.difference < half.difference < 1e-2
    assert whole.file.stat().st_size - half.file.stat().st_size > 10_000
    assert load_encoder("half", threads=1, folder=tmp_path).spec.dimension == 8


def test_what_cannot_be_an_encoder_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    import keras

    model = network()
    for name in ("", "Mine", "../mine", "manifest", "x" * 1000):
        with pytest.raises(WeightsError, match="is no name for a spec; use a-z, 0-9 and _"):
            export_encoder(model, name, tmp_path / "out", LAST)
    for other in (
        keras.Model(model.input, [model.output, model.output]),
        keras.Model(model.input, {"a": model.output, "b": model.output}),
        keras.Model(model.input, model.layers[1].output),
        network((3, 16, 16)),
        network((20, 20, 3)),
        network(dimension=2),
    ):
        with pytest.raises(WeightsError, match="export it with the recipe that it was built for"):
            export_encoder(other, "mine", tmp_path / "out", LAST)
    with pytest.raises(WeightsError, match=r"model small: gave an output of length 0\.0, .*; train it, or give it its"):
        export_encoder(network(weights="zeros"), "mine", tmp_path / "out", LAST)
    assert not (tmp_path / "out").exists()
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WeightsError, match=r"cannot be written: .*; name another folder with --out"):
        export_encoder(model, "mine", tmp_path / "file", LAST)


def test_known_networks_get_the_users_weights_and_the_version_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WeightsError, match=r"csv: conv1_w\.csv is missing, "):
        export_known("openface", tmp_path / "csv", tmp_path / "out")
    with pytest.raises(WeightsError, match=r"gone\.h5: is no file"):
        export_known("facenet", tmp_path / "gone.h5", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    seen: list[tuple[Any, Recipe]] = []

    def note(model: Any, name: str, out: Path, recipe: Recipe, *, half: bool) -> Exported:
        seen.append((model, recipe))
        return Exported(out, out, float(half))

    # The conversion takes a minute; the tests of the graphs do it.
    monkeypatch.setattr("kiosk.training.export.export_encoder", note)
    for name, shape in tensor_shapes().items():
        value = "1" if name.endswith("_v") else "0.01"
        (tmp_path / f"{name}.csv").write_text(",".join([value] * math.prod(shape)), encoding="ascii")
    export_known("openface", tmp_path, tmp_path, half=True)
    export_known("openface", tmp_path, tmp_path, course=True)
    (trained, recipe), (course, same) = seen
    assert recipe is same is OPENFACE
    assert (trained.get_layer("bn1").epsilon, course.get_layer("bn1").epsilon) == (1e-5, 1e-3)
    assert all(np.allclose(weights, 0.01, atol=1e-6) for weights in trained.get_layer("dense_layer").get_weights())
    monkeypatch.setattr("kiosk.training.export.load_h5", lambda model, path: None)
    export_known("facenet", tmp_path, tmp_path)
    export_known("facenet", tmp_path, tmp_path, course=True)
    assert [recipe for _, recipe in seen[2:]] == [FACENET, replace(FACENET, input=COURSE_INPUT)]
    for name, (model, _) in zip(("openface", "facenet"), (seen[0], seen[2]), strict=True):
        assert exported_spec(name).parameters == model.count_params()
        assert exported_spec(name).dimension == model.output_shape[1]
    assert sorted(EXPORTED) == ["facenet", "openface"]
    assert encoder_spec("dlib_resnet").dimension == 128
