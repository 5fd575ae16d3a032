"""What every plot has in common: how it is drawn, and how it becomes a drawing for the page and a PNG."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from kiosk.evaluation.pages.wording import shortened
from kiosk.names import is_printable

PX: Final = 1 / 72  # inches of a pixel of the page: a point
WIDTH_PX, HEIGHT_PX = 460, 345
_PNG_SCALE = 2.5  # pixels of the PNG for one of the page

# The colours of the light theme. In the drawing each is a variable of the style sheet, so that they follow the theme.
INK, MUTED, GRID, PAPER = "#22303c", "#5d6b78", "#dde3e8", "#fffffe"
GENUINE, IMPOSTOR, MARK = "#0d7a6c", "#c2502e", "#7a3fb0"
SERIES: Final = ("#1c5fbe", "#c8620f", "#0e7d64", "#a4327c", "#8a6c04", "#4f6479")
_VARIABLES = {
    INK: "--ink",
    MUTED: "--muted",
    GRID: "--grid",
    PAPER: "--plot-paper",
    GENUINE: "--genuine",
    IMPOSTOR: "--impostor",
    MARK: "--mark",
    **{colour: f"--series-{number}" for number, colour in enumerate(SERIES, start=1)},
}
DASHES: Final = ("-", (0, (6, 2)), (0, (2, 1.6)), (0, (7, 2, 1.5, 2)), (0, (10, 3)), (0, (1, 1)))

_STYLE: dict[Any, Any] = {
    "axes.edgecolor": MUTED,
    "axes.facecolor": PAPER,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.labelcolor": INK,
    "axes.labelsize": 12,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.constrained_layout.use": True,
    "figure.dpi": 1 / PX,
    "figure.facecolor": PAPER,
    "font.size": 12,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 11.5,
    "legend.handlelength": 2.2,
    "lines.linewidth": 2,
    "svg.fonttype": "none",  # letters stay letters: they are drawn in the reader's font, and can be searched
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
}
_ID_OF_NOTHING = re.compile(r' id="[A-Za-z0-9]+_\d+"')  # figure_1, axes_1: the same in every drawing of a page


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot, ready for a page."""

    name: str  # of its file, without .png
    title: str
    described: str  # in a sentence, for who cannot see it
    svg: str  # to stand inside a page, in colours of its style sheet
    png: bytes


def plot(
    name: str,
    title: str,
    described: str,
    draw: Callable[[Axes], None],
    size_px: tuple[float, float] = (WIDTH_PX, HEIGHT_PX),
) -> Plot:
    """Lets `draw` fill a pair of axes."""
    # The salt keeps what drawings of one page refer to inside them apart, and makes them the same on every run.
    with mpl.rc_context({**_STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=(size_px[0] * PX, size_px[1] * PX))
        draw(figure.subplots())
        svg, png = io.StringIO(), io.BytesIO()
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
        figure.savefig(png, format="png", dpi=_PNG_SCALE / PX, metadata={"Software": None})
    return Plot(name, title, described, _for_page(svg.getvalue()), png.getvalue())


def _for_page(document: str) -> str:
    drawing = _ID_OF_NOTHING.sub("", document[document.index("<svg") :])
    head, _, body = drawing.partition(">")
    head = re.sub(r' (?:width|height)="[^"]*"', "", head)
    for colour, variable in _VARIABLES.items():
        body = body.replace(colour, f"var({variable})")
    return f'{head} aria-hidden="true">{body}'


def series_style(index: int) -> dict[str, Any]:
    """Colour and dashes of the line with that number: told apart without colours too."""
    return {"color": SERIES[index % len(SERIES)], "linestyle": DASHES[index % len(DASHES)]}


def percent_axis(axes: Axes, which: str) -> None:
    """Ticks in percent on the x or y axis, without the small ones of a logarithmic scale."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    axis.set_minor_formatter(NullFormatter())


def legend_above(axes: Axes) -> None:
    """The names of the lines above the axes, where nothing lies below them."""
    handles, labels = axes.get_legend_handles_labels()
    figure = axes.get_figure()
    if handles and isinstance(figure, Figure):
        # Two short names stand beside each other, long ones below.
        columns = 2 if len(handles) > 1 and max(map(len, labels)) <= 26 else 1
        figure.legend(handles, labels, loc="outside upper left", ncols=columns)


def label(text: str) -> str:
    """A name as a plot shows it: no font has the controls that a hostile one may hold."""
    text = "".join(one if is_printable(one) else " " for one in text)
    # A name that begins with an underscore would be left out of a legend.
    return shortened(text, 44).lstrip("_") or "?"
