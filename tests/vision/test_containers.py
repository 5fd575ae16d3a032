import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from kiosk.vision.pictures import orientation_of, take_apart


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def saved(suffix: str, **options: object) -> io.BytesIO:
    blocks = np.random.default_rng(3).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(blocks).save(file, suffix, **options)
    return file


def exif(order: str, *entries: tuple[int, int]) -> bytes:
    mark = {"<": b"II", ">": b"MM"}[order]
    directory = b"".join(struct.pack(f"{order}HHIHH", tag, 3, 1, value, 0) for tag, value in entries)
    return b"Exif\0\0" + mark + struct.pack(f"{order}HIH", 42, 8, len(entries)) + directory + b"\0" * 4


@pytest.mark.parametrize("suffix", ["JPEG", "PNG", "WEBP", "BMP"])
def test_a_plain_picture_decodes_to_the_same_pixels(suffix):
    file = saved(suffix)
    with Image.open(file) as whole, Image.open(take_apart(file).pixels) as pixels:
        assert np.array_equal(np.asarray(whole), np.asarray(pixels))


@pytest.mark.parametrize("suffix", ["JPEG", "PNG", "WEBP"])
def test_what_is_no_pixel_stays_behind_and_the_orientation_is_told(suffix):
    options: dict[str, object] = {"exif": exif(">", (0x010F, 9), (0x0112, 6)), "icc_profile": b"secret profile" * 99}
    if suffix == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text("Comment", "secret text")
    if suffix == "JPEG":
        options["comment"] = b"secret comment"
    file = saved(suffix, **options)
    container = take_apart(file)
    content = container.pixels.read()
    assert container.orientation == 6
    assert b"secret" not in content
    assert len(content) < len(file.getvalue())
    with Image.open(file) as whole, Image.open(io.BytesIO(content)) as pixels:
        assert np.array_equal(np.asarray(whole), np.asarray(pixels))


def test_what_is_hung_on_behind_a_png_or_webp_stays_behind():
    for suffix in ("PNG", "WEBP"):
        plain = saved(suffix).getvalue()
        behind = b"JUNK" + struct.pack("<I", 5000) + b"x" * 5000
        assert take_apart(io.BytesIO(plain + behind)).pixels.read() == plain


@pytest.mark.parametrize("suffix", ["PNG", "WEBP"])
def test_an_animation_is_recognised(suffix):
    other = Image.new("RGB", (60, 40))
    assert take_apart(saved(suffix, save_all=True, append_images=[other], duration=50)).is_animated
    assert not take_apart(saved(suffix)).is_animated


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_orientation_is_read_in_both_byte_orders(order):
    for orientation in range(1, 9):
        assert orientation_of(exif(order, (0x0100, 7), (0x0112, orientation))) == orientation
        assert orientation_of(exif(order, (0x0112, orientation))[6:]) == orientation


def test_an_orientation_that_is_none_is_upright():
    assert orientation_of(exif("<", (0x0112, 9))) == 1
    assert orientation_of(exif("<", (0x0100, 6))) == 1
    assert orientation_of(b"") == 1


@given(st.binary(max_size=80), st.sampled_from([b"", b"Exif\0\0II*\0", b"Exif\0\0MM\0*", b"MM\0*\0\0\0\x08"]))
def test_no_exif_block_does_harm(content, start):
    assert 1 <= orientation_of(start + content) <= 8


def test_blocks_without_end_are_refused():
    png = saved("PNG").getvalue()
    with pytest.raises(ValueError, match="blocks"):
        take_apart(io.BytesIO(png[:33] + chunk(b"prIv", b"") * 20_001 + png[33:]))
    jpeg = saved("JPEG").getvalue()
    for filling in (b"\xff\xfe\0\2", b"\0", b"\xff"):
        with pytest.raises(ValueError, match="blocks"):
            take_apart(io.BytesIO(jpeg[:2] + filling * 20_001 + jpeg[2:]))


def test_padding_between_the_segments_of_a_jpeg_is_left_out():
    jpeg = saved("JPEG").getvalue()
    assert take_apart(io.BytesIO(jpeg[:2] + b"\xff\xff\0\0" + jpeg[2:])).pixels.read() == jpeg


@given(
    st.sampled_from(["JPEG", "PNG", "WEBP"]), st.floats(0, 1), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)))
)
def test_a_damaged_file_is_taken_apart_all_the_same(suffix, cut, changes):
    content = bytearray(saved(suffix).getvalue())
    for place, value in changes:
        content[int(place * (len(content) - 1))] = value
    content = content[: int(cut * len(content))]
    assert len(take_apart(io.BytesIO(content)).pixels.read()) <= len(content)


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 700)), max_size=8))
def test_the_pixels_can_be_read_anywhere_like_any_file(moves):
    png = saved("PNG").getvalue()
    pixels = take_apart(io.BytesIO(png[:33] + chunk(b"tEXt", b"k\0" + b"x" * 300) + png[33:])).pixels
    for offset, length in moves:
        pixels.seek(offset)
        assert pixels.read(length) == png[offset : offset + length]
        assert pixels.tell() == min(offset + length, max(offset, len(png)))
    assert pixels.seek(0, io.SEEK_END) == len(png)
