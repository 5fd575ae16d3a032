import struct
import threading
import zlib
from pathlib import Path

import numpy as np
import pytest

from kiosk.errors import CameraError
from kiosk.vision.opencv import cv2
from kiosk.vision.sources import Stills


def save(path: Path, level: int) -> None:
    cv2.imwrite(str(path), np.full((24, 32, 3), level, np.uint8))


def levels(source: Stills) -> list[int]:
    return [int(frame.image[0, 0, 0]) for frame in source]


def huge_png() -> bytes:
    """A PNG that claims 30,000 x 30,000 px."""
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(100_000))), (b"IEND", b"")]
    parts = [struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_pictures_come_in_natural_order_with_video_time(tmp_path: Path):
    for name, level in (("door 10.png", 30), ("door 2.PNG", 20), ("Door 1.bmp", 10), ("x.png", 40)):
        save(tmp_path / name, level)
    tmp_path.joinpath("notes.txt").write_text("no picture")
    with Stills(tmp_path, rate_hz=4, fast=True) as source:
        frames = list(source)
    assert [int(frame.image[0, 0, 0]) for frame in frames] == [10, 20, 30, 40]
    assert [frame.captured_at for frame in frames] == [0, 0.25, 0.5, 0.75]
    assert [frame.sequence for frame in frames] == [0, 1, 2, 3]
    assert source.skipped == []


def test_the_source_ends_and_stays_ended(tmp_path: Path):
    save(tmp_path / "1.png", 1)
    source = Stills(tmp_path, rate_hz=30, fast=True)
    assert not source.endless
    assert levels(source) == [1]
    assert source.read() is None


def test_unreadable_pictures_are_skipped_and_named(tmp_path: Path):
    save(tmp_path / "1.png", 1)
    tmp_path.joinpath("2.png").write_text("text")
    tmp_path.joinpath("3.jpg").touch()
    tmp_path.joinpath("4.png").write_bytes(huge_png())
    tmp_path.joinpath("5.png").mkdir()
    tmp_path.joinpath("6.png").symlink_to("nowhere")
    save(tmp_path / "7.png", 7)
    source = Stills(tmp_path, rate_hz=30, fast=True)
    assert levels(source) == [1, 7]
    assert [Path(error.thing).name for error in source.skipped] == ["2.png", "3.jpg", "4.png", "5.png", "6.png"]


def test_a_folder_of_nothing_but_bad_pictures_is_a_fault_that_names_one(tmp_path: Path):
    tmp_path.joinpath("1.png").write_text("text")
    with Stills(tmp_path, rate_hz=30, fast=True) as source, pytest.raises(CameraError, match=r"1\.png"):
        source.read()


@pytest.mark.parametrize("content", [[], ["notes.txt"]])
def test_a_folder_without_pictures_is_a_fault(tmp_path: Path, content: list[str]):
    for name in content:
        tmp_path.joinpath(name).touch()
    with pytest.raises(CameraError, match="holds no pictures") as caught:
        Stills(tmp_path, rate_hz=30, fast=True)
    assert ".jpg" in caught.value.remedy


def test_a_folder_that_is_gone_is_a_fault(tmp_path: Path):
    with pytest.raises(CameraError, match="cannot be read"):
        Stills(tmp_path / "gone", rate_hz=30, fast=True)


def test_own_pace_keeps_the_rate(tmp_path: Path):
    for number in range(4):
        save(tmp_path / f"{number}.png", number)
    times = [frame.captured_at for frame in Stills(tmp_path, rate_hz=40, fast=False)]
    assert times[-1] - times[0] >= 0.074


def test_closing_wakes_a_read_that_waits_for_its_time(tmp_path: Path):
    for number in range(2):
        save(tmp_path / f"{number}.png", number)
    source = Stills(tmp_path, rate_hz=1e-3, fast=False)
    assert source.read() is not None
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(source.read()), daemon=True)
    waiting.start()
    source.close()
    waiting.join(20)
    assert answers == [None]
    assert source.read() is None
