"""OpenFace in Keras against the same network in JAX, written from nn4.small2.def.lua and the exercise's description."""

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kiosk.encoders.openface import SPARE, faceRecoModel, load_weights_from_FaceNet, tensor_shapes
from kiosk.encoders.runtimes import LiteRtNetwork, export_litert
from kiosk.errors import EncoderError, WeightsError

TOLERANCE = 1e-4
# Pooling ("area": mean in the exercise, root of the sum of squares in OpenFace), zeros before and behind the pooled
# picture, strides of the 3 x 3 and the 5 x 5.
BLOCKS = {
    "3a": ("max", (3, 4), 1),
    "3b": ("area", (4, 4), 1),
    "3c": ("max", (0, 1), 2),
    "4a": ("area", (2, 2), 1),
    "4e": ("max", (0, 1), 2),
    "5a": ("area", (1, 1), 1),
    "5b": ("max", (1, 1), 1),
}
# Stage of the reference: layer of ours.
STAGES = {"conv1": "pool1", "inception_2": "pool2", **{f"inception_{b}": f"inception_{b}" for b in BLOCKS}}
GRAPHS = pytest.mark.parametrize("as_trained", [False, True], ids=["exercise", "as_trained"])


class Reference:
    """The network in JAX, channels first as in Torch."""

    def __init__(self, tensors: Mapping[str, NDArray[np.float32]], *, as_trained: bool) -> None:
        self.tensors, self.as_trained = tensors, as_trained

    def stages(self, images: Any) -> dict[str, Any]:
        import jax.numpy as jnp

        stages: dict[str, Any] = {}
        x = self.convolved(images, "conv1", "bn1", strides=2, epsilon=1e-5 if self.as_trained else 1e-3)
        x = stages["conv1"] = self.max_pool(x, around=1)
        x = self.convolved(self.response_normalised(x), "conv2", "bn2")
        x = self.convolved(x, "conv3", "bn3")
        x = stages["inception_2"] = self.max_pool(self.response_normalised(x), around=1)
        for block in BLOCKS:
            x = stages[f"inception_{block}"] = self.inception(x, block)
        x = jnp.mean(x, axis=(2, 3)) @ self.tensors["dense_w"].T + self.tensors["dense_b"]
        stages["dense_layer"] = x
        stages["embedding"] = x / jnp.linalg.norm(x, axis=1, keepdims=True)
        return stages

    def inception(self, x: Any, block: str) -> Any:
        import jax.numpy as jnp

        pool, frame, strides = BLOCKS[block]
        name, branches = f"inception_{block}", []
        for branch in ("3x3", "5x5"):
            if f"{name}_{branch}_conv1_w" in self.tensors:
                y = self.convolved(x, f"{name}_{branch}_conv1", f"{name}_{branch}_bn1")
                branches.append(self.convolved(y, f"{name}_{branch}_conv2", f"{name}_{branch}_bn2", strides=strides))
        y = self.max_pool(x) if pool == "max" else self.area_pool(x)
        if f"{name}_pool_conv_w" in self.tensors:
            y = self.convolved(y, f"{name}_pool_conv", f"{name}_pool_bn")
        branches.append(jnp.pad(y, ((0, 0), (0, 0), frame, frame)))
        if f"{name}_1x1_conv_w" in self.tensors:
            branches.append(self.convolved(x, f"{name}_1x1_conv", f"{name}_1x1_bn"))
        return jnp.concatenate(branches, axis=1)

    def convolved(self, x: Any, layer: str, norm: str, strides: int = 1, epsilon: float = 1e-5) -> Any:
        import jax.numpy as jnp
        from jax import lax, nn

        kernel = self.tensors[f"{layer}_w"]
        around = [(kernel.shape[2] // 2,) * 2] * 2
        x = lax.conv_general_dilated(x, kernel, (strides, strides), around)
        scale, shift, mean, variance = (self.tensors[f"{norm}_{of}"][:, None, None] for of in "wbmv")
        x = (x + self.tensors[f"{layer}_b"][:, None, None] - mean) / jnp.sqrt(variance + epsilon) * scale + shift
        return nn.relu(x)

    def max_pool(self, x: Any, around: int = 0) -> Any:
        from jax import lax

        borders = [(0, 0), (0, 0), (around, around), (around, around)]
        return lax.reduce_window(x, -np.inf, lax.max, (1, 1, 3, 3), (1, 1, 2, 2), borders)

    def area_pool(self, x: Any) -> Any:
        import jax.numpy as jnp
        from jax import lax

        def total(of: Any) -> Any:
            return lax.reduce_window(of, 0.0, lax.add, (1, 1, 3, 3), (1, 1, 3, 3), "VALID")

        return jnp.sqrt(total(x**2)) if self.as_trained else total(x) / 9

    def response_normalised(self, x: Any) -> Any:
        from jax import lax

        if not self.as_trained:
            return x
        total = lax.reduce_window(x**2, 0.0, lax.add, (1, 5, 1, 1), (1, 1, 1, 1), [(0, 0), (2, 2), (0, 0), (0, 0)])
        return x / (1 + 1e-4 / 5 * total) ** 0.75


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
def tensors() -> dict[str, NDArray[np.float32]]:
    numbers = np.random.default_rng(7)
    return {name: random_tensor(name, shape, numbers) for name, shape in tensor_shapes().items()}


@pytest.fixture(scope="module")
def complete(tensors: dict[str, NDArray[np.float32]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete set in the form of the published one, of random weights."""
    folder = tmp_path_factory.mktemp("csv")
    copies = {name: tensors[name.replace("conv2", "bn1")] for name in SPARE}
    for name, tensor in {**tensors, **copies}.items():
        text = ",".join(f"{number:.9g}" for number in tensor.ravel().tolist())
        (folder / f"{name}.csv").write_text(f"{text}\n", encoding="ascii")
    return folder


@pytest.fixture
def links(complete: Path, tmp_path: Path) -> Path:
    """The same set, to be damaged."""
    folder = tmp_path / "weights"
    folder.mkdir()
    for path in complete.iterdir():
        (folder / path.name).symlink_to(path)
    return folder


@pytest.fixture(scope="module")
def models(complete: Path) -> dict[bool, Any]:
    """Both graphs with the random weights, read from the files."""
    built = {as_trained: faceRecoModel((3, 96, 96), as_trained=as_trained) for as_trained in (False, True)}
    for model in built.values():
        load_weights_from_FaceNet(model, complete)
    return built


@pytest.fixture(scope="module")
def images() -> NDArray[np.float32]:
    return np.random.default_rng(3).random((2, 3, 96, 96), dtype=np.float32)


@pytest.fixture(scope="module")
def theirs(
    tensors: dict[str, NDArray[np.float32]], images: NDArray[np.float32]
) -> dict[bool, dict[str, NDArray[np.float32]]]:
    """Every stage of both graphs in the reference."""
    import jax

    found = {}
    for as_trained in (False, True):
        run = jax.jit(
            lambda weights, x, as_trained=as_trained: Reference(weights, as_trained=as_trained).stages(x),
            compiler_options={"xla_backend_optimization_level": 0},  # compiling would take longer than running
        )
        found[as_trained] = {name: np.asarray(stage) for name, stage in run(tensors, images).items()}
    return found


def our_stages(model: Any, images: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    import keras

    outputs = {name: model.get_layer(layer).output for name, layer in STAGES.items()}
    outputs |= {"dense_layer": model.get_layer("dense_layer").output, "embedding": model.output}
    found = keras.Model(model.input, outputs)(images, training=False)
    arrays = {name: np.asarray(stage) for name, stage in found.items()}
    return {name: stage.transpose(0, 3, 1, 2) if stage.ndim == 4 else stage for name, stage in arrays.items()}


def differences(ours: Mapping[str, NDArray[np.float32]], theirs: Mapping[str, NDArray[np.float32]]) -> dict[str, float]:
    """The largest difference in each stage, in parts of the stage's largest number."""
    assert {name: stage.shape for name, stage in ours.items()} == {name: stage.shape for name, stage in theirs.items()}
    return {name: float(np.abs(stage - theirs[name]).max() / np.abs(stage).max()) for name, stage in ours.items()}


def test_the_network_has_its_number_of_parameters(models: dict[bool, Any]) -> None:
    assert [model.count_params() for model in models.values()] == [3_743_280] * 2
    assert sum(math.prod(shape) for shape in tensor_shapes().values()) == 3_743_280


def test_pictures_go_in_channels_first_and_embeddings_of_length_one_come_out(
    models: dict[bool, Any], images: NDArray[np.float32]
) -> None:
    for model in models.values():
        assert (model.name, model.input_shape, model.output_shape) == ("FaceRecoModel", (None, 3, 96, 96), (None, 128))
        assert np.allclose(np.linalg.norm(model(images), axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("shape", [(96, 96, 3), (3, 160, 160), (1, 96, 96), (3, 96), (), None, 96])
def test_any_other_input_shape_is_refused(shape: Any) -> None:
    with pytest.raises(EncoderError, match=r"is not this network's; give \(3, 96, 96\)"):
        faceRecoModel(shape)


@GRAPHS
def test_every_stage_agrees_with_the_reference(
    models: dict[bool, Any],
    theirs: dict[bool, dict[str, NDArray[np.float32]]],
    images: NDArray[np.float32],
    as_trained: bool,
) -> None:
    found = differences(our_stages(models[as_trained], images), theirs[as_trained])
    assert {name: difference for name, difference in found.items() if not difference <= TOLERANCE} == {}
    # The stages differ among each other and between two pictures, so that agreeing means something.
    assert min(float(stage.std()) for stage in theirs[as_trained].values()) > 1e-2
    assert np.linalg.norm(np.subtract(*theirs[as_trained]["embedding"])) > 0.05


@pytest.mark.parametrize(
    "wrong",
    [
        ("bn1", 1e-5, "conv1"),
        ("bn3", 1e-3, "inception_2"),
        ("inception_3b_pool_bn", 1e-3, "inception_3b"),
        ("inception_5b_1x1_bn", 1e-3, "inception_5b"),
    ],
)
def test_a_wrong_epsilon_breaks_the_agreement(
    models: dict[bool, Any],
    theirs: dict[bool, dict[str, NDArray[np.float32]]],
    images: NDArray[np.float32],
    monkeypatch: pytest.MonkeyPatch,
    wrong: tuple[str, float, str],
) -> None:
    norm, epsilon, stage = wrong
    monkeypatch.setattr(models[False].get_layer(norm), "epsilon", epsilon)
    found = differences(our_stages(models[False], images), theirs[False])
    assert next(name for name, difference in found.items() if difference > TOLERANCE) == stage
    assert found["embedding"] > TOLERANCE


def test_the_graphs_differ_with_the_same_weights(models: dict[bool, Any], images: NDArray[np.float32]) -> None:
    found = differences(our_stages(models[False], images), our_stages(models[True], images))
    assert min(found.values()) > TOLERANCE


def test_a_complete_set_is_read_back_equal(
    models: dict[bool, Any], tensors: dict[str, NDArray[np.float32]], complete: Path
) -> None:
    assert len(list(complete.iterdir())) == 226
    left = set(tensors)
    for layer in models[False].layers:
        file = "dense" if layer.name == "dense_layer" else layer.name
        for suffix, array in zip("wbmv", layer.get_weights(), strict=False):
            as_in_torch = array.transpose(3, 2, 0, 1) if array.ndim == 4 else array.T
            assert np.array_equal(as_in_torch, tensors[f"{file}_{suffix}"]), f"{file}_{suffix}"
            left.remove(f"{file}_{suffix}")
    assert left == set()


def test_the_folder_is_the_one_of_the_exercise_unless_another_is_named(
    models: dict[bool, Any], links: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(links.parent)
    model = faceRecoModel()
    load_weights_from_FaceNet(model)
    for ours, theirs in zip(model.get_weights(), models[False].get_weights(), strict=True):
        assert np.array_equal(ours, theirs)


def test_a_damaged_set_leaves_the_model_as_it_was(models: dict[bool, Any], links: Path) -> None:
    (links / "dense_b.csv").unlink()
    (links / "conv2_w.csv").unlink()
    (links / "conv2_w.csv").write_text("1,2,3", encoding="ascii")
    (links / "inception_4b_1x1_conv_w.csv").touch()
    model = faceRecoModel()
    before = model.get_weights()
    with pytest.raises(WeightsError) as raised:
        load_weights_from_FaceNet(model, folder=links)
    assert raised.value.reason == (
        "dense_b.csv is missing, conv2_w.csv has 3 numbers instead of 4096 for shape (64, 64, 1, 1), "
        "inception_4b_1x1_conv_w.csv belongs to no tensor"
    )
    assert all(np.array_equal(old, new) for old, new in zip(before, model.get_weights(), strict=True))


def test_another_network_is_refused(complete: Path) -> None:
    import keras

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="dense_layer")])
    before = model.get_weights()
    with pytest.raises(WeightsError, match="layer dense_layer needs weights"):
        load_weights_from_FaceNet(model, complete)
    assert all(np.array_equal(old, new) for old, new in zip(before, model.get_weights(), strict=True))


def test_the_real_files_are_refused_by_name(data: Path) -> None:
    with pytest.raises(WeightsError) as raised:
        load_weights_from_FaceNet(faceRecoModel(), data / "openface-csv")
    missing = ("3c_3x3_conv2", "4e_3x3_conv2", "5a_1x1_conv", "5a_3x3_conv2", "5b_3x3_conv2")
    faults = dict(re.findall(r"(\w+)\.csv ([^.]+?)(?:,|$)", raised.value.reason))
    # One more file of the material ends in the middle of a number; all others are complete and of their shape.
    assert faults.pop("inception_3c_3x3_conv1_w", "has 40766 numbers").startswith("has 40766 numbers")
    assert faults == {f"inception_{name}_w": "is missing" for name in missing}


def test_the_real_weights_meet_their_own_statistics_on_the_graph_they_were_trained_on(data: Path, links: Path) -> None:
    import keras
    from PIL import Image

    real = data / "openface-csv"
    kept = {path.name for path in real.iterdir()} - {"inception_3c_3x3_conv1_w.csv"}
    for name in kept:
        (links / name).unlink()
        (links / name).symlink_to((real / name).resolve())
    files = sorted((data / "lfw-view1").rglob("*.jpg"))[::300]
    faces = [np.asarray(Image.open(file).crop((62, 62, 188, 188)).resize((96, 96))) for file in files]
    images = np.stack(faces).astype(np.float32).transpose(0, 3, 1, 2) / 255

    def found(as_trained: bool, *branches: str) -> list[float]:
        """The variance before the normalisation of each branch in parts of the stored one."""
        model = faceRecoModel(as_trained=as_trained)
        load_weights_from_FaceNet(model, links)
        outputs = [model.get_layer(f"inception_3b_{branch}_conv").output for branch in branches]
        stored = [np.asarray(model.get_layer(f"inception_3b_{branch}_bn").moving_variance) for branch in branches]
        values = keras.Model(model.input, outputs)(images, training=False)
        return [float(np.median(np.var(own, axis=(0, 1, 2)) / of)) for own, of in zip(values, stored, strict=True)]

    assert found(True, "1x1", "pool") == pytest.approx([1, 1], abs=0.15)
    assert found(False, "1x1", "pool") == pytest.approx([1, 0.1], abs=0.15)


@GRAPHS
def test_gradients_are_finite_where_all_numbers_are_zero(images: NDArray[np.float32], as_trained: bool) -> None:
    import tensorflow as tf

    model = faceRecoModel(as_trained=as_trained)
    for layer in model.layers:
        # ReLU lets nothing through: pooling, dense layer and normalisation see zeros alone.
        if "bn" in layer.name and layer.weights:
            layer.beta.assign(tf.fill(layer.beta.shape, -100.0))
    with tf.GradientTape() as tape:
        embeddings = model(images, training=True)
        loss = tf.reduce_sum(embeddings * tf.range(128.0))
    assert np.array_equal(embeddings, np.zeros((2, 128)))
    gradients = tape.gradient(loss, model.trainable_variables)
    assert all(np.isfinite(gradient).all() for gradient in gradients)
    assert any(np.any(gradient) for gradient in gradients)


def test_random_weights_can_be_trained(images: NDArray[np.float32]) -> None:
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(1)
    model, optimizer, losses = faceRecoModel(), keras.optimizers.SGD(0.1), []
    for _ in range(3):
        with tf.GradientTape() as tape:
            first, second = tf.unstack(model(images, training=True))
            losses.append(tf.reduce_sum(first * second))
        gradients = tape.gradient(losses[-1], model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    assert float(losses[-1]) < float(losses[0]) - 0.1


@GRAPHS
def test_the_network_can_be_saved_and_loaded(
    models: dict[bool, Any], images: NDArray[np.float32], tmp_path: Path, as_trained: bool
) -> None:
    import keras

    models[as_trained].save(tmp_path / "openface.keras")
    loaded = keras.models.load_model(tmp_path / "openface.keras")
    assert np.array_equal(loaded(images), models[as_trained](images))


@pytest.fixture
def mixed_precision() -> Iterator[None]:
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy(before)


@GRAPHS
@pytest.mark.usefixtures("mixed_precision")
def test_mixed_precision_embeds_in_float32(images: NDArray[np.float32], as_trained: bool) -> None:
    embeddings = np.asarray(faceRecoModel(as_trained=as_trained)(images[:1]))
    assert embeddings.dtype == np.float32
    assert np.linalg.norm(embeddings) == pytest.approx(1, abs=1e-5)


def test_the_exported_network_agrees_with_keras(
    models: dict[bool, Any], images: NDArray[np.float32], tmp_path: Path
) -> None:
    # This graph has every operation of the other; an export takes ten seconds.
    export_litert(models[True], tmp_path / "openface.tflite", half=False)
    content = (tmp_path / "openface.tflite").read_bytes()
    network = LiteRtNetwork("openface.tflite", content, (1, 3, 96, 96), 128, threads=1)
    found = np.concatenate([network.run(image[None]) for image in images])
    assert np.abs(found - models[True].predict_on_batch(images)).max() <= TOLERANCE
