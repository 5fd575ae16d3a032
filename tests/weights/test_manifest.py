"""Files of weights that are exactly the ones described, and the manifest that describes the shipped ones."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.errors import WeightsError
from kiosk.files import shipped_weights
from kiosk.weights.manifest import (
    MANIFEST,
    FileState,
    WeightsFile,
    file_state,
    manifest_entry,
    read_manifest,
    shipped_content,
    verified_file,
)

CONTENT = b"the weights of a small network"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
ENTRY = f"""\
small.tflite:
  sha256: {SHA256}
  size: {len(CONTENT)}
  source: a test
  licence: CC0-1.0
  rebuild: make weights
"""


@pytest.fixture
def folder(tmp_path: Path, ship_weights: Callable[[Path], None]) -> Path:
    """The shipped weights: one small file."""
    ship_weights(tmp_path)
    (tmp_path / MANIFEST).write_text(ENTRY, encoding="utf-8")
    (tmp_path / "small.tflite").write_bytes(CONTENT)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_the_file_that_an_entry_describes_is_read() -> None:
    entry = manifest_entry("small.tflite")
    facts = {"file": "small.tflite", "size": len(CONTENT), "sha256": SHA256, "licence": "CC0-1.0"}
    assert entry == WeightsFile(**facts, source="a test", rebuild="make weights")
    assert shipped_content(entry.file) == CONTENT


def test_every_shipped_file_is_the_one_in_the_manifest() -> None:
    entries = read_manifest()
    shipped = {path.name for path in shipped_weights().iterdir() if path.suffix in {".tflite", ".npz", ".onnx"}}
    assert shipped == entries.keys()
    for entry in entries.values():
        assert len(shipped_content(entry.file)) == entry.size
        assert entry.licence in {"Apache-2.0", "CC0-1.0", "GPL-3.0-or-later", "MIT"}


def test_any_other_file_is_refused_with_the_remedy(folder: Path) -> None:
    entry, path = manifest_entry("small.tflite"), folder / "small.tflite"
    others = (
        (b"", "has 0 bytes instead of 30"),
        (CONTENT[:-1], "has 29 bytes instead of 30"),
        (CONTENT + b"!", "has more than 30 bytes"),
        (CONTENT.replace(b"small", b"large"), "was altered or is another file"),
    )
    for content, reason in others:
        path.write_bytes(content)
        assert file_state(path, entry.size, SHA256) is FileState.ALTERED, reason
        with pytest.raises(WeightsError, match=f"small.tflite: {reason}.*; run `make weights`"):
            shipped_content(entry.file)
    os.truncate(path, 1 << 40)  # is not read whole
    assert file_state(path, entry.size, SHA256) is FileState.ALTERED
    with pytest.raises(WeightsError, match="has more than 30 bytes"):
        shipped_content(entry.file)
    path.unlink()
    assert file_state(path, entry.size, SHA256) is FileState.MISSING
    with pytest.raises(WeightsError, match="is not there; fetch it"):
        verified_file(path, entry.size, SHA256, lambda: "fetch it")
    os.mkfifo(path)  # is not waited for
    assert file_state(path, entry.size, SHA256) is FileState.ALTERED
    with pytest.raises(WeightsError, match="is no file"):
        shipped_content(entry.file)


def test_a_file_that_cannot_be_read_is_a_fault(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    for read in (file_state, verified_file):
        with pytest.raises(WeightsError, match="cannot be read: Permission denied; check its permissions"):
            read(folder / "small.tflite", len(CONTENT), SHA256)


def test_a_missing_or_damaged_manifest_is_a_fault(tmp_path: Path, ship_weights: Callable[[Path], None]) -> None:
    ship_weights(tmp_path)
    with pytest.raises(WeightsError, match=r"manifest.yaml: is not there; run `make weights`"):
        read_manifest()
    damaged = (
        ("- a\n- list", "were expected"),
        ("small.tflite: 3", "is no manifest"),
        (ENTRY + ENTRY, "duplicate key"),
        (ENTRY + "  colour: blue\n", "colour: is not known"),
        (ENTRY.replace("  licence: CC0-1.0\n", ""), "licence: is missing"),
        (ENTRY.replace("sha256: ", "sha256: x"), "sha256: a text of the form"),
        (ENTRY.replace("size: 30", "size: -1"), "size: a number above 0"),
        (ENTRY.replace("size: 30", "size: thirty"), "size: a whole number was expected"),
        (ENTRY.replace("small.tflite", "../small.tflite"), "file: a text of the form"),
    )
    for text, reason in damaged:
        (tmp_path / MANIFEST).write_text(text, encoding="utf-8")
        with pytest.raises(WeightsError, match=reason):
            read_manifest()
    (tmp_path / MANIFEST).write_text(ENTRY, encoding="utf-8")
    with pytest.raises(WeightsError, match=r"manifest.yaml: does not name other.tflite"):
        manifest_entry("other.tflite")
