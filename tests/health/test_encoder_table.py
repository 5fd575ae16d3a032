"""The table of encoders, what a form offers, and the check of every spec."""

import pytest

from kiosk.config import ConfigFile
from kiosk.files import shipped_weights
from kiosk.health import encoder_table as module
from kiosk.health.encoder_table import (
    CheckedSpec,
    EncoderRow,
    check_specs,
    encoder_table,
    installed_detectors,
    installed_encoders,
)


@pytest.fixture
def table(home, monkeypatch):
    """table("encoder: x"): the rows by name, in order."""
    monkeypatch.setattr(module, "_MEASURED_FACES", 1)

    def rows(option: str = "") -> dict[str, EncoderRow]:
        (home / "config.yaml").write_text(f"{option}\n")
        config = ConfigFile(home / "config.yaml").current
        found = encoder_table(config.encoder, config.matching, 1, home / "weights")
        assert len({row.name for row in found}) == len(found)
        return {row.name: row for row in found}

    return rows


def test_every_encoder_has_a_row_and_a_faulty_one_its_reason(table, save_spec):
    save_spec("other", mirror=False, threshold=0.4)
    save_spec("altered", sha256="0" * 64)
    save_spec("golden", golden={"values": [0.5] * 4})
    save_spec("broken").write_text("kind: encoder\nfile: [\n")
    save_spec("no_such_key", colour="rgb")
    rows = table("encoder: [sface_fp16]\nmatching: {threshold: {other: 0.3}}")
    default = rows["sface_fp16"]
    assert (default.in_use, default.installed, default.fault, default.threshold) == (True, True, None, 1.12)
    assert default.spec.parameters == 9_629_632
    assert default.milliseconds > 0
    for name in ("sface", "facenet", "openface"):  # to be fetched or exported
        assert (rows[name].installed, rows[name].fault, rows[name].milliseconds) == (False, None, None), name
    assert (rows["sface"].threshold, rows["dlib_resnet"].fault) == (1.12, None)
    assert (rows["other"].fault, rows["other"].threshold) == (None, 0.3)
    for name, told in {
        "altered": "SHA-256",
        "golden": "its spec expects something else",
        "broken": "broken.yaml: line 3",
        "no_such_key": "no_such_key.yaml: colour",
    }.items():
        assert told in rows[name].fault, name


def test_a_composite_is_a_row_of_its_own_with_what_is_wrong_with_its_parts(table, save_spec):
    other = save_spec("other", mirror=False)
    # A weighted one bears the name under which its threshold is set.
    rows = table("encoder: {dlib_resnet: 2, other: 1}\nmatching: {threshold: {2*dlib_resnet+1*other: 0.2}}")
    (row,) = (row for row in rows.values() if row.in_use)
    assert (row.name, row.threshold) == ("2*dlib_resnet+1*other", 0.2)
    assert (row.spec.dimension, row.spec.size_bytes) == (256, 2 * 11_253_284)
    other.unlink()
    row = table("encoder: [dlib_resnet, sface]")["dlib_resnet+sface"]
    assert (row.installed, "fetch sface" in row.fault) == (False, True)


def test_what_cannot_be_loaded_is_not_offered(home, save_spec):
    save_spec("fetched_later", file="missing.tflite")
    (home / "weights" / "broken.yaml").write_text("kind: kiosk-encoder\nfile: [\n")
    assert installed_encoders(home / "weights") == ["dlib_resnet", "sface_fp16", ["dlib_resnet", "sface_fp16"]]
    assert installed_detectors([home / "weights", shipped_weights()]) == ["haar", "yunet"]


DETECTOR = """kind: detector
file: mine.onnx
size: 229738
sha256: ebafce4e3c118d6554634be5c27ab333b4c047a9a8c3faf1d7cf93101c22f0f0
licence: MIT
source: a test
"""


def test_each_spec_is_checked_and_a_missing_golden_vector_is_told(tmp_path, data):
    shipped = shipped_weights("dlib_resnet.yaml").read_text()
    fresh = shipped.partition("golden:")[0]
    detector = (data / "detectors" / "face_detection_yunet_2026may.onnx").read_bytes()
    for name, content in {
        "other": shipped.replace("file: dlib_resnet.tflite", "file: other.tflite"),
        "mirrored": shipped.replace("dimension: 128", "dimension: 128\nmirror: false"),
        "broken": "kind: [",
        "fresh": fresh,
        "mine": DETECTOR,
    }.items():
        (tmp_path / f"{name}.yaml").write_text(content)
    (tmp_path / "mine.onnx").write_bytes(detector)
    checked = list(check_specs(tmp_path))
    found = {each.name: each for each in checked}
    assert len(found) == len(checked)
    # What is shipped works, and what was never fetched is not missed.
    assert set(found) == {"dlib_resnet", "sface_fp16", "yunet", "other", "mirrored", "broken", "fresh", "mine"}
    for name in ("dlib_resnet", "sface_fp16", "yunet"):
        assert (found[name].fault, found[name].golden) == (None, ()), name
    assert "other.tflite: is not there" in found["other"].fault
    assert "expects something else" in found["mirrored"].fault
    assert (found["broken"].file, "broken.yaml: line 1" in found["broken"].fault) == (None, True)
    assert found["mine"] == CheckedSpec("mine", "detector", tmp_path / "mine.onnx")
    golden = found["fresh"].golden
    assert golden[:2] == pytest.approx((-0.040763, 0.024273), abs=1e-4)

    for name in ("other", "mirrored", "broken"):
        (tmp_path / f"{name}.yaml").unlink()
    (tmp_path / "fresh.yaml").write_text(f"{fresh}golden: {{values: {list(golden)}}}\n")
    (tmp_path / "mine.onnx").write_bytes(detector[:-1] + b"!")
    found = {each.name: each for each in check_specs(tmp_path)}
    assert found["fresh"] == CheckedSpec("fresh", "encoder", shipped_weights("dlib_resnet.tflite"))
    assert "SHA-256" in found["mine"].fault
