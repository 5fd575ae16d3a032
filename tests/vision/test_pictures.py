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
from kiosk.vision.pictures import is_printable, open_picture, printable, read_picture

FORMATS = ["jpg", "png", "webp", "bmp"]


@pytest.fixture
def portrait() -> Image.Image:
    blocks = np.random.default_rng(7).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(blocks).resize((160, 120), Image.Resampling.BICUBIC)


def bomb(path: Path, width: int = 30_000, height: int = 30_000) -> Path:
    """A complete, valid PNG of one colour; 30,000 x 30,000 px in about 100 kB."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    row = b"\0" * (1 + (width + 7) // 8)
    packer = zlib.compressobj(9)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))
    return path


def growth_mb(path: Path, threads: int = 1) -> tuple[float, str]:
    """Peak memory that reading costs a fresh process, in one thread or several at once, and what came of it."""
    script = """
import resource, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from kiosk.errors import PictureError
from kiosk.vision.pictures import read_picture
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
before = peak()
try:
    with ThreadPoolExecutor() as pool:
        for image in pool.map(read_picture, [Path(sys.argv[1])] * int(sys.argv[2])):
            result = "x".join(map(str, image.shape))
except PictureError as fault:
    result = str(fault)
print(peak() - before, result)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(path), str(threads)], capture_output=True, text=True, check=True
    )
    growth, result = done.stdout.split(maxsplit=1)
    return float(growth), result.strip()


@pytest.mark.parametrize("suffix", FORMATS)
def test_each_format_is_read_as_blue_green_red(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    Image.new("RGB", (40, 30), (250, 120, 10)).save(path)
    image = read_picture(path)
    assert image.shape == (30, 40, 3)
    assert image.dtype == np.uint8
    assert image.flags.c_contiguous
    assert np.abs(image.astype(int) - (10, 120, 250)).max() <= 4


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_the_camera_s_rotation_is_undone(tmp_path, portrait, suffix, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"a.{suffix}"
    portrait.save(path, exif=exif)
    with Image.open(path) as saved:
        expected = np.asarray(ImageOps.exif_transpose(saved).convert("RGB"))[:, :, ::-1]
    assert np.array_equal(read_picture(path), expected)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_a_damaged_exif_block_costs_nobody_the_picture(tmp_path, portrait):
    portrait.save(tmp_path / "a.jpg", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert read_picture(tmp_path / "a.jpg").shape == (120, 160, 3)


def test_a_large_picture_is_reduced_and_a_small_one_left_alone(tmp_path, portrait):
    portrait.resize((3000, 500)).save(tmp_path / "large.jpg")
    portrait.save(tmp_path / "small.png")
    assert read_picture(tmp_path / "large.jpg").shape == (267, 1600, 3)
    assert read_picture(tmp_path / "large.jpg", longest_side_px=600).shape == (100, 600, 3)
    assert np.array_equal(read_picture(tmp_path / "small.png"), np.asarray(portrait)[:, :, ::-1])


def test_a_reduced_picture_still_shows_the_same(tmp_path, portrait):
    portrait.resize((2400, 1800), Image.Resampling.BICUBIC).save(tmp_path / "a.jpg", quality=95)
    reduced = read_picture(tmp_path / "a.jpg", longest_side_px=160)
    assert np.abs(reduced.astype(int) - np.asarray(portrait)[:, :, ::-1]).mean() < 3


@pytest.mark.parametrize("size", [(1, 1), (5000, 1), (1, 5000)])
def test_the_thinnest_pictures_are_read(tmp_path, size):
    Image.new("RGB", size).save(tmp_path / "a.jpg")
    assert max(read_picture(tmp_path / "a.jpg").shape) == min(max(size), 1600) or size == (1, 1)


@pytest.mark.parametrize(
    ("mode", "suffix"), [("CMYK", "jpg"), ("L", "jpg"), ("L", "png"), ("P", "png"), ("P", "bmp"), ("LA", "png")]
)
def test_unusual_modes_look_as_they_should(tmp_path, portrait, mode, suffix):
    path = tmp_path / f"a.{suffix}"
    odd = portrait.convert(mode) if mode != "P" else portrait.quantize(256)
    odd.save(path)
    expected = np.asarray(odd.convert("RGB"))[:, :, ::-1]
    assert np.abs(read_picture(path).astype(int) - expected).mean() < 3


def test_black_and_white_is_read(tmp_path):
    Image.new("1", (10, 10), 1).save(tmp_path / "a.png")
    assert read_picture(tmp_path / "a.png").min() == 255


def test_sixteen_bits_are_scaled_not_cut_off(tmp_path):
    ramp = np.linspace(0, 65535, 256 * 4).reshape(4, 256).astype(np.uint16)
    Image.fromarray(ramp).save(tmp_path / "a.png")
    image = read_picture(tmp_path / "a.png")
    assert np.array_equal(image[:, :, 0], (ramp >> 8).astype(np.uint8))


@pytest.mark.parametrize("suffix", ["png", "webp"])
def test_what_is_transparent_stands_on_white(tmp_path, suffix):
    picture = Image.new("RGBA", (20, 10), (0, 0, 0, 0))
    picture.paste((200, 0, 0, 255), (0, 0, 10, 10))
    path = tmp_path / f"a.{suffix}"
    picture.save(path, **({"lossless": True, "exact": True} if suffix == "webp" else {}))
    image = read_picture(path)
    assert image[5, 15].tolist() == [255, 255, 255]
    assert image[5, 5].tolist() == [0, 0, 200]


def test_a_transparent_palette_entry_stands_on_white(tmp_path):
    picture = Image.new("P", (4, 4), 0)
    picture.putpalette([10, 20, 30] * 256)
    picture.save(tmp_path / "a.png", transparency=0)
    assert read_picture(tmp_path / "a.png").min() == 255


def test_a_phone_s_jpeg_with_a_second_picture_inside_is_its_first(tmp_path, portrait):
    portrait.save(tmp_path / "a.jpg", format="MPO", save_all=True, append_images=[Image.new("RGB", (160, 120))])
    image = read_picture(tmp_path / "a.jpg")
    assert np.abs(image.astype(int) - np.asarray(portrait)[:, :, ::-1]).mean() < 6


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_incomplete_file_is_named_as_such(tmp_path, portrait, suffix):
    path = tmp_path / f"a.{suffix}"
    portrait.save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(PictureError, match=r"damaged or incomplete|holds no") as caught:
        read_picture(path)
    assert caught.value.thing == str(path)
    assert caught.value.remedy


def test_an_empty_file_is_named_as_such(tmp_path):
    (tmp_path / "a.jpg").touch()
    with pytest.raises(PictureError, match="is empty"):
        read_picture(tmp_path / "a.jpg")


def test_text_under_a_picture_s_name_is_no_picture(tmp_path):
    (tmp_path / "a.png").write_text("Ada Lovelace\n" * 50)
    with pytest.raises(PictureError, match="holds no JPEG, PNG, WebP or BMP"):
        read_picture(tmp_path / "a.png")


def test_other_formats_are_refused_whatever_the_name_says(tmp_path, portrait):
    portrait.save(tmp_path / "a.png", format="GIF")
    with pytest.raises(PictureError, match="holds no JPEG"):
        read_picture(tmp_path / "a.png")


@pytest.mark.parametrize("suffix", ["png", "webp"])
def test_an_animation_is_refused(tmp_path, portrait, suffix):
    other = ImageOps.invert(portrait)
    portrait.save(tmp_path / f"a.{suffix}", save_all=True, append_images=[other], duration=100)
    with pytest.raises(PictureError, match="is animated"):
        read_picture(tmp_path / f"a.{suffix}")


def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path):
    os.mkfifo(tmp_path / "a.jpg")
    with pytest.raises(PictureError, match="not a regular file"):
        read_picture(tmp_path / "a.jpg")


def test_a_socket_a_device_and_a_folder_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the name of a socket may not be long
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("a.jpg")
        for path in (tmp_path / "a.jpg", Path("/dev/zero"), tmp_path):
            with pytest.raises(PictureError, match="not a regular file"):
                read_picture(path)


def test_a_missing_file_and_an_impossible_name_are_faults_of_the_picture(tmp_path):
    for name in ("gone.jpg", "nul\0.jpg", "x" * 300 + ".jpg"):
        with pytest.raises(PictureError, match="cannot be read"):
            read_picture(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named_as_such(tmp_path, portrait):
    portrait.save(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").chmod(0)
    with pytest.raises(PictureError, match="cannot be read"):
        read_picture(tmp_path / "a.jpg")


def test_a_file_of_enormous_size_is_not_opened(tmp_path):
    with (tmp_path / "a.jpg").open("wb") as file:
        file.truncate(65 * 2**20)
    with pytest.raises(PictureError, match="too large a file"):
        read_picture(tmp_path / "a.jpg")


def test_nine_hundred_million_pixels_in_a_small_file_cost_no_memory(tmp_path):
    path = bomb(tmp_path / "a.png")
    assert path.stat().st_size < 150_000
    growth, result = growth_mb(path)
    assert "too many pixels (30000 x 30000" in result
    assert growth < 20


def test_a_bomb_below_the_pixel_limit_costs_no_memory_either(tmp_path):
    growth, result = growth_mb(bomb(tmp_path / "a.png", 10_000, 10_000))
    assert "MB of memory" in result
    assert growth < 20


def test_an_oversized_webp_is_judged_by_its_header(tmp_path):
    side = (16_000 - 1).to_bytes(3, "little")
    (tmp_path / "a.webp").write_bytes(b"RIFF" + b"\x40\0\0\0" + b"WEBPVP8X" + b"\x0a\0\0\0" + b"\0" * 4 + side * 2)
    growth, result = growth_mb(tmp_path / "a.webp")
    assert "too many pixels (16000 x 16000" in result
    assert growth < 20


def test_a_phone_s_48_megapixels_take_little_memory(tmp_path):
    Image.linear_gradient("L").resize((8000, 6000)).save(tmp_path / "a.jpg")
    growth, result = growth_mb(tmp_path / "a.jpg")
    assert result == "1200x1600x3"
    assert growth < 60


def test_large_pictures_in_two_threads_wait_for_each_other_s_memory(tmp_path):
    Image.linear_gradient("L").resize((4000, 3000)).convert("RGB").save(tmp_path / "a.png", compress_level=1)
    growth, result = growth_mb(tmp_path / "a.png", threads=2)
    assert result == "1200x1600x3"
    assert growth < 100


def test_a_progressive_jpeg_counts_what_its_scans_keep_in_memory(tmp_path):
    Image.linear_gradient("L").resize((8000, 6000)).save(tmp_path / "a.jpg", progressive=True)
    growth, result = growth_mb(tmp_path / "a.jpg")
    assert "MB of memory (8000 x 6000" in result
    assert growth < 20


def test_a_jpeg_of_endless_scans_is_refused(tmp_path, portrait):
    path = tmp_path / "a.jpg"
    portrait.save(path, progressive=True)
    content = path.read_bytes()
    last_scan = content.rindex(b"\xff\xda")
    path.write_bytes(content[:-2] + content[last_scan:-2] * 200 + content[-2:])
    with pytest.raises(PictureError, match="too many scans"):
        read_picture(path)


def test_the_pixel_limit_is_the_caller_s(tmp_path, portrait):
    portrait.save(tmp_path / "a.jpg")
    with pytest.raises(PictureError, match="too many pixels"):
        read_picture(tmp_path / "a.jpg", max_pixels=1000)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    suffix=st.sampled_from(FORMATS),
    cut=st.floats(0, 1),
    flips=st.lists(st.tuples(st.floats(0, 1), st.integers(1, 255))),
)
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


def test_an_open_picture_can_be_read_by_others_first(tmp_path, portrait):
    portrait.save(tmp_path / "a.png")
    with open_picture(tmp_path / "a.png") as file:
        assert file.read() == (tmp_path / "a.png").read_bytes()


@given(st.text(st.characters(exclude_categories=[])))
def test_printable_text_never_breaks_a_terminal(text):
    shown = printable(text)
    shown.encode("utf-8")
    assert all(is_printable(character) for character in shown)


def test_printable_keeps_what_people_write_and_shows_foreign_bytes():
    assert printable("Zoë O'Néill 王.jpg") == "Zoë O'Néill 王.jpg"
    assert printable(os.fsdecode(b"J\xf6rg\n.jpg")) == "J\\xf6rg\\n.jpg"
    assert printable("gpj.\u202eadA") == "gpj.\\u202eadA"
