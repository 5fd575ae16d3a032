"""A report page as values, and as HTML: one file that refers to nothing outside itself."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import ClassVar, TypeAlias

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from kiosk.domain import ByteImage
from kiosk.errors import EvaluationError, PictureError
from kiosk.evaluation.pages.plots import Plot
from kiosk.evaluation.pages.wording import Cell
from kiosk.files import asset, atomic_write, atomic_write_all
from kiosk.names import is_printable
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import as_jpeg, printable, read_picture

GENERATOR = "kiosk"  # in the head of the page


@dataclass(frozen=True, slots=True)
class Card:
    """One of the most important figures."""

    value: str
    text: str
    detail: str = ""  # its interval and counts
    tone: str = "plain"  # good, warn, plain


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; a note is set smaller."""

    kind: ClassVar[str] = "text"
    text: str
    note: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first column names the row."""

    kind: ClassVar[str] = "table"
    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell | str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Plots:
    """Plots side by side, with a caption each."""

    kind: ClassVar[str] = "plots"
    plots: tuple[tuple[Plot, str], ...]


@dataclass(frozen=True, slots=True)
class Portrait:
    """A picture of a person; without a source where it cannot be read."""

    name: str
    source: str = ""  # a data URI
    detail: str = ""  # such as its file


@dataclass(frozen=True, slots=True)
class PortraitPair:
    """Pictures side by side."""

    portraits: tuple[Portrait, ...]
    value: str  # their distance
    text: str = ""
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class PortraitPairs:
    """Pairs of one kind."""

    kind: ClassVar[str] = "pairs"
    caption: str
    pairs: tuple[PortraitPair, ...]


@dataclass(frozen=True, slots=True)
class SettingChoice:
    """One of several possible settings."""

    name: str
    figures: tuple[tuple[str, str, str], ...]  # name, value, small print
    chosen: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class SettingChoices:
    """Settings side by side."""

    kind: ClassVar[str] = "choices"
    choices: tuple[SettingChoice, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """Advice, the most useful first."""

    kind: ClassVar[str] = "advice"
    points: tuple[tuple[str, str], ...]  # what to do, and why


Item: TypeAlias = Paragraph | Table | Plots | PortraitPairs | SettingChoices | Advice


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page."""

    anchor: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page, from top to bottom."""

    title: str
    eyebrow: str  # the command
    lead: tuple[str, ...]  # the answer in plain words
    cards: tuple[Card, ...]
    sections: tuple[Section, ...]
    facts: tuple[tuple[str, str], ...]  # how it was measured
    terms: tuple[tuple[str, str], ...] = ()  # terms of the field and their meanings
    limits: tuple[str, ...] = ()  # what the figures do not say
    made_at: datetime = field(default_factory=lambda: datetime.now().astimezone())

    @property
    def plots(self) -> tuple[Plot, ...]:
        shown = [item for section in self.sections for item in section.items if isinstance(item, Plots)]
        return tuple(plot for item in shown for plot, _ in item.plots)


def section(anchor: str, title: str, items: Sequence[Item | None]) -> tuple[Section, ...]:
    """Return a section of the items that are not None, or no section without any."""
    present = tuple(item for item in items if item is not None)
    return (Section(anchor, title, present),) if present else ()


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


INDEX = "index.html"
_OURS = f'<meta name="generator" content="{GENERATOR}">'
_HEAD_CHARACTERS = 2000


def write_folder(folder: Path, page: Page) -> Path:
    """Write index.html and its plots as PNG files into a folder, and return the path of the page.

    Every file is written completely before it replaces an earlier one, the page last. Raises EvaluationError as
    check_folder does.
    """
    html = as_html(page).encode()
    check_folder(folder)
    try:
        atomic_write_all(folder, {**{f"{plot.name}.png": plot.png for plot in page.plots}, INDEX: html})
    except OSError as fault:
        raise _unwritable(folder, fault) from fault
    return folder / INDEX


def check_folder(folder: Path) -> None:
    """Make the folder of a report, before a long measurement.

    Raises EvaluationError where it cannot be written, or holds a page that the kiosk did not make.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            _require_ours(folder / INDEX)
    except OSError as fault:
        raise _unwritable(folder, fault) from fault


def write_page(path: Path, page: Page) -> None:
    """Write the page alone; raises EvaluationError where it cannot, or would replace a page of others."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _require_ours(path)
        atomic_write(path, as_html(page).encode())
    except OSError as fault:
        raise _unwritable(path, fault) from fault


def _require_ours(page: Path) -> None:
    try:
        head = page.read_text(encoding="utf-8", errors="replace")[:_HEAD_CHARACTERS]
    except FileNotFoundError:
        return
    if _OURS not in head:
        raise EvaluationError(
            printable(page), "exists already and is not a page of the kiosk", "name another place, or move it"
        )


def _unwritable(place: Path, fault: OSError) -> EvaluationError:
    reason = f"cannot be written: {fault.strerror or fault}"
    return EvaluationError(printable(place), reason, "name a place that has room and may be written")


_SIDE_PX = 176  # twice the size on the page, for dense screens


class Thumbnails:
    """Reads each picture of a folder once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sources: dict[str, str] = {}

    def portrait(self, picture: str, name: str, detail: str = "") -> Portrait:
        """Return the middle of a picture as a square; without a source where it cannot be read."""
        if picture not in self._sources:
            self._sources[picture] = _source(self._folder / picture)
        return Portrait(name, self._sources[picture], detail)


def _source(path: Path) -> str:
    try:
        content = as_jpeg(_square(read_picture(path, longest_side_px=3 * _SIDE_PX)))
    except PictureError:
        return ""
    return f"data:image/jpeg;base64,{base64.b64encode(content).decode('ascii')}"


def _square(image: ByteImage) -> ByteImage:
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    middle = image[top : top + side, left : left + side]
    if side <= _SIDE_PX:
        return np.ascontiguousarray(middle)
    return np.asarray(cv2.resize(middle, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA), np.uint8)
