"""The report page of `kiosk evaluate`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kiosk.evaluation.lfw import LfwResult
from kiosk.evaluation.open_set import OpenSetResult
from kiosk.evaluation.pages import lfw, open_set, visits
from kiosk.evaluation.pages import wording as terms
from kiosk.evaluation.pages.page import Card, Page, Section, write_folder
from kiosk.evaluation.pages.wording import count, duration
from kiosk.evaluation.results import EvaluationReport
from kiosk.evaluation.visits import VisitsResult

_TITLE = "How sure is it?"
_NAMES = {"lfw": "pairs of pictures (LFW)", "open-set": "an open set", "visits": "visits at a door"}


def write_report(folder: Path, report: EvaluationReport) -> Path:
    """Write page and plots into a folder and return the page's path; raises EvaluationError as write_folder does."""
    return write_folder(folder, evaluation_page(report))


def evaluation_page(report: EvaluationReport) -> Page:
    """Return the page of one run."""
    lead, cards, sections, words = _of_protocol(report)
    return Page(
        title=_TITLE,
        eyebrow=f"kiosk evaluate: {_NAMES.get(report.protocol, report.protocol)}",
        lead=lead,
        cards=cards,
        sections=sections,
        facts=tuple(_facts(report)),
        terms=words,
        limits=terms.LIMITS,
    )


def _of_protocol(
    report: EvaluationReport,
) -> tuple[tuple[str, ...], tuple[Card, ...], tuple[Section, ...], terms.Terms]:
    pairs = [result for result in report.results if isinstance(result, LfwResult)]
    if pairs:
        return lfw.lead(pairs), lfw.cards(pairs), lfw.sections(report, pairs), terms.VERIFICATION
    people = [result for result in report.results if isinstance(result, OpenSetResult)]
    if people:
        return open_set.lead(people), open_set.cards(people), open_set.sections(report, people), terms.OPEN_SET
    seen = [result for result in report.results if isinstance(result, VisitsResult)]
    if seen:
        return visits.lead(seen), visits.cards(seen), visits.sections(seen), terms.VISITS
    return ("Nothing was measured.",), (), (), ()


def _facts(report: EvaluationReport) -> Iterator[tuple[str, str]]:
    yield "Protocol", report.protocol
    yield "Pictures", f"folder {report.folder.name or report.folder}"
    for result in report.results:
        label = "Peer" if result.path.peer else "Path"
        yield label, f"{result.path}, {count(result.acquisition.pictures)} pictures"
    yield "Seed", str(report.seed)
    yield "Time taken", duration(report.seconds)
    for name, value in report.settings.items():
        if value not in (None, "", (), [], {}):
            yield name.replace("_", " ").capitalize(), _written(value)


def _written(value: Any) -> str:  # noqa: ANN401  (JSON)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} = {_written(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_written, value))
    return value.name if isinstance(value, Path) else str(value)
