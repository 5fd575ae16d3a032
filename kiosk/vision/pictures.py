"""Read picture files as arrays; refuse what is too large, damaged or no picture."""

import contextlib
import os
import stat
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from kiosk.domain import ByteImage
from kiosk.errors import PictureError, cause_of
from kiosk.i18n import Message
from kiosk.names import printable
from kiosk.vision.opencv import cv2

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})
MAX_BYTES = 64 * 2**20

_FORMATS = ("JPEG", "PNG", "WEBP", "BMP")
# A baseline JPEG is decoded at a fraction of its size. Every other picture is decoded whole: 60 to 260 MB at the limit.
_MAX_PIXELS_BASELINE_JPEG = 120_000_000
_MAX_PIXELS = 16_000_000
# Encoders write about ten scans. Each scan of a progressive JPEG is a pass over the whole picture, however few bytes
# it has, so that a file of a million scans would keep the decoder busy for hours.
_MAX_SCANS = 100
_SAVE_SMALLER: Final = Message("save it smaller, as a JPEG of at most 8 megapixels")
_SAVE_AGAIN: Final = Message("copy it again, or save it again as JPEG or PNG")
_JPEG_QUALITY = 95

# Pillow warns above its own limit and raises at twice that; `_check_pixels` has the limits of the kiosk.
Image.MAX_IMAGE_PIXELS = None


def read_picture(path: Path, *, longest_side_px: int = 1600) -> ByteImage:
    """Return the picture as (H, W, 3) BGR, upright, reduced to at most `longest_side_px`.

    Raises PictureError unless the file is a regular, readable, complete still picture within the limits of size.
    """
    with open_picture(path) as file:
        return decode_picture(file, path, longest_side_px=longest_side_px)


def open_picture(path: Path | bytes) -> BufferedReader | BytesIO:
    """Open a regular file of 1 byte to 64 MB, or the content of one.

    Raises PictureError for any other file, and never waits for a writer.
    """
    if isinstance(path, bytes):
        return BytesIO(path)
    try:
        # Checked before it is opened, because opening a device can already act on it.
        _check_kind(path, path.stat())
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except (OSError, ValueError) as fault:
        reason = Message("cannot be read ({reason})", reason=cause_of(fault))
        raise PictureError(printable(path), reason, "check that it exists and may be read") from fault
    file = os.fdopen(descriptor, "rb")
    try:
        _check_kind(path, os.fstat(descriptor))
    except PictureError:
        file.close()
        raise
    return file


def decode_picture(file: BinaryIO, path: Path, *, longest_side_px: int = 1600) -> ByteImage:
    """Return the picture in an open file, as `read_picture` does; `path` is what a PictureError names."""
    try:
        with Image.open(file, formats=_FORMATS) as image:
            is_jpeg = image.format in {"JPEG", "MPO"}  # MPO: a phone's JPEG with a second picture behind the first
            _check_pixels(image, path, is_jpeg)
            if getattr(image, "is_animated", False) and not is_jpeg:
                raise PictureError(printable(path), "is animated", "save one picture of it")
            _check_scans(file, image, path)
            factor = min(1.0, longest_side_px / max(image.size))
            width, height = (max(1, round(side * factor)) for side in image.size)
            image.draft(image.mode, (width, height))
            return _decoded(image, (width, height))
    except PictureError:
        raise
    except UnidentifiedImageError as fault:
        raise PictureError(printable(path), "holds no JPEG, PNG, WebP or BMP picture", _SAVE_AGAIN) from fault
    except Exception as fault:  # Pillow's decoders raise a dozen types for damaged files
        raise PictureError(
            printable(path), Message("is damaged or incomplete ({fault})", fault=fault), _SAVE_AGAIN
        ) from fault


def as_jpeg(image: ByteImage) -> bytes:
    """Return the picture (H, W, 3) BGR as a JPEG; raise PictureError where it has no pixels."""
    with contextlib.suppress(cv2.error):
        written, content = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        if written:
            return bytes(content)
    raise PictureError("picture", "cannot be written as JPEG", "take it again")


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


def _check_pixels(image: Image.Image, path: Path, is_jpeg: bool) -> None:
    at_most = _MAX_PIXELS_BASELINE_JPEG if is_jpeg and "progressive" not in image.info else _MAX_PIXELS
    if image.width * image.height > at_most:
        reason = Message(
            "has too many pixels ({width} x {height}, at most {millions:.0f} million)",
            width=image.width,
            height=image.height,
            millions=at_most / 1e6,
        )
        raise PictureError(printable(path), reason, _SAVE_SMALLER)


def _check_scans(file: BinaryIO, image: Image.Image, path: Path) -> None:
    if "progressive" not in image.info:
        return
    position = file.tell()
    file.seek(0)
    scans = file.read().count(b"\xff\xda")
    file.seek(position)
    if scans > _MAX_SCANS:
        raise PictureError(printable(path), "is a JPEG of too many scans", _SAVE_AGAIN)


def _decoded(image: Image.Image, target: tuple[int, int]) -> ByteImage:
    picture = _flat(image)
    if picture.size != target:
        # The gap lets Pillow average whole pixels first, without a copy of the picture at half its size.
        picture = picture.resize(target, Image.Resampling.BICUBIC, reducing_gap=1.0)
    picture = picture.convert("RGB")
    picture.info = image.info
    with contextlib.suppress(Exception):  # of a damaged EXIF block; the picture itself may be whole
        ImageOps.exif_transpose(picture, in_place=True)
    return np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])


def _flat(image: Image.Image) -> Image.Image:
    """Return the picture opaque, and in a mode whose values can be averaged: L, RGB or CMYK."""
    if image.mode.startswith("I"):
        # Pillow's own conversion cuts 16 bits off at 255 instead of scaling them.
        return Image.fromarray((np.asarray(image) >> 8).clip(0, 255).astype(np.uint8))
    if image.has_transparency_data:
        cut_out = image if image.mode == "RGBA" else image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(cut_out, mask=cut_out)
        return paper
    return image if image.mode in {"L", "RGB", "CMYK"} else image.convert("RGB")
