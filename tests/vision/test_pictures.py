"""Picture files: the right pixels, whatever the format; a fault with a remedy for every file that is none."""

import io
import os
import socket
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from kiosk.errors import PictureError
from kiosk.names import printable
from kiosk.vision.pictures import as_jpeg, read_picture

FORMATS = ["jpg", "png", "webp", "bmp"]


@pytest.fixture
def portrait() -> Image.Image:
    blocks = np.random.default_rng(7).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(blocks).resize((160, 120), Image.Resampling.BICUBIC)


def bomb(path: Path, width: int, height: int) -> Path:
    """A complete, valid PNG of one colour; 10,000 x 10,000 px in about 13 kB."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    row = b"\0" * (1 + (width + 7) // 8)
    packer = zlib.compressobj(9)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))
    return path


def growth_mb(path: Path) -> tuple[float, str]:
    """Peak memory that reading costs a fresh process, and what came of it."""
    script = r"""
import re, sys
from pathlib import Path
from kiosk.errors import PictureError
from kiosk.vision.pictures import read_picture
peak = lambda: int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024
before = peak()
try:
    result = "x".join(map(str, read_picture(Path(sys.argv[1])).shape))
except PictureError as fault:
    result = str(fault)
print(peak() - before, result)
"""
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    growth, result = done.stdout.split(maxsplit=1)
    return float(growth), result.strip()


def test_each_format_is_read_as_blue_green_red(tmp_path):
    for suffix in FORMATS:
        path = tmp_path / f"a.{suffix}"
        Image.new("RGB", (40, 30), (250, 120, 10)).save(path)
        image = read_picture(path)
        assert (image.shape, image.dtype) == ((30, 40, 3), np.uint8), suffix
        assert image.flags.c_contiguous, suffix
        assert np.abs(image.astype(int) - (10, 120, 250)).max() <= 4, suffix


def test_the_camera_s_rotation_is_undone(tmp_path, portrait):
    for suffix in ("jpg", "png", "webp"):
        for orientation in range(1, 9):
            exif = Image.Exif()
            exif[0x0112] = orientation
            path = tmp_path / f"{orientation}.{suffix}"
            portrait.save(path, exif=exif)
            with Image.open(path) as saved:
                expected = np.asarray(ImageOps.exif_transpose(saved).convert("RGB"))[:, :, ::-1]
            assert np.array_equal(read_picture(path), expected), path.name


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_a_damaged_exif_block_costs_nobody_the_picture(tmp_path, portrait):
    for number, block in enumerate((b"MM\0*\xff\xff\xff\xff", b"no directory", b"II*\0\x08\0\0\0\x01\0\x12\x01")):
        path = tmp_path / f"{number}.jpg"
        portrait.save(path, exif=b"Exif\0\0" + block)
        assert read_picture(path).shape == (120, 160, 3), block


def test_a_large_picture_is_reduced_and_a_small_one_left_alone(tmp_path, portrait):
    portrait.resize((3000, 500)).save(tmp_path / "large.jpg")
    portrait.save(tmp_path / "small.png")
    assert read_picture(tmp_path / "large.jpg").shape == (267, 1600, 3)
    assert read_picture(tmp_path / "large.jpg", longest_side_px=600).shape == (100, 600, 3)
    assert np.array_equal(read_picture(tmp_path / "small.png"), np.asarray(portrait)[:, :, ::-1])
    for size in ((1, 1), (5000, 1), (1, 5000)):
        Image.new("RGB", size).save(tmp_path / "thin.jpg")
        assert max(read_picture(tmp_path / "thin.jpg").shape[:2]) == min(max(size), 1600), size


def test_unusual_modes_look_as_they_should(tmp_path, portrait):
    for mode, suffix in (("CMYK", "jpg"), ("L", "png"), ("P", "bmp"), ("LA", "png")):
        path = tmp_path / f"{mode}.{suffix}"
        odd = portrait.convert(mode) if mode != "P" else portrait.quantize(256)
        odd.save(path)
        expected = np.asarray(odd.convert("RGB"))[:, :, ::-1]
        assert np.abs(read_picture(path).astype(int) - expected).mean() < 3, path.name


def test_what_is_transparent_stands_on_white(tmp_path):
    picture = Image.new("RGBA", (20, 10), (0, 0, 0, 0))
    picture.paste((200, 0, 0, 255), (0, 0, 10, 10))
    picture.save(tmp_path / "a.png")
    picture.save(tmp_path / "a.webp", lossless=True, exact=True)
    for suffix in ("png", "webp"):
        image = read_picture(tmp_path / f"a.{suffix}")
        assert (image[5, 15].tolist(), image[5, 5].tolist()) == ([255, 255, 255], [0, 0, 200]), suffix
    palette = Image.new("P", (4, 4), 0)
    palette.putpalette([10, 20, 30] * 256)
    palette.save(tmp_path / "palette.png", transparency=0)
    assert read_picture(tmp_path / "palette.png").min() == 255


def test_an_animation_is_refused(tmp_path, portrait):
    for suffix in ("png", "webp"):
        path = tmp_path / f"a.{suffix}"
        portrait.save(path, save_all=True, append_images=[ImageOps.invert(portrait)], duration=100)
        with pytest.raises(PictureError, match="is animated"):
            read_picture(path)


def test_a_file_that_is_no_complete_picture_is_named_with_a_remedy(tmp_path, portrait):
    reasons = {}
    for suffix in FORMATS:
        path = tmp_path / f"half.{suffix}"
        portrait.save(path)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        reasons[path] = "damaged or incomplete|holds no"
    reasons[tmp_path / "empty.jpg"] = "is empty"
    (tmp_path / "empty.jpg").touch()
    reasons[tmp_path / "text.png"] = "holds no JPEG, PNG, WebP or BMP"
    (tmp_path / "text.png").write_text("Ada Lovelace\n" * 50)
    reasons[tmp_path / "gif.png"] = "holds no JPEG, PNG, WebP or BMP"
    portrait.save(tmp_path / "gif.png", format="GIF")
    reasons[tmp_path / "large.jpg"] = "too large a file"
    with (tmp_path / "large.jpg").open("wb") as file:
        file.truncate(65 * 2**20)
    for name in ("gone.jpg", "nul\0.jpg", "x" * 300 + ".jpg"):
        reasons[tmp_path / name] = "cannot be read"
    for path, reason in reasons.items():
        with pytest.raises(PictureError, match=reason) as caught:
            read_picture(path)
        assert caught.value.thing == printable(path)
        assert caught.value.remedy


def test_whatever_is_no_regular_file_is_refused_without_waiting(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the name of a socket may not be long
    os.mkfifo(tmp_path / "pipe.jpg")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("a.jpg")
        for path in (tmp_path / "pipe.jpg", tmp_path / "a.jpg", Path("/dev/zero"), tmp_path):
            with pytest.raises(PictureError, match="not a regular file"):
                read_picture(path)


def test_a_decompression_bomb_is_refused_by_its_header(tmp_path):
    webp = io.BytesIO()
    Image.new("L", (64, 64)).save(webp, "WEBP")
    wide = bytearray(webp.getvalue())
    wide[26:30] = (16_000).to_bytes(2, "little") * 2
    (tmp_path / "a.webp").write_bytes(wide)
    with pytest.raises(PictureError, match="16000 x 16000, at most 16 million"):
        read_picture(tmp_path / "a.webp")
    growth, result = growth_mb(bomb(tmp_path / "a.png", 10_000, 10_000))
    assert "too many pixels (10000 x 10000, at most 16 million)" in result
    assert growth < 20


def test_a_large_baseline_jpeg_takes_little_memory_and_a_progressive_one_is_refused(tmp_path):
    phone = Image.linear_gradient("L").resize((6400, 4800)).convert("RGB")
    phone.save(tmp_path / "a.jpg")
    growth, result = growth_mb(tmp_path / "a.jpg")
    assert result == "1200x1600x3"
    assert growth < 60  # whole it has 92 MB
    Image.new("L", (5000, 4000)).save(tmp_path / "a.jpg", progressive=True)
    with pytest.raises(PictureError, match=r"too many pixels \(5000 x 4000, at most 16 million"):
        read_picture(tmp_path / "a.jpg")
    Image.new("L", (8, 8)).save(tmp_path / "a.jpg")
    small = (tmp_path / "a.jpg").read_bytes()
    size = small.index(b"\xff\xc0") + 5
    (tmp_path / "a.jpg").write_bytes(small[:size] + struct.pack(">HH", 10_000, 12_100) + small[size + 4 :])
    with pytest.raises(PictureError, match=r"too many pixels \(12100 x 10000, at most 120 million"):
        read_picture(tmp_path / "a.jpg")


def test_a_jpeg_of_endless_scans_is_refused(tmp_path, portrait):
    path = tmp_path / "a.jpg"
    portrait.save(path, progressive=True)
    content = path.read_bytes()
    last_scan = content.rindex(b"\xff\xda")
    path.write_bytes(content[:-2] + content[last_scan:-2] * 200 + content[-2:])
    with pytest.raises(PictureError, match="too many scans"):
        read_picture(path)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    suffix=st.sampled_from(FORMATS),
    cut=st.floats(0, 1),
    flips=st.lists(st.tuples(st.floats(0, 1), st.integers(1, 255))),
)
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_damage_is_a_picture_error_or_a_picture(tmp_path, portrait, suffix, cut, flips):
    path = tmp_path / f"a.{suffix}"
    portrait.save(path)
    content = bytearray(path.read_bytes())
    for place, bits in flips:
        content[int(place * (len(content) - 1))] ^= bits
    path.write_bytes(content[: max(1, int(cut * len(content)))])
    try:
        image = read_picture(path)
    except PictureError:
        return
    assert image.ndim == 3
    assert max(image.shape[:2]) <= 1600


def test_a_picture_is_nearly_the_same_as_a_jpeg():
    image = np.zeros((40, 60, 3), np.uint8)
    image[:, 30:] = (200, 40, 10)
    read = np.asarray(Image.open(io.BytesIO(as_jpeg(image))).convert("RGB"))[..., ::-1]
    assert read.shape == image.shape
    assert np.abs(read[:, 40:].astype(int) - image[:, 40:]).max() < 12
    with pytest.raises(PictureError, match="cannot be written"):
        as_jpeg(np.zeros((0, 0, 3), np.uint8))


def test_printable_keeps_what_people_write_and_shows_foreign_bytes():
    assert printable("Zoë O'Néill 王.jpg") == "Zoë O'Néill 王.jpg"
    assert printable(os.fsdecode(b"J\xf6rg\n.jpg")) == "J\\xf6rg\\n.jpg"
    assert printable("gpj.\u202eadA") == "gpj.\\u202eadA"
