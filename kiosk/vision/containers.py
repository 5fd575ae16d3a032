"""Picture files taken apart, so that the decoder is handed the pixels and nothing else.

What stands around the pixels (EXIF, colour profiles, previews, comments) is where a small file can keep minutes and
gigabytes for a decoder that reads it all; of it only the orientation is wanted.
"""

import io
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

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
