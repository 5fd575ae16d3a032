"""The report page of the protocol lfw: pairs of pictures of one person or of two."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.evaluation.intervals import Interval
from kiosk.evaluation.lfw import LfwResult
from kiosk.evaluation.pages.acquisition import acquisition_section, worst_section
from kiosk.evaluation.pages.curves import Line, det, distances, roc
from kiosk.evaluation.pages.page import Card, Item, Paragraph, Plots, Section, Table, section
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
from kiosk.evaluation.results import EvaluationReport

_WORST = ("one person, but far apart", "two people, but close")
_PIXELS = "pixels"  # the naive baseline


def lead(results: Sequence[LfwResult]) -> tuple[str, ...]:
    """Return the answer in plain words: the first path, then the others."""
    first = subject(results)
    answer = (
        f"Given two pictures, the kiosk answers correctly in {percent(_accuracy(first))} of cases whether they show "
        "one person."
    )
    how = (
        f"This is {first.path} on {noun(first.pairs, 'pair')} of {noun(first.people, 'person', 'people')}. Guessing "
        f"would be right in half of them{_pixels(results)}."
    )
    door = (
        "Two pictures are the simplest question. A door compares each visitor with everybody enrolled, and takes "
        "several frames: for that, measure with `--protocol open-set` and `--protocol visits`."
    )
    others = [other for other in results if other is not first and other.path.encoder != _PIXELS]
    return (answer, " ".join([how, *(_beside(first, other) for other in others)]), door)


def _accuracy(result: LfwResult) -> float:
    return result.verification.accuracy.value


def _accuracy_interval(result: LfwResult) -> Interval:
    return result.verification.accuracy.interval


def _pixels(results: Sequence[LfwResult]) -> str:
    baseline = next((result for result in results if result.path.encoder == _PIXELS), None)
    return f", and comparing pixel by pixel in {percent(_accuracy(baseline))}" if baseline else ""


def _beside(first: LfwResult, other: LfwResult) -> str:
    found = f"{path_name(other.path)} on the same pictures: {percent(_accuracy(other))}"
    one, two = _accuracy_interval(first), _accuracy_interval(other)
    if two.low > one.high or two.high < one.low:
        return f"{found}."
    return f"{found}; there are too few pairs to say which is better."


def cards(results: Sequence[LfwResult]) -> tuple[Card, ...]:
    """Return the most important figures of the first path."""
    first = subject(results)
    interval = f"95 %: {reach(_accuracy_interval(first))}"
    accuracy = Card(percent(_accuracy(first)), "of the pairs judged correctly", interval, "good")
    failed = first.acquisition.rate
    fta = Card(percent(failed.value), "of the pictures give no face to compare", in_words(failed))
    return (accuracy, *map(_missed, first.verification.points), fta)


def _missed(point: OperatingPoint) -> Card:
    text = f"not recognised, at a threshold that accepts {one_in(point.fmr_asked)} other people"
    detail = f"{in_words(point.fnmr)}; 95 %: {reach(point.fnmr)}"
    if not point.is_carried:
        return Card(percent(point.fnmr.value), text, f"{detail}. Too few pairs for that threshold.", "warn")
    return Card(percent(point.fnmr.value), text, detail)


def sections(report: EvaluationReport, results: Sequence[LfwResult]) -> tuple[Section, ...]:
    """Return tables, curves, histograms, worst pairs and failures."""
    plots = tuple(_histogram(number, result) for number, result in enumerate(results, start=1))
    return (
        *section("results", "Results", [_accuracy_table(results), _thresholds_table(results)]),
        *section("curves", "Both errors at every threshold", _curves(results)),
        *section("distances", "Distances", [Plots(plots), Paragraph(_HISTOGRAM_NOTE, note=True)]),
        *worst_section(report, [(result.path, result.worst) for result in results], _WORST),
        *acquisition_section(results),
    )


_HISTOGRAM_NOTE = (
    "The vertical scale is a square root, so that the few pairs on the wrong side of a threshold can be seen. Pairs "
    "left of a threshold are accepted, pairs right of it are rejected."
)


def _accuracy_table(results: Sequence[LfwResult]) -> Table:
    best = max(map(_accuracy, results)) if len(results) > 1 else None
    rows = tuple(_accuracy_row(result, best=_accuracy(result) == best) for result in results)
    headings = (
        "Path",
        "Accuracy",
        "Without failures",
        *(f"FNMR at FMR {asked(point.fmr_asked)}" for point in results[0].verification.points),
        "Equal error rate",
        "Area under ROC",
        "Failure to acquire",
    )
    note = (
        "A pair with a picture that gives no face counts as an error in the accuracy, as not recognised in the FNMR "
        "and as correctly rejected in the FMR. Equal error rate and area leave such pairs out. Below the accuracy: "
        "95 % interval over people, then ± the standard error of the mean over the folds."
    )
    if not all(point.is_carried for result in results for point in result.verification.points):
        note += " * No pair of two people is below this threshold, so its FMR is not measured."
    return Table("Accuracy by the protocol, and both errors.", headings, rows, note)


def _accuracy_row(result: LfwResult, *, best: bool) -> tuple[Cell | str, ...]:
    found = result.verification
    error, area = found.accuracy.standard_error, found.area.interval
    detail = reach(found.accuracy.interval) + ("" if error is None else f"\n± {percent(error)}")
    return (
        Cell(path_name(result.path), f"{count(result.pairs)} pairs"),
        Cell(percent(found.accuracy.value), detail, best=best),
        Cell(percent(found.accuracy_acquired.value)),
        *map(_point_cell, found.points),
        Cell(percent(found.equal_error.value), reach(found.equal_error.interval)),
        Cell(f"{found.area.value:.4f}", f"{area.low:.4f} to {area.high:.4f}" if area else ""),
        rate_cell(result.acquisition.rate),
    )


def _point_cell(point: OperatingPoint) -> Cell:
    cell = rate_cell(point.fnmr)
    return cell if point.is_carried else Cell(cell.text, f"{cell.detail}\ntoo few pairs *")


def _thresholds_table(results: Sequence[LfwResult]) -> Table:
    headings = (
        "Path",
        "Most accurate",
        *(f"FMR {asked(point.fmr_asked)}" for point in results[0].verification.points),
        "Equal errors",
        "Deviation of the accuracy over the folds",
    )
    caption = "The thresholds behind these figures, as distances of each path."
    return Table(caption, headings, tuple(map(_thresholds_row, results)))


def _thresholds_row(result: LfwResult) -> tuple[Cell | str, ...]:
    found = result.verification
    return (
        path_name(result.path),
        Cell(distance(found.threshold), result.folds),
        *(Cell(distance(point.threshold), f"FMR there: {in_words(point.fmr)}") for point in found.points),
        Cell(distance(found.equal_error_threshold)),
        Cell(percent(found.accuracy.std)),
    )


def _curves(results: Sequence[LfwResult]) -> list[Item | None]:
    lines = [_line(result) for result in results if len(result.genuine) and len(result.impostor)]
    if not lines:
        return []
    det_caption = "Lower is better. Rings mark the thresholds of Table 1; on the dotted line both errors are equal."
    roc_caption = "Higher is better: the same curves in their more common form."
    return [Plots(((det(lines), det_caption), (roc(lines), roc_caption)))]


def _line(result: LfwResult) -> Line:
    marks = tuple((point.fmr.value or 0.0, point.fnmr.value or 0.0) for point in result.verification.points_acquired)
    pairs = (len(result.genuine), len(result.impostor))
    return Line(path_name(result.path), curve(result.genuine, result.impostor), pairs, marks)


def _histogram(number: int, result: LfwResult) -> tuple[Plot, str]:
    found, name = result.verification, path_name(result.path)
    thresholds = [("most accurate", found.threshold)]
    thresholds += [(f"FMR {asked(point.fmr_asked)}", point.threshold) for point in found.points[:1]]
    plot = distances(f"distances-{number}", name, result.genuine, result.impostor, thresholds)
    return plot, f"{name}: where both kinds overlap, no threshold is right for all."
