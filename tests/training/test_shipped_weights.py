"""The shipped weights: dlib's, SFace's and the landmark trees, compared with their sources and rebuilt."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from kiosk.domain import Box, Chip, Crop, CropKind, Face
from kiosk.encoders import load_encoder
from kiosk.encoders.golden import golden_chips
from kiosk.encoders.runtimes import LiteRtNetwork, load_from_file, read_encoder_spec
from kiosk.errors import WeightsError
from kiosk.files import asset, shipped_weights
from kiosk.training import build, dlib, sface
from kiosk.weights.manifest import MANIFEST, WeightsFile, manifest_entry, read_manifest, shipped_content

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
SPECS = ["dlib_resnet.yaml", "sface_fp16.yaml"]


def source(file: str, size: int, sha256: str) -> bytes:
    try:
        return build.source_bytes(file, size, sha256)
    except WeightsError as error:
        pytest.skip(str(error))


def directions(outputs: Any) -> Any:
    return outputs / np.linalg.norm(outputs, axis=-1, keepdims=True)


@pytest.mark.slow
def test_dlibs_network_gives_dlibs_embeddings(data: Path, tmp_path: Path) -> None:
    peer = pytest.importorskip("dlib")
    network = source(dlib.SOURCE_FILE, dlib.SOURCE_SIZE, dlib.SOURCE_SHA256)
    trees = source(dlib.LANDMARKS_SOURCE_FILE, dlib.LANDMARKS_SOURCE_SIZE, dlib.LANDMARKS_SOURCE_SHA256)
    for name, content in (("network.dat", network), ("trees.dat", trees)):
        (tmp_path / name).write_bytes(content)
    locate = peer.shape_predictor(str(tmp_path / "trees.dat"))
    detector, faces = peer.get_frontal_face_detector(), []
    for path in sorted((data / "lfw-view1").glob("A*/*_0001.jpg"))[:6]:
        picture = peer.load_rgb_image(str(path))
        faces += [peer.get_face_chip(picture, locate(picture, box)) for box in detector(picture)]
    assert len(faces) >= 5
    chips = np.array([*faces, np.random.default_rng(3).integers(0, 256, (150, 150, 3), np.uint8)])
    recogniser = peer.face_recognition_model_v1(str(tmp_path / "network.dat"))
    expected = np.array([recogniser.compute_face_descriptor(chip) for chip in chips])

    model = dlib.build_dlib_resnet(dlib.read_network(network))
    found = model.predict(chips.astype(np.float32), verbose=0)
    assert np.linalg.norm(found - expected, axis=1).max() <= 1e-5
    assert model.count_params() == read_encoder_spec(shipped_weights("dlib_resnet.yaml")).parameters

    entry = manifest_entry("dlib_resnet.tflite")
    shipped = LiteRtNetwork(entry.file, shipped_content(entry.file), (len(chips), 150, 150, 3), 128, threads=2)
    halved = directions(shipped.run(chips.astype(np.float32)))
    assert np.linalg.norm(halved - directions(expected), axis=1).max() <= 1e-3

    mirrored = np.array(recogniser.compute_face_descriptor(np.ascontiguousarray(chips[0][:, ::-1])))
    face = {Crop(CropKind.DLIB_CHIP, 150): Chip(chips[0], Face(Box(0, 0, 150, 150), score=1.0))}
    embedding = load_encoder("dlib_resnet", threads=1).embed(face).vector
    assert np.linalg.norm(embedding - directions(expected[0] + mirrored)) <= 1e-3


@pytest.mark.slow
def test_the_shipped_landmark_trees_are_those_of_the_source() -> None:
    made = dlib.build_landmarks(
        source(dlib.LANDMARKS_SOURCE_FILE, dlib.LANDMARKS_SOURCE_SIZE, dlib.LANDMARKS_SOURCE_SHA256)
    )
    with np.load(shipped_weights("dlib_landmarks.npz")) as shipped:
        assert sorted(shipped.files) == sorted(made)
        for name, array in made.items():
            assert array.dtype == shipped[name].dtype
            np.testing.assert_array_equal(array, shipped[name])


@pytest.mark.slow
def test_sface_gives_the_embeddings_of_the_zoos_file(data: Path) -> None:
    runtime = pytest.importorskip("onnxruntime")
    path = data / "zoo" / "face_recognition_sface_2021dec.onnx"
    if not path.is_file():
        pytest.skip(f"no {path}")
    face = np.asarray(Image.open(asset("demo", "grace_hopper.jpg")).convert("RGB").resize((112, 112)))
    pictures = np.stack([face, *np.random.default_rng(0).integers(0, 256, (2, 112, 112, 3), np.uint8)])
    session = runtime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    planes = pictures.transpose(0, 3, 1, 2).astype(np.float32)
    expected = np.concatenate([session.run(None, {"data": planes[at : at + 1]})[0] for at in range(len(planes))])
    prepared = ((pictures.astype(np.float32) - 127.5) * np.float32(0.0078125)).astype(np.float32)
    content = shipped_content("sface_fp16.tflite")
    shipped = LiteRtNetwork("sface_fp16", content, (1, 112, 112, 3), 128, threads=2)
    assert np.abs(directions(shipped.run(prepared)) - directions(expected)).max() < 1e-3
    tensors = sface.read_sface(path.read_bytes())
    model: Any = sface.build_sface(tensors)
    np.testing.assert_allclose(model(prepared).numpy(), expected, atol=2e-5)
    tensors["conv_2_conv2d_weight"] = tensors["conv_2_conv2d_weight"][:, :-1]
    with pytest.raises(WeightsError, match="layer conv_2 needs weights"):
        sface.build_sface(tensors)


def test_sface_uses_the_mirror_image_of_stored_pictures_only() -> None:
    encoder = load_encoder("sface_fp16", 1)
    chips = golden_chips(encoder.spec.crops)
    live, stored = encoder.embed(chips), encoder.embed(chips, stored=True)
    assert 0 < np.linalg.norm(live.vector - stored.vector) < encoder.spec.threshold / 2


# make weights ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_rebuild_makes_every_shipped_file(data: Path, tmp_path: Path, ship_weights: Callable[[Path], None]) -> None:
    source(dlib.SOURCE_FILE, dlib.SOURCE_SIZE, dlib.SOURCE_SHA256)
    lines = build.build(tmp_path / "out", data / "zoo")
    shipped, folder_before = read_manifest(), shipped_weights()
    ship_weights(tmp_path / "out")
    made = read_manifest()
    assert {path.name for path in (tmp_path / "out").iterdir()} == {*shipped, MANIFEST, *SPECS}
    for line, (file, entry) in zip(lines, shipped.items(), strict=True):
        assert (made[file].source, made[file].licence) == (entry.source, entry.licence)
        assert len(shipped_content(file)) == made[file].size
        equal = made[file].sha256 == entry.sha256
        assert line.startswith(f"{file}: {'equal bit for bit' if equal else 'differs from the shipped file'}")
    for spec in SPECS:
        new, old = (read_encoder_spec(folder / spec) for folder in (tmp_path / "out", folder_before))
        assert new.golden is not None
        assert old.golden is not None
        assert new.golden.values == pytest.approx(old.golden.values, abs=1e-4)
        same = {"golden": None, "sha256": "", "size": 0}
        assert new.model_copy(update=same) == old.model_copy(update=same)
        assert load_from_file(tmp_path / "out" / spec, threads=1).spec.name == Path(spec).stem


def test_a_written_manifest_is_read_back(tmp_path: Path, ship_weights: Callable[[Path], None]) -> None:
    entries = [
        WeightsFile(file=file, size=3, sha256="0" * 64, licence="MIT", source="a source: with a colon", rebuild="make")
        for file in ("a.tflite", "b.npz")
    ]
    (tmp_path / MANIFEST).write_bytes(build.manifest_text(entries))
    ship_weights(tmp_path)
    assert list(read_manifest().values()) == entries


def test_a_missing_or_wrong_source_is_named_and_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    monkeypatch.setattr(build, "PACKAGE", "a_package_that_nobody_has")
    assert build.main(["--out", str(out)]) == WeightsError.exit_code
    assert capsys.readouterr().err.startswith("a_package_that_nobody_has: is not installed; run `pip install")
    monkeypatch.undo()
    (tmp_path / "face_detection_yunet_2023mar.onnx").write_bytes(b"another")
    monkeypatch.setattr(build, "source_bytes", lambda *given: b"")
    assert build.main(["--out", str(out), "--zoo", str(tmp_path)]) == WeightsError.exit_code
    assert "face_detection_yunet_2023mar.onnx: has 7 bytes instead of 232589" in capsys.readouterr().err
    assert not out.exists()
