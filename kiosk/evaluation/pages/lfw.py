"""The page of LFW's protocol: pairs of pictures, of one person or of two."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.evaluation.pages.acquisition import acquisition_section, worst_section
from kiosk.evaluation.pages.curves import Line, det, distances, roc
from kiosk.evaluation.pages.page import Card, Item, Plots, Section, Table, Text, section
from kiosk.evaluation.pages.plots import Plot
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
from kiosk.evaluation.rates import OperatingPoint, curve
from kiosk.evaluation.results import EvaluationReport, LfwResult

_WORST = ("one person, and yet far apart", "two people, and yet close")
_PIXELS = "pixels"  # the naive baseline


def lead(results: Sequence[LfwResult]) -> tuple[str, ...]:
    """The answer in plain words, of the first path; then the others."""
    first = subject(results)
    answer = (
        f"Shown two pictures, the kiosk says rightly in {percent(first.accuracy)} of cases whether they are of one "
        "person."
    )
    how = (
        f"That is {first.path} on {noun(first.pairs, 'pair')} of {noun(first.people, 'person', 'people')}. Guessing "
        f"would be right in half of them{_pixels(results)}."
    )
    door = (
        "Two pictures are the simplest question. A door compares each visitor with everybody enrolled, and looks more "
        "than once: for that, measure with `--protocol open-set` and `--protocol visits`."
    )
    return (answer, " ".join([how, *(_beside(first, other) for other in results if _compared(first, other))]), door)


def _pixels(results: Sequence[LfwResult]) -> str:
    baseline = next((result for result in results if result.path.encoder == _PIXELS), None)
    return f", and comparing pixel by pixel in {percent(baseline.accuracy)}" if baseline else ""


def _compared(first: LfwResult, other: LfwResult) -> bool:
    return other is not first and other.path.encoder != _PIXELS


def _beside(first: LfwResult, other: LfwResult) -> str:
    found = f"{path_name(other.path)} on the same pictures: {percent(other.accuracy)}"
    mine, its = first.accuracy_interval, other.accuracy_interval
    if its.low > mine.high or its.high < mine.low:
        return f"{found}."
    return f"{found}; these pairs are too few to say which of both is better."


def cards(results: Sequence[LfwResult]) -> tuple[Card, ...]:
    """The most important figures of the first path."""
    first = subject(results)
    accuracy = Card(
        percent(first.accuracy),
        "of the pairs judged rightly",
        f"95 %: {reach(first.accuracy_interval)}",
        "good",
    )
    missed = tuple(_missed(point) for point in first.points)
    failed = first.acquisition.rate
    fta = Card(percent(failed.value), "of the pictures give no face to compare", in_words(failed))
    return (accuracy, *missed, fta)


def _missed(point: OperatingPoint) -> Card:
    text = f"not recognised, where {one_in(point.fmr_asked)} other people passes for the person"
    detail = f"{in_words(point.fnmr)}; 95 %: {reach(point.fnmr)}"
    if not point.is_carried:
        return Card(percent(point.fnmr.value), text, f"{detail}. Too few pairs for that threshold.", "warn")
    return Card(percent(point.fnmr.value), text, detail)


def sections(report: EvaluationReport, results: Sequence[LfwResult]) -> tuple[Section, ...]:
    """Tables, curves, histograms, worst pairs, failures."""
    plots = [_histogram(number, result) for number, result in enumerate(results, start=1)]
    histograms: list[Item] = [Plots(tuple(plots)), Text(_HISTOGRAM_NOTE, note=True)] if plots else []
    return (
        *section("results", "Results", [_accuracy_table(results), _thresholds_table(results)]),
        *section("curves", "Both errors, at every threshold", _curves(results)),
        *section("distances", "Distances", histograms),
        *worst_section(report, _WORST),
        *acquisition_section(results),
    )


_HISTOGRAM_NOTE = (
    "Heights are drawn as square roots, so that the few pairs on the wrong side of a threshold can be seen. Left of a "
    "threshold is accepted, right of it refused."
)


def _accuracy_table(results: Sequence[LfwResult]) -> Table:
    best = max((result.accuracy for result in results), default=0.0)
    rows: tuple[tuple[Cell | str, ...], ...] = tuple(
        (
            Cell(path_name(result.path), f"{count(result.pairs)} pairs"),
            Cell(
                percent(result.accuracy),
                _accuracy_detail(result),
                best=result.accuracy == best and len(results) > 1,
            ),
            Cell(percent(result.accuracy_acquired)),
            *(_point_cell(point) for point in result.points),
            Cell(percent(result.equal_error_rate), reach(result.equal_error_interval)),
            Cell(f"{result.area:.4f}", _area_reach(result)),
            rate_cell(result.acquisition.rate),
        )
        for result in results
    )
    heads = [f"FNMR at FMR {asked(point.fmr_asked)}" for point in results[0].points] if results else []
    headings = (
        "Path",
        "Accuracy",
        "Without failures",
        *heads,
        "Equal error rate",
        "Area under ROC",
        "Failure to acquire",
    )
    note = (
        "A pair with a picture that gives no face counts as an error in the accuracy, as not recognised in the FNMR "
        "and as rightly refused in the FMR. Equal error rate and area are of the pairs without such pictures. Below "
        "the accuracy: 95 % interval over people, then ± the standard error of the mean over the folds."
        f"{_starred(results)}"
    )
    return Table("Accuracy by the protocol, and both errors.", headings, rows, note)


def _starred(results: Sequence[LfwResult]) -> str:
    if all(point.is_carried for result in results for point in result.points):
        return ""
    return " * No pair of two people is nearer than this threshold: its FMR is hoped for, not measured."


def _area_reach(result: LfwResult) -> str:
    interval = result.area_interval
    return f"{interval.low:.4f} to {interval.high:.4f}" if interval else ""


def _accuracy_detail(result: LfwResult) -> str:
    error = "" if result.accuracy_error is None else f"\n± {percent(result.accuracy_error)}"
    return f"{reach(result.accuracy_interval)}{error}"


def _point_cell(point: OperatingPoint) -> Cell:
    cell = rate_cell(point.fnmr)
    return cell if point.is_carried else Cell(cell.text, f"{cell.detail}\ntoo few pairs *")


def _thresholds_table(results: Sequence[LfwResult]) -> Table:
    rows: tuple[tuple[Cell | str, ...], ...] = tuple(
        (
            path_name(result.path),
            Cell(distance(result.threshold), result.folds),
            *(Cell(distance(point.threshold), f"FMR there: {in_words(point.fmr)}") for point in result.points),
            Cell(distance(result.equal_error_threshold)),
            Cell(percent(result.accuracy_std)),
        )
        for result in results
    )
    heads = [f"FMR {asked(point.fmr_asked)}" for point in results[0].points] if results else []
    headings = ("Path", "Most accurate", *heads, "Equal errors", "Accuracy's deviation over the folds")
    return Table("The thresholds behind these figures: distances, each path's own scale.", headings, rows)


def _curves(results: Sequence[LfwResult]) -> list[Item | None]:
    lines = [_line(result) for result in results if len(result.scores.genuine) and len(result.scores.impostor)]
    if not lines:
        return []
    det_caption = (
        "The lower, the better. Rings are the thresholds of Table 1; on the dotted line both errors are the same."
    )
    roc_caption = "The higher, the better: the same curves as they are drawn more often."
    return [Plots(((det(lines), det_caption), (roc(lines), roc_caption)))]


def _line(result: LfwResult) -> Line:
    scores = result.scores
    marks = tuple((point.fmr.value or 0.0, point.fnmr.value or 0.0) for point in result.points_acquired)
    pairs = (len(scores.genuine), len(scores.impostor))
    return Line(path_name(result.path), curve(scores.genuine, scores.impostor), pairs, marks)


def _histogram(number: int, result: LfwResult) -> tuple[Plot, str]:
    thresholds = [("most accurate", result.threshold)]
    thresholds += [(f"FMR {asked(point.fmr_asked)}", point.threshold) for point in result.points[:1]]
    name = path_name(result.path)
    plot = distances(f"distances-{number}", name, result.scores.genuine, result.scores.impostor, thresholds)
    return plot, f"{name}: where both kinds overlap, no threshold is right for all."
