from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from kiosk.encoders import load_encoder
from kiosk.encoders.encoder import golden_chips
from kiosk.encoders.runtimes import LiteRtNetwork
from kiosk.errors import WeightsError
from kiosk.files import asset
from kiosk.training.sface import build_sface, layer_weights, read_sface
from kiosk.weights.manifest import manifest_entry, verified_bytes

SHAPE = (1, 112, 112, 3)


@pytest.fixture(scope="module")
def source(data: Path) -> bytes:
    path = data / "zoo" / "face_recognition_sface_2021dec.onnx"
    if not path.is_file():
        pytest.skip(f"no {path}")
    return path.read_bytes()


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    """Faces and noise, RGB (N, 112, 112, 3)."""
    faces = [Image.open(asset("demo", name)).convert("RGB").resize((112, 112)) for name in ("grace_hopper.jpg",) * 2]
    noise = np.random.default_rng(0).integers(0, 256, (2, 112, 112, 3), np.uint8)
    return np.stack([np.asarray(faces[0]), np.asarray(faces[1])[:, ::-1], *noise])


@pytest.fixture(scope="module")
def expected(source: bytes, pictures: np.ndarray) -> np.ndarray:
    """What the zoo's own file answers on ONNX Runtime, (N, 128)."""
    runtime = pytest.importorskip("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    session = runtime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    planes = pictures.transpose(0, 3, 1, 2).astype(np.float32)
    return np.concatenate(
        [session.run(None, {"data": planes[number : number + 1]})[0] for number in range(len(planes))]
    )


def prepared(pictures: np.ndarray) -> np.ndarray:
    return ((pictures.astype(np.float32) - 127.5) * np.float32(0.0078125)).astype(np.float32)


def test_the_shipped_network_answers_what_the_zoos_does(pictures: np.ndarray, expected: np.ndarray) -> None:
    network = LiteRtNetwork("sface_fp16", verified_bytes(manifest_entry("sface_fp16.tflite")), SHAPE, 128, threads=2)
    found = network.run(prepared(pictures))
    directions = (one / np.linalg.norm(one, axis=1, keepdims=True) for one in (found, expected))
    assert np.abs(np.subtract(*directions)).max() < 1e-3


def test_the_rebuilt_network_is_the_zoos_in_single_precision(
    source: bytes, pictures: np.ndarray, expected: np.ndarray
) -> None:
    pytest.importorskip("tensorflow")
    model: Any = build_sface(read_sface(source))
    np.testing.assert_allclose(model(prepared(pictures)).numpy(), expected, atol=2e-5)
    assert model.count_params() == load_encoder("sface_fp16", 1).spec.parameters


def test_weights_of_another_network_are_refused(source: bytes) -> None:
    pytest.importorskip("tensorflow")
    tensors = read_sface(source)
    tensors["conv_2_conv2d_weight"] = tensors["conv_2_conv2d_weight"][:, :-1]
    with pytest.raises(WeightsError, match="layer conv_2 needs weights"):
        build_sface(tensors)
    assert layer_weights(tensors)["conv_1"][0].shape == (3, 3, 3, 32)


def test_a_live_face_is_encoded_once_and_a_stored_one_with_its_mirror_image() -> None:
    encoder = load_encoder("sface_fp16", 1)
    chips = golden_chips(encoder.spec.crops)
    live, stored = encoder.embed(chips), encoder.embed(chips, stored=True)
    assert 0 < np.linalg.norm(live.vector - stored.vector) < encoder.spec.threshold / 2
