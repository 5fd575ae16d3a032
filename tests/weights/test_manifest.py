import hashlib
from pathlib import Path

import pytest

from kiosk.errors import WeightsError
from kiosk.files import shipped_weights
from kiosk.weights.manifest import MANIFEST, WeightsFile, manifest_entry, read_manifest, verified_bytes

CONTENT = b"the weights of a small network"
ENTRY = f"""\
small.tflite:
  sha256: {hashlib.sha256(CONTENT).hexdigest()}
  size: {len(CONTENT)}
  source: a test
  licence: CC0-1.0
  rebuild: make weights
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / MANIFEST).write_text(ENTRY, encoding="utf-8")
    (tmp_path / "small.tflite").write_bytes(CONTENT)
    return tmp_path


def test_an_entry_tells_what_a_file_is(folder: Path) -> None:
    assert manifest_entry("small.tflite", folder) == WeightsFile(
        file="small.tflite",
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        size=len(CONTENT),
        source="a test",
        licence="CC0-1.0",
        rebuild="make weights",
    )


def test_the_file_described_is_read(folder: Path) -> None:
    assert verified_bytes(manifest_entry("small.tflite", folder), folder) == CONTENT


def test_every_shipped_file_is_the_one_in_the_manifest() -> None:
    entries = read_manifest()
    assert {"dlib_resnet.tflite", "dlib_landmarks.npz"} <= entries.keys()
    shipped = {path.name for path in shipped_weights().iterdir() if path.suffix in {".tflite", ".npz", ".onnx"}}
    assert shipped == entries.keys()
    for entry in entries.values():
        assert len(verified_bytes(entry)) == entry.size
        assert entry.licence in {"Apache-2.0", "CC0-1.0", "GPL-3.0-or-later", "MIT"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "has 0 bytes instead of 30"),
        (CONTENT[:-1], "has 29 bytes instead of 30"),
        (CONTENT + b"!", "has more than 30 bytes"),
        (CONTENT.replace(b"small", b"large"), "was altered"),
    ],
)
def test_an_altered_file_is_refused(folder: Path, content: bytes, reason: str) -> None:
    (folder / "small.tflite").write_bytes(content)
    with pytest.raises(WeightsError, match=reason):
        verified_bytes(manifest_entry("small.tflite", folder), folder)


def test_a_huge_file_in_its_place_is_not_read_whole(folder: Path) -> None:
    with (folder / "small.tflite").open("wb") as opened:
        opened.truncate(1 << 40)
    with pytest.raises(WeightsError, match="has more than 30 bytes"):
        verified_bytes(manifest_entry("small.tflite", folder), folder)


def test_a_missing_file_is_named_with_its_remedy(folder: Path) -> None:
    (folder / "small.tflite").unlink()
    with pytest.raises(WeightsError, match=r"small.tflite: is not there; run `make weights`"):
        verified_bytes(manifest_entry("small.tflite", folder), folder)


def test_a_folder_in_place_of_the_file_is_a_fault(folder: Path) -> None:
    (folder / "small.tflite").unlink()
    (folder / "small.tflite").mkdir()
    with pytest.raises(WeightsError, match="is no file"):
        verified_bytes(manifest_entry("small.tflite", folder), folder)


def test_a_file_that_the_manifest_does_not_name_is_refused(folder: Path) -> None:
    with pytest.raises(WeightsError, match=r"manifest.yaml: does not name other.tflite"):
        manifest_entry("other.tflite", folder)


def test_a_missing_manifest_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"manifest.yaml: is not there; run `make weights`"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "holds no options"),
        ("just words", "holds no options"),
        ("- a\n- list", "holds no options"),
        ("small.tflite: 3", "is no manifest"),
        ("small.tflite: {", "is no YAML"),
        ("[" * 4000, "is nested too deep"),
        ("a: &a [*a]", "uses an alias"),
        (ENTRY + ENTRY, "duplicate key"),
        (ENTRY + "  colour: blue\n", "unknown key colour"),
        (ENTRY.replace("  licence: CC0-1.0\n", ""), "licence"),
        (ENTRY.replace("sha256: ", "sha256: x"), "sha256 is not 64"),
        (ENTRY.replace("size: 30", "size: -1"), "size is not a number of bytes"),
        (ENTRY.replace("size: 30", "size: thirty"), "size is not a number of bytes"),
        (ENTRY.replace("small.tflite", "../small.tflite"), "not a plain file name"),
        (ENTRY.replace("small.tflite", "/etc/passwd"), "not a plain file name"),
    ],
)
def test_a_damaged_manifest_is_a_fault(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(WeightsError, match=reason):
        read_manifest(tmp_path)


def test_a_manifest_that_is_no_text_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes(b"\xff\xfe\x00\x80" * 20)
    with pytest.raises(WeightsError, match=r"manifest\.yaml: (is no YAML|holds no options).*; run `make weights`"):
        read_manifest(tmp_path)
