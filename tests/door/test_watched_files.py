import os

import pytest

from kiosk.door.station import WatchedFiles


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "net.onnx"
    path.write_bytes(b"before")
    return path


def test_what_nobody_touches_has_not_changed(file, tmp_path):
    assert not WatchedFiles([file, tmp_path / "is not there"]).changed()
    assert not WatchedFiles([]).changed()


def replace(path):
    other = path.with_name("other")
    other.write_bytes(b"after!")
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.replace(path)


@pytest.mark.parametrize(
    "touch",
    [replace, os.remove, lambda path: path.write_bytes(b"longer than before"), lambda path: os.utime(path, (1, 1))],
)
def test_what_was_replaced_removed_or_written_to_has_changed_and_stays_so(file, touch):
    watched = WatchedFiles([file])
    touch(file)
    assert watched.changed()
    assert watched.changed()


def test_what_comes_has_changed(file, tmp_path):
    watched = WatchedFiles([tmp_path / "new" / "net.onnx"])
    (tmp_path / "new").mkdir()
    assert not watched.changed()
    file.rename(tmp_path / "new" / "net.onnx")
    assert watched.changed()


def test_a_folder_in_its_place_and_a_name_that_no_file_can_have_are_no_fault(file, tmp_path):
    watched = WatchedFiles([file, tmp_path / ("x" * 300)])
    file.unlink()
    file.mkdir()
    assert watched.changed()
