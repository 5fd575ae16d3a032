"""The report page of the protocol visits: strangers let in and members refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from kiosk.evaluation.intervals import Rate
from kiosk.evaluation.pages.acquisition import acquisition_section
from kiosk.evaluation.pages.curves import trade_off
from kiosk.evaluation.pages.page import Card, Item, Paragraph, Plots, Section, Table, section
from kiosk.evaluation.pages.plots import IntervalRow, Plot, intervals
from kiosk.evaluation.pages.wording import (
    NOTHING,
    Cell,
    at_most,
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
from kiosk.evaluation.visits import VisitsResult, VisitsRow

_TWICE = (
    "Of two rows that differ only in the threshold, the second has the highest threshold that admits none of these "
    "strangers. It was chosen on them, so it does not measure strangers."
)
_AT = "at "  # begins the name of a fact at a threshold
_KINDS = {
    "pictures": "several pictures of a person, as frames",
    "still": "moved, dimmed and blurred copies of one picture",
    "clips": "video clips",
}


def lead(results: Sequence[VisitsResult]) -> tuple[str, ...]:
    """Return the answer in plain words, for the largest gallery of the first path."""
    first = subject(results)
    row = _main(first)
    if row is None:
        return ("There is no answer: too few people, or too few pictures of each.",)
    strangers, members = row.strangers_granted, row.members_refused
    if strangers.errors:
        opened = f"{count(strangers.errors)} opened the door ({one_in(strangers.value)})"
    else:
        opened = f"none opened the door: {at_most(strangers)} would (95 %)"
    answer = f"Of {noun(strangers.trials, 'visit')} by strangers, {opened}."
    refused = (
        f"Of {noun(members.trials, 'visit')} by members, {count(members.errors)} ({percent(members.value)}) ended "
        f"refused and {count(row.members_undecided.errors)} ({percent(row.members_undecided.value)}) without "
        "a decision."
    )
    rule = row.door.rule
    how = (
        f"This is {first.path} with N = {count(row.people)} people enrolled by {noun(row.templates, 'picture')} each, "
        f"visits of {noun(row.frames, 'frame')} ({_kind(row)}), {rule.k} of {rule.n} frames agreeing, threshold "
        f"{distance(row.door.threshold)}, margin {row.door.margin:g}."
    )
    return (answer, refused, how)


def cards(results: Sequence[VisitsResult]) -> tuple[Card, ...]:
    """Return the most important figures."""
    first = subject(results)
    row = _main(first)
    if row is None:
        return ()
    median = row.frames_needed.get("median")
    frames = (
        () if median is None else (Card(f"{median:g}", "frames until the door opens, half of the time", _late(row)),)
    )
    return (
        _seldom(row.strangers_granted, "visits by strangers opened the door"),
        _seldom(row.wrong_person_granted, "visits by members were taken for another member"),
        Card(percent(row.members_refused.value), "of members' visits ended refused", _counts(row.members_refused)),
        *frames,
    )


def _seldom(rate: Rate, text: str) -> Card:
    tone = "warn" if rate.errors else "good"
    detail = f"{at_most(rate)} (95 %)"
    if not rate.errors:
        return Card(in_words(rate), text, detail, tone)
    return Card(one_in(rate.value), text, f"{in_words(rate)}; {detail}", tone)


def _counts(rate: Rate) -> str:
    return f"{in_words(rate)}; 95 %: {reach(rate)}"


def _late(row: VisitsRow) -> str:
    late = row.frames_needed.get("p90")
    return "" if late is None else f"nine times of ten: at most {late:g}"


def _main(result: VisitsResult) -> VisitsRow | None:
    """Return the most important row: most people, several pictures where there are enough, the threshold in force."""
    return max(result.rows, key=lambda row: (row.people, row.kind == "pictures"), default=None)


def _kind(row: VisitsRow) -> str:
    return _KINDS.get(row.kind, row.kind)


def sections(results: Sequence[VisitsResult]) -> tuple[Section, ...]:
    """Return intervals, tables, further figures and failures."""
    plots = [_plot(number, result) for number, result in enumerate(results, start=1) if result.rows]
    left_out = dict.fromkeys(text for result in results for text in result.left_out)
    notes: list[Item] = [Paragraph(f"Left out: {text}.", note=True) for text in left_out]
    shown: list[Item] = [Plots(tuple(plots))] if plots else []
    tables = [table for result in results if result.rows for table in (_table(result), _settings_table(result))]
    return (
        *section("results", "How visits ended", [*shown, *tables, *notes]),
        *section("thresholds", "At other thresholds", [_at_thresholds(results)]),
        *section("facts", "Further figures", [_facts(result) for result in results]),
        *acquisition_section(results),
    )


def _plot(number: int, result: VisitsResult) -> tuple[Plot, str]:
    rows = [
        IntervalRow(
            f"{row.kind}, N = {count(row.people)}, at {distance(row.door.threshold)}",
            row.strangers_granted,
            row.members_refused,
        )
        for row in result.rows
    ]
    caption = "Further left is better. A line without a dot: no error was seen, and its end is the upper limit."
    return intervals(f"visits-{number}", path_name(result.path), rows), caption


def _table(result: VisitsResult) -> Table:
    body = tuple(
        (
            Cell(f"N = {count(row.people)}, {row.templates} each", f"{_kind(row)}\nat {distance(row.door.threshold)}"),
            Cell(
                one_in(row.strangers_granted.value),
                f"{in_words(row.strangers_granted)}\n{at_most(row.strangers_granted)}",
            ),
            rate_cell(row.wrong_person_granted),
            rate_cell(row.members_refused),
            rate_cell(row.members_undecided),
            Cell(f"{row.frames_needed.get('median', 0):g}" if row.frames_needed else NOTHING, _late(row)),
        )
        for row in result.rows
    )
    headings = (
        "People, pictures of each",
        "Strangers let in",
        "Taken for another member",
        "Members refused",
        "Members undecided",
        "Frames to open",
    )
    kinds = {(row.kind, row.people, row.templates) for row in result.rows}
    note = _TWICE if len(kinds) < len(result.rows) else ""
    return Table(f"{path_name(result.path)}: how visits ended, with counts and 95 % intervals.", headings, body, note)


def _settings_table(result: VisitsResult) -> Table:
    body = tuple(
        (
            Cell(f"N = {count(row.people)}, {row.templates} each", _kind(row)),
            Cell(distance(row.door.threshold)),
            Cell(f"{row.door.margin:g}"),
            Cell(f"{row.door.rule.k} of {row.door.rule.n}"),
            Cell(count(row.frames)),
            Cell(count(row.seeds)),
            Cell(count(row.strangers), "people"),
            Cell(count(row.members), "people"),
        )
        for row in result.rows
    )
    headings = ("People, pictures of each", "Threshold", "Margin", "k of n", "Frames", "Seeds", "Strangers", "Members")
    note = "Many visits of few people say less than their number suggests: the last two columns count the people."
    return Table(f"{path_name(result.path)}: the rule, and the people behind the figures.", headings, body, note)


def _facts(result: VisitsResult) -> Table | None:
    told = {name: values for name, values in _flat(result.facts) if not name.startswith(_AT) and f", {_AT}" not in name}
    rows = tuple((name, Cell(value)) for name, value in told.items())
    return Table(f"{path_name(result.path)}: further figures.", ("Figure", "Value"), rows) if rows else None


def _at_thresholds(results: Sequence[VisitsResult]) -> Plots | None:
    """Return both errors at thresholds around the one in force, for the most important row."""
    shown = []
    for number, result in enumerate(results, start=1):
        row = _main(result)
        points = _points(result.facts.get(f"{row.kind}, N = {row.people}", {})) if row else []
        if row and len(points) > 1:
            thresholds, strangers, members = (np.array(values) for values in zip(*points, strict=True))
            marks = [("in force", row.door.threshold)]
            name, title = f"thresholds-{number}", path_name(result.path)
            plot = trade_off(name, title, thresholds, strangers, members, asked=None, marks=marks)
            shown.append(
                (plot, f"{_kind(row).capitalize()}, N = {count(row.people)}. Refused: not granted in one visit.")
            )
    return Plots(tuple(shown)) if shown else None


def _points(facts: Mapping[str, Any]) -> list[tuple[float, float, float]]:
    """Return threshold, strangers let in, members not granted."""
    found = []
    for name, rates in facts.items():
        if name.startswith(_AT) and None not in rates.values():
            found.append((float(name.removeprefix(_AT)), rates["strangers_granted"], rates["members_not_granted"]))
    return sorted(found)


def _flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        whole = f"{before}{name}".replace("_", " ")
        if isinstance(value, Mapping):
            yield from _flat(value, f"{whole}, ")
        else:
            yield whole, f"{value:.4g}" if isinstance(value, float) else str(value)
