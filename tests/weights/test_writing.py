import os
from pathlib import Path

import pytest

from kiosk.errors import WeightsError
from kiosk.files import replace_whole, write_files


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


def test_a_writer_fills_a_file_of_the_same_kind_beside_the_one_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(b"before")
    seen: list[tuple[Path, bytes]] = []

    def write(path: Path) -> None:
        path.write_bytes(b"after")
        seen.append((path, (tmp_path / "a.npz").read_bytes()))

    replace_whole(tmp_path / "a.npz", write)
    ((beside, before),) = seen
    assert (beside.parent, beside.suffix, before) == (tmp_path, ".npz", b"before")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.npz": b"after"}


def test_a_writer_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    def write(path: Path) -> None:
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    (tmp_path / "a.npz").write_bytes(b"before")
    with pytest.raises(KeyboardInterrupt):
        replace_whole(tmp_path / "a.npz", write)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.npz": b"before"}


def test_content_is_on_the_disk_before_its_name_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    sync, replace = os.fsync, Path.replace

    def noted_sync(descriptor: int) -> None:
        order.append(Path(f"/proc/self/fd/{descriptor}").resolve().name)
        sync(descriptor)

    def noted_replace(self: Path, target: Path) -> Path:
        order.append("renamed")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    write_files(tmp_path, {"a.npz": b"content"})
    assert order == ["partial-a.npz", "renamed", tmp_path.name]
