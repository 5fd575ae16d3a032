"""A page as values, and as HTML: one file that refers to nothing outside itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from typing import ClassVar, TypeAlias

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from kiosk.evaluation.pages.plots import Plot
from kiosk.evaluation.pages.wording import Cell
from kiosk.names import is_printable
from kiosk.resources import asset

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
