from pathlib import Path

import pytest

from kiosk.files import shipped_weights
from kiosk.health import spec_check
from kiosk.health.spec_check import CheckedSpec, check_specs


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "weights"
    folder.mkdir()
    return folder


def checked(own: Path) -> dict[str, CheckedSpec]:
    return {each.name: each for each in check_specs(own)}


def copy_default(own: Path, name: str, *changes: tuple[str, str]) -> None:
    """The default encoder under another name, its spec changed."""
    text = shipped_weights("dlib_resnet.yaml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (own / f"{name}.yaml").write_text(text)


def test_what_is_shipped_works_and_what_was_never_fetched_is_not_missed(own):
    found = checked(own)
    assert [(name, each.fault, each.golden) for name, each in found.items()] == [
        (name, None, ()) for name in ("dlib_resnet", "sface_fp16", "yunet")
    ]


def test_the_shipped_folder_as_the_own_one_misses_nothing_either():
    assert list(checked(shipped_weights())) == ["dlib_resnet", "sface_fp16", "yunet"]


def test_a_spec_of_ones_own_without_its_file_is_a_fault(own):
    copy_default(own, "other", ("file: dlib_resnet.tflite", "file: other.tflite"))
    assert "other.tflite: is not there" in checked(own)["other"].fault


def test_a_file_that_answers_something_else_is_a_fault(own):
    copy_default(own, "mirrored", ("dimension: 128", "dimension: 128\nmirror: false"))
    assert "expects something else" in checked(own)["mirrored"].fault


def test_a_spec_that_cannot_be_read_is_a_fault_once(own):
    (own / "broken.yaml").write_text("kind: [")
    found = [each for each in check_specs(own) if each.name == "broken"]
    assert [(each.file, "mend that line" in each.fault) for each in found] == [(None, True)]


def test_the_golden_vector_of_a_spec_without_one_is_told(own):
    text = shipped_weights("dlib_resnet.yaml").read_text().partition("golden:")[0]
    (own / "fresh.yaml").write_text(text)
    golden = checked(own)["fresh"].golden
    assert golden[:2] == pytest.approx((-0.040763, 0.024273), abs=1e-4)
    (own / "fresh.yaml").write_text(f"{text}golden: {{values: {list(golden)}}}\n")
    assert checked(own)["fresh"] == CheckedSpec("fresh", "encoder", shipped_weights("dlib_resnet.tflite"))


def test_a_file_name_that_no_disk_takes_is_a_fault(own):
    copy_default(own, "endless", ("file: dlib_resnet.tflite", f"file: {'x' * 300}.tflite"))
    assert "cannot be read" in checked(own)["endless"].fault


def test_what_the_disk_refuses_is_a_fault_of_that_spec(own, monkeypatch):
    def refuse(name, threads, folder):
        raise PermissionError(13, "Permission denied", str(own))

    monkeypatch.setattr(spec_check, "load_encoder", refuse)
    assert "Permission denied" in checked(own)["dlib_resnet"].fault


def test_a_detector_is_loaded(own, data):
    content = (data / "detectors" / "face_detection_yunet_2026may.onnx").read_bytes()
    (own / "mine.onnx").write_bytes(content)
    spec = (
        "kind: detector\nfile: mine.onnx\nsize: 229738\n"
        "sha256: ebafce4e3c118d6554634be5c27ab333b4c047a9a8c3faf1d7cf93101c22f0f0\nlicence: MIT\nsource: a test\n"
    )
    (own / "mine.yaml").write_text(spec)
    assert checked(own)["mine"] == CheckedSpec("mine", "detector", own / "mine.onnx")
    (own / "mine.onnx").write_bytes(content[:-1] + b"!")
    assert "SHA-256" in checked(own)["mine"].fault
