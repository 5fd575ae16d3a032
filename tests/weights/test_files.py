import hashlib
import io
import os
from pathlib import Path

import pytest

from kiosk.errors import WeightsError
from kiosk.weights.manifest import FileState, file_state, find_file, holds, verified_file

CONTENT = b"the weights of a small network"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def test_a_file_is_taken_from_the_first_folder_that_has_it(tmp_path: Path) -> None:
    own, shipped = tmp_path / "own", tmp_path / "shipped"
    for folder in (own, shipped):
        folder.mkdir()
    assert find_file("a.onnx", [own, shipped]) == own / "a.onnx"
    (shipped / "a.onnx").touch()
    assert find_file("a.onnx", [own, shipped]) == shipped / "a.onnx"
    (own / "a.onnx").touch()
    assert find_file("a.onnx", [own, shipped]) == own / "a.onnx"


def test_a_folder_that_is_no_folder_has_no_file(tmp_path: Path) -> None:
    (tmp_path / "own").touch()
    assert find_file("a.onnx", [tmp_path / "own"]) == tmp_path / "own" / "a.onnx"


@pytest.mark.parametrize(
    ("content", "state"),
    [
        (None, FileState.MISSING),
        (CONTENT, FileState.INTACT),
        (CONTENT[:-1], FileState.ALTERED),
        (CONTENT + b"!", FileState.ALTERED),
        (CONTENT.replace(b"small", b"large"), FileState.ALTERED),
        (b"", FileState.ALTERED),
    ],
)
def test_the_state_of_a_file_is_told_by_size_and_hash(tmp_path: Path, content: bytes | None, state: FileState) -> None:
    path = tmp_path / "a.onnx"
    if content is not None:
        path.write_bytes(content)
    assert file_state(path, len(CONTENT), SHA256) is state


def test_a_folder_under_the_files_name_is_not_the_file(tmp_path: Path) -> None:
    assert file_state(tmp_path, len(CONTENT), SHA256) is FileState.ALTERED


def test_a_huge_file_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "a.onnx"
    with path.open("wb") as opened:
        opened.truncate(1 << 40)
    assert file_state(path, len(CONTENT), SHA256) is FileState.ALTERED
    with pytest.raises(WeightsError, match="has more than 30 bytes"):
        verified_file(path, len(CONTENT), SHA256)


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.onnx").write_bytes(CONTENT)
    monkeypatch.setattr(Path, "open", refuse)
    for read in (file_state, verified_file):
        with pytest.raises(WeightsError, match="cannot be read: Permission denied; check its permissions"):
            read(tmp_path / "a.onnx", len(CONTENT), SHA256)


def test_an_open_file_is_hashed_from_its_start_wherever_it_stands() -> None:
    opened = io.BytesIO(CONTENT)
    opened.seek(7)
    assert holds(opened, len(CONTENT), SHA256)


def test_verified_content_is_the_content(tmp_path: Path) -> None:
    (tmp_path / "a.onnx").write_bytes(CONTENT)
    asked: list[str] = []
    assert verified_file(tmp_path / "a.onnx", len(CONTENT), SHA256, asked.pop) == CONTENT  # nothing to pop: not asked


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "is not there"),
        (b"", "has 0 bytes instead of 30"),
        (CONTENT.replace(b"small", b"large"), "was altered or is another file"),
    ],
)
def test_anything_else_is_refused_with_the_remedy_given(tmp_path: Path, content: bytes | None, reason: str) -> None:
    if content is not None:
        (tmp_path / "a.onnx").write_bytes(content)
    with pytest.raises(WeightsError, match=f"a.onnx: {reason}.*; fetch it"):
        verified_file(tmp_path / "a.onnx", len(CONTENT), SHA256, lambda: "fetch it")


def test_a_pipe_in_a_files_place_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.onnx")
    with pytest.raises(WeightsError, match="is no file"):
        verified_file(tmp_path / "a.onnx", len(CONTENT), SHA256)
