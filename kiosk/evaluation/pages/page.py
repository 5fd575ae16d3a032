"""A page as values, and as HTML: one file that refers to nothing outside itself."""

from __future__ import annotations

import base64
import re
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

GENERATOR = "kiosk"  # what a page says made it


@dataclass(frozen=True, slots=True)
class Card:
    """A figure that is read before all others."""

    value: str
    text: str  # what it is, in a few words
    detail: str = ""  # its interval and counts
    tone: str = "plain"  # good, warn, plain


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; a note is set smaller."""

    kind: ClassVar[str] = "text"
    text: str
    note: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; the first column names the row."""

    kind: ClassVar[str] = "table"
    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell | str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Plots:
    """Plots beside each other where there is room, with a caption each."""

    kind: ClassVar[str] = "plots"
    plots: tuple[tuple[Plot, str], ...]


@dataclass(frozen=True, slots=True)
class Portrait:
    """A picture and whose it is; without a source where it cannot be shown."""

    name: str
    source: str = ""  # a data URI
    detail: str = ""  # such as its file


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures side by side, or several of one person."""

    portraits: tuple[Portrait, ...]
    value: str  # how far apart they are
    text: str = ""
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of one kind."""

    kind: ClassVar[str] = "pairs"
    caption: str
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several settings that can be had, side by side with the others."""

    name: str
    figures: tuple[tuple[str, str, str], ...]  # what, how much, the small print
    chosen: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """Settings side by side."""

    kind: ClassVar[str] = "choices"
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do, the most useful first."""

    kind: ClassVar[str] = "advice"
    points: tuple[tuple[str, str], ...]  # what, and why


Item: TypeAlias = Text | Table | Plots | Pairs | Choices | Advice


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part of the page."""

    anchor: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """All that a page says, from top to bottom."""

    title: str
    eyebrow: str  # which command's page it is
    lead: tuple[str, ...]  # the answer, in plain words
    cards: tuple[Card, ...]
    sections: tuple[Section, ...]
    facts: tuple[tuple[str, str], ...]  # how it was measured
    terms: tuple[tuple[str, str], ...] = ()  # the words of the field, and what they mean
    limits: tuple[str, ...] = ()  # what the figures do not say
    made_at: datetime = field(default_factory=lambda: datetime.now().astimezone())

    @property
    def plots(self) -> tuple[Plot, ...]:
        shown = [item for section in self.sections for item in section.items if isinstance(item, Plots)]
        return tuple(plot for item in shown for plot, _ in item.plots)


def section(anchor: str, title: str, items: Sequence[Item | None]) -> tuple[Section, ...]:
    """A section of what there is, or none."""
    there = tuple(item for item in items if item is not None)
    return (Section(anchor, title, there),) if there else ()


def as_html(page: Page) -> str:
    """The page as one HTML document; whatever a name holds is text there."""
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
    """What stands between backticks is set as code."""
    parts = [escape(_shown(part)) for part in text.split("`")]
    codes = [Markup("<code>{}</code>").format(part) if index % 2 else part for index, part in enumerate(parts)]
    return Markup("").join(codes)


def _shown(value: object) -> object:
    """Controls and direction marks of a hostile name are marked as what they are: no reader is shown another name."""
    if type(value) is not str:
        return value
    return "".join(one if is_printable(one) or one == "\n" else "\N{REPLACEMENT CHARACTER}" for one in value)


INDEX = "index.html"
_OURS = f'<meta name="generator" content="{GENERATOR}">'
_PLOT = re.compile(r'data-plot="([a-z0-9-]+\.png)"')
_HEAD_CHARACTERS = 2000


def write_folder(folder: Path, page: Page) -> Path:
    """Puts the page and its plots into `folder`, which is made where it is not there; the path of the page.

    All is written beside what is there and takes its place when complete, the page last. An earlier report's plots
    go; other files stay. Raises EvaluationError as check_folder does.
    """
    contents = {f"{plot.name}.png": plot.png for plot in page.plots}
    html = as_html(page).encode()
    earlier = check_folder(folder)
    try:
        atomic_write_all(folder, {**contents, INDEX: html})
        for name in earlier - contents.keys():
            (folder / name).unlink(missing_ok=True)
    except OSError as fault:
        raise _unwritable(folder, fault) from fault
    return folder / INDEX


def check_folder(folder: Path) -> set[str]:
    """Makes the folder, before a long measurement; the names of an earlier report's plots in it.

    Raises EvaluationError where the folder cannot be written or holds somebody else's page.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return _earlier_plots(folder / INDEX)
    except OSError as fault:
        raise _unwritable(folder, fault) from fault


def write_page(path: Path, page: Page) -> None:
    """Writes the page alone; raises EvaluationError where it cannot, or would replace somebody else's page."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _earlier_plots(path)
        atomic_write(path, as_html(page).encode())
    except OSError as fault:
        raise _unwritable(path, fault) from fault


def _earlier_plots(index: Path) -> set[str]:
    """The plots of the report that is there; raises EvaluationError where it is another's page."""
    try:
        text = index.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return set()
    if _OURS not in text[:_HEAD_CHARACTERS]:
        raise EvaluationError(
            printable(index), "is there already and no page of the kiosk", "name another place, or move it"
        )
    return set(_PLOT.findall(text))


def _unwritable(place: Path, fault: OSError) -> EvaluationError:
    reason = f"cannot be written: {fault.strerror or fault}"
    return EvaluationError(printable(place), reason, "name a place that has room and may be written")


_SIDE_PX = 176  # twice what the page gives it, for screens with dense pixels


class Thumbnails:
    """Reads each picture once, however many pairs show it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sources: dict[str, str] = {}

    def portrait(self, picture: str, name: str, detail: str = "") -> Portrait:
        """The middle of a picture of the folder, a square; a picture that cannot be read has no source."""
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
