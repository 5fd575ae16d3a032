"""Encoders by name: the shipped ones, those in the user's folder, and files that do not fit their spec."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from kiosk.domain import Chip, Crop, CropKind
from kiosk.encoders import EXPORTED, encoder_names, encoder_paths, load_encoder
from kiosk.encoders.encoder import NetworkEncoder
from kiosk.encoders.golden import PICTURE, TOLERANCE, golden_difference, golden_vector
from kiosk.encoders.runtimes import described, load_from_file, read_encoder_spec
from kiosk.errors import EncoderError, WeightsError
from kiosk.files import asset, shipped_weights
from kiosk.weights.catalogue import DEFAULT_ENCODER

MEAN, DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
INPUT: dict[str, Any] = {
    "size_px": 112,
    "layout": "channels_first",
    "mean": (255 * MEAN).tolist(),
    "scale": (1 / (255 * DEVIATION)).tolist(),
}
MakeSpec = Callable[..., Path]
MakeOnnx = Callable[..., bytes]
ENCODE = """
import json, os, sys
from kiosk.encoders import load_encoder
from kiosk.encoders.golden import golden_vector
golden_vector(load_encoder("dlib_resnet"))
os.write(2, b"INFO: afterwards\\n")
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


# Shipped ones ------------------------------------------------------------------------------------------------------


def test_the_shipped_encoders_give_the_values_of_their_specs_with_any_number_of_threads() -> None:
    for name in ("dlib_resnet", DEFAULT_ENCODER):
        vectors = []
        for threads in (1, 2):
            encoder = load_encoder(name, threads)
            difference = golden_difference(encoder)
            assert difference is not None
            assert difference <= TOLERANCE
            vectors.append(golden_vector(encoder).vector)
        assert np.linalg.norm(vectors[0] - vectors[1]) < 1e-5


def test_encoding_imports_no_training_library_and_prints_no_notice() -> None:
    ended = subprocess.run([sys.executable, "-c", ENCODE], capture_output=True, text=True, check=True)
    imported = set(json.loads(ended.stdout))
    assert "ai_edge_litert" in imported
    assert imported.isdisjoint({"tensorflow", "keras", "h5py", "scipy", "sklearn", "cv2", "PyQt6", "onnxruntime"})
    assert ended.stderr == "INFO: afterwards\n"


def test_a_name_without_encoder_is_answered_with_a_remedy() -> None:
    for name in ("dlib_resnett", "../dlib_resnet"):
        with pytest.raises(EncoderError, match="is not known; did you mean 'dlib_resnet'"):
            load_encoder(name)
    for name in ("mine", "", "x" * 10_000, "\0", "yunet"):
        with pytest.raises(EncoderError, match="is not known; see `kiosk encoders`") as raised:
            load_encoder(name)
        assert len(str(raised.value)) < 200
    for name in EXPORTED:
        with pytest.raises(EncoderError, match=f"has no file yet; .*kiosk weights export {name} --weights"):
            load_encoder(name)
    assert "sface" in encoder_names()
    if not encoder_paths("sface")[1].exists():
        with pytest.raises(WeightsError, match=r"sface_2021dec\.onnx: is not there; type: kiosk weights fetch sface"):
            load_encoder("sface")


def test_an_altered_file_is_never_loaded(tmp_path: Path, ship_weights: Callable[[Path], None]) -> None:
    for path in shipped_weights().iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    ship_weights(tmp_path)
    load_encoder("dlib_resnet")
    with (tmp_path / "dlib_resnet.tflite").open("r+b") as opened:
        opened.seek(5_000_000)
        opened.write(b"\x01")
    with pytest.raises(WeightsError, match=r"was altered .*; install kiosk again"):
        load_encoder("dlib_resnet")


# The user's folder -------------------------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path, save_encoder: MakeSpec, make_onnx: MakeOnnx) -> Path:
    """A folder with the encoders one, two and wide."""
    folder = tmp_path / "weights"
    save_encoder(folder, "one.onnx", make_onnx(seed=1), threshold=0.4)
    save_encoder(folder, "two.onnx", make_onnx(seed=2), threshold=0.8)
    save_encoder(folder, "wide.onnx", make_onnx(512, seed=3), dimension=512)
    return folder


def test_a_spec_and_its_file_may_be_in_different_folders(own: Path, tmp_path: Path) -> None:
    text = shipped_weights("dlib_resnet.yaml").read_text(encoding="utf-8")
    (own / "strict.yaml").write_text(text.replace("threshold: 0.38", "threshold: 0.34"), encoding="utf-8")
    encoder = load_encoder("strict", folder=own)
    assert (encoder.spec.name, encoder.spec.threshold) == ("strict", 0.34)
    assert encoder.spec.key == load_encoder("dlib_resnet").spec.key
    spec, file = encoder_paths("sface", own)
    assert spec.parent == shipped_weights()
    (own / file.name).write_bytes(b"")
    with pytest.raises(WeightsError, match="has 0 bytes instead of 38696353; type: kiosk weights fetch sface"):
        load_encoder("sface", folder=own)
    moved = (own / "one.yaml").rename(tmp_path / "one.yaml")
    assert load_from_file(moved, 1, [own]).spec.name == "one"


def test_several_names_make_a_composite_encoder(own: Path) -> None:
    assert load_encoder(["one", "wide"], folder=own).spec.name == "one+wide"
    assert isinstance(load_encoder(["one"], folder=own), NetworkEncoder)
    # The default weights are 1 / 0.4 and 1 / 0.8.
    weighted = load_encoder({"one": 2.0, "two": 1.0}, folder=own)
    assert weighted.spec.key == load_encoder(["one", "two"], folder=own).spec.key
    (own / "two.onnx").unlink()
    with pytest.raises(WeightsError, match=r"two\.onnx: is not there; put the file there that its spec describes"):
        load_encoder(["one", "two"], folder=own)
    with pytest.raises(EncoderError, match="encoder 'three': is not known"):
        load_encoder(["one", "three"], folder=own)


# Spec and file -----------------------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path, save_encoder: MakeSpec, make_onnx: MakeOnnx) -> MakeSpec:
    return lambda content=None, **changes: save_encoder(tmp_path, "small.onnx", content or make_onnx(), **changes)


def test_the_embedding_is_that_of_the_network_by_hand(
    small: MakeSpec, make_onnx: MakeOnnx, random_chip: Callable[..., Chip]
) -> None:
    weights = np.random.default_rng(1).normal(size=(768, 8)) / 100
    for pictures, mirror in ((1, True), (2, True), ("n", True), ("n", False)):
        encoder = load_from_file(small(make_onnx(8, pictures), mirror=mirror), threads=1)
        (crop,) = encoder.spec.crops
        image = random_chip(crop).image.astype(np.float32)
        views = [image, image[:, ::-1]] if mirror else [image]
        expected = np.mean([view.transpose(2, 0, 1).ravel() @ weights for view in views], axis=0)
        found = encoder.embed({crop: random_chip(crop)}).vector
        assert np.allclose(found, expected / np.linalg.norm(expected), atol=1e-5), (pictures, mirror)


def test_the_key_changes_exactly_when_embeddings_could(small: MakeSpec) -> None:
    def key(**changes: Any) -> str:
        return described("small", read_encoder_spec(small(**changes))).key

    before, inputs = key(), {"size_px": 16, "layout": "channels_first"}
    for changes in (
        {"mirror": False},
        {"crop": {"kind": "box", "margin": 0.1}},
        {"crop": {"kind": "dlib_chip"}},
        {"input": {**inputs, "colour": "bgr"}},
        {"input": {**inputs, "mean": 127.5}},
        {"input": {**inputs, "standardise": True}},
        {"sha256": "0" * 64},
    ):
        assert key(**changes) != before, changes
    same = {"threshold": 0.4, "margin": 0.2, "licence": "MIT", "golden": {"values": [0.5] * 8}, "parameters": 3}
    assert key(**same) == before


def test_a_file_that_differs_from_its_spec_is_refused(small: MakeSpec, make_onnx: MakeOnnx) -> None:
    remedy = "; put the file there that its spec describes"
    for damage, reason in (
        (lambda good: good[:-1], r"has \d+ bytes instead"),
        (lambda good: good + b"!", r"has more than \d+ bytes"),
        (lambda good: good[:-1] + bytes([good[-1] ^ 1]), "was altered or is another file"),
    ):
        spec = small()
        file = spec.with_suffix(".onnx")
        file.write_bytes(damage(file.read_bytes()))
        with pytest.raises(WeightsError, match=rf"small\.onnx: {reason}.*{remedy}"):
            load_from_file(spec, threads=1)
    for changes in ({"input": {"size_px": 32, "layout": "channels_first"}}, {"dimension": 512}):
        with pytest.raises(WeightsError, match=r"small\.onnx: .* instead of float32 .*; check file, input and dim"):
            load_from_file(small(**changes), threads=1)
    for constant in (float("nan"), 0.0):
        with pytest.raises(EncoderError, match="encoder small: gave an output of length"):
            load_from_file(small(make_onnx(constant=constant)), threads=1)
    with pytest.raises(WeightsError, match="encoder small: answers the same"):
        load_from_file(small(make_onnx(constant=1.0)), threads=1)


# MobileFaceNet -----------------------------------------------------------------------------------------------------


@pytest.mark.data
def test_a_real_file_gives_the_embeddings_of_its_authors_and_every_wrong_input_is_noticed(
    data: Path, save_encoder: MakeSpec, tmp_path: Path, random_chip: Callable[..., Chip]
) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    path = data / "encoders" / "mobilefacenet.onnx"
    if not path.exists():
        pytest.skip(f"no {path}")
    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])

    def by_hand(image: np.ndarray) -> np.ndarray:
        views = [((view / 255 - MEAN) / DEVIATION).transpose(2, 0, 1) for view in (image, image[:, ::-1])]
        both = sum(session.run(None, {"input": view[None].astype(np.float32)})[0][0] for view in views)
        return both / np.linalg.norm(both)

    with Image.open(asset(PICTURE)) as opened:
        picture = np.asarray(opened.convert("RGB"))
    places = [np.arange(112) * length // 112 for length in picture.shape[:2]]
    golden = {"values": [round(float(value), 4) for value in by_hand(picture[np.ix_(*places)])[:16]]}

    def spec(inputs: dict[str, Any], **changes: Any) -> Path:
        right = {"golden": golden, "crop": {"kind": "arcface"}, "dimension": 128, "threshold": 1.15, "input": inputs}
        return save_encoder(tmp_path, "mobilefacenet.onnx", path.read_bytes(), **{**right, **changes})

    encoder, crop = load_from_file(spec(INPUT), threads=2), Crop(CropKind.ARCFACE, 112)
    assert encoder.spec.crops == (crop,)
    chip = random_chip(crop)
    assert np.linalg.norm(encoder.embed({crop: chip}).vector - by_hand(chip.image)) < 1e-4
    sizes = {"size_px": 112, "layout": "channels_first"}
    for wrong, changes in (
        ({**INPUT, "colour": "bgr"}, {}),
        ({**INPUT, "mean": 127.5}, {}),
        ({**sizes, "standardise": True}, {}),
        (INPUT, {"mirror": False}),
    ):
        with pytest.raises(WeightsError, match=r"encoder mobilefacenet: answers .* its spec expects something else"):
            load_from_file(spec(wrong, **changes), threads=1)
    with pytest.raises(WeightsError, match=r"takes float32 \(1, 3, 112, 112\) instead of float32 \(2, 112, 112, 3\)"):
        load_from_file(spec({**INPUT, "layout": "channels_last"}), threads=1)
