"""The report page of `kiosk calibrate`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Template, display_name
from kiosk.evaluation.calibration import sentences
from kiosk.evaluation.calibration.calibrating import DoorReport, PoorPicture
from kiosk.evaluation.calibration.distances import OddPicture, PicturePair
from kiosk.evaluation.calibration.model import Alternative, Calibration, Setting, Strictness
from kiosk.evaluation.pages.curves import distances, trade_off
from kiosk.evaluation.pages.page import (
    Advice,
    Card,
    Item,
    Page,
    Paragraph,
    Plots,
    Portrait,
    PortraitPair,
    PortraitPairs,
    Section,
    SettingChoice,
    SettingChoices,
    Thumbnails,
    section,
    write_page,
)
from kiosk.evaluation.pages.plots import Plot
from kiosk.evaluation.pages.wording import CALIBRATION, CALIBRATION_LIMITS, count, distance, noun
from kiosk.vision.quality import in_words

_MOST_TEMPLATES = 1500  # in the histogram; of more, that many are drawn at random
_STEPS = 60  # of thresholds in a plot
_NAMES = {Strictness.STRICTER: "Stricter", Strictness.BALANCED: "Balanced", Strictness.EASIER: "Easier"}


def write_calibration(path: Path, report: DoorReport) -> None:
    """Write the page as one file; raises EvaluationError as write_page does."""
    write_page(path, calibration_page(report))


def calibration_page(report: DoorReport) -> Page:
    """Return the page of one door."""
    return Page(
        title="How sure is this door?",
        eyebrow="kiosk calibrate",
        lead=_lead(report),
        cards=_cards(report),
        sections=tuple(_sections(report)),
        facts=_facts(report),
        terms=CALIBRATION,
        limits=CALIBRATION_LIMITS,
    )


def _lead(report: DoorReport) -> tuple[str, ...]:
    """Return the answer; a promise begins with strangers and members, an estimate says first that it is one."""
    first, *further = sentences.answer_lines(report)
    if not report.promised:
        return (first, *further)
    return (*further[:2], first, *further[2:])


def _cards(report: DoorReport) -> tuple[Card, ...]:
    chosen = report.answer
    if chosen is None:
        return ()
    strangers, refused = chosen.strangers, chosen.refused
    return (
        Card(
            sentences.one_in(strangers.mean),
            "visits by a stranger open the door",
            f"95 %: {sentences.one_in(strangers.low)} to {sentences.one_in(strangers.high)}",
            "good" if chosen.promised else "warn",
        ),
        Card(
            sentences.per_thousand(refused.mean),
            "of 1,000 members' visits are refused at first",
            f"95 %: {sentences.per_thousand(refused.low)} to {sentences.per_thousand(refused.high)}",
        ),
        Card(distance(chosen.threshold), "is the threshold", f"in force now: {distance(report.threshold)}"),
        Card(
            count(len(report.gallery.people)),
            "people are enrolled",
            noun(len(report.gallery.templates), "picture"),
        ),
    )


def _sections(report: DoorReport) -> Iterator[Section]:
    found, thumbnails = report.calibration, Thumbnails(report.folder)
    if found is not None:
        yield from section("settings", "Stricter, balanced, easier", [_choices(report, found)])
    yield from section("thresholds", "Rates at every threshold", [_plots(report)])
    alike = tuple(_alike(pair, report, thumbnails) for pair in report.confusable)
    yield from section(
        "alike", "People who look most alike", [PortraitPairs("Nearest first", alike) if alike else None]
    )
    yield from section("pictures", "Pictures to check", _pictures(report, thumbnails))
    advice = tuple(_point(line) for line in sentences.advice_lines(report))
    yield from section("advice", "What would help most", [Advice(advice) if advice else None])
    yield from section("basis", "Basis of these figures", [Paragraph(line) for line in sentences.basis_lines(report)])


def _point(line: str) -> tuple[str, str]:
    what, colon, why = line.partition(": ")
    return (f"{what}{colon.strip()}", why)


def _choices(report: DoorReport, found: Calibration) -> SettingChoices:
    now = SettingChoice("In force now", _figures(report, found.now), text=_doubtful(found.now))
    return SettingChoices((*(_choice(report, each) for each in found.alternatives), now))


def _choice(report: DoorReport, each: Alternative) -> SettingChoice:
    name, chosen = _NAMES[each.strictness], each.strictness is Strictness.BALANCED
    if each.setting is None:
        return SettingChoice(name, (), chosen=False, text="No threshold is strict enough.")
    return SettingChoice(name, _figures(report, each.setting), chosen=chosen, text=_doubtful(each.setting))


def _doubtful(setting: Setting) -> str:
    return "" if setting.promised else "An estimate, not a promise."


def _figures(report: DoorReport, setting: Setting) -> tuple[tuple[str, str, str], ...]:
    strangers, refused, rule = setting.strangers, setting.refused, report.rule
    return (
        (
            "A stranger is let in",
            sentences.one_in(strangers.mean),
            f"{sentences.one_in(strangers.low)} to {sentences.one_in(strangers.high)}",
        ),
        (
            "A member is refused",
            f"{sentences.per_thousand(refused.mean)} in 1,000",
            f"{sentences.per_thousand(refused.low)} to {sentences.per_thousand(refused.high)}",
        ),
        ("Threshold", distance(setting.threshold), ""),
        ("Margin; frames that agree", f"{report.margin:g}; {rule.k} of {rule.n}", ""),
    )


def _plots(report: DoorReport) -> Plots | None:
    marks = [("in force", report.threshold)]
    if report.answer is not None and report.answer.threshold != report.threshold:
        marks.append(("proposed", report.answer.threshold))
    own, others = _distances(report)
    shown = []
    if report.calibration is not None:
        caption = "Left is stricter: fewer strangers are let in, more members are refused."
        shown.append((_trade_off(report.calibration, report.margin, [*marks]), caption))
    if len(own) or len(others):
        plot = distances("distances", "Distances of the pictures enrolled", own, others, marks)
        caption = (
            "Every picture against every other one, on a square root scale. Pictures of one person right of the "
            "threshold are not recognised; pictures of two people left of it are confused."
        )
        shown.append((plot, caption))
    return Plots(tuple(shown)) if shown else None


def _trade_off(found: Calibration, margin: float, marks: list[tuple[str, float]]) -> Plot:
    at = [threshold for _, threshold in marks]
    thresholds = np.linspace(max(0.5 * min(at), 0.02), 1.5 * max(at), _STEPS)
    refused = np.array([found.model.refused_at(float(threshold), margin).mean for threshold in thresholds])
    return trade_off(
        "trade-off",
        "Strangers and members",
        thresholds,
        found.model.strangers(thresholds),
        refused,
        asked=found.asked,
        marks=marks,
    )


def _distances(report: DoorReport) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return the distances between pictures of one person, and of two."""
    gallery = report.gallery
    picked = np.arange(len(gallery.templates))
    if len(picked) > _MOST_TEMPLATES:
        picked = np.sort(np.random.default_rng(0).choice(picked, _MOST_TEMPLATES, replace=False))
    if len(picked) < 2:
        return np.empty(0), np.empty(0)
    matrix, owners = gallery.matrix[picked], gallery.owners[picked]
    rows, columns = np.triu_indices(len(picked), 1)
    apart = np.sqrt(np.maximum(2 - 2 * (matrix @ matrix.T)[rows, columns], 0))
    same = owners[rows] == owners[columns]
    return apart[same], apart[~same]


def _alike(pair: PicturePair, report: DoorReport, thumbnails: Thumbnails) -> PortraitPair:
    verdict = sentences.pair_verdict(pair, report).removeprefix(": ")
    portraits = tuple(_portrait(each, thumbnails) for each in (pair.one, pair.other))
    return PortraitPair(portraits, distance(pair.distance), f"apart. {verdict}" if verdict else "apart", _tone(verdict))


def _pictures(report: DoorReport, thumbnails: Thumbnails) -> list[Item | None]:
    odd = tuple(_odd(each, thumbnails) for each in report.odd)
    poor = tuple(_poor(each, thumbnails) for each in report.poor)
    told = {sentences.odd_line(each) for each in report.odd} | {sentences.poor_line(each) for each in report.poor}
    rest = [line for line in sentences.picture_lines(report) if line not in told]
    return [
        PortraitPairs("They do not look like the person's other pictures", odd) if odd else None,
        PortraitPairs("The door would reject them", poor) if poor else None,
        *(Paragraph(f"{line[0].upper()}{line[1:]}.", note=True) for line in rest),
    ]


def _odd(odd: OddPicture, thumbnails: Thumbnails) -> PortraitPair:
    shown = [odd.picture] if odd.other is None else [odd.picture, odd.other]
    portraits = tuple(_portrait(each, thumbnails) for each in shown)
    name = display_name(odd.picture.person)
    if odd.other is None:
        return PortraitPair(
            portraits, distance(odd.own), f"from {name}'s other pictures. Is it the right person?", "warn"
        )
    other = display_name(odd.other.person)
    text = f"from {other}, {distance(odd.own)} from {name}'s other pictures: it probably shows {other}."
    return PortraitPair(portraits, distance(odd.distance), text, "warn")


def _poor(poor: PoorPicture, thumbnails: Thumbnails) -> PortraitPair:
    return PortraitPair((_portrait(poor.picture, thumbnails),), ", ".join(map(in_words, poor.reasons)))


def _portrait(template: Template, thumbnails: Thumbnails) -> Portrait:
    return thumbnails.portrait(template.source, display_name(template.person), template.source.rpartition("/")[2])


def _tone(verdict: str) -> str:
    return "warn" if verdict else "plain"


def _facts(report: DoorReport) -> tuple[tuple[str, str], ...]:
    rule, statistics = report.rule, report.statistics
    known = "none" if statistics is None else f"{statistics.source}; {noun(statistics.people, 'person', 'people')}"
    people = noun(len(report.gallery.people), "person", "people")
    return (
        ("Pictures", f"folder {report.folder.name or report.folder}"),
        ("Enrolled", f"{people}, {noun(len(report.gallery.templates), 'picture')}"),
        ("Encoder", report.encoder.name),
        ("Asked", f"let in at most {sentences.one_in(report.asked)} visits by strangers"),
        ("Decision", f"{rule.k} of {rule.n} frames; correlation of the frames of a visit {rule.correlation:g}"),
        ("Statistics of the encoder", known),
    )
