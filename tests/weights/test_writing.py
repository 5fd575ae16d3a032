import os
from pathlib import Path

import pytest

from kiosk.errors import WeightsError
from kiosk.weights.writing import write_files


def test_files_are_replaced_whole(tmp_path: Path) -> None:
    write_files(tmp_path / "new" / "folder", {"a.npz": b"first"})
    write_files(tmp_path / "new" / "folder", {"a.npz": b"second", "b.npz": b"another"})
    assert {path.name: path.read_bytes() for path in (tmp_path / "new" / "folder").iterdir()} == {
        "a.npz": b"second",
        "b.npz": b"another",
    }


def test_what_names_another_file_comes_after_it(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").mkdir()
    with pytest.raises(WeightsError, match="cannot be written"):
        write_files(tmp_path, {"a.tflite": b"network", "b.yaml": b"its spec"})
    assert (tmp_path / "a.tflite").read_bytes() == b"network"


def test_a_file_that_cannot_be_finished_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a.npz").mkdir()
    with pytest.raises(WeightsError, match="cannot be written"):
        write_files(tmp_path, {"a.npz": b"content"})
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]


def test_a_file_in_place_of_the_folder_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WeightsError, match=r"file: cannot be written: .*; name another folder with --out"):
        write_files(tmp_path / "file", {"a.npz": b"a"})


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_may_not_be_written_is_a_fault(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(WeightsError, match="cannot be written: Permission denied"):
        write_files(tmp_path, {"a.npz": b"a"})
