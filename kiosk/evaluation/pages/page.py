"""A report page as values, and as HTML: one file that refers to nothing outside itself."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from kiosk.errors import EvaluationError, PictureError
from kiosk.evaluation.pages.plots import Plot
from kiosk.evaluation.tables import Table
from kiosk.files import asset, atomic_write, atomic_write_all
from kiosk.names import is_printable, printable
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import as_jpeg, read_picture

GENERATOR = "kiosk"  # in the head of the page


Portrait: TypeAlias = tuple[str, str, str]  # a person's name, a data URI or "", a detail such as the file


@dataclass(frozen=True, slots=True)
class PortraitPair:
    """Pictures side by side."""

    portraits: tuple[Portrait, ...]
    value: str  # their distance
    text: str = ""
    warns: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page, with these items in this order; it is left out where it has none."""

    anchor: str
    title: str
    table: Table | None = None
    plots: Sequence[tuple[Plot, str]] = ()  # with their captions
    pairs: Sequence[tuple[str, Sequence[PortraitPair]]] = ()  # below their captions
    text: Sequence[str] = ()
    notes: Sequence[str] = ()  # set smaller

    @property
    def is_filled(self) -> bool:
        return any((self.table, self.plots, self.pairs, self.text, self.notes))


@dataclass(frozen=True, slots=True)
class Page:
    """A page, from top to bottom."""

    kind: str  # lfw, open-set, visits, calibration: selects the terms that are explained
    title: str
    eyebrow: str  # the command
    lead: Sequence[str]  # the answer in plain words
    sections: Sequence[Section]
    facts: Sequence[tuple[str, str]]  # how it was measured
    made_at: datetime = field(default_factory=lambda: datetime.now().astimezone())

    @property
    def plots(self) -> tuple[Plot, ...]:
        return tuple(plot for section in self.sections for plot, _ in section.plots)


def as_html(page: Page) -> str:
    """Return the page as one HTML document; names are escaped."""
    environment = Environment(
        loader=FileSystemLoader(asset("report")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters["coded"] = _coded
    return environment.get_template("page.html").render(page=page, generator=GENERATOR, version=version("kiosk"))


def _coded(text: str) -> Markup:
    """Set the parts between backticks as code."""
    parts = [escape(_shown(part)) for part in text.split("`")]
    codes = [Markup("<code>{}</code>").format(part) if index % 2 else part for index, part in enumerate(parts)]
    return Markup("").join(codes)


def _shown(value: object) -> object:
    """Replace control characters and direction marks, which could show another name than the real one."""
    if type(value) is not str:
        return value
    return "".join(one if is_printable(one) or one == "\n" else "\N{REPLACEMENT CHARACTER}" for one in value)


def write_folder(folder: Path, page: Page) -> Path:
    """Write index.html and its plots as PNG files into a folder, and return the path of the page.

    Every file is written completely before it replaces an earlier one, the page last. Raises EvaluationError as
    check_folder does.
    """
    html, index = as_html(page).encode(), "index.html"
    check_folder(folder)
    with _writing(folder):
        atomic_write_all(folder, {**{f"{plot.name}.png": plot.png for plot in page.plots}, index: html})
    return folder / index


def check_folder(folder: Path) -> None:
    """Make the folder of a report, before a long measurement.

    Raises EvaluationError where it cannot be written, or holds a page that the kiosk did not make.
    """
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            _require_ours(folder / "index.html")


def write_page(path: Path, page: Page) -> None:
    """Write the page alone; raises EvaluationError where it cannot, or would replace a page of others."""
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _require_ours(path)
        atomic_write(path, as_html(page).encode())


@contextmanager
def _writing(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        reason = f"cannot be written: {fault.strerror or fault}"
        raise EvaluationError(printable(place), reason, "name a place that has room and may be written") from fault


def _require_ours(page: Path) -> None:
    if not page.exists():
        return
    if f'<meta name="generator" content="{GENERATOR}">' not in page.read_text("utf-8", "replace")[:2000]:
        raise EvaluationError(
            printable(page), "exists already and is not a page of the kiosk", "name another place, or move it"
        )


_SIDE_PX = 176  # twice the size on the page, for dense screens


@lru_cache(maxsize=256)
def thumbnail(path: Path) -> str:
    """Return the middle of a picture as a square, as a data URI; empty where it cannot be read."""
    try:
        image = read_picture(path, longest_side_px=3 * _SIDE_PX)
    except PictureError:
        return ""
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = np.ascontiguousarray(image[top : top + side, left : left + side])
    if side > _SIDE_PX:
        square = np.asarray(cv2.resize(square, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA), np.uint8)
    return f"data:image/jpeg;base64,{base64.b64encode(as_jpeg(square)).decode('ascii')}"
