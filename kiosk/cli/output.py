"""Options of several commands, and printing: tables for people, JSON for programs."""

import functools
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeAlias

import typer
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from kiosk.config import ConfigFile, find_config
from kiosk.door.former_settings import keep_former_settings


def answering(command: Callable[..., int]) -> Callable[..., NoReturn]:
    """Return the command as one that ends the process with its result: 0 = done or yes, 1 = no."""

    @functools.wraps(command)
    def run(*arguments: object, **options: object) -> NoReturn:
        raise typer.Exit(command(*arguments, **options))

    return run


ConfigOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Configuration file. Default: $KIOSK_CONFIG, or ./config.yaml."),
]
GalleryOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Image folder. Default: the one in the configuration."),
]
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def read_config(given: Path | None) -> ConfigFile:
    """Return the configuration in force; raises ConfigError."""
    config = ConfigFile(find_config(given))
    keep_former_settings(config)
    return config


_WIDEST = 2000  # characters of a table that goes into a file or pipe; nothing is cut
_NAME_WIDTH = 16  # of the first column, in a terminal that is too narrow


def print_json(result: Any) -> None:  # noqa: ANN401  (whatever JSON holds)
    """Print one line, flushed, so that a program that reads it has it at once; a Message is printed as its text."""
    typer.echo(json.dumps(result, ensure_ascii=False, default=str))
    sys.stdout.flush()


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns under headings; as wide as needed if the output is not a terminal."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else _WIDEST)
    wanted = Measurement.get(console, console.options.update(max_width=_WIDEST), table).maximum
    if wanted > console.width:
        _narrow(table, [headings, *rows], wanted - console.width)
    console.print(table)


def _narrow(table: Table, rows: Sequence[Sequence[str]], excess: int) -> None:
    """Take `excess` characters from the columns, the last one first, so that lines break between words."""
    for column, cells in reversed(list(zip(table.columns, zip(*rows, strict=True), strict=True))):
        whole = max(map(cell_len, cells))
        longest_word = max((cell_len(word) for cell in cells for word in cell.split()), default=0)
        column.width = max(whole - excess, longest_word)
        excess -= whole - column.width
    if excess > 0:
        for column in table.columns:
            column.width = None
        # Names must be readable in one piece, to be typed: the other columns give way.
        table.columns[0].width = min(max((len(name) for name, *_ in rows[1:]), default=0), _NAME_WIDTH)


@contextmanager
def progress_bar(what: str, *amounts: ProgressColumn) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on stderr, after one second and only in a terminal; yields a function of (done, total)."""
    columns = (TextColumn(what), BarColumn(), *(amounts or [MofNCompleteColumn()]))
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("", visible=False)

        def show(done: int, total: int) -> None:
            waited = (progress.tasks[0].elapsed or 0) > 1
            progress.update(task, completed=done, total=total, visible=waited and done < total)

        yield show


def rounded(distance: float | None) -> float | None:
    """Return a distance with four decimals."""
    return None if distance is None else round(distance, 4)
