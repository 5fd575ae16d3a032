"""The folder of a report: the page, and its plots as PNGs; as a whole or not at all."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from kiosk.errors import EvaluationError
from kiosk.evaluation.pages.page import GENERATOR, Page, as_html
from kiosk.vision.pictures import printable

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
        _put(folder, {**contents, INDEX: html})
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
        _put(path.parent, {path.name: as_html(page).encode()})
    except OSError as fault:
        raise _unwritable(path, fault) from fault


def _put(folder: Path, contents: Mapping[str, bytes]) -> None:
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=folder) as partial:
        for name, content in contents.items():
            (Path(partial) / name).write_bytes(content)
        for name in contents:
            (Path(partial) / name).replace(folder / name)


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
