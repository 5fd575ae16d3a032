import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kiosk.domain import Box, Chip, Crop, CropKind, Face
from kiosk.encoders import load_encoder
from kiosk.encoders.runtimes import LiteRtNetwork, read_encoder_spec
from kiosk.errors import WeightsError
from kiosk.files import shipped_weights
from kiosk.training.build import source_path
from kiosk.training.dlib import SOURCE_FILE, DlibNetwork, Plain, Pooling, build_dlib_resnet, layer_weights, read_network
from kiosk.weights.manifest import manifest_entry, verified_bytes

CROP = Crop(CropKind.DLIB_CHIP, 150)


@pytest.fixture(scope="session")
def network() -> DlibNetwork:
    try:
        path = source_path(SOURCE_FILE)
    except WeightsError as error:
        pytest.skip(str(error))
    return read_network(SOURCE_FILE, path.read_bytes())


@pytest.fixture(scope="session")
def model(network: DlibNetwork) -> Any:
    pytest.importorskip("tensorflow")
    return build_dlib_resnet(network)


@pytest.fixture(scope="session")
def dlib_outputs(network: DlibNetwork, chips: np.ndarray) -> np.ndarray:
    """What dlib itself answers, (N, 128)."""
    dlib = pytest.importorskip("dlib")
    peer = dlib.face_recognition_model_v1(str(source_path(SOURCE_FILE)))
    return np.array([peer.compute_face_descriptor(chip) for chip in chips])


@pytest.fixture(scope="session")
def chips(data: Path, network: DlibNetwork) -> np.ndarray:
    """Faces of the test material as dlib cuts them out, then noise: (N, 150, 150, 3)."""
    dlib = pytest.importorskip("dlib")
    detector = dlib.get_frontal_face_detector()
    locate = dlib.shape_predictor(str(source_path("shape_predictor_5_face_landmarks.dat")))
    pictures = sorted((data / "lfw-view1").glob("A*/*_0001.jpg"))[:6]
    faces = []
    for picture in map(dlib.load_rgb_image, map(str, pictures)):
        faces += [dlib.get_face_chip(picture, locate(picture, box)) for box in detector(picture)]
    assert len(faces) >= 5
    noise = np.random.default_rng(3).integers(0, 256, (150, 150, 3), np.uint8)
    return np.array([*faces, noise])


def directions(outputs: np.ndarray) -> np.ndarray:
    return outputs / np.linalg.norm(outputs, axis=1, keepdims=True)


def test_the_keras_network_answers_as_dlib(model: Any, chips: np.ndarray, dlib_outputs: np.ndarray) -> None:
    found = model.predict(chips.astype(np.float32), verbose=0)
    assert np.linalg.norm(found - dlib_outputs, axis=1).max() <= 1e-5


def test_the_shipped_half_precision_file_answers_as_dlib(chips: np.ndarray, dlib_outputs: np.ndarray) -> None:
    entry = manifest_entry("dlib_resnet.tflite")
    shipped = LiteRtNetwork(entry.file, verified_bytes(entry), (len(chips), 150, 150, 3), 128, threads=2)
    found = shipped.run(chips.astype(np.float32))
    assert np.linalg.norm(directions(found) - directions(dlib_outputs), axis=1).max() <= 1e-3


def test_an_embedding_is_the_mean_of_dlibs_answers_to_chip_and_mirror_image(
    chips: np.ndarray, dlib_outputs: np.ndarray
) -> None:
    dlib = pytest.importorskip("dlib")
    peer = dlib.face_recognition_model_v1(str(source_path(SOURCE_FILE)))
    mirrored = np.array(peer.compute_face_descriptor(np.ascontiguousarray(chips[0][:, ::-1])))
    expected = directions((dlib_outputs[0] + mirrored)[None])[0]
    found = load_encoder("dlib_resnet", threads=1).embed({CROP: Chip(chips[0], Face(Box(0, 0, 150, 150), score=1.0))})
    assert np.linalg.norm(found.vector - expected) <= 1e-3


def test_the_graph_has_the_size_of_the_published_network(model: Any) -> None:
    assert model.input_shape == (None, 150, 150, 3)
    assert model.output_shape == (None, 128)
    assert 5.5e6 < model.count_params() < 5.7e6
    assert sum("conv" in layer.name or layer.name == "stem" for layer in model.layers) == 29


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        ("stem", (72, 72, 32)),
        ("stem_pool", (35, 35, 32)),
        ("stage1_block3_relu", (35, 35, 32)),
        ("stage2_block4_relu", (17, 17, 64)),
        ("stage3_block3_relu", (8, 8, 128)),
        ("stage4_block3_relu", (4, 4, 256)),
        ("stage5_block1_relu", (2, 2, 256)),
    ],
)
def test_every_stage_has_the_shape_written_beside_it(model: Any, layer: str, shape: tuple[int, int, int]) -> None:
    assert model.get_layer(layer).output.shape == (None, *shape)


def test_an_affine_is_folded_into_the_convolution_before_it(network: DlibNetwork) -> None:
    convolution, affine = network.layers[:2]
    kernel, bias = layer_weights(network)["stem"]
    sample = np.random.default_rng(5).normal(size=convolution.kernel.shape[:3])
    plain = np.tensordot(sample, convolution.kernel, 3) + convolution.bias
    folded = np.tensordot(sample, kernel, 3) + bias
    assert np.allclose(folded, plain * affine.gamma + affine.beta, atol=1e-4)


def without_last(network: DlibNetwork) -> DlibNetwork:
    return dataclasses.replace(network, layers=network.layers[:-1])


def with_one_more(network: DlibNetwork) -> DlibNetwork:
    return dataclasses.replace(network, layers=(*network.layers, Plain("relu_")))


def with_two_exchanged(network: DlibNetwork) -> DlibNetwork:
    first, second, *rest = network.layers
    return dataclasses.replace(network, layers=(second, first, *rest))


def with_another_stride(network: DlibNetwork) -> DlibNetwork:
    stem = dataclasses.replace(network.layers[0], strides=(1, 1))
    return dataclasses.replace(network, layers=(stem, *network.layers[1:]))


def with_another_pooling(network: DlibNetwork) -> DlibNetwork:
    layers = [
        Pooling("avg_pool_2", (3, 3), (2, 2), (0, 0)) if isinstance(layer, Pooling) else layer
        for layer in network.layers
    ]
    return dataclasses.replace(network, layers=tuple(layers))


def with_another_size(network: DlibNetwork) -> DlibNetwork:
    return dataclasses.replace(network, input_size=(96, 96))


def empty(network: DlibNetwork) -> DlibNetwork:
    return dataclasses.replace(network, layers=())


@pytest.mark.parametrize(
    "change",
    [
        without_last,
        with_one_more,
        with_two_exchanged,
        with_another_stride,
        with_another_pooling,
        with_another_size,
        empty,
    ],
)
def test_the_description_of_another_network_is_refused(
    network: DlibNetwork, change: Callable[[DlibNetwork], DlibNetwork]
) -> None:
    with pytest.raises(WeightsError, match=f"{SOURCE_FILE}: describes another network: layer"):
        build_dlib_resnet(change(network))


def test_the_shipped_spec_is_the_one_of_the_shipped_file(model: Any) -> None:
    shipped = read_encoder_spec(shipped_weights("dlib_resnet.yaml"))
    entry = manifest_entry("dlib_resnet.tflite")
    assert (shipped.file, shipped.size, shipped.sha256) == (entry.file, entry.size, entry.sha256)
    assert shipped.statistics is not None
    assert (shipped.chip, shipped.mirror, shipped.dimension) == (CROP, True, 128)
    assert (shipped.threshold, shipped.margin) == (0.38, 0.04)
    assert shipped.golden is not None
    assert shipped.parameters == model.count_params()
