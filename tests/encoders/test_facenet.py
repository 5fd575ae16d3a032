"""FaceNet in Keras: every stage against the same network in JAX."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kiosk.encoders.facenet import facenet_model
from kiosk.encoders.runtimes import LiteRtNetwork
from kiosk.encoders.specs import FACENET
from kiosk.training.export import litert_bytes
from tests.encoders.jax_peers import peer_stages

TOLERANCE = 1e-4
# The layer and the shape of each stage.
STAGES = {
    "stem": ("Conv2d_4b_3x3_Activation", (17, 17, 256)),
    "block35": ("Block35_5_Activation", (17, 17, 256)),
    "mixed_6a": ("Mixed_6a", (8, 8, 896)),
    "block17": ("Block17_10_Activation", (8, 8, 896)),
    "mixed_7a": ("Mixed_7a", (3, 3, 1792)),
    "block8": ("Block8_6_Add", (3, 3, 1792)),
    "bottleneck": ("Bottleneck_BatchNorm", (128,)),
}
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model() -> Any:
    pytest.importorskip("tensorflow")
    return facenet_model()


@pytest.fixture(scope="module")
def weights(model: Any) -> dict[str, np.ndarray]:
    """Random weights, set in the model: the outputs of every stage are about 1."""
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
    return FACENET.input.prepared(np.random.default_rng(12).integers(0, 256, (1, 160, 160, 3), np.uint8))


def test_every_stage_agrees_with_the_peer(model: Any, weights: dict[str, np.ndarray], images: np.ndarray) -> None:
    import keras

    stages = keras.Model(model.input, {name: model.get_layer(layer).output for name, (layer, _) in STAGES.items()})
    found = {name: value.numpy() for name, value in stages(images, training=False).items()}
    expected = peer_stages("facenet", weights, images)
    for name, (_, shape) in STAGES.items():
        assert found[name].shape == expected[name].shape == (1, *shape), name
        assert 0.1 < found[name].std() < 10, name
        assert np.abs(found[name] - expected[name]).max() <= TOLERANCE, name
    # A wrong constant would be noticed.
    wrong = peer_stages("facenet", weights, images, epsilon=1e-5)
    assert np.abs(found["bottleneck"] - wrong["bottleneck"]).max() > 10 * TOLERANCE


def test_every_kind_of_block_gives_the_same_on_litert(
    model: Any, weights: dict[str, np.ndarray], images: np.ndarray, tmp_path: Path
) -> None:
    import keras

    # One residual block of each kind: the export of the whole network takes a minute.
    x = model.input
    for first, last in (
        (None, "Block35_1_Activation"),
        ("Block35_5_Activation", "Block17_1_Activation"),
        ("Block17_10_Activation", "Block8_1_Activation"),
        ("Block8_5_Activation", "Bottleneck_BatchNorm"),
    ):
        start = model.get_layer(first).output if first else model.input
        x = keras.Model(start, model.get_layer(last).output)(x)
    short = keras.Model(model.input, x)
    runtime = LiteRtNetwork("facenet", litert_bytes(short, half=False), (1, 160, 160, 3), 128, threads=2)
    assert np.abs(short(images, training=False).numpy() - runtime.run(images)).max() <= TOLERANCE
