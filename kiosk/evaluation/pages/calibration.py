"""The report page of `kiosk calibrate`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kiosk.domain import Template, display_name
from kiosk.evaluation.calibration import sentences
from kiosk.evaluation.calibration.calibrating import DoorReport
from kiosk.evaluation.calibration.distances import OddPicture, PicturePair
from kiosk.evaluation.pages.page import Page, Portrait, PortraitPair, Section, thumbnail
from kiosk.evaluation.pages.plots import Plot, distances, trade_off
from kiosk.evaluation.statistics import all_pairs
from kiosk.evaluation.tables import Table, distance, noun, one_in
from kiosk.vision.quality import in_words

_MOST_TEMPLATES = 1500  # in the histogram; of more, that many are drawn at random


def calibration_page(report: DoorReport) -> Page:
    """Return the page of one door."""
    found = report.calibration
    lead = [*sentences.answer_lines(report)]
    if report.promised:  # a promise begins with strangers and members, an estimate says first that it is one
        lead = [*lead[1:3], lead[0], *lead[3:]]
    settings = None if found is None else Table(*sentences.table_rows(report, found))
    alike = [_alike(pair, report) for pair in report.confusable]
    return Page(
        kind="calibration",
        title="How sure is this door?",
        eyebrow="kiosk calibrate",
        lead=lead,
        sections=[
            Section("settings", "Stricter, balanced, easier", settings),
            Section("thresholds", "Rates at every threshold", plots=_plots(report)),
            Section("alike", "People who look most alike", pairs=[("Nearest first", alike)] if alike else []),
            _pictures(report),
            Section("advice", "What would help most", text=[*sentences.advice_lines(report)]),
            Section("basis", "Basis of these figures", text=[*sentences.basis_lines(report)]),
        ],
        facts=_facts(report),
    )


def _plots(report: DoorReport) -> list[tuple[Plot, str]]:
    marks, found, shown = [("in force", report.threshold)], report.calibration, []
    if report.answer is not None and report.answer.threshold != report.threshold:
        marks.append(("proposed", report.answer.threshold))
    if found is not None:
        at = [threshold for _, threshold in marks]
        thresholds = np.linspace(max(0.5 * min(at), 0.02), 1.5 * max(at), 60)
        refused = [found.model.refused_at(float(threshold), report.margin).mean for threshold in thresholds]
        points = list(zip(thresholds.tolist(), found.model.strangers(thresholds).tolist(), refused, strict=True))
        caption = "Left is stricter: fewer strangers are let in, more members are refused."
        shown.append((trade_off("trade-off", "Strangers and members", points, marks, report.asked), caption))
    gallery = report.gallery
    picked = np.arange(len(gallery.templates))
    if len(picked) > _MOST_TEMPLATES:
        picked = np.sort(np.random.default_rng(0).choice(picked, _MOST_TEMPLATES, replace=False))
    if len(picked) > 1:
        genuine, impostor = all_pairs(gallery.matrix[picked], gallery.owners[picked])
        title = "Distances of the pictures enrolled"
        caption = (
            "Every picture against every other one, on a square root scale. Pictures of one person right of the "
            "threshold are not recognised; pictures of two people left of it are confused."
        )
        shown.append((distances("distances", title, genuine, impostor, marks), caption))
    return shown


def _alike(pair: PicturePair, report: DoorReport) -> PortraitPair:
    verdict = sentences.pair_verdict(pair, report)
    portraits = tuple(_portrait(each, report) for each in (pair.one, pair.other))
    return PortraitPair(portraits, distance(pair.distance), f"apart{verdict}", bool(verdict))


def _pictures(report: DoorReport) -> Section:
    odd = [_odd(each, report) for each in report.odd]
    poor = [
        PortraitPair((_portrait(picture, report),), ", ".join(map(in_words, reasons)))
        for picture, reasons in report.poor
    ]
    pairs = (("They do not look like the person's other pictures", odd), ("The door would reject them", poor))
    return Section(
        "pictures",
        "Pictures to check",
        pairs=[(caption, shown) for caption, shown in pairs if shown],
        notes=[f"{line[0].upper()}{line[1:]}." for line in sentences.unchecked_lines(report)],
    )


def _odd(odd: OddPicture, report: DoorReport) -> PortraitPair:
    name, portrait = display_name(odd.picture.person), _portrait(odd.picture, report)
    if odd.other is None:
        text = f"from {name}'s other pictures. Is it the right person?"
        return PortraitPair((portrait,), distance(odd.own), text, warns=True)
    other = display_name(odd.other.person)
    text = f"from {other}, {distance(odd.own)} from {name}'s other pictures: it probably shows {other}."
    return PortraitPair((portrait, _portrait(odd.other, report)), distance(odd.distance), text, warns=True)


def _portrait(template: Template, report: DoorReport) -> Portrait:
    source = template.source
    return display_name(template.person), thumbnail(report.folder / source), source.rpartition("/")[2]


def _facts(report: DoorReport) -> Sequence[tuple[str, str]]:
    rule, known = report.rule, report.statistics
    people = noun(len(report.gallery.people), "person", "people")
    return (
        ("Pictures", f"folder {report.folder.name or report.folder}"),
        ("Enrolled", f"{people}, {noun(len(report.gallery.templates), 'picture')}"),
        ("Encoder", report.encoder.name),
        ("Asked", f"let in at most {one_in(report.asked)} visits by strangers"),
        ("Decision", f"{rule.k} of {rule.n} frames; correlation of the frames of a visit {rule.correlation:g}"),
        ("Statistics", f"{known.source}; {noun(known.people, 'person', 'people')}" if known else "none"),
    )
