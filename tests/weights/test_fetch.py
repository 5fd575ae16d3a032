"""Fetching: what comes is checked, what fails leaves nothing behind and says what to do."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.errors import WeightsError
from kiosk.files import PARTIAL, folder_lock
from kiosk.weights import fetch as fetching
from kiosk.weights.catalogue import CatalogueEntry
from kiosk.weights.fetch import busy, fetch

SCRIPT = """
import sys
from pathlib import Path
from kiosk.weights.catalogue import CatalogueEntry
from kiosk.weights.fetch import fetch
print("fetching", flush=True)
fetch(CatalogueEntry.model_validate_json(sys.argv[1]), Path(sys.argv[2]), lambda there, total: None)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A weights folder that is not there yet."""
    return tmp_path / "own" / "weights"


@pytest.fixture
def at(server, entry: CatalogueEntry) -> Callable[..., CatalogueEntry]:
    """The entry with an address of the server that behaves so."""
    return lambda *behaviours: entry.model_copy(update={"url": server.will("/small.onnx", *behaviours)})


def quiet(there: int, total: int) -> None:
    pass


def test_a_file_is_fetched_whole_once_and_progress_told(at, server, behave, folder, content) -> None:
    steps: list[tuple[int, int]] = []
    entry = at(behave.answering(200, content))
    assert fetch(entry, folder, lambda there, total: steps.append((there, total))) is True
    assert [path.name for path in folder.iterdir()] == ["small.onnx"]
    assert (folder / "small.onnx").read_bytes() == content
    assert steps == sorted(steps)
    assert steps[-1] == (len(content), len(content))
    assert len(steps) > 3
    server.asked.clear()
    assert fetch(entry, folder, quiet) is False
    assert server.asked == []


def test_an_altered_file_and_what_a_killed_process_left_are_replaced(at, behave, folder, content) -> None:
    folder.mkdir(parents=True)
    (folder / "small.onnx").write_bytes(content[:-1] + b"!")
    (folder / f"{PARTIAL}0a.onnx").write_bytes(b"half")
    assert fetch(at(behave.chunked(content[:1000], content[1000:])), folder, quiet) is True
    assert [path.name for path in folder.iterdir()] == ["small.onnx"]
    assert (folder / "small.onnx").read_bytes() == content


def test_what_is_another_file_or_does_not_come_is_told_and_leaves_nothing(at, behave, folder, content) -> None:
    half = content[:100_000]
    faults = (
        (behave.answering(200, content[:-1] + b"!"), "another file: its SHA-256"),
        (behave.answering(200, content + b"!"), f"has more than {len(content)} bytes"),
        (behave.answering(200, half), f"has 100000 bytes instead of {len(content)}"),
        (behave.answering(200, half, Content_Length=len(content)), "broke off|lost"),
        (behave.chunked(half, end=b""), "broke off|lost"),
        (behave.answering(200, b"<html>Log in</html>"), r"is a web page .*look for a newer kiosk"),
        (behave.answering(200, b"version https://git-lfs.github.com/spec/v1"), "is a Git LFS pointer"),
        (behave.answering(404), "is not there .the server answers 404.; look for a newer kiosk"),
        (behave.answering(403), "is refused .*; ask who runs the network"),
        (behave.answering(503), "the server answers 503.; try again later"),
        (behave.answering(302, Location="ftp://127.0.0.1/small.onnx"), "cannot be asked for"),
    )
    for behaviour, told in faults:
        with pytest.raises(WeightsError, match=told):
            fetch(at(behaviour), folder, quiet)
        assert not folder.parent.exists(), told


def test_servers_and_proxies_that_do_not_answer_are_told(at, server, behave, monkeypatch, tmp_path) -> None:
    folder = tmp_path / "own"
    monkeypatch.setattr(fetching, "TIMEOUTS", (5.0, 0.2))
    with pytest.raises(WeightsError, match="does not answer in time"):
        fetch(at(server.stall), folder, quiet)
    entry = at(server.stall).model_copy(update={"url": "http://127.0.0.1:1/small.onnx"})
    with pytest.raises(WeightsError, match=r"cannot be reached.*Connection refused; check the network"):
        fetch(entry, folder, quiet)
    secure = entry.model_copy(update={"url": "https://127.0.0.1:1/small.onnx"})
    monkeypatch.setenv("HTTPS_PROXY", server.will("/", behave.answering(407)))
    server.behaviours["127.0.0.1:1"] = [behave.answering(407)]
    with pytest.raises(WeightsError, match="proxy"):
        fetch(secure, folder, quiet)


def test_one_process_fetches_at_a_time(at, behave, folder, content) -> None:
    folder.mkdir(parents=True)
    with folder_lock(folder, busy(folder)), pytest.raises(WeightsError, match="another process is fetching"):
        fetch(at(behave.answering(200, content)), folder, quiet)


@pytest.mark.slow
def test_a_killed_process_leaves_nothing_that_counts(at, server, behave, folder, content) -> None:
    start = behave.answering(200, content[:100_000], Content_Length=len(content))
    entry = at(behave.in_turn(start, server.stall), behave.answering(200, content))
    command = [sys.executable, "-c", SCRIPT, entry.model_dump_json(), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        while not server.asked:
            pass
        process.kill()
    assert fetch(entry, folder, quiet) is True
    assert [path.name for path in folder.iterdir()] == ["small.onnx"]


def test_faults_of_the_disk_are_told(at, behave, content, tmp_path, monkeypatch) -> None:
    entry, folder = at(behave.answering(200, content)), tmp_path / "own"
    (tmp_path / "file").touch()
    with pytest.raises(WeightsError, match="is no folder; move it away"):
        fetch(entry, tmp_path / "file", quiet)
    (tmp_path / "small.onnx").mkdir()
    with pytest.raises(WeightsError, match=r"small\.onnx: is a folder; move it away"):
        fetch(entry, tmp_path, quiet)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WeightsError, match="finds no room for its 307200 bytes"):
        fetch(entry, folder, quiet)
    assert not folder.exists()
