"""Sentences that explain a calibration to an installer; in English, like the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kiosk.domain import display_name
from kiosk.evaluation.calibration.calibrating import DAYS, MOST_CHECKED, DoorReport
from kiosk.evaluation.calibration.distances import Evidence, OddPicture, PicturePair, Shift
from kiosk.evaluation.calibration.model import Calibration, Doubt, Setting
from kiosk.evaluation.tables import noun, one_in
from kiosk.names import printable
from kiosk.vision.quality import in_words

_DOUBTS = {
    Doubt.TOO_FEW_PEOPLE: "too few people are enrolled to compare this door with the measurements behind the curve",
    Doubt.OTHER_DISTANCES: (
        "the encoder's curve was measured with a cohort of strangers, and this door uses none (path.cohort)"
    ),
    Doubt.BEYOND_THE_PAIRS: "no two measured people are that similar, so the curve was extended beyond its end",
}


def per_thousand(rate: float) -> str:
    """Return "31" for 0.031; one decimal below 10."""
    return f"{1000 * rate:.0f}" if rate >= 0.00995 else f"{1000 * rate:.1f}"


def _enrolled(report: DoorReport) -> str:
    gallery = report.gallery
    return f"{noun(len(gallery.people), 'person', 'people')} with {noun(len(gallery.templates), 'picture')}"


def heading(report: DoorReport) -> str:
    """Return a line about the door."""
    where = f"{_enrolled(report)} in {printable(report.folder)}; encoder {report.encoder.name}"
    return f"{where}; asked: let in at most {one_in(report.asked)} visits by strangers"


def answer_lines(report: DoorReport) -> Iterator[str]:
    """Yield the answer in a few lines."""
    chosen = report.answer
    if report.calibration is None and not report.gallery.people:
        yield "No threshold can be given: nobody is enrolled."
    elif report.calibration is None:
        yield (
            f"No threshold can be given: the encoder {report.encoder.name} has no statistics, and "
            f"{noun(len(report.gallery.people), 'person', 'people')} are too few to measure them here; use "
            "`kiosk evaluate --statistics`."
        )
    elif chosen is None:
        yield f"No threshold is strict enough for {one_in(report.asked)}: allow more with --stranger-rate."
    else:
        kind, rule = "Answer" if chosen.promised else "An estimate, not a promise", report.rule
        yield f"{kind}: threshold {chosen.threshold:.3f}, margin {report.margin:g}, {rule.k} of {rule.n} frames."
        yield (
            f"A stranger's visit opens the door {one_in(chosen.strangers.mean)} times; with 95 % certainty between "
            f"{one_in(chosen.strangers.low)} and {one_in(chosen.strangers.high)}."
        )
        yield (
            f"A member is refused about {per_thousand(chosen.refused.mean)} times in 1,000 visits (between "
            f"{per_thousand(chosen.refused.low)} and {per_thousand(chosen.refused.high)}), and may try again."
        )
        for doubt in chosen.doubts:
            yield f"Why no promise: {_DOUBTS[doubt]}."
        if chosen.promised and chosen.threshold != report.threshold:
            yield "It is not in force yet: `kiosk calibrate --write` puts it into the configuration."


def table_rows(report: DoorReport, found: Calibration) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return headings and rows of a table of all settings."""
    columns = {**found.alternatives, "in force now": found.now}
    cells = [_cells(report, setting) for setting in columns.values()]
    names = (
        "threshold",
        "a stranger is let in",
        "  with 95 % certainty",
        "a member is refused",
        "  with 95 % certainty",
        "margin",
        "frames that must agree",
    )
    return ("", *columns), list(zip(names, *cells, strict=True))


def _cells(report: DoorReport, setting: Setting | None) -> tuple[str, ...]:
    rule = (f"{report.margin:g}", f"{report.rule.k} of {report.rule.n}")
    if setting is None:
        return ("none is strict enough", "", "", "", "", *rule)
    strangers, refused = setting.strangers, setting.refused
    return (
        f"{setting.threshold:.3f}",
        one_in(strangers.mean) + ("" if setting.promised else " (estimate)"),
        f"{one_in(strangers.low)} to {one_in(strangers.high)}",
        f"{per_thousand(refused.mean)} in 1,000",
        f"{per_thousand(refused.low)} to {per_thousand(refused.high)}",
        *rule,
    )


def basis_lines(report: DoorReport) -> Iterator[str]:
    """Yield the basis of the figures, and the assumptions."""
    statistics, found = report.statistics, report.calibration
    if statistics is None or found is None:
        return
    whose = "this gallery's own" if report.own_statistics else f"the encoder's own ({statistics.source})"
    yield (
        f"{noun(len(report.gallery.people), 'person', 'people')} cannot show how rarely two people look alike. The "
        f"curve is {whose}: {statistics.impostor.pairs:,} pairs of {statistics.people:,} people."
    )
    yield _moved("different people", found.evidence, found.model.impostor)
    yield _moved("one person", found.genuine_evidence, found.model.genuine)
    if report.journal is not None:
        visits, people = report.journal
        of_whom = noun(people, "person", "people")
        seen = f"{visits:,} visits of {of_whom}" if visits else "no visit of a person in this gallery"
        yield f"From the journal: {seen}, let in during the last {DAYS} days."
    yield (
        f"The figures are for {_enrolled(report)}. A stranger may look like any person enrolled: when many more have "
        "joined, calibrate again."
    )
    yield (
        f"Frames of one visit are similar (correlation {report.rule.correlation:.2g}, from a clip of two people). "
        f"Asking for {report.rule.k} of {report.rule.n} frames makes a wrong grant rarer, but much less so than "
        "independent frames would."
    )
    yield (
        "It is assumed that a face at the door looks like one more picture of the gallery. In worse light or from "
        "another angle members are refused more often."
    )
    if report.plain_curve:
        yield (
            "This door uses a cohort of strangers, and the curve was measured without one. On the measured pictures "
            "the cohort refuses members less often and lets in no more strangers."
        )
    frames = report.config.current.path.pooling_frames
    if frames > 1:
        yield f"Up to {frames} frames are averaged before they are compared, which makes them still more similar."


def _moved(whose: str, evidence: Sequence[Evidence | None], shift: Shift) -> str:
    said = [one for one in evidence if one is not None]
    if not said:
        return f"There are no distances of {whose} from this door: those of the curve are used."
    seen = sum(one.shift / one.error**2 for one in said) / sum(1 / one.error**2 for one in said)
    apart = (
        "here equal to" if abs(seen) < 0.0005 else f"here {abs(seen):.3f} {'smaller' if seen < 0 else 'larger'} than"
    )
    people = noun(max(one.people for one in said), "person", "people")
    return (
        f"Distances of {whose} are {apart} the curve's, by {sum(one.pairs for one in said):,} comparisons of {people}. "
        f"This counts {100 * shift.trust:.0f} %, so the curve is shifted by {abs(shift.value):.3f} "
        f"(± {1.96 * shift.error:.3f})."
    )


def picture_lines(report: DoorReport) -> Iterator[str]:
    """Yield the pictures to check."""
    yield from map(_odd_line, report.odd)
    for picture, reasons in report.poor:
        yield f"{printable(picture.source)} is poor: {', '.join(map(in_words, reasons))}"
    yield from unchecked_lines(report)


def unchecked_lines(report: DoorReport) -> Iterator[str]:
    """Yield remarks on pictures that were not checked."""
    if report.gallery.unused:
        yield f"{noun(len(report.gallery.unused), 'picture')} could not be used at all: `kiosk people` says why"
    if not report.all_checked:
        yield f"light, size and focus were not checked: there are more than {MOST_CHECKED} pictures"


def _odd_line(odd: OddPicture) -> str:
    name, own = display_name(odd.picture.person), f"{odd.own:.2f} from the nearest other picture of that name"
    source = printable(odd.picture.source)
    if odd.other is None:
        return f"{source} does not look like {name}: {own}; is it the right person?"
    other = display_name(odd.other.person)
    return f"{source} probably shows {other}, not {name}: {odd.distance:.2f} from {printable(odd.other.source)}, {own}"


def pair_line(pair: PicturePair, report: DoorReport) -> str:
    """Return a line about two people who look alike."""
    names = f"{display_name(pair.one.person)} and {display_name(pair.other.person)}"
    sources = f"{printable(pair.one.source)}, {printable(pair.other.source)}"
    return f"{pair.distance:.2f}  {names} ({sources}){pair_verdict(pair, report)}"


def pair_verdict(pair: PicturePair, report: DoorReport) -> str:
    """Return the consequence of that similarity, or an empty string."""
    threshold = report.answer.threshold if report.answer is not None else report.threshold
    if pair.distance <= threshold:
        return ": one person under two names, or a picture in the wrong folder? The door cannot tell them apart"
    return ": the door may confuse them" if pair.distance <= threshold + report.margin else ""


def advice_lines(report: DoorReport) -> Iterator[str]:
    """Yield advice, the most useful first."""
    wrong = sorted({display_name(odd.picture.person) for odd in report.odd})
    if wrong:
        yield f"Check the pictures of {_listed(wrong)} named above: a wrong picture lets a wrong person in."
    if any(pair_verdict(pair, report) for pair in report.confusable):
        yield "Add more pictures of both people of each pair marked above, taken at the door."
    more = report.calibration.more_pictures if report.calibration else None
    if more is not None:
        (people, setting), gallery, answer = more, report.gallery, report.answer
        sizes = sorted((len(gallery.templates_of(person)), person) for person in gallery.people)
        few = [display_name(person) for size, person in sizes if size < 3]
        whom = _listed(few if people <= 4 else [*few[:3], f"{people - 3} more"])
        now = f" instead of {per_thousand(answer.refused.mean)}" if answer is not None else ""
        yield (
            f"Add pictures of {whom} until everybody has three. With the same rate for strangers "
            f"({one_in(report.asked)}) the threshold is then {setting.threshold:.3f}, and members are refused "
            f"{per_thousand(setting.refused.mean)}{now} times in 1,000."
        )
    poor = sorted({display_name(picture.person) for picture, _ in report.poor})
    if poor:
        yield f"Take better pictures of {_listed(poor)}: near, sharp, evenly lit, looking ahead."
    if report.journal is None and report.calibration is not None:
        yield "After some weeks calibrate again with --journal: then the door's own camera and light count."


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
