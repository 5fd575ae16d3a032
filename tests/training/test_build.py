from pathlib import Path

import numpy as np
import pytest

from kiosk.encoders import build
from kiosk.encoders.runtimes import load_from_file, read_encoder_spec
from kiosk.errors import WeightsError
from kiosk.files import shipped_weights
from kiosk.training.keras_h5 import npz_bytes
from kiosk.weights.manifest import MANIFEST, WeightsFile, read_manifest, verified_bytes

SPECS = ["dlib_resnet.yaml", "sface_fp16.yaml"]
ARRAYS = {"b": np.arange(6, dtype=np.int16).reshape(2, 3), "a": np.linspace(0, 1, 5, dtype=np.float32)}


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory, data: Path) -> tuple[Path, list[str]]:
    pytest.importorskip("tensorflow")
    try:
        build.source_path("")
    except WeightsError as error:
        pytest.skip(str(error))
    out = tmp_path_factory.mktemp("out") / "new" / "folder"
    return out, build.build(out, data / "zoo")


def test_a_rebuild_gives_every_shipped_file_and_nothing_else(rebuilt: tuple[Path, list[str]]) -> None:
    out, _ = rebuilt
    assert {path.name for path in out.iterdir()} == {*read_manifest(), MANIFEST, *SPECS}
    for entry in read_manifest(out).values():
        assert len(verified_bytes(entry, out)) == entry.size


def test_a_rebuild_describes_the_files_as_the_shipped_manifest_does(rebuilt: tuple[Path, list[str]]) -> None:
    made, shipped = read_manifest(rebuilt[0]), read_manifest()
    for file, entry in shipped.items():
        assert (made[file].source, made[file].licence) == (entry.source, entry.licence)


@pytest.mark.parametrize("spec", SPECS)
def test_a_rebuild_writes_the_spec_that_is_shipped(rebuilt: tuple[Path, list[str]], spec: str) -> None:
    made, shipped = (read_encoder_spec(folder / spec) for folder in (rebuilt[0], shipped_weights()))
    assert made.golden is not None
    assert shipped.golden is not None
    assert made.golden.values == pytest.approx(shipped.golden.values, abs=1e-4)
    same = {"golden": None, "sha256": "", "size": 0}
    assert made.model_copy(update=same) == shipped.model_copy(update=same)
    assert load_from_file(rebuilt[0] / spec, threads=1).spec.name == Path(spec).stem


def test_a_rebuild_says_how_far_each_file_is_from_the_shipped_one(rebuilt: tuple[Path, list[str]]) -> None:
    out, lines = rebuilt
    shipped = read_manifest()
    for line, (file, entry) in zip(lines, read_manifest(out).items(), strict=True):
        equal = entry.sha256 == shipped[file].sha256
        assert line.startswith(f"{file}: {'equal bit for bit' if equal else 'differs from the shipped file'}")


def test_a_manifest_written_is_the_manifest_read(tmp_path: Path) -> None:
    entries = [
        WeightsFile("a.tflite", "0" * 64, 12, "a source: with a colon", "CC0-1.0", "make weights"),
        WeightsFile("b.npz", "f" * 64, 3, "another", "CC0-1.0", "make weights"),
    ]
    text = build.manifest_text(entries)
    assert not any(line.endswith(b" ") or len(line) > 120 for line in text.splitlines())
    (tmp_path / MANIFEST).write_bytes(text)
    assert list(read_manifest(tmp_path).values()) == entries


def test_a_missing_package_is_named_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(build, "PACKAGE", "a_package_that_nobody_has")
    assert build.main(["--out", str(tmp_path)]) == WeightsError.exit_code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("a_package_that_nobody_has: is not installed; run `pip install")
    assert printed.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("shipped", "verdict"),
    [
        (None, "new, nothing is shipped"),
        (ARRAYS, "equal bit for bit"),
        ({**ARRAYS, "b": ARRAYS["b"] + np.int16(3)}, "its numbers by 3.0e+00 at most"),
        ({**ARRAYS, "b": ARRAYS["b"].T}, "its arrays have other shapes"),
        ({"b": ARRAYS["b"]}, "its arrays have other shapes"),
    ],
)
def test_arrays_are_compared_with_the_shipped_ones(shipped: dict[str, np.ndarray] | None, verdict: str) -> None:
    content = None if shipped is None else npz_bytes(shipped)
    assert verdict in build.compare_landmarks(npz_bytes(ARRAYS), content)


def test_networks_are_compared_by_their_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {b"made": np.float32([1, 0]), b"shipped": np.float32([-1, 0])}
    monkeypatch.setattr(build, "_answer", lambda name, content: answers[content])
    assert build.compare_encoder("sface_fp16", b"made", None).endswith("nothing is shipped to compare with")
    assert build.compare_encoder("sface_fp16", b"made", b"made").endswith("equal bit for bit")
    assert build.compare_encoder("sface_fp16", b"made", b"shipped").endswith("golden vectors by 2.0e+00")


def test_another_file_in_the_folder_of_the_model_zoo_is_refused(tmp_path: Path, capsys) -> None:
    (tmp_path / "face_recognition_sface_2021dec.onnx").write_bytes(b"another")
    (tmp_path / "face_detection_yunet_2023mar.onnx").write_bytes(b"another")
    assert build.main(["--out", str(tmp_path / "out"), "--zoo", str(tmp_path)]) == WeightsError.exit_code
    assert "face_detection_yunet_2023mar.onnx: has 7 bytes instead of 232589" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
