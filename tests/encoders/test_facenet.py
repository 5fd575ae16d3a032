from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kiosk.encoders.facenet import COURSE_INPUT, ORIGINAL_INPUT, facenet_model
from kiosk.encoders.runtimes import LiteRtNetwork

TOLERANCE = 1e-4

# The output of each stage: the layer's name, and its shape.
STAGES = {
    "stem": ("Conv2d_4b_3x3_Activation", (17, 17, 256)),
    "block35 stack": ("Block35_5_Activation", (17, 17, 256)),
    "mixed_6a": ("Mixed_6a", (8, 8, 896)),
    "block17 stack": ("Block17_10_Activation", (8, 8, 896)),
    "mixed_7a": ("Mixed_7a", (3, 3, 1792)),
    "block8 stack": ("Block8_6_Add", (3, 3, 1792)),
    "bottleneck": ("Bottleneck_BatchNorm", (128,)),
}


# The network once more, in JAX ------------------------------------------------------------------------------------


class Peer:
    """Inception-ResNet-v1 written from the paper's figures, without Keras; weights by the names of the port."""

    def __init__(self, weights: Mapping[str, np.ndarray], epsilon: float = 1e-3, **scales: float) -> None:
        self.weights = weights
        self.epsilon = epsilon
        self.scales = {"Block35": 0.17, "Block17": 0.10, "Block8": 0.20, "Block8_6": 1.0, **scales}
        self.used: set[str] = set()

    def __call__(self, x: Any) -> dict[str, np.ndarray]:
        out: dict[str, Any] = {}
        x = self.unit(x, "Conv2d_1a_3x3", 2, "VALID")
        x = self.unit(x, "Conv2d_2a_3x3", 1, "VALID")
        x = self.pooled(self.unit(x, "Conv2d_2b_3x3"))
        x = self.unit(x, "Conv2d_3b_1x1")
        x = self.unit(x, "Conv2d_4a_3x3", 1, "VALID")
        out["stem"] = x = self.unit(x, "Conv2d_4b_3x3", 2, "VALID")
        for number in range(5):
            x = self.block35(x, f"Block35_{number + 1}")
        out["block35 stack"] = x
        out["mixed_6a"] = x = self.mixed_6a(x)
        for number in range(10):
            x = self.block17(x, f"Block17_{number + 1}")
        out["block17 stack"] = x
        out["mixed_7a"] = x = self.mixed_7a(x)
        for number in range(5):
            x = self.block8(x, f"Block8_{number + 1}")
        out["block8 stack"] = x = self.block8(x, "Block8_6", "Block8_6")
        x = x.mean((1, 2)) @ self.weight("Bottleneck/kernel")
        out["bottleneck"] = self.normal(x, "Bottleneck")
        return {name: np.asarray(value) for name, value in out.items()}

    def block35(self, x: Any, name: str) -> Any:
        first = self.unit(x, f"{name}_Branch_0_Conv2d_1x1")
        second = self.unit(self.unit(x, f"{name}_Branch_1_Conv2d_0a_1x1"), f"{name}_Branch_1_Conv2d_0b_3x3")
        third = self.unit(self.unit(x, f"{name}_Branch_2_Conv2d_0a_1x1"), f"{name}_Branch_2_Conv2d_0b_3x3")
        third = self.unit(third, f"{name}_Branch_2_Conv2d_0c_3x3")
        return self.added(x, [first, second, third], name, "Block35")

    def block17(self, x: Any, name: str) -> Any:
        first = self.unit(x, f"{name}_Branch_0_Conv2d_1x1")
        second = self.unit(self.unit(x, f"{name}_Branch_1_Conv2d_0a_1x1"), f"{name}_Branch_1_Conv2d_0b_1x7")
        second = self.unit(second, f"{name}_Branch_1_Conv2d_0c_7x1")
        return self.added(x, [first, second], name, "Block17")

    def block8(self, x: Any, name: str, kind: str = "Block8") -> Any:
        first = self.unit(x, f"{name}_Branch_0_Conv2d_1x1")
        second = self.unit(self.unit(x, f"{name}_Branch_1_Conv2d_0a_1x1"), f"{name}_Branch_1_Conv2d_0b_1x3")
        second = self.unit(second, f"{name}_Branch_1_Conv2d_0c_3x1")
        return self.added(x, [first, second], name, kind)

    def mixed_6a(self, x: Any) -> Any:
        import jax.numpy as jnp

        first = self.unit(x, "Mixed_6a_Branch_0_Conv2d_1a_3x3", 2, "VALID")
        second = self.unit(self.unit(x, "Mixed_6a_Branch_1_Conv2d_0a_1x1"), "Mixed_6a_Branch_1_Conv2d_0b_3x3")
        second = self.unit(second, "Mixed_6a_Branch_1_Conv2d_1a_3x3", 2, "VALID")
        return jnp.concatenate([first, second, self.pooled(x)], -1)

    def mixed_7a(self, x: Any) -> Any:
        import jax.numpy as jnp

        first, second, third = (self.unit(x, f"Mixed_7a_Branch_{branch}_Conv2d_0a_1x1") for branch in range(3))
        first = self.unit(first, "Mixed_7a_Branch_0_Conv2d_1a_3x3", 2, "VALID")
        second = self.unit(second, "Mixed_7a_Branch_1_Conv2d_1a_3x3", 2, "VALID")
        third = self.unit(third, "Mixed_7a_Branch_2_Conv2d_0b_3x3")
        third = self.unit(third, "Mixed_7a_Branch_2_Conv2d_1a_3x3", 2, "VALID")
        return jnp.concatenate([first, second, third, self.pooled(x)], -1)

    def added(self, x: Any, branches: list[Any], name: str, kind: str) -> Any:
        import jax

        up = self.convolved(jax.numpy.concatenate(branches, -1), f"{name}_Conv2d_1x1", 1, "SAME")
        x = x + self.scales[kind] * (up + self.weight(f"{name}_Conv2d_1x1/bias"))
        return x if kind == "Block8_6" else jax.nn.relu(x)

    def unit(self, x: Any, name: str, stride: int = 1, padding: str = "SAME") -> Any:
        import jax

        return jax.nn.relu(self.normal(self.convolved(x, name, stride, padding), name))

    def convolved(self, x: Any, name: str, stride: int, padding: str) -> Any:
        import jax

        kernel = self.weight(f"{name}/kernel")
        return jax.lax.conv_general_dilated(
            x, kernel, (stride, stride), padding, dimension_numbers=("NHWC", "HWIO", "NHWC")
        )

    def pooled(self, x: Any) -> Any:
        import jax

        return jax.lax.reduce_window(x, -np.inf, jax.lax.max, (1, 3, 3, 1), (1, 2, 2, 1), "VALID")

    def normal(self, x: Any, name: str) -> Any:
        mean, variance, beta = (
            self.weight(f"{name}_BatchNorm/{part}") for part in ("moving_mean", "moving_variance", "beta")
        )
        return (x - mean) / np.sqrt(variance + self.epsilon) + beta

    def weight(self, name: str) -> np.ndarray:
        self.used.add(name)
        return self.weights[name]


# What is compared -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model() -> Any:
    pytest.importorskip("tensorflow")
    return facenet_model()


@pytest.fixture(scope="module")
def weights(model: Any) -> dict[str, np.ndarray]:
    """Random weights, set in the model: every stage's outputs are of the order 1."""
    generator = np.random.default_rng(11)
    made = {}
    for layer in model.layers:
        for variable in layer.weights:
            made[f"{layer.name}/{variable.name}"] = random_weight(variable.name, tuple(variable.shape), generator)
            variable.assign(made[f"{layer.name}/{variable.name}"])
    return made


def random_weight(name: str, shape: tuple[int, ...], generator: np.random.Generator) -> np.ndarray:
    match name:
        case "kernel":
            values = generator.normal(0, np.sqrt(2 / np.prod(shape[:-1])), shape)
        case "moving_variance":
            values = generator.uniform(0.5, 2, shape)
        case _:
            values = generator.normal(0, 0.1, shape)
    return values.astype(np.float32)


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return ORIGINAL_INPUT.prepared(np.random.default_rng(12).integers(0, 256, (1, 160, 160, 3), np.uint8))


@pytest.fixture(scope="module")
def found(model: Any, weights: dict[str, np.ndarray], images: np.ndarray) -> dict[str, np.ndarray]:
    """What the Keras network gives after each stage."""
    import keras

    stages = keras.Model(model.input, {name: model.get_layer(layer).output for name, (layer, _) in STAGES.items()})
    return {name: value.numpy() for name, value in stages(images, training=False).items()}


def largest_difference(found: np.ndarray, expected: np.ndarray) -> float:
    assert found.shape == expected.shape
    return float(np.abs(found - expected).max())


@pytest.fixture(scope="module")
def expected(weights: dict[str, np.ndarray], images: np.ndarray) -> dict[str, np.ndarray]:
    """What the other implementation gives after each stage."""
    pytest.importorskip("jax")
    peer = Peer(weights)
    stages = peer(images)
    assert peer.used == set(weights)
    return stages


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_agrees_with_another_implementation(
    found: dict[str, np.ndarray], expected: dict[str, np.ndarray], stage: str
) -> None:
    assert found[stage].shape == (1, *STAGES[stage][1])
    assert 0.1 < found[stage].std() < 10
    assert largest_difference(found[stage], expected[stage]) <= TOLERANCE


@pytest.mark.parametrize(
    "change",
    [{"epsilon": 1e-5}, {"Block35": 0.2}, {"Block17": 0.11}, {"Block8": 0.17}, {"Block8_6": 0.2}],
    ids=lambda change: next(iter(change)),
)
def test_another_constant_would_be_noticed(
    found: dict[str, np.ndarray],
    expected: dict[str, np.ndarray],
    weights: dict[str, np.ndarray],
    images: np.ndarray,
    change: dict[str, float],
) -> None:
    wrong = Peer(weights, **change)(images)
    assert largest_difference(found["bottleneck"], wrong["bottleneck"]) > 10 * TOLERANCE


def test_the_network_has_the_size_of_the_published_one(model: Any) -> None:
    # 22,808,144 in all and 28,832 of them not trained is what Keras says of facenet_keras.h5.
    assert model.count_params() == 22_808_144
    assert sum(int(np.prod(weight.shape)) for weight in model.non_trainable_weights) == 28_832
    assert (model.input_shape, model.output_shape) == ((None, 160, 160, 3), (None, 128))


def test_another_dimension_changes_the_bottleneck_alone(model: Any) -> None:
    wide = facenet_model(dimension=512)
    assert wide.output_shape == (None, 512)
    assert wide.count_params() - model.count_params() == (512 - 128) * (1792 + 3)


def test_every_normalisation_has_the_published_constants(model: Any) -> None:
    import keras

    found = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert len(found) == 112
    assert {(layer.epsilon, layer.momentum, layer.scale, layer.center) for layer in found} == {
        (1e-3, 0.995, False, True)
    }


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        ("Conv2d_1a_3x3_Activation", (79, 79, 32)),
        ("Conv2d_2a_3x3_Activation", (77, 77, 32)),
        ("Conv2d_2b_3x3_Activation", (77, 77, 64)),
        ("MaxPool_3a_3x3", (38, 38, 64)),
        ("Conv2d_3b_1x1_Activation", (38, 38, 80)),
        ("Conv2d_4a_3x3_Activation", (36, 36, 192)),
        ("Block35_1_Concatenate", (17, 17, 96)),
        ("Mixed_6a_Branch_2_MaxPool_1a_3x3", (8, 8, 256)),
        ("Block17_1_Concatenate", (8, 8, 256)),
        ("Mixed_7a_Branch_3_MaxPool_1a_3x3", (3, 3, 896)),
        ("Block8_1_Concatenate", (3, 3, 384)),
        ("AvgPool", (1792,)),
        ("Dropout", (1792,)),
        ("Bottleneck", (128,)),
    ],
)
def test_every_layer_has_the_shape_written_beside_it(model: Any, layer: str, shape: tuple[int, ...]) -> None:
    assert model.get_layer(layer).output.shape == (None, *shape)


def test_a_description_of_the_network_holds_no_code(model: Any) -> None:
    import keras

    description = model.to_json()
    assert "Lambda" not in description
    again = keras.models.model_from_json(description)
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]


def test_the_course_gives_pictures_between_0_and_1() -> None:
    ramp = np.arange(256, dtype=np.uint8).reshape(1, 1, 256, 1).repeat(3, axis=3)
    found = COURSE_INPUT.prepared(ramp)
    assert np.allclose(found, np.around(ramp / 255.0, decimals=12), atol=1e-7)


def test_the_original_standardises_each_picture() -> None:
    pictures = np.random.default_rng(3).integers(0, 100, (2, 160, 160, 3), np.uint8)
    pictures[1] += 100
    found = ORIGINAL_INPUT.prepared(pictures)
    assert np.allclose(found.mean((1, 2, 3)), 0, atol=1e-4)
    assert np.allclose(found.std((1, 2, 3)), 1, atol=1e-4)


@pytest.fixture(scope="module")
def short(model: Any, weights: dict[str, np.ndarray]) -> Any:
    """The network with one residual block of each kind, weights and all: the whole one takes a minute to export."""
    import keras

    x = model.input
    for first, last in (
        (model.input, "Block35_1_Activation"),
        ("Block35_5_Activation", "Block17_1_Activation"),
        ("Block17_10_Activation", "Block8_1_Activation"),
        ("Block8_5_Activation", "Bottleneck_BatchNorm"),
    ):
        start = model.get_layer(first).output if isinstance(first, str) else first
        x = keras.Model(start, model.get_layer(last).output)(x)
    return keras.Model(model.input, x)


def test_every_kind_of_block_answers_on_litert_as_in_keras(short: Any, images: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "facenet.tflite"
    short.export(path, format="litert", verbose=False)
    runtime = LiteRtNetwork(path.name, path.read_bytes(), (1, 160, 160, 3), 128, threads=2)
    assert largest_difference(short(images, training=False).numpy(), runtime.run(images)) <= TOLERANCE
