"""OpenFace in Keras: every stage against the same network in JAX, and the weights in CSV files."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from kiosk.encoders.openface import faceRecoModel, load_weights_from_FaceNet, read_tensors, tensor_shapes
from kiosk.encoders.runtimes import LiteRtNetwork
from kiosk.errors import EncoderError, KioskError, WeightsError
from kiosk.training.export import litert_bytes
from tests.encoders.jax_peers import BLOCKS, peer_stages

TOLERANCE = 1e-4
# Stage of the peer: layer of the model.
STAGES = {"conv1": "pool1", "inception_2": "pool2", **{f"inception_{b}": f"inception_{b}" for b in BLOCKS}}
CSV = {"conv1_w": (2, 3, 1, 2), "conv1_b": (2,), "bn1_v": (2,)}
Tensors = dict[str, NDArray[np.float32]]


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    for name, text in (
        ("conv1_w", "0.5,-0.25,3,4,5,6,7,8,9,10,11,1.0938501358032e-05\n"),
        ("conv1_b", "-1\r\n2\r\n"),
        ("bn1_v", "0.0061478530988097,1e-06\n"),
    ):
        (tmp_path / f"{name}.csv").write_bytes(text.encode())
    return tmp_path


def test_every_file_with_a_fault_is_named_in_one_error(csv: Path) -> None:
    for content, reason in (
        (b"", "is no list of numbers"),
        (b"1,2,3", "has 3 numbers instead of 2"),
        (b"<!DOCTYPE html>", "is no list of numbers"),
        (b"\xff\xfe1,2", "is no list of numbers"),
        (b"nan,1", "has numbers that are not finite"),
        (b"1e39,1", "has numbers that are not finite"),
    ):
        (csv / "conv1_b.csv").write_bytes(content)
        with pytest.raises(WeightsError, match=f"conv1_b.csv {reason}"):
            read_tensors(csv, CSV)
    (csv / "bn1_v.csv").write_text("1,-1e-9", encoding="ascii")
    (csv / "conv1_w.csv").unlink()
    with pytest.raises(WeightsError) as raised:
        read_tensors(csv, CSV)
    assert raised.value.reason == (
        "conv1_w.csv is missing, conv1_b.csv has numbers that are not finite, bn1_v.csv has a variance below zero"
    )


def test_without_tensorflow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.errors.find_spec", lambda name: None)
    with pytest.raises(KioskError, match=r"^tensorflow: not installed; type: pip install 'kiosk\[training\]' \(in a"):
        faceRecoModel()


# The network -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tensors() -> Tensors:
    numbers = np.random.default_rng(7)
    return {name: random_tensor(name, shape, numbers) for name, shape in tensor_shapes().items()}


def random_tensor(name: str, shape: tuple[int, ...], numbers: np.random.Generator) -> NDArray[np.float32]:
    if len(shape) > 1:
        return numbers.normal(0, math.sqrt(2 / math.prod(shape[1:])), shape).astype(np.float32)
    match name[-2:], "bn" in name:
        case "_v", _:
            # Down to those of the published set (0.006 in bn1), where an epsilon tells.
            return (10 ** numbers.uniform(-2.2, 0.3, shape)).astype(np.float32)
        case "_w", True:
            return numbers.uniform(0.5, 1.5, shape).astype(np.float32)
    return numbers.normal(0, 0.3, shape).astype(np.float32)


@pytest.fixture(scope="module")
def complete(tensors: Tensors, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete set of random weights in the published form."""
    folder = tmp_path_factory.mktemp("csv")
    for name, tensor in tensors.items():
        text = ",".join(f"{number:.9g}" for number in tensor.ravel().tolist())
        (folder / f"{name}.csv").write_text(f"{text}\n", encoding="ascii")
    return folder


@pytest.fixture(scope="module")
def models(complete: Path) -> dict[bool, Any]:
    """Both graphs, with the weights of the files."""
    built = {as_trained: faceRecoModel((3, 96, 96), as_trained=as_trained) for as_trained in (False, True)}
    for model in built.values():
        load_weights_from_FaceNet(model, complete)
    return built


@pytest.fixture(scope="module")
def images() -> NDArray[np.float32]:
    return np.random.default_rng(3).random((2, 3, 96, 96), dtype=np.float32)


def stages_of(model: Any, images: NDArray[np.float32]) -> Tensors:
    import keras

    outputs = {name: model.get_layer(layer).output for name, layer in STAGES.items()}
    outputs |= {"dense_layer": model.get_layer("dense_layer").output, "embedding": model.output}
    found = keras.Model(model.input, outputs)(images, training=False)
    arrays = {name: np.asarray(stage) for name, stage in found.items()}
    return {name: stage.transpose(0, 3, 1, 2) if stage.ndim == 4 else stage for name, stage in arrays.items()}


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, float]:
    """Return the largest difference of each stage, relative to the stage's largest number."""
    assert {name: stage.shape for name, stage in ours.items()} == {name: stage.shape for name, stage in theirs.items()}
    return {name: float(np.abs(stage - theirs[name]).max() / np.abs(stage).max()) for name, stage in ours.items()}


@pytest.mark.slow
def test_every_stage_agrees_with_the_peer(
    models: dict[bool, Any], tensors: Tensors, images: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    for as_trained, model in models.items():
        assert model.count_params() == 3_743_280
        theirs = peer_stages("openface", tensors, images, as_trained=as_trained)
        found = differences(stages_of(model, images), theirs)
        assert {name: difference for name, difference in found.items() if not difference <= TOLERANCE} == {}
        # The stages vary within and between pictures, so that agreeing means something.
        assert min(float(stage.std()) for stage in theirs.values()) > 1e-2
        assert np.linalg.norm(np.subtract(*theirs["embedding"])) > 0.05
    graphs = differences(stages_of(models[False], images), stages_of(models[True], images))
    assert min(graphs.values()) > TOLERANCE
    norm = models[True].get_layer("inception_3b_pool_bn")
    monkeypatch.setattr(norm, "epsilon", 1e-3)
    wrong = differences(stages_of(models[True], images), theirs)
    assert next(name for name, difference in wrong.items() if difference > TOLERANCE) == "inception_3b"


@pytest.mark.slow
def test_the_model_takes_the_exercises_weights_or_stays_as_it_is(
    models: dict[bool, Any],
    complete: Path,
    images: NDArray[np.float32],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "weights").symlink_to(complete)
    monkeypatch.chdir(tmp_path)
    import keras

    before = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_first")  # as the exercise does
    try:
        model = faceRecoModel()
    finally:
        keras.config.set_image_data_format(before)
    assert (model.name, model.input_shape, model.output_shape) == ("FaceRecoModel", (None, 3, 96, 96), (None, 128))
    load_weights_from_FaceNet(model)
    assert all(map(np.array_equal, model.get_weights(), models[False].get_weights()))
    assert np.array_equal(model(images), models[False](images))
    with pytest.raises(WeightsError, match=r"conv1_w\.csv is missing"):
        load_weights_from_FaceNet(model, tmp_path)
    assert all(map(np.array_equal, model.get_weights(), models[False].get_weights()))
    for shape in ((96, 96, 3), (3, 160, 160), (3, 96), None):
        with pytest.raises(EncoderError, match=r"is not this network's; give \(3, 96, 96\)"):
            faceRecoModel(shape)  # type: ignore[arg-type]


@pytest.mark.slow
def test_the_real_weights_fit_the_graph_that_they_were_trained_on(data: Path, complete: Path, tmp_path: Path) -> None:
    import keras

    with pytest.raises(WeightsError, match=r"inception_3c_3x3_conv2_w\.csv is missing"):
        load_weights_from_FaceNet(faceRecoModel(), data / "openface-csv")
    real = {path.name: path.resolve() for path in (data / "openface-csv").iterdir()}
    del real["inception_3c_3x3_conv1_w.csv"]  # ends within a number
    for path in complete.iterdir():
        (tmp_path / path.name).symlink_to(real.get(path.name, path))
    files = sorted((data / "lfw-view1").rglob("*.jpg"))[::300]
    faces = [np.asarray(Image.open(file).crop((62, 62, 188, 188)).resize((96, 96))) for file in files]
    images = np.stack(faces).astype(np.float32).transpose(0, 3, 1, 2) / 255

    def found(as_trained: bool, *branches: str) -> list[float]:
        """Return the variance before the normalisation of each branch, relative to the stored one."""
        model = faceRecoModel(as_trained=as_trained)
        load_weights_from_FaceNet(model, tmp_path)
        outputs = [model.get_layer(f"inception_3b_{branch}_conv").output for branch in branches]
        stored = [np.asarray(model.get_layer(f"inception_3b_{branch}_bn").moving_variance) for branch in branches]
        values = keras.Model(model.input, outputs)(images, training=False)
        return [float(np.median(np.var(own, axis=(0, 1, 2)) / of)) for own, of in zip(values, stored, strict=True)]

    assert found(True, "1x1", "pool") == pytest.approx([1, 1], abs=0.15)
    assert found(False, "1x1", "pool") == pytest.approx([1, 0.1], abs=0.15)


@pytest.mark.slow
def test_gradients_are_finite_at_zero_and_mixed_precision_embeds_in_float32(images: NDArray[np.float32]) -> None:
    import keras
    import tensorflow as tf

    model = faceRecoModel(as_trained=True)
    for layer in model.layers:
        # ReLU lets nothing through: pooling, dense layer and normalisation get only zeros.
        if "bn" in layer.name and layer.weights:
            layer.beta.assign(tf.fill(layer.beta.shape, -100.0))
    with tf.GradientTape() as tape:
        embeddings = model(images, training=True)
        loss = tf.reduce_sum(embeddings * tf.range(128.0))
    gradients = tape.gradient(loss, model.trainable_variables)
    assert all(np.isfinite(gradient).all() for gradient in gradients)
    assert any(np.any(gradient) for gradient in gradients)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        mixed = np.asarray(faceRecoModel(as_trained=True)(images[:1]))
    finally:
        keras.config.set_dtype_policy(before)
    assert mixed.dtype == np.float32
    assert np.linalg.norm(mixed) == pytest.approx(1, abs=1e-5)


@pytest.mark.slow
def test_the_saved_and_the_exported_network_agree(
    models: dict[bool, Any], images: NDArray[np.float32], tmp_path: Path
) -> None:
    import keras

    models[True].save(tmp_path / "openface.keras")
    assert np.array_equal(keras.models.load_model(tmp_path / "openface.keras")(images), models[True](images))
    network = LiteRtNetwork("openface", litert_bytes(models[True], half=False), (1, 3, 96, 96), 128, threads=1)
    found = np.concatenate([network.run(image[None]) for image in images])
    assert np.abs(found - models[True].predict_on_batch(images)).max() <= TOLERANCE
