import ctypes
import errno
import io
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from kiosk.errors import WeightsError
from kiosk.weights import fetch as fetching
from kiosk.weights.catalogue import CatalogueEntry
from kiosk.weights.fetch import Timeouts, fetch, held_part, part_of

HASTY = Timeouts(connect_seconds=20, read_seconds=2)
ROOT = Path(__file__).parents[2]
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1  # linux/prctl.h, linux/capability.h


class Place:
    """A weights folder that is not there yet, a server to fetch from, and what a progress bar is told."""

    def __init__(self, folder: Path, server, entry: CatalogueEntry) -> None:
        self.folder = folder
        self.server = server
        self.steps: list[tuple[int, int]] = []
        self._entry = entry

    def at(self, *behaviours) -> CatalogueEntry:
        """The entry with an address of the server that behaves so."""
        return self._entry.model_copy(update={"url": self.server.will("/small.onnx", *behaviours)})

    def show(self, there: int, total: int) -> None:
        self.steps.append((there, total))


@pytest.fixture
def place(tmp_path: Path, server, entry: CatalogueEntry) -> Place:
    return Place(tmp_path / "own" / "weights", server, entry)


SCRIPT = """
import sys
from pathlib import Path
from kiosk.errors import WeightsError
from kiosk.weights.catalogue import CatalogueEntry
from kiosk.weights.fetch import fetch
try:
    fetch(CatalogueEntry.model_validate_json(sys.argv[1]), Path(sys.argv[2]), lambda there, total: None)
except WeightsError as error:
    print(error)
"""


def command_of(place: Place, entry: CatalogueEntry) -> list[str]:
    return [sys.executable, "-c", SCRIPT, entry.model_dump_json(), str(place.folder)]


def lying(folder: Path) -> dict[str, int]:
    """The files of a folder and their sizes; none where it is not there."""
    return {path.name: path.stat().st_size for path in folder.iterdir()} if folder.exists() else {}


def put_part(folder: Path, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "small.onnx.part"
    path.write_bytes(content)
    return path


def test_a_file_gets_its_name_when_it_is_whole(place, behave, content) -> None:
    assert fetch(place.at(behave.answering(200, content)), place.folder, place.show) is True
    assert (place.folder / "small.onnx").read_bytes() == content
    assert lying(place.folder) == {"small.onnx": len(content)}


def test_progress_is_told_in_bytes(place, behave, content) -> None:
    fetch(place.at(behave.answering(200, content)), place.folder, place.show)
    assert place.steps[0] == (0, len(content))
    assert place.steps[-1] == (len(content), len(content))
    assert len(place.steps) > 10
    assert place.steps == sorted(place.steps)


def test_what_is_there_and_verified_is_not_fetched_again(place, behave, content) -> None:
    entry = place.at(behave.answering(200, content))
    fetch(entry, place.folder, place.show)
    place.server.asked.clear()
    before = place.folder.stat().st_mtime_ns
    assert fetch(entry, place.folder, place.show) is False
    assert place.server.asked == []
    assert place.folder.stat().st_mtime_ns == before  # it may be read-only by now


def test_an_altered_file_is_replaced(place, behave, content) -> None:
    place.folder.mkdir(parents=True)
    (place.folder / "small.onnx").write_bytes(content[:-1] + b"!")
    assert fetch(place.at(behave.answering(200, content)), place.folder, place.show) is True
    assert (place.folder / "small.onnx").read_bytes() == content


def test_a_slow_server_is_waited_for(place, content) -> None:
    def dribble(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        for start in range(0, len(content), 20_000):
            handler.wfile.write(content[start : start + 20_000])
            handler.wfile.flush()
            threading.Event().wait(0.02)

    assert fetch(place.at(dribble), place.folder, place.show) is True


def test_a_file_without_a_told_length_is_taken(place, behave, content) -> None:
    assert fetch(place.at(behave.chunked(content[:1000], content[1000:])), place.folder, place.show) is True
    assert (place.folder / "small.onnx").read_bytes() == content


# Broken off ------------------------------------------------------------------------------------------------------


def cut(behave, content: bytes, at_byte: int):
    return behave.answering(200, content[:at_byte], Content_Length=len(content))


def test_a_broken_download_goes_on_where_it_stopped(place, behave, content) -> None:
    entry = place.at(cut(behave, content, 150_000), behave.with_ranges(content))
    with pytest.raises(WeightsError, match=r"broke off.*; run the command again"):
        fetch(entry, place.folder, place.show)
    (kept,) = lying(place.folder).values()
    assert lying(place.folder) == {"small.onnx.part": kept}
    assert kept > 140_000
    place.steps.clear()
    assert fetch(entry, place.folder, place.show) is True
    assert place.server.asked[-1] == ("/small.onnx", f"bytes={kept}-")
    assert place.steps[0] == (kept, len(content))
    assert (place.folder / "small.onnx").read_bytes() == content
    assert lying(place.folder) == {"small.onnx": len(content)}


def test_a_connection_that_breaks_again_and_again_gets_there(place, behave, content) -> None:
    def a_part(handler: BaseHTTPRequestHandler) -> None:
        start = int((handler.headers["Range"] or "bytes=0-")[6:-1])
        told = {"Content_Length": len(content) - start}
        if start:
            told["Content_Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        behave.answering(206 if start else 200, content[start : start + 70_000], **told)(handler)

    entry = place.at(a_part)
    for _ in range(4):
        with pytest.raises(WeightsError, match="broke off"):
            fetch(entry, place.folder, place.show)
    assert fetch(entry, place.folder, place.show) is True
    assert len(place.server.asked) == 5
    assert (place.folder / "small.onnx").read_bytes() == content


def test_a_stalled_download_keeps_what_came(place, behave, content) -> None:
    entry = place.at(behave.in_turn(cut(behave, content, 100_000), place.server.stall), behave.with_ranges(content))
    with pytest.raises(WeightsError, match=r"nothing came for 2 s; run the command again"):
        fetch(entry, place.folder, place.show, HASTY)
    assert lying(place.folder)["small.onnx.part"] > 90_000
    assert fetch(entry, place.folder, place.show) is True


def test_a_body_of_untold_length_that_ends_too_early_is_broken_off(place, behave, content) -> None:
    entry = place.at(behave.answering(200, content[:5000], Content_Length=None), behave.with_ranges(content))
    with pytest.raises(WeightsError, match="broke off after 5000 of 307200 bytes; run the command again"):
        fetch(entry, place.folder, place.show)
    assert lying(place.folder) == {"small.onnx.part": 5000}
    assert fetch(entry, place.folder, place.show) is True


def test_an_interrupted_download_goes_on(place, behave, content) -> None:
    def interrupt(there: int, _: int) -> None:
        if there > 100_000:
            raise KeyboardInterrupt

    entry = place.at(behave.with_ranges(content))
    with pytest.raises(KeyboardInterrupt):
        fetch(entry, place.folder, interrupt)
    assert lying(place.folder)["small.onnx.part"] > 100_000
    assert fetch(entry, place.folder, place.show) is True
    assert place.server.asked[-1][1] is not None


@pytest.mark.parametrize("status", [200, 416])
def test_where_a_server_cannot_go_on_it_starts_over(place, behave, content, status: int) -> None:
    put_part(place.folder, content[:1000])
    answers = (
        [behave.answering(200, content)] if status == 200 else [behave.answering(416), behave.answering(200, content)]
    )
    assert fetch(place.at(*answers), place.folder, place.show) is True
    assert place.steps[0] == (0, len(content))
    assert (place.folder / "small.onnx").read_bytes() == content


def test_nothing_of_an_earlier_part_stays_behind_a_download_that_starts_over(place, behave, content) -> None:
    put_part(place.folder, b"?" * 100_000)
    with pytest.raises(WeightsError, match="broke off"):
        fetch(place.at(cut(behave, content, 50_000)), place.folder, place.show)
    left = (place.folder / "small.onnx.part").read_bytes()
    assert 40_000 < len(left) <= 50_000
    assert content.startswith(left)


def test_a_complete_part_is_verified_without_a_question(place, behave, content) -> None:
    put_part(place.folder, content)
    assert fetch(place.at(behave.answering(500)), place.folder, place.show) is True
    assert place.server.asked == []
    assert lying(place.folder) == {"small.onnx": len(content)}


@pytest.mark.parametrize("left", [b"?" * 1000, b"?" * 307_200, b"?" * 307_201])
def test_a_part_of_another_file_is_noticed_and_fetched_anew(place, behave, content, left: bytes) -> None:
    put_part(place.folder, left)
    assert fetch(place.at(behave.with_ranges(content)), place.folder, place.show) is True
    assert (place.folder / "small.onnx").read_bytes() == content


# Wrong content ---------------------------------------------------------------------------------------------------


def test_wrong_bytes_of_the_right_number_leave_nothing(place, behave, content) -> None:
    with pytest.raises(WeightsError, match="is another file: its SHA-256 is not the one expected"):
        fetch(place.at(behave.answering(200, content[:-1] + b"!")), place.folder, place.show)
    assert lying(place.folder) == {}


def test_a_folder_in_which_nothing_has_come_is_taken_away_again(place, behave, tmp_path) -> None:
    with pytest.raises(WeightsError, match="the server answers 404"):
        fetch(place.at(behave.answering(404)), place.folder, place.show)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_there_stays(place, behave) -> None:
    place.folder.mkdir(parents=True)
    with pytest.raises(WeightsError, match="the server answers 404"):
        fetch(place.at(behave.answering(404)), place.folder, place.show)
    assert place.folder.is_dir()


def test_wrong_bytes_leave_nothing_of_an_earlier_part_either(place, behave, content) -> None:
    put_part(place.folder, content[:1000])
    with pytest.raises(WeightsError, match="SHA-256"):
        fetch(place.at(behave.with_ranges(content[:-1] + b"!")), place.folder, place.show)
    assert lying(place.folder) == {}
    assert len(place.server.asked) == 2


def test_a_wrong_length_leaves_nothing(place, behave, content) -> None:
    for body in (content[:-1], content + b"!", b""):
        with pytest.raises(WeightsError, match=f"has {len(body)} bytes to come instead of 307200"):
            fetch(place.at(behave.answering(200, body)), place.folder, place.show)
        assert lying(place.folder) == {}


@pytest.mark.parametrize("told", [True, False])
def test_a_git_lfs_pointer_leaves_nothing(place, behave, told: bool) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 307200\n"
    length = {} if told else {"Content_Length": None}
    with pytest.raises(WeightsError, match="is a Git LFS pointer instead of the file"):
        fetch(place.at(behave.answering(200, pointer, **length)), place.folder, place.show)
    assert lying(place.folder) == {}


def test_a_short_body_that_the_server_ends_itself_leaves_nothing(place, behave, content) -> None:
    with pytest.raises(WeightsError, match="has 100 bytes instead of 307200"):
        fetch(place.at(behave.chunked(content[:100])), place.folder, place.show)
    assert lying(place.folder) == {}


def test_one_byte_too_many_leaves_nothing(place, behave, content) -> None:
    with pytest.raises(WeightsError, match="has more than 307200 bytes"):
        fetch(place.at(behave.chunked(content, b"!")), place.folder, place.show)
    assert lying(place.folder) == {}


def test_a_server_without_end_is_cut_off(place, content) -> None:
    sent = 0

    def endless(handler: BaseHTTPRequestHandler) -> None:
        nonlocal sent
        handler.send_response(200)
        handler.end_headers()
        while sent < 100 * len(content):
            sent += handler.wfile.write(bytes(10_000))

    with pytest.raises(WeightsError, match="has more than 307200 bytes"):
        fetch(place.at(endless), place.folder, place.show)
    assert lying(place.folder) == {}
    assert max(place.steps) <= (len(content), len(content))


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_server_that_refuses_leaves_nothing(place, behave, status: int) -> None:
    with pytest.raises(WeightsError, match=f"the server answers {status}"):
        fetch(place.at(behave.answering(status)), place.folder, place.show)
    assert lying(place.folder) == {}


def test_a_server_that_sends_something_else_takes_nothing_away(place, behave, content) -> None:
    part = put_part(place.folder, content[:1000])
    with pytest.raises(WeightsError, match="the server answers 503"):
        fetch(place.at(behave.answering(503)), place.folder, place.show)
    with pytest.raises(WeightsError, match="is a web page instead of the file"):
        fetch(place.at(behave.answering(200, b"<html>Hotel")), place.folder, place.show)
    assert part.read_bytes() == content[:1000]


# Two at once -----------------------------------------------------------------------------------------------------


def test_a_second_fetch_of_the_same_file_is_refused(place, behave, content) -> None:
    arrived, go_on = threading.Event(), threading.Event()

    def hold_back(handler: BaseHTTPRequestHandler) -> None:
        arrived.set()
        go_on.wait(30)
        behave.answering(200, content)(handler)

    entry = place.at(hold_back)
    first = threading.Thread(target=fetch, args=(entry, place.folder, place.show))
    first.start()
    assert arrived.wait(30)
    with pytest.raises(WeightsError, match="is being fetched by another process; wait until it is done"):
        fetch(entry, place.folder, place.show)
    go_on.set()
    first.join(30)
    assert (place.folder / "small.onnx").read_bytes() == content
    assert len(place.server.asked) == 1


def test_what_another_process_has_brought_meanwhile_is_taken(
    place, behave, content, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def late(path: Path):
        path.write_bytes(content)  # between the first look and the lock
        with held_part(path) as part:
            yield part

    monkeypatch.setattr(fetching, "held_part", late)
    assert fetch(place.at(behave.answering(200, content)), place.folder, place.show) is False
    assert place.server.asked == []
    assert lying(place.folder) == {"small.onnx": len(content)}


def test_a_fetch_that_is_killed_holds_nobody_up(place, behave, content) -> None:
    begun = threading.Event()

    def begin(handler: BaseHTTPRequestHandler) -> None:
        cut(behave, content, 100_000)(handler)
        begun.set()
        place.server.stall(handler)

    entry = place.at(begin, behave.with_ranges(content))
    with subprocess.Popen(command_of(place, entry), cwd=ROOT) as other:
        assert begun.wait(60)
        with pytest.raises(WeightsError, match="is being fetched by another process"):
            fetch(entry, place.folder, place.show)
        other.kill()
    assert fetch(entry, place.folder, place.show) is True
    assert lying(place.folder) == {"small.onnx": len(content)}


# Disk ------------------------------------------------------------------------------------------------------------


def fetched_elsewhere(place: Place, entry: CatalogueEntry, prepare: Callable[[], None]) -> str:
    """What a process says that has been limited before it starts."""
    options = {"cwd": ROOT, "capture_output": True, "text": True, "timeout": 120}
    return subprocess.run(command_of(place, entry), check=True, preexec_fn=prepare, **options).stdout


def test_a_file_that_finds_no_room_leaves_nothing(place, behave, content) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    told = fetched_elsewhere(place, place.at(behave.answering(200, content)), limit)
    assert "small.onnx: finds no room for its 307200 bytes: File too large; make room on the disk" in told
    assert lying(place.folder) == {}


def test_a_full_disk_leaves_nothing(place, behave, content, monkeypatch: pytest.MonkeyPatch) -> None:
    class FullDisk(io.FileIO):
        def write(self, piece) -> int:
            if self.tell() > 100_000:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(piece[:999])

    @contextmanager
    def on_a_full_disk(path: Path):
        with held_part(path) as part:
            yield FullDisk(part.fileno(), "r+b", closefd=False)

    monkeypatch.setattr(fetching, "held_part", on_a_full_disk)
    with pytest.raises(WeightsError, match="finds no room for its 307200 bytes: No space left on device; make room"):
        fetch(place.at(behave.answering(200, content)), place.folder, place.show)
    assert lying(place.folder) == {}


def test_a_folder_that_may_not_be_written_is_told(place, behave, content) -> None:
    def bind_root() -> None:
        """Root may write everywhere, unless this is taken from it."""
        ctypes.CDLL(None, use_errno=True).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE)

    place.folder.mkdir(parents=True)
    place.folder.chmod(0o555)
    told = fetched_elsewhere(place, place.at(behave.answering(200, content)), bind_root)
    place.folder.chmod(0o755)
    if not told and os.geteuid() == 0:
        pytest.skip("root could not be kept from writing here")
    assert "cannot be written: Permission denied; check its folder, or name another as `weights`" in told


def test_a_file_in_place_of_the_folder_is_told(place, behave, content, tmp_path) -> None:
    (tmp_path / "weights").touch()
    for folder in (tmp_path / "weights", tmp_path / "weights" / "below"):
        with pytest.raises(WeightsError, match="is no folder; move it away"):
            fetch(place.at(behave.answering(200, content)), folder, place.show)


def test_a_folder_in_place_of_the_file_is_told_before_anything_is_fetched(place, behave, content) -> None:
    (place.folder / "small.onnx").mkdir(parents=True)
    with pytest.raises(WeightsError, match=r"small\.onnx: is a folder; move it away"):
        fetch(place.at(behave.answering(200, content)), place.folder, place.show)
    assert place.server.asked == []


def test_a_folder_in_place_of_the_part_is_told(place, behave, content) -> None:
    part_of(place.folder / "small.onnx").mkdir(parents=True)
    with pytest.raises(WeightsError, match="cannot be written: Is a directory"):
        fetch(place.at(behave.answering(200, content)), place.folder, place.show)
