"""Picture files as arrays: whatever a file holds, it costs little memory and time and never blocks."""

import contextlib
import ctypes
import math
import os
import stat
import threading
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from kiosk.domain import ByteImage
from kiosk.errors import PictureError
from kiosk.i18n import QT_TRANSLATE_NOOP, translate
from kiosk.names import is_printable
from kiosk.vision.containers import take_apart

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})

_FORMATS = ("JPEG", "PNG", "WEBP", "BMP")
MAX_BYTES = 64 * 2**20
_MAX_PIXELS = 120_000_000
# Bytes of memory, measured with Pillow 13: what a decoded pixel takes until the picture is reduced, and what a pixel
# of the reduced picture takes until the array is made.
_DECODED_BYTES = 5.0
_DECODED_BYTES_RGBA = 6.5
_DECODED_BYTES_OTHER_ALPHA = 10.5
_DECODED_BYTES_WEBP = 14.6
_REDUCED_BYTES = 10.0
# All pictures that are being decoded together stay below this.
_MAX_DECODING_BYTES = 88_000_000
# Encoders write about ten scans; a file of thousands exists to keep the decoder busy.
_MAX_SCANS = 100
_SAVE_SMALLER = QT_TRANSLATE_NOOP("faults", "save it smaller, as a JPEG of at most 8 megapixels")
_SAVE_AGAIN = QT_TRANSLATE_NOOP("faults", "copy it again, or save it again as JPEG or PNG")

# Pillow only warns up to twice its own limit; the limit here is stricter and holds for every file.
Image.MAX_IMAGE_PIXELS = None

# Left alone, glibc keeps the memory of large pictures for later use, which doubles the peak of two reading threads.
# From 8 MiB on, blocks go back to the system at once; other C libraries do so anyway.
_M_MMAP_THRESHOLD = -3
with contextlib.suppress(AttributeError, OSError):
    ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, 8 * 2**20)

# EXIF orientation -> what turns the picture upright (EXIF 2.32, tag 0x0112).
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class _Budget:
    """Memory that threads share: whoever needs more than is left waits until others are done."""

    def __init__(self, total_bytes: float) -> None:
        self._left = total_bytes
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def taken(self, amount: float) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: self._left >= amount)
            self._left -= amount
        try:
            yield
        finally:
            with self._changed:
                self._left += amount
                self._changed.notify_all()


_budget = _Budget(_MAX_DECODING_BYTES)


def read_picture(path: Path, *, longest_side_px: int = 1600, max_pixels: int = _MAX_PIXELS) -> ByteImage:
    """The picture as (H, W, 3) BGR, upright, reduced to at most `longest_side_px`.

    Raises PictureError for whatever is no regular, readable, complete still picture of moderate size.
    """
    with open_picture(path) as file:
        return decode_picture(file, path, longest_side_px=longest_side_px, max_pixels=max_pixels)


def open_picture(path: Path) -> BufferedReader:
    """Opens a regular file of 1 byte to 64 MB; raises PictureError for anything else, and never waits for a writer."""
    try:
        # Looked at before it is opened, because opening a device can already act on it.
        _check_kind(path, path.stat())
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except (OSError, ValueError) as fault:
        raise _unreadable(path, fault) from fault
    file = os.fdopen(descriptor, "rb")
    try:
        _check_kind(path, os.fstat(descriptor))
    except PictureError:
        file.close()
        raise
    return file


def decode_picture(
    file: BinaryIO, path: Path, *, longest_side_px: int = 1600, max_pixels: int = _MAX_PIXELS
) -> ByteImage:
    """As read_picture, from an open file; `path` is what a PictureError names."""
    try:
        container = take_apart(file)
        if container.is_animated:
            raise PictureError(
                printable(path), translate("faults", "is animated"), translate("faults", "save one picture of it")
            )
        _check_webp(container.pixels, path, max_pixels)
        with Image.open(container.pixels, formats=_FORMATS) as image:
            size = image.size
            _check_pixels(path, size, max_pixels)
            _check_effort(container.pixels, image, path)
            target = _reduced_size(size, longest_side_px)
            image.draft(image.mode, target)
            cost = _decoding_bytes(image, size, target)
            _check_cost(path, size, cost)
            with _budget.taken(cost):
                return _decoded(image, target, _UPRIGHT.get(container.orientation))
    except PictureError:
        raise
    except UnidentifiedImageError as fault:
        raise PictureError(
            printable(path),
            translate("faults", "holds no JPEG, PNG, WebP or BMP picture"),
            translate("faults", _SAVE_AGAIN),
        ) from fault
    except Exception as fault:  # Pillow's decoders raise a dozen types for damaged files
        raise PictureError(
            printable(path),
            translate("faults", "is damaged or incomplete ({fault})").format(fault=fault),
            translate("faults", _SAVE_AGAIN),
        ) from fault


def printable(path: Path | str) -> str:
    """The path as text that is safe on any terminal: what is not UTF-8, invisible or a control is escaped."""
    return "".join(character if is_printable(character) else _escaped(character) for character in str(path))


def _escaped(character: str) -> str:
    # Python holds a byte of a file name that is no UTF-8 as U+DC00 + the byte (PEP 383).
    if "\udc80" <= character <= "\udcff":
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")


def _unreadable(path: Path, fault: OSError | ValueError) -> PictureError:
    reason = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
    return PictureError(
        printable(path),
        translate("faults", "cannot be read ({reason})").format(reason=reason),
        translate("faults", "check that it exists and may be read"),
    )


def _check_kind(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise PictureError(
            printable(path), translate("faults", "is not a regular file"), translate("faults", "give a picture file")
        )
    if status.st_size == 0:
        raise PictureError(printable(path), translate("faults", "is empty"), translate("faults", "copy it again"))
    if status.st_size > MAX_BYTES:
        size = translate("faults", "is too large a file ({megabytes:.0f} MB, at most {most})").format(
            megabytes=status.st_size / 2**20, most=MAX_BYTES // 2**20
        )
        raise PictureError(printable(path), size, translate("faults", _SAVE_SMALLER))


def _check_webp(file: BinaryIO, path: Path, max_pixels: int) -> None:
    """Judges a WebP before Pillow sees it, because Pillow sets its canvas aside on opening."""
    header = file.read(30)
    file.seek(0)
    if len(header) == 30 and header[:4] == b"RIFF" and header[8:12] == b"WEBP":
        width, height = _webp_size(header)
        _check_pixels(path, (width, height), max_pixels)
        _check_cost(path, (width, height), width * height * _DECODED_BYTES_WEBP)


def _webp_size(header: bytes) -> tuple[int, int]:
    """Width and height in px as the first chunk states them (RFC 9649)."""
    kind = header[12:16]
    if kind == b"VP8X":
        return int.from_bytes(header[24:27], "little") + 1, int.from_bytes(header[27:30], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(header[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return int.from_bytes(header[26:28], "little") & 0x3FFF, int.from_bytes(header[28:30], "little") & 0x3FFF


def _check_pixels(path: Path, size: tuple[int, int], max_pixels: int) -> None:
    if size[0] * size[1] > max_pixels:
        reason = translate("faults", "has too many pixels ({width} x {height}, at most {millions:.0f} million)").format(
            width=size[0], height=size[1], millions=max_pixels / 1e6
        )
        raise PictureError(printable(path), reason, translate("faults", _SAVE_SMALLER))


def _check_cost(path: Path, size: tuple[int, int], decoding_bytes: float) -> None:
    if decoding_bytes > _MAX_DECODING_BYTES:
        reason = translate(
            "faults", "would take {megabytes:.0f} MB of memory ({width} x {height} pixels in this format)"
        ).format(megabytes=decoding_bytes / 1e6, width=size[0], height=size[1])
        raise PictureError(printable(path), reason, translate("faults", _SAVE_SMALLER))


def _check_effort(file: BinaryIO, image: Image.Image, path: Path) -> None:
    if "progressive" in image.info and _scans(file) > _MAX_SCANS:
        raise PictureError(
            printable(path), translate("faults", "is a JPEG of too many scans"), translate("faults", _SAVE_AGAIN)
        )
    if any(tile[0] == "bmp_rle" for tile in getattr(image, "tile", ())):
        raise PictureError(
            printable(path), translate("faults", "is a compressed BMP"), translate("faults", "save it as JPEG or PNG")
        )


def _scans(file: BinaryIO) -> int:
    """How often a start-of-scan marker occurs; inside the data of a scan it cannot."""
    file.seek(0)
    return sum(block.count(b"\xff\xda") for block in iter(lambda: file.read(2**20), b""))


def _decoding_bytes(image: Image.Image, size: tuple[int, int], target: tuple[int, int]) -> float:
    """Peak memory of decoding `image`, which had `size` before it was drafted, and reducing it to `target`."""
    decoded = image.width * image.height
    if image.format == "WEBP":
        a_pixel = _DECODED_BYTES_WEBP
    elif image.has_transparency_data:
        a_pixel = _DECODED_BYTES_RGBA if image.mode == "RGBA" else _DECODED_BYTES_OTHER_ALPHA
    else:
        a_pixel = _DECODED_BYTES
    # The decoder's own memory is free again when the picture is reduced.
    return max(decoded * 4 + _coefficient_bytes(image, size), decoded * a_pixel + _REDUCED_BYTES * math.prod(target))


def _coefficient_bytes(image: Image.Image, size: tuple[int, int]) -> float:
    """What a progressive JPEG keeps until its last scan: 2 bytes a sample, at full size."""
    if "progressive" not in image.info:
        return 0
    components = getattr(image, "layer", ())
    samplings = [int(across * down) for _, across, down, *_ in components] or [1]
    samples_a_pixel = sum(samplings) / max(samplings)
    return 2.0 * samples_a_pixel * size[0] * size[1]


def _reduced_size(size: tuple[int, int], longest_side_px: int) -> tuple[int, int]:
    factor = min(1.0, longest_side_px / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def _decoded(image: Image.Image, target: tuple[int, int], turn: Image.Transpose | None) -> ByteImage:
    """Each step frees what the one before held: a picture is never in memory three times."""
    image.load()
    picture = _flat(image)
    if picture is not image:
        image.close()
    if picture.size != target:
        # The gap lets Pillow average whole pixels first, without a copy of the picture at half its size.
        picture = picture.resize(target, Image.Resampling.BICUBIC, reducing_gap=1.0)
        image.close()
    picture = picture if picture.mode == "RGB" else picture.convert("RGB")
    picture = picture if turn is None else picture.transpose(turn)
    return np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])


def _flat(image: Image.Image) -> Image.Image:
    """Opaque, and in a mode whose values can be averaged: L, RGB or CMYK."""
    if image.mode.startswith("I"):
        # Pillow's own conversion cuts 16 bits off at 255 instead of scaling them.
        return Image.fromarray((np.asarray(image) >> 8).clip(0, 255).astype(np.uint8))
    if image.has_transparency_data:
        cut_out = image if image.mode == "RGBA" else image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(cut_out, mask=cut_out)
        return paper
    return image if image.mode in {"L", "RGB", "CMYK"} else image.convert("RGB")
