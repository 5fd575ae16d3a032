"""The page of the open set: members among N enrolled people, and strangers."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.evaluation.pages.acquisition import acquisition_section, worst_section
from kiosk.evaluation.pages.page import Card, Item, Plots, Section, Table, Text, section
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
from kiosk.evaluation.results import EvaluationReport, OpenSetResult, OpenSetRow

_WORST = ("members farthest from their own pictures", "strangers nearest to a member")
_MOST_CARDS = 4


def lead(results: Sequence[OpenSetResult]) -> tuple[str, ...]:
    """The answer in plain words, of the first path."""
    first = subject(results)
    rows = _easiest(first)
    if not rows:
        return ("These pictures carry no answer: there are too few people, or too few pictures of each.",)
    most, fewest = rows[-1], rows[0]
    answer = (
        f"With {noun(most.people, 'person', 'people')} enrolled, and a threshold that lets {one_in(most.fpir_asked)} "
        f"strangers' pictures pass for somebody, {percent(most.fnir.value)} of the members' pictures are not "
        "recognised."
    )
    sizes = (
        f" With {count(fewest.people)} people, {fewest.templates} each, it is {percent(fewest.fnir.value)}: the more "
        "people, the harder the question."
        if fewest.people != most.people
        else ""
    )
    how = f"That is {first.path}, with {noun(most.templates, 'picture')} enrolled of each person.{sizes}"
    door = (
        "One picture is not a visit: a door asks several frames and opens only when enough of them agree. For that, "
        "measure with `--protocol visits`."
    )
    return (answer, how, door)


def cards(results: Sequence[OpenSetResult]) -> tuple[Card, ...]:
    """Members not recognised, for each number of people, of the first path."""
    first = subject(results)
    return tuple(
        Card(
            percent(row.fnir.value),
            f"of members' pictures not recognised among N = {count(row.people)}, {row.templates} enrolled of each",
            f"FPIR {asked(row.fpir_asked)}; {in_words(row.fnir)}; 95 %: {reach(row.fnir)}",
        )
        for row in _easiest(first)[-_MOST_CARDS:]
    )


def _easiest(result: OpenSetResult) -> list[OpenSetRow]:
    """The rows of the largest FPIR, from few people to many."""
    largest = max((row.fpir_asked for row in result.rows), default=0.0)
    return sorted(
        (row for row in result.rows if row.fpir_asked == largest), key=lambda row: (row.people, row.templates)
    )


def sections(report: EvaluationReport, results: Sequence[OpenSetResult]) -> tuple[Section, ...]:
    """Tables by false positive rate, curves over N, worst pairs, failures."""
    targets = sorted({row.fpir_asked for result in results for row in result.rows}, reverse=True)
    left_out = dict.fromkeys(text for result in results for text in result.left_out)
    notes: list[Item] = [Text(f"Left out: {text}.", note=True) for text in left_out]
    plots = [(_against_people(number, fpir, results), _caption(fpir)) for number, fpir in enumerate(targets, start=1)]
    return (
        *section("results", "Members not recognised", [*(_table(fpir, results) for fpir in targets), *notes]),
        *section("sizes", "Against the number of people enrolled", [Plots(tuple(plots))] if plots else []),
        *worst_section(report, _WORST),
        *acquisition_section(results),
    )


def _table(fpir: float, results: Sequence[OpenSetResult]) -> Table:
    rows = [(result, row) for result in results for row in result.rows if row.fpir_asked == fpir]
    best: dict[tuple[int, int], int] = {}
    for _, row in rows:
        best[_size(row)] = min(row.fnir.errors, best.get(_size(row), row.fnir.errors))
    body = tuple(
        (
            Cell(path_name(result.path)),
            Cell(f"{count(row.people)}, {row.templates} each", noun(row.seeds, "seed")),
            Cell(
                percent(row.fnir.value),
                f"{in_words(row.fnir)}\n{reach(row.fnir)}",
                best=len(results) > 1 and row.fnir.errors == best[_size(row)],
            ),
            Cell(percent(row.rank_one), f"{in_words(row.rank_one_errors)} not"),
            rate_cell(row.wrong_person),
            rate_cell(row.fpir),
            Cell(
                count(row.strangers_behind), f"{noun(row.strangers, 'stranger')}, {noun(row.members, 'member')} a seed"
            ),
            Cell(distance(row.threshold)),
        )
        for result, row in sorted(rows, key=lambda both: _size(both[1]))
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
    note = "Where few strangers' pictures stand behind a threshold, one wrong label moves the figure."
    return Table(f"At a false positive identification rate of {asked(fpir)}.", headings, body, note)


def _size(row: OpenSetRow) -> tuple[int, int]:
    return row.people, row.templates


def _against_people(number: int, fpir: float, results: Sequence[OpenSetResult]) -> Plot:
    lines = []
    for result in results:
        rows = sorted((row for row in result.rows if row.fpir_asked == fpir and row.fnir.trials), key=_size)
        for templates in dict.fromkeys(row.templates for row in rows):
            of_kind = [row for row in rows if row.templates == templates]
            several = len({row.templates for row in rows}) > 1
            name = f"{path_name(result.path)}, {templates} each" if several else path_name(result.path)
            rates = tuple(row.fnir.value or 0.0 for row in of_kind)
            lows, highs = tuple(row.fnir.low for row in of_kind), tuple(row.fnir.high for row in of_kind)
            lines.append(SizeLine(name, tuple(row.people for row in of_kind), rates, lows, highs))
    title = f"FNIR at FPIR {asked(fpir)}"
    return against_people(f"fnir-{number}", title, "members not recognised (FNIR)", lines)


def _caption(fpir: float) -> str:
    return f"Whiskers are 95 % intervals over people. {one_in(fpir)} strangers' pictures passes for somebody."
