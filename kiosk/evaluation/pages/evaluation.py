"""The report page of `kiosk evaluate`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from kiosk.evaluation.lfw import LfwResult
from kiosk.evaluation.open_set import OpenSetResult, OpenSetRow
from kiosk.evaluation.pages.page import Page, Portrait, PortraitPair, Section, thumbnail
from kiosk.evaluation.pages.plots import Line, Plot, against_people, det, distances, trade_off
from kiosk.evaluation.running import EvaluationReport, Result, WorstPair
from kiosk.evaluation.tables import Table, asked, distance, noun, one_in, percent, shortened
from kiosk.evaluation.visits import VisitsResult, VisitsRow

AnyResult = TypeVar("AnyResult", bound=Result)
_NAMES = {"lfw": "pairs of pictures (LFW)", "open-set": "an open set", "visits": "visits at a door"}


def evaluation_page(report: EvaluationReport) -> Page:
    """Return the page of one run."""
    lead, sections = _OF_PROTOCOL[report.protocol](report)
    results, acquired = report.tables()
    return Page(
        kind=report.protocol,
        title="How sure is it?",
        eyebrow=f"kiosk evaluate: {_NAMES[report.protocol]}",
        lead=lead,
        sections=[
            Section("results", "Results", results),
            *sections,
            Section("pictures", "Failed pictures, and times", acquired),
        ],
        facts=tuple(_facts(report)),
    )


def _results(report: EvaluationReport, kind: type[AnyResult]) -> tuple[AnyResult, list[AnyResult]]:
    """Return the first of the kiosk's own paths, or the peer where it was measured alone; and all."""
    every = [result for result in report.results if isinstance(result, kind)]
    return next((result for result in every if not result.path.peer), every[0]), every


def _facts(report: EvaluationReport) -> Iterator[tuple[str, str]]:
    yield "Protocol", report.protocol
    yield "Pictures", f"folder {report.folder.name or report.folder}"
    for result in report.results:
        yield "Peer" if result.path.peer else "Path", f"{result.path}, {result.acquisition.pictures:,} pictures"
    yield "Seed", str(report.seed)
    yield "Time taken", str(timedelta(seconds=round(report.seconds)))
    for name, value in report.settings.items():
        if value not in (None, "", (), [], {}):
            yield name.replace("_", " ").capitalize(), _written(value)


def _written(value: Any) -> str:  # noqa: ANN401  (JSON)
    if isinstance(value, list | tuple):
        return ", ".join(map(_written, value))
    return value.name if isinstance(value, Path) else str(value)


# Sections of several protocols ----------------------------------------------------------------------------------------


def _worst(
    report: EvaluationReport, results: Sequence[LfwResult | OpenSetResult], captions: tuple[str, str]
) -> Section:
    """Return the worst pairs of each path with their pictures; the captions are those of genuine and other pairs."""
    shown = []
    for result in results:
        for same, caption in zip((True, False), captions, strict=True):
            worst = [pair for pair in result.worst if pair.same == same][: 12 if len(results) == 1 else 6]
            if worst:
                named = caption if len(results) == 1 else f"{result.path.name}: {caption}"
                shown.append((named, [_pair(pair, report.folder) for pair in worst]))
    return Section("worst", "The worst pairs", pairs=shown)


def _pair(worst: WorstPair, folder: Path) -> PortraitPair:
    said = f"apart; the data says: {'one person' if worst.same else 'two people'}"
    portraits = tuple(_portrait(picture, folder) for picture in (worst.picture_a, worst.picture_b))
    return PortraitPair(portraits, distance(worst.distance), said, not worst.same)


def _portrait(picture: str, folder: Path) -> Portrait:
    """Name Ada_Lovelace/Ada_Lovelace_0001.jpg "Ada Lovelace 0001", and Ada/3.jpg "Ada, 3"."""
    path = Path(picture)
    name = path.stem if path.stem.startswith(path.parent.name) else f"{path.parent.name}, {path.stem}"
    return shortened(name.replace("_", " "), 60), thumbnail(folder / picture), ""


_Part = tuple[Sequence[str], Sequence[Section]]  # the lead, and the protocol's own sections

# Pairs ----------------------------------------------------------------------------------------------------------------


def _lfw(report: EvaluationReport) -> _Part:
    first, results = _results(report, LfwResult)
    accuracy = first.verification.accuracy
    pixels = next((one for one in results if one.path.encoder == "pixels"), None)
    baseline = f", and comparing pixel by pixel in {percent(pixels.verification.accuracy.value)}" if pixels else ""
    lead = [
        (
            f"Given two pictures, the kiosk answers correctly in {percent(accuracy.value)} of cases whether they show "
            "one person."
        ),
        (
            f"This is {first.path} on {noun(first.pairs, 'pair')} of {noun(first.people, 'person', 'people')}. "
            f"Guessing would be right in half of them{baseline}."
        ),
        *(_beside(first, other) for other in results if other not in (first, pixels)),
        (
            "Two pictures are the simplest question. A door compares each visitor with everybody enrolled, and takes "
            "several frames: for that, measure with `--protocol open-set` and `--protocol visits`."
        ),
    ]
    lines = [
        Line(
            result.path.name,
            result.genuine,
            result.impostor,
            tuple((point.fmr.value or 0, point.fnmr.value or 0) for point in result.verification.acquired.points),
        )
        for result in results
        if len(result.genuine) and len(result.impostor)
    ]
    caption = "Lower is better. Rings mark the thresholds of the table; on the dotted line both errors are equal."
    note = (
        "The vertical scale is a square root, so that the few pairs on the wrong side of a threshold can be seen. "
        "Pairs left of a threshold are accepted, pairs right of it are rejected."
    )
    histograms = []
    for number, result in enumerate(results, start=1):
        found, name = result.verification, result.path.name
        marks = [("most accurate", found.threshold)]
        marks += [(f"FMR {asked(one.fmr_asked)}", one.threshold) for one in found.points[:1]]
        plot = distances(f"distances-{number}", name, result.genuine, result.impostor, marks)
        histograms.append((plot, f"{name}: where both kinds overlap, no threshold is right for all."))
    return lead, [
        Section("curves", "Both errors at every threshold", plots=[(det(lines), caption)] if lines else []),
        Section("distances", "Distances", plots=histograms, notes=[note]),
        _worst(report, results, ("one person, but far apart", "two people, but close")),
    ]


def _beside(first: LfwResult, other: LfwResult) -> str:
    one, two = first.verification.accuracy.interval, other.verification.accuracy.interval
    overlap = two.low <= one.high and one.low <= two.high
    found = f"{other.path.name} on the same pictures: {percent(other.verification.accuracy.value)}"
    return f"{found}; there are too few pairs to say which is better." if overlap else f"{found}."


# Searches -------------------------------------------------------------------------------------------------------------


def _open_set(report: EvaluationReport) -> _Part:
    first, results = _results(report, OpenSetResult)
    targets = sorted({row.point.fpir_asked for result in results for row in result.rows}, reverse=True)
    plots = [
        (_against_people(number, fpir, results), "Whiskers are 95 % intervals over people.")
        for number, fpir in enumerate(targets, start=1)
    ]
    return _search_lead(first), [
        Section("sizes", "By the number of people enrolled", plots=plots),
        _worst(report, results, ("members farthest from their own pictures", "strangers nearest to a member")),
    ]


def _search_lead(first: OpenSetResult) -> Sequence[str]:
    """Return the answer at the largest FPIR, for the largest gallery and for the smallest."""
    rows = _at_fpir(first, max(row.point.fpir_asked for row in first.rows))
    most, fewest = rows[-1], rows[0]
    how = f"This is {first.path}, with {noun(most.templates, 'picture')} enrolled of each person."
    if fewest.people != most.people:
        how += (
            f" With {fewest.people:,} people, {fewest.templates} each, it is {percent(fewest.point.fnir.value)}: "
            "more people make it harder."
        )
    return (
        (
            f"With {noun(most.people, 'person', 'people')} enrolled, and a threshold that accepts "
            f"{one_in(most.point.fpir_asked)} strangers' pictures, {percent(most.point.fnir.value)} of the members' "
            "pictures are not recognised."
        ),
        how,
        (
            "One picture is not a visit: a door takes several frames and opens only when enough of them agree. For "
            "that, measure with `--protocol visits`."
        ),
    )


def _at_fpir(result: OpenSetResult, fpir: float) -> list[OpenSetRow]:
    rows = [row for row in result.rows if row.point.fpir_asked == fpir]
    return sorted(rows, key=lambda row: (row.people, row.templates))


def _against_people(number: int, fpir: float, results: Sequence[OpenSetResult]) -> Plot:
    lines = []
    for result in results:
        rows = [row for row in _at_fpir(result, fpir) if row.point.fnir.trials]
        for few in dict.fromkeys(row.templates for row in rows):
            points = [(row.people, row.point.fnir) for row in rows if row.templates == few]
            lines.append((f"{result.path.name}, {few} each", points))
    title = f"FNIR at FPIR {asked(fpir)}"
    return against_people(f"fnir-{number}", title, "members not recognised (FNIR)", lines)


# Visits ---------------------------------------------------------------------------------------------------------------

_KINDS = {
    "pictures": "several pictures of a person, as frames",
    "still": "moved, dimmed and blurred copies of one picture",
    "clips": "video clips",
}


def _visits(report: EvaluationReport) -> _Part:
    first, results = _results(report, VisitsResult)
    curves = []
    for number, result in enumerate(results, start=1):
        row = _main(result)
        points = _curve(result, row) if row else []
        if row and len(points) > 1:
            marks = [("in force", row.door.threshold)]
            caption = f"{_KINDS[row.kind].capitalize()}, N = {row.people:,}. Refused: not granted in one visit."
            curves.append((trade_off(f"thresholds-{number}", result.path.name, points, marks), caption))
    return _visits_lead(first), [
        Section("thresholds", "At other thresholds", plots=curves),
        Section("frames", "Frames of one visit", _frames(results)),
    ]


def _frames(results: Sequence[VisitsResult]) -> Table | None:
    """Return a table of the correlation of strangers' frames, and of its effect on whole visits."""
    rows = []
    for result in results:
        for name, facts in result.facts.items():
            visits = facts["visits"] or {}
            rates = [percent(visits.get(key)) for key in ("frame_rate", "foretold", "counted")]
            correlation = facts["frames"]["correlation"]
            rows.append((result.path.name, name, "-" if correlation is None else f"{correlation:.2f}", *rates))
    headings = ("path", "visits", "correlation", "frames naming a person", "strangers granted: predicted", "counted")
    return Table(headings, rows) if rows else None


def _main(result: VisitsResult) -> VisitsRow | None:
    """Return the most important row: most people, several pictures where there are enough, the threshold in force."""
    return max(result.rows, key=lambda row: (row.people, row.kind == "pictures"), default=None)


def _visits_lead(first: VisitsResult) -> Sequence[str]:
    row = _main(first)
    if row is None:
        return ["There is no answer: too few people, or too few pictures of each."]
    strangers, refused, undecided = row.strangers_granted, row.members_refused, row.members_undecided
    opened = f"none opened the door: at most {one_in(strangers.high)} would (95 %)"
    if strangers.errors:
        opened = f"{strangers.errors:,} opened the door ({one_in(strangers.value or 0)})"
    return (
        f"Of {noun(strangers.trials, 'visit')} by strangers, {opened}.",
        (
            f"Of {noun(refused.trials, 'visit')} by members, {refused.errors:,} ({percent(refused.value)}) ended "
            f"refused and {undecided.errors:,} ({percent(undecided.value)}) without a decision."
        ),
        (
            f"This is {first.path} with N = {row.people:,} people enrolled by {noun(row.templates, 'picture')} each, "
            f"visits of {noun(row.frames, 'frame')} ({_KINDS[row.kind]}), {row.door.rule.k} of {row.door.rule.n} "
            f"frames agreeing, threshold {distance(row.door.threshold)}, margin {row.door.margin:g}."
        ),
    )


def _curve(result: VisitsResult, row: VisitsRow) -> list[tuple[float, float, float]]:
    """Return threshold, strangers let in and members not granted, at thresholds around the one in force."""
    facts: Mapping[str, Any] = result.facts.get(f"{row.kind}, N = {row.people}", {})
    return sorted(
        (float(name.removeprefix("at ")), rates["strangers_granted"], rates["members_not_granted"])
        for name, rates in facts.items()
        if name.startswith("at ") and None not in rates.values()
    )


_OF_PROTOCOL: Mapping[str, Callable[[EvaluationReport], _Part]] = {
    "lfw": _lfw,
    "open-set": _open_set,
    "visits": _visits,
}
