from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from PIL import Image

from kiosk.domain import Chip, Crop, CropKind
from kiosk.encoders.encoder import PICTURE, golden_vector
from kiosk.encoders.runtimes import described, encoder_of, load_from_file, read_encoder_spec
from kiosk.errors import EncoderError, WeightsError
from kiosk.files import asset, shipped_weights
from kiosk.weights.catalogue import read_catalogue

pytest.importorskip("onnxruntime")

MEAN, DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
INPUT: dict[str, Any] = {
    "size_px": 112,
    "layout": "channels_first",
    "mean": (255 * MEAN).tolist(),
    "scale": (1 / (255 * DEVIATION)).tolist(),
}
SaveEncoder = Callable[..., Path]
MakeOnnx = Callable[..., bytes]


@pytest.fixture
def small(tmp_path: Path, save_encoder: SaveEncoder, make_onnx: MakeOnnx) -> Callable[..., Path]:
    return lambda content=None, **changes: save_encoder(tmp_path, "small.onnx", content or make_onnx(), **changes)


# Small networks ----------------------------------------------------------------------------------------------------


def test_a_spec_and_its_file_make_an_encoder(small: Callable[..., Path]) -> None:
    encoder = load_from_file(small(parameters=6144), threads=1)
    spec = encoder.spec
    assert (spec.name, spec.dimension, spec.threshold, spec.margin) == ("small", 8, 0.5, 0.05)
    assert (spec.licence, spec.source, spec.parameters) == ("CC0-1.0", "a test", 6144)
    assert spec.crops == (Crop(CropKind.BOX, 16),)
    assert spec.golden is None


@pytest.mark.parametrize("pictures", [1, 2, "n"])
@pytest.mark.parametrize("mirror", [False, True])
def test_the_embedding_is_that_of_the_network_by_hand(
    small: Callable[..., Path], make_onnx: MakeOnnx, random_chip: Callable[..., Chip], pictures: int | str, mirror: bool
) -> None:
    if pictures == 2 and not mirror:
        pytest.skip("a network for two pictures needs the mirror image")
    scale = {"size_px": 16, "layout": "channels_first", "colour": "bgr", "mean": [1, 2, 3], "scale": [1, 2, 3]}
    encoder = load_from_file(small(make_onnx(pictures=pictures), mirror=mirror, input=scale), threads=1)
    (crop,) = encoder.spec.crops
    chip = random_chip(crop)
    weights = np.random.default_rng(1).normal(size=(768, 8)) / 100

    def answer(image: np.ndarray) -> np.ndarray:
        numbers = (image[..., ::-1].astype(float) - [1, 2, 3]) * [1, 2, 3]
        return numbers.transpose(2, 0, 1).reshape(-1) @ weights

    expected = answer(chip.image) + (answer(chip.image[:, ::-1]) if mirror else 0)
    found = encoder.embed({crop: chip}).vector
    assert np.allclose(found, expected / np.linalg.norm(expected), atol=1e-5)


def test_an_encoder_of_512_dimensions_is_one_like_any_other(
    small: Callable[..., Path], make_onnx: MakeOnnx, random_chip: Callable[..., Chip]
) -> None:
    encoder = load_from_file(small(make_onnx(512), dimension=512), threads=1)
    (crop,) = encoder.spec.crops
    assert encoder.embed({crop: random_chip(crop)}).vector.shape == (512,)


@pytest.mark.parametrize(
    "changes",
    [
        {"mirror": False},
        {"crop": {"kind": "box", "margin": 0.1}},
        {"crop": {"kind": "dlib_chip"}},
        {"input": {"size_px": 16, "layout": "channels_first", "colour": "bgr"}},
        {"input": {"size_px": 16, "layout": "channels_first", "mean": 127.5}},
        {"input": {"size_px": 16, "layout": "channels_first", "scale": 0.5}},
        {"input": {"size_px": 16, "layout": "channels_first", "standardise": True}},
        {"sha256": "0" * 64},
    ],
    ids=str,
)
def test_the_key_is_another_one_where_an_embedding_may_be(small: Callable[..., Path], changes: dict[str, Any]) -> None:
    before = described("small", read_encoder_spec(small())).key
    assert described("small", read_encoder_spec(small(**changes))).key != before


def test_the_key_stays_where_no_embedding_changes(small: Callable[..., Path]) -> None:
    before = described("small", read_encoder_spec(small())).key
    changes = {"threshold": 0.4, "margin": 0.2, "licence": "MIT", "golden": {"values": [0.5] * 8}, "parameters": 3}
    assert described("small", read_encoder_spec(small(**changes))).key == before


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lambda _: None, "is not there"),
        (lambda good: good[:-1], r"has \d+ bytes instead"),
        (lambda good: good + b"!", r"has more than \d+ bytes"),
        (lambda good: good[:-1] + bytes([good[-1] ^ 1]), "was altered or is another file"),
    ],
)
def test_a_file_that_is_not_the_one_described_is_refused(
    small: Callable[..., Path], content: Callable[[bytes], bytes | None], reason: str
) -> None:
    spec = small()
    file = spec.with_suffix(".onnx")
    damaged = content(file.read_bytes())
    if damaged is None:
        file.unlink()
    else:
        file.write_bytes(damaged)
    with pytest.raises(WeightsError, match=rf"small\.onnx: {reason}.*; put the file there that its spec describes"):
        load_from_file(spec, threads=1)


def test_a_damaged_catalogue_stops_no_encoder(
    small: Callable[..., Path], tmp_path: Path, ship_weights: Callable[[Path], None]
) -> None:
    spec = small()
    (tmp_path / "catalogue.yaml").write_text("fetch: {")
    ship_weights(tmp_path)
    assert load_from_file(spec, threads=1).spec.name == "small"
    spec.with_suffix(".onnx").unlink()
    with pytest.raises(WeightsError, match=r"small\.onnx: is not there; put the file there that its spec describes"):
        load_from_file(spec, threads=1)


def test_a_file_of_the_catalogue_is_fetched_by_its_name_there(small: Callable[..., Path]) -> None:
    sface = read_catalogue().entry("sface")
    spec = small(file=sface.file, size=sface.size, sha256=sface.sha256)
    with pytest.raises(WeightsError, match=r"2021dec\.onnx: is not there; type: kiosk weights fetch sface"):
        load_from_file(spec, threads=1)


def test_the_file_of_a_spec_may_lie_in_another_folder(small: Callable[..., Path], tmp_path: Path) -> None:
    spec = small()
    (tmp_path / "specs").mkdir()
    moved = spec.rename(tmp_path / "specs" / "small.yaml")
    assert load_from_file(moved, 1, [tmp_path]).spec.name == "small"
    with pytest.raises(WeightsError, match=r"specs/small\.onnx: is not there"):
        load_from_file(moved, 1)


def test_a_folder_in_place_of_the_spec_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot be read: Is a directory"):
        load_from_file(tmp_path, threads=1)


def test_a_network_of_another_size_or_dimension_than_its_spec_says_is_refused(small: Callable[..., Path]) -> None:
    for changes in ({"input": {"size_px": 32, "layout": "channels_first"}}, {"dimension": 512}):
        with pytest.raises(WeightsError, match=r"small\.onnx: .* instead of float32 .*; check file, input and dim"):
            load_from_file(small(**changes), threads=1)


def test_an_encoder_that_answers_no_numbers_is_refused(small: Callable[..., Path], make_onnx: MakeOnnx) -> None:
    for constant in (float("nan"), float("inf"), 0.0):
        with pytest.raises(EncoderError, match="encoder small: gave an output of length"):
            load_from_file(small(make_onnx(constant=constant)), threads=1)


def test_an_encoder_to_which_all_faces_look_alike_is_refused(small: Callable[..., Path], make_onnx: MakeOnnx) -> None:
    with pytest.raises(WeightsError, match="encoder small: answers the same"):
        load_from_file(small(make_onnx(constant=1.0)), threads=1)


# LiteRT ------------------------------------------------------------------------------------------------------------


def test_a_litert_file_is_run_by_litert() -> None:
    default = read_encoder_spec(shipped_weights("dlib_resnet.yaml"))
    content = shipped_weights(default.file).read_bytes()
    encoder = encoder_of("default", default, content, threads=1)
    assert default.golden is not None
    assert golden_vector(encoder).vector[:16] == pytest.approx(default.golden.values, abs=1e-4)


def test_a_litert_file_under_the_name_of_an_onnx_file_is_refused(
    save_encoder: SaveEncoder, make_onnx: MakeOnnx, tmp_path: Path
) -> None:
    with pytest.raises(WeightsError, match=r"a\.tflite: is no LiteRT model"):
        load_from_file(save_encoder(tmp_path, "a.tflite", make_onnx()), threads=1)
    with pytest.raises(WeightsError, match=r"b\.onnx: is no ONNX model"):
        load_from_file(save_encoder(tmp_path, "b.onnx", shipped_weights("dlib_resnet.tflite").read_bytes()), 1)


# MobileFaceNet -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mobilefacenet(data: Path) -> bytes:
    path = data / "encoders" / "mobilefacenet.onnx"
    if not path.exists():
        pytest.skip(f"no {path}")
    return path.read_bytes()


@pytest.fixture(scope="module")
def by_hand(mobilefacenet: bytes) -> Callable[[np.ndarray], np.ndarray]:
    """The embedding of an image (112, 112, 3) RGB, as the network's authors prepare it."""
    import onnxruntime

    session = onnxruntime.InferenceSession(mobilefacenet, providers=["CPUExecutionProvider"])

    def answer(image: np.ndarray) -> np.ndarray:
        numbers = ((image / 255 - MEAN) / DEVIATION).transpose(2, 0, 1)[None].astype(np.float32)
        return session.run(None, {"input": numbers})[0][0]

    def embed(image: np.ndarray) -> np.ndarray:
        both = answer(image) + answer(image[:, ::-1])
        return both / np.linalg.norm(both)

    return embed


@pytest.fixture
def save_mobilefacenet(
    mobilefacenet: bytes, by_hand: Callable[[np.ndarray], np.ndarray], save_encoder: SaveEncoder, tmp_path: Path
) -> Callable[..., Path]:
    """Its file and spec, the golden vector computed by hand; changes make the spec wrong."""
    with Image.open(asset(PICTURE)) as opened:
        picture = np.asarray(opened.convert("RGB"))
    places = [np.arange(112) * length // 112 for length in picture.shape[:2]]
    expected = by_hand(picture[np.ix_(*places)])
    golden = {"values": [round(float(value), 4) for value in expected[:16]]}

    def save(**changes: Any) -> Path:
        right = {"golden": golden, "crop": {"kind": "arcface"}, "dimension": 128, "threshold": 1.15, "input": INPUT}
        return save_encoder(tmp_path, "mobilefacenet.onnx", mobilefacenet, **{**right, **changes})

    return save


@pytest.mark.data
def test_a_real_file_answers_as_by_hand(
    save_mobilefacenet: Callable[..., Path],
    by_hand: Callable[[np.ndarray], np.ndarray],
    random_chip: Callable[..., Chip],
) -> None:
    encoder = load_from_file(save_mobilefacenet(), threads=2)
    assert encoder.spec.crops == (Crop(CropKind.ARCFACE, 112),)
    (crop,) = encoder.spec.crops
    for seed in range(3):
        chip = random_chip(crop, seed)
        assert np.linalg.norm(encoder.embed({crop: chip}).vector - by_hand(chip.image)) < 1e-4


@pytest.mark.data
@pytest.mark.parametrize(
    ("inputs", "changes"),
    [
        ({"colour": "bgr"}, {}),
        ({"mean": 127.5}, {}),
        ({"mean": (255 * MEAN[::-1]).tolist()}, {}),
        ({"mean": MEAN.tolist()}, {}),
        ({"scale": 1 / 128}, {}),
        ({"scale": DEVIATION.tolist()}, {}),
        ({"standardise": True, "mean": None, "scale": None}, {}),
        ({}, {"mirror": False}),
    ],
    ids=str,
)
def test_the_golden_vector_catches_every_wrong_input(
    save_mobilefacenet: Callable[..., Path], inputs: dict[str, Any], changes: dict[str, Any]
) -> None:
    given = {key: value for key, value in {**INPUT, **inputs}.items() if value is not None}
    with pytest.raises(WeightsError, match=r"encoder mobilefacenet: answers .* its spec expects something else"):
        load_from_file(save_mobilefacenet(input=given, **changes), threads=1)


@pytest.mark.data
def test_a_wrong_layout_is_caught(save_mobilefacenet: Callable[..., Path]) -> None:
    with pytest.raises(WeightsError, match=r"takes float32 \(1, 3, 112, 112\) instead of float32 \(2, 112, 112, 3\)"):
        load_from_file(save_mobilefacenet(input={**INPUT, "layout": "channels_last"}), threads=1)


@pytest.mark.data
def test_several_threads_get_the_embeddings_of_one(
    save_mobilefacenet: Callable[..., Path], random_chip: Callable[..., Chip]
) -> None:
    encoder = load_from_file(save_mobilefacenet(), threads=2)
    (crop,) = encoder.spec.crops
    chips = [random_chip(crop, seed) for seed in range(4)]
    expected = [encoder.embed({crop: chip}).vector for chip in chips]
    equal: list[bool] = []

    def work(own: int) -> None:
        equal.extend(np.array_equal(encoder.embed({crop: chips[own]}).vector, expected[own]) for _ in range(5))

    threads = [Thread(target=work, args=(own,)) for own in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert equal == [True] * 20
