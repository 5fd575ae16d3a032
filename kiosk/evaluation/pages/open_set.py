"""The report page of the protocol open-set: members among N enrolled people, and strangers."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.evaluation.open_set import OpenSetResult, OpenSetRow
from kiosk.evaluation.pages.acquisition import acquisition_section, worst_section
from kiosk.evaluation.pages.page import Card, Item, Paragraph, Plots, Section, Table, section
from kiosk.evaluation.pages.plots import Plot, SizeLine, against_people
from kiosk.evaluation.pages.wording import (
    Cell,
    asked,
    count,
    distance,
    in_words,
    noun,
    one_in,
    path_name,
    percent,
    rate_cell,
    reach,
    subject,
)
from kiosk.evaluation.results import EvaluationReport

_WORST = ("members farthest from their own pictures", "strangers nearest to a member")
_MOST_CARDS = 4


def lead(results: Sequence[OpenSetResult]) -> tuple[str, ...]:
    """Return the answer of the first path in plain words."""
    first = subject(results)
    rows = _easiest(first)
    if not rows:
        return ("There is no answer: too few people, or too few pictures of each.",)
    most, fewest = rows[-1], rows[0]
    answer = (
        f"With {noun(most.people, 'person', 'people')} enrolled, and a threshold that accepts "
        f"{one_in(most.point.fpir_asked)} strangers' pictures, {percent(most.point.fnir.value)} of the members' "
        "pictures are not recognised."
    )
    how = f"This is {first.path}, with {noun(most.templates, 'picture')} enrolled of each person."
    if fewest.people != most.people:
        how += (
            f" With {count(fewest.people)} people, {fewest.templates} each, it is {percent(fewest.point.fnir.value)}: "
            "more people make it harder."
        )
    door = (
        "One picture is not a visit: a door takes several frames and opens only when enough of them agree. For that, "
        "measure with `--protocol visits`."
    )
    return (answer, how, door)


def cards(results: Sequence[OpenSetResult]) -> tuple[Card, ...]:
    """Return the members not recognised for each number of people, of the first path."""
    return tuple(
        Card(
            percent(row.point.fnir.value),
            f"of members' pictures not recognised among N = {count(row.people)}, {row.templates} enrolled of each",
            f"FPIR {asked(row.point.fpir_asked)}; {in_words(row.point.fnir)}; 95 %: {reach(row.point.fnir)}",
        )
        for row in _easiest(subject(results))[-_MOST_CARDS:]
    )


def _size(row: OpenSetRow) -> tuple[int, int]:
    return row.people, row.templates


def _easiest(result: OpenSetResult) -> list[OpenSetRow]:
    """Return the rows of the largest FPIR, from few people to many."""
    largest = max((row.point.fpir_asked for row in result.rows), default=0.0)
    return _rows(result, largest)


def _rows(result: OpenSetResult, fpir: float) -> list[OpenSetRow]:
    return sorted((row for row in result.rows if row.point.fpir_asked == fpir), key=_size)


def sections(report: EvaluationReport, results: Sequence[OpenSetResult]) -> tuple[Section, ...]:
    """Return tables by FPIR, curves over N, worst pairs and failures."""
    targets = sorted({row.point.fpir_asked for result in results for row in result.rows}, reverse=True)
    left_out = dict.fromkeys(text for result in results for text in result.left_out)
    notes: list[Item] = [Paragraph(f"Left out: {text}.", note=True) for text in left_out]
    plots = tuple(
        (_against_people(number, fpir, results), "Whiskers are 95 % intervals over people.")
        for number, fpir in enumerate(targets, start=1)
    )
    return (
        *section("results", "Members not recognised", [*(_table(fpir, results) for fpir in targets), *notes]),
        *section("sizes", "By the number of people enrolled", [Plots(plots)] if plots else []),
        *worst_section(report, [(result.path, result.worst) for result in results], _WORST),
        *acquisition_section(results),
    )


def _table(fpir: float, results: Sequence[OpenSetResult]) -> Table:
    rows = [(result, row) for result in results for row in _rows(result, fpir)]
    rows.sort(key=lambda both: _size(both[1]))
    best = {
        size: min(row.point.fnir.errors for _, row in rows if _size(row) == size)
        for size in {_size(row) for _, row in rows}
    }
    body = tuple(
        _row(result, row, best=len(results) > 1 and row.point.fnir.errors == best[_size(row)]) for result, row in rows
    )
    headings = (
        "Path",
        "N, pictures of each",
        "FNIR",
        "Rank 1",
        "Taken for another",
        "FPIR, measured",
        "Strangers' pictures behind it",
        "Threshold",
    )
    note = "Where few strangers' pictures are behind a threshold, one wrong label changes the figure."
    return Table(f"At a false positive identification rate of {asked(fpir)}.", headings, body, note)


def _row(result: OpenSetResult, row: OpenSetRow, *, best: bool) -> tuple[Cell | str, ...]:
    point = row.point
    people = f"{noun(row.strangers, 'stranger')}, {noun(row.members, 'member')} a seed"
    return (
        Cell(path_name(result.path)),
        Cell(f"{count(row.people)}, {row.templates} each", noun(row.seeds, "seed")),
        Cell(percent(point.fnir.value), f"{in_words(point.fnir)}\n{reach(point.fnir)}", best),
        Cell(percent(row.rank_one), f"{in_words(row.rank_one_errors)} not"),
        rate_cell(point.wrong_person),
        rate_cell(point.fpir),
        Cell(count(point.fpir.errors), people),
        Cell(distance(point.threshold)),
    )


def _against_people(number: int, fpir: float, results: Sequence[OpenSetResult]) -> Plot:
    lines = []
    for result in results:
        rows = [row for row in _rows(result, fpir) if row.point.fnir.trials]
        templates = dict.fromkeys(row.templates for row in rows)
        for few in templates:
            name = f"{path_name(result.path)}, {few} each" if len(templates) > 1 else path_name(result.path)
            lines.append(SizeLine(name, tuple((row.people, row.point.fnir) for row in rows if row.templates == few)))
    title = f"FNIR at FPIR {asked(fpir)}"
    return against_people(f"fnir-{number}", title, "members not recognised (FNIR)", lines)
