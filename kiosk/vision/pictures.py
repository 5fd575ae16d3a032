"""Picture files as arrays: whatever a file holds, it costs little memory and time and never blocks."""

import contextlib
import ctypes
import io
import math
import os
import stat
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from kiosk.domain import ByteImage
from kiosk.errors import PictureError
from kiosk.i18n import Message
from kiosk.names import is_printable
from kiosk.vision.opencv import cv2

# The smallest usual block of pixels is 4 kB; a file of more blocks than this exists to keep the reader busy.
_MAX_BLOCKS = 20_000
_MAX_EXIF_BYTES = 2**16
_ORIENTATION_TAG = 0x0112

_PNG_PIXELS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_WEBP_PIXELS = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH"})
_START_OF_SCAN = 0xDA
# JFIF and Adobe say how the channels are meant; the other application segments and comments are no part of the picture.
_JPEG_SURROUNDINGS = frozenset({*range(0xE1, 0xEE), 0xEF, 0xFE})
_JPEG_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})


@dataclass(frozen=True, slots=True)
class Block:
    """One segment or chunk of a file."""

    kind: bytes
    start: int  # byte of the file
    content: int
    end: int
    is_pixels: bool


@dataclass(frozen=True, slots=True)
class Container:
    """A picture file, sorted."""

    pixels: BinaryIO  # reads as a file of the same format without anything else in it
    orientation: int  # EXIF 2.32: 1 to 8; 1 is upright
    is_animated: bool


def take_apart(file: BinaryIO) -> Container:
    """Sorts a JPEG, PNG or WebP; any other file is all pixels. Raises ValueError where it has blocks without end."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    magic = file.read(12)
    if magic.startswith(b"\xff\xd8"):
        return _sorted(file, magic[:2], _jpeg_blocks(file, size))
    if magic.startswith(b"\x89PNG\r\n\x1a\n"):
        return _sorted(file, magic[:8], _png_blocks(file, size))
    if magic.startswith(b"RIFF") and magic[8:] == b"WEBP":
        return _sorted(file, magic, _webp_blocks(file, size))
    return Container(file, 1, is_animated=False)


def _sorted(file: BinaryIO, magic: bytes, blocks: Iterator[Block]) -> Container:
    spans: list[tuple[int, int]] = []
    orientation, is_animated = 1, False
    for number, block in enumerate(blocks):
        if number > _MAX_BLOCKS:
            raise ValueError(f"more than {_MAX_BLOCKS} blocks")
        if block.is_pixels and spans and spans[-1][1] == block.start:
            spans[-1] = (spans[-1][0], block.end)
        elif block.is_pixels:
            spans.append((block.start, block.end))
        elif block.kind in {b"\xe1", b"eXIf", b"EXIF"} and orientation == 1:
            file.seek(block.content)
            orientation = orientation_of(file.read(min(block.end - block.content, _MAX_EXIF_BYTES)))
        is_animated = is_animated or block.kind in {b"acTL", b"ANIM", b"ANMF"}
    if magic.startswith(b"RIFF"):
        length = 4 + sum(end - start for start, end in spans)
        magic = b"RIFF" + length.to_bytes(4, "little") + b"WEBP"
    return Container(io.BufferedReader(_Spliced(file, magic, spans)), orientation, is_animated)


def _jpeg_blocks(file: BinaryIO, size: int) -> Iterator[Block]:
    """Segments up to the first scan, which counts as one block with all behind it."""
    position = 2
    while position + 4 <= size:
        file.seek(position)
        lead, marker, length = struct.unpack(">BBH", file.read(4))
        if lead != 0xFF or marker in {0x00, 0xFF}:
            end = position + 1  # padding or rubbish between segments
        elif marker in _JPEG_WITHOUT_LENGTH:
            end = position + 2
        else:
            end = size if marker == _START_OF_SCAN else min(position + 2 + length, size)
        is_pixels = end > position + 1 and marker not in _JPEG_SURROUNDINGS
        yield Block(bytes([marker]), position, position + 4, end, is_pixels)
        position = end


def _png_blocks(file: BinaryIO, size: int) -> Iterator[Block]:
    position, kind = 8, b""
    while position + 8 <= size and kind != b"IEND":
        file.seek(position)
        length, kind = struct.unpack(">I4s", file.read(8))
        end = min(position + 12 + length, size)
        yield Block(kind, position, position + 8, end, kind in _PNG_PIXELS)
        position = end


def _webp_blocks(file: BinaryIO, size: int) -> Iterator[Block]:
    position = 12
    while position + 8 <= size:
        file.seek(position)
        kind, length = struct.unpack("<4sI", file.read(8))
        end = min(position + 8 + length + length % 2, size)
        yield Block(kind, position, position + 8, end, kind in _WEBP_PIXELS)
        position = end


def orientation_of(exif: bytes) -> int:
    """The orientation in the first directory of an EXIF block (TIFF 6.0, section 2); 1 where it states none."""
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        if order is None:
            return 1
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
            if tag == _ORIENTATION_TAG:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


class _Spliced(io.RawIOBase):
    """Some spans of a file as one, behind bytes of their own; costs no copy of them."""

    def __init__(self, file: BinaryIO, head: bytes, spans: list[tuple[int, int]]) -> None:
        self._file = file
        self._head = head
        self._spans = spans
        self._size = len(head) + sum(end - start for start, end in spans)
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed names a private protocol
        piece = self._piece(len(buffer))
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def _piece(self, length: int) -> bytes:
        """What follows the position, up to the end of its span."""
        offset = self._position - len(self._head)
        if offset < 0:
            return self._head[self._position : self._position + length]
        for start, end in self._spans:
            if offset < end - start:
                self._file.seek(start + offset)
                return self._file.read(min(length, end - start - offset))
            offset -= end - start
        return b""


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
_SAVE_SMALLER = Message("save it smaller, as a JPEG of at most 8 megapixels")
_SAVE_AGAIN = Message("copy it again, or save it again as JPEG or PNG")

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
            raise PictureError(printable(path), "is animated", "save one picture of it")
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
            "holds no JPEG, PNG, WebP or BMP picture",
            _SAVE_AGAIN,
        ) from fault
    except Exception as fault:  # Pillow's decoders raise a dozen types for damaged files
        raise PictureError(
            printable(path),
            Message("is damaged or incomplete ({fault})", fault=fault),
            _SAVE_AGAIN,
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
        Message("cannot be read ({reason})", reason=reason),
        "check that it exists and may be read",
    )


def _check_kind(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise PictureError(printable(path), "is not a regular file", "give a picture file")
    if status.st_size == 0:
        raise PictureError(printable(path), "is empty", "copy it again")
    if status.st_size > MAX_BYTES:
        size = Message(
            "is too large a file ({megabytes:.0f} MB, at most {most})",
            megabytes=status.st_size / 2**20,
            most=MAX_BYTES // 2**20,
        )
        raise PictureError(printable(path), size, _SAVE_SMALLER)


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
        reason = Message(
            "has too many pixels ({width} x {height}, at most {millions:.0f} million)",
            width=size[0],
            height=size[1],
            millions=max_pixels / 1e6,
        )
        raise PictureError(printable(path), reason, _SAVE_SMALLER)


def _check_cost(path: Path, size: tuple[int, int], decoding_bytes: float) -> None:
    if decoding_bytes > _MAX_DECODING_BYTES:
        reason = Message(
            "would take {megabytes:.0f} MB of memory ({width} x {height} pixels in this format)",
            megabytes=decoding_bytes / 1e6,
            width=size[0],
            height=size[1],
        )
        raise PictureError(printable(path), reason, _SAVE_SMALLER)


def _check_effort(file: BinaryIO, image: Image.Image, path: Path) -> None:
    if "progressive" in image.info and _scans(file) > _MAX_SCANS:
        raise PictureError(printable(path), "is a JPEG of too many scans", _SAVE_AGAIN)
    if any(tile[0] == "bmp_rle" for tile in getattr(image, "tile", ())):
        raise PictureError(printable(path), "is a compressed BMP", "save it as JPEG or PNG")


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


_QUALITY = 95


def as_jpeg(image: ByteImage) -> bytes:
    """The picture (H, W, 3) BGR as a JPEG; raises PictureError where it is none."""
    try:
        written, content = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    except cv2.error as fault:
        raise PictureError("picture", "cannot be written as JPEG", "take it again") from fault
    if not written:
        raise PictureError("picture", "cannot be written as JPEG", "take it again")
    return bytes(content)
