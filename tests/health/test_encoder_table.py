from pathlib import Path

import pytest

from kiosk.config import ConfigFile
from kiosk.files import shipped_weights
from kiosk.health.encoder_table import (
    CheckedSpec,
    EncoderRow,
    check_specs,
    detectors,
    encoder_table,
    encoders,
)


@pytest.fixture
def table(home):
    """table("encoder: x"): the rows by name, in order."""

    def rows(option: str = "") -> dict[str, EncoderRow]:
        (home / "config.yaml").write_text(f"threads: 1\n{option}\n")
        config = ConfigFile(home / "config.yaml").current
        found = encoder_table(config.encoder, config.matching, config.threads, home / "weights")
        assert len({row.name for row in found}) == len(found)
        return {row.name: row for row in found}

    return rows


def test_the_default_is_there_with_what_it_costs_now(table):
    row = table()["sface_fp16"]
    assert (row.in_use, row.installed, row.fault, row.threshold) == (True, True, None, 1.12)
    assert row.spec is not None
    assert row.spec.parameters == 9_629_632
    assert row.milliseconds is not None
    assert row.milliseconds > 0


def test_what_can_be_fetched_or_exported_is_there_and_not_installed(table):
    rows = table()
    assert [name for name in ("sface", "facenet", "openface") if rows[name].installed] == []
    assert [rows[name].fault for name in ("sface", "facenet", "openface")] == [None] * 3
    assert (rows["sface"].threshold, rows["sface"].milliseconds) == (1.12, None)


def test_an_altered_part_of_a_composite_is_faulty_and_a_missing_one_not_installed(table, save_spec):
    save_spec("altered", sha256="0" * 64)
    row = table("encoder: [dlib_resnet, altered]")["dlib_resnet+altered"]
    assert (row.installed, "SHA-256" in (row.fault or "")) == (True, True)
    row = table("encoder: [dlib_resnet, sface]")["dlib_resnet+sface"]
    assert (row.installed, "fetch sface" in (row.fault or "")) == (False, True)


def test_own_encoders_are_there_the_faulty_ones_with_their_reason(table, save_spec):
    save_spec("other", mirror=False, threshold=0.4)
    save_spec("altered", sha256="0" * 64)
    save_spec("golden", golden={"values": [0.5] * 4})
    save_spec("broken").write_text("kind: encoder\nfile: [\n")
    save_spec("no_such_key", colour="rgb")
    rows = table("matching: {threshold: {other: 0.3}}")
    assert (rows["other"].fault, rows["other"].threshold) == (None, 0.3)
    assert "SHA-256" in (rows["altered"].fault or "")
    assert "its spec expects something else" in (rows["golden"].fault or "")
    assert "broken.yaml: line 3" in (rows["broken"].fault or "")
    assert "no_such_key.yaml: colour" in (rows["no_such_key"].fault or "")
    assert rows["dlib_resnet"].fault is None


def test_a_composite_of_the_configuration_is_a_row_of_its_own(table, save_spec):
    save_spec("other", mirror=False)
    rows = table("encoder: [dlib_resnet, other]")
    assert [row.name for row in rows.values() if row.in_use] == ["dlib_resnet+other"]
    row = rows["dlib_resnet+other"]
    assert (row.spec.dimension, row.spec.size_bytes) == (256, 2 * 11_253_284)


def test_a_weighted_one_bears_the_name_under_which_its_threshold_is_set(table, save_spec):
    save_spec("other", mirror=False)
    rows = table("encoder: {dlib_resnet: 2, other: 1}\nmatching: {threshold: {2*dlib_resnet+1*other: 0.2}}")
    assert [(row.name, row.threshold) for row in rows.values() if row.in_use] == [("2*dlib_resnet+1*other", 0.2)]


# The choice of a form.


def test_what_cannot_be_loaded_is_not_offered(home, save_spec) -> None:
    save_spec("fetched_later", file="missing.tflite")
    (home / "weights" / "broken.yaml").write_text("kind: kiosk-encoder\nfile: [\n")
    assert encoders(home / "weights") == ["dlib_resnet", "sface_fp16"]
    assert detectors([home / "weights", shipped_weights()]) == ["haar", "yunet"]


# The check of every spec.


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


def test_a_spec_of_ones_own_without_its_file_is_a_fault(own):
    copy_default(own, "other", ("file: dlib_resnet.tflite", "file: other.tflite"))
    assert "other.tflite: is not there" in checked(own)["other"].fault


def test_a_file_that_answers_something_else_is_a_fault(own):
    copy_default(own, "mirrored", ("dimension: 128", "dimension: 128\nmirror: false"))
    assert "expects something else" in checked(own)["mirrored"].fault


def test_a_spec_that_cannot_be_read_is_a_fault_once(own):
    (own / "broken.yaml").write_text("kind: [")
    found = [each for each in check_specs(own) if each.name == "broken"]
    assert [(each.file, "broken.yaml: line 1" in each.fault) for each in found] == [(None, True)]


def test_the_golden_vector_of_a_spec_without_one_is_told(own):
    text = shipped_weights("dlib_resnet.yaml").read_text().partition("golden:")[0]
    (own / "fresh.yaml").write_text(text)
    golden = checked(own)["fresh"].golden
    assert golden[:2] == pytest.approx((-0.040763, 0.024273), abs=1e-4)
    (own / "fresh.yaml").write_text(f"{text}golden: {{values: {list(golden)}}}\n")
    assert checked(own)["fresh"] == CheckedSpec("fresh", "encoder", shipped_weights("dlib_resnet.tflite"))


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
