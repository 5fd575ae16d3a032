"""Sentences that explain a calibration to an installer; in English, like the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kiosk.domain import display_name
from kiosk.evaluation.calibration.calibrating import DAYS, MOST_CHECKED, DoorReport, PoorPicture
from kiosk.evaluation.calibration.distances import Evidence, OddPicture, PicturePair, Shift
from kiosk.evaluation.calibration.model import Calibration, Doubt, Expected, Setting
from kiosk.vision.pictures import printable
from kiosk.vision.quality import in_words

_NEGLIGIBLE = 1e-9
_DOUBTS = {
    Doubt.TOO_FEW_PEOPLE: "too few people are enrolled to compare this door with the measurements behind the curve",
    Doubt.OTHER_DISTANCES: (
        "the encoder's curve was measured with a cohort of strangers, and this door uses none (path.cohort)"
    ),
    Doubt.BEYOND_THE_PAIRS: "no two measured people are that similar, so the curve was extended beyond its end",
}


def one_in(rate: float) -> str:
    """Return "1 in 8,100" for 0.000123, with two digits."""
    if rate < _NEGLIGIBLE:
        return "1 in more than 1,000,000,000"
    if rate >= 0.5:
        return f"{100 * rate:.0f} of 100"
    visits = 1 / rate
    return f"1 in {visits:.2g}" if visits < 10 else f"1 in {int(float(f'{visits:.2g}')):,}"


def per_thousand(rate: float) -> str:
    """Return "31" for 0.031; one decimal below 10."""
    return f"{1000 * rate:.0f}" if rate >= 0.00995 else f"{1000 * rate:.1f}"


def heading(report: DoorReport) -> str:
    """Return a line about the door."""
    gallery = report.gallery
    members = f"{_people(len(gallery.people))} with {_pictures(len(gallery.templates))} in {printable(report.folder)}"
    return f"{members}; encoder {report.encoder.name}; asked: let in at most {one_in(report.asked)} visits by strangers"


def answer_lines(report: DoorReport) -> Iterator[str]:
    """Yield the answer in a few lines."""
    found = report.calibration
    if found is None:
        yield f"No threshold can be given: {_why_none(report)}."
        return
    chosen = report.answer
    if chosen is None:
        yield f"No threshold is strict enough for {one_in(report.asked)}: allow more with --stranger-rate."
        return
    kind = "Answer" if chosen.promised else "An estimate, not a promise"
    yield f"{kind}: {numbers(report, chosen)}."
    strangers, refused = chosen.strangers, chosen.refused
    yield (
        f"A stranger's visit opens the door {one_in(strangers.mean)} times; with 95 % certainty between "
        f"{one_in(strangers.low)} and {one_in(strangers.high)}."
    )
    yield (
        f"A member is refused about {per_thousand(refused.mean)} times in 1,000 visits (between "
        f"{per_thousand(refused.low)} and {per_thousand(refused.high)}), and may try again."
    )
    for doubt in chosen.doubts:
        yield f"Why no promise: {_DOUBTS[doubt]}."
    if chosen.promised and chosen.threshold != report.threshold:
        yield "It is not in force yet: `kiosk calibrate --write` puts it into the configuration."


def numbers(report: DoorReport, setting: Setting) -> str:
    """Return, for example, "threshold 0.331, margin 0.04, 3 of 5 frames"."""
    rule = report.rule
    return f"threshold {setting.threshold:.3f}, margin {report.margin:g}, {rule.k} of {rule.n} frames"


def table_rows(report: DoorReport, found: Calibration) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return headings and rows of a table of all settings."""
    columns: list[tuple[str, Setting | None]] = [
        (each.strictness.value, each.setting) for each in found.alternatives
    ] + [("in force now", found.now)]
    rows = [
        ("threshold", *(f"{one.threshold:.3f}" if one else "none is strict enough" for _, one in columns)),
        ("a stranger is let in", *(_stranger_cell(one) for _, one in columns)),
        ("  with 95 % certainty", *(_between(one) for _, one in columns)),
        ("a member is refused", *(f"{per_thousand(one.refused.mean)} in 1,000" if one else "" for _, one in columns)),
        ("  with 95 % certainty", *(_thousands(one.refused) if one else "" for _, one in columns)),
        ("margin", *(f"{report.margin:g}" for _ in columns)),
        ("frames that must agree", *(f"{report.rule.k} of {report.rule.n}" for _ in columns)),
    ]
    return ("", *(name for name, _ in columns)), rows


def basis_lines(report: DoorReport) -> Iterator[str]:
    """Yield the basis of the figures, and the assumptions."""
    statistics, found = report.statistics, report.calibration
    if statistics is None or found is None:
        return
    whose = "this gallery's own" if report.own_statistics else f"the encoder's own ({statistics.source})"
    yield (
        f"{_people(len(report.gallery.people))} cannot show how rarely two people look alike. The curve is {whose}: "
        f"{statistics.impostor.pairs:,} pairs of {statistics.people:,} people."
    )
    yield from _shift_lines(report, found)
    yield (
        f"The figures are for {_people(len(report.gallery.people))} with {_pictures(len(report.gallery.templates))}. "
        "A stranger may look like any person enrolled: when many more have joined, calibrate again."
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


def picture_lines(report: DoorReport) -> Iterator[str]:
    """Yield the pictures to check."""
    for odd in report.odd:
        yield odd_line(odd)
    for poor in report.poor:
        yield poor_line(poor)
    if report.gallery.unused:
        yield f"{_pictures(len(report.gallery.unused))} could not be used at all: `kiosk people` says why"
    if not report.all_checked:
        yield f"light, size and focus were not checked: there are more than {MOST_CHECKED} pictures"


def odd_line(odd: OddPicture) -> str:
    """Return a line about a picture that seems to show another person, or an unknown one."""
    name, own = display_name(odd.picture.person), f"{odd.own:.2f} from the nearest other picture of that name"
    source = printable(odd.picture.source)
    if odd.other is not None:
        other = display_name(odd.other.person)
        return (
            f"{source} probably shows {other}, not {name}: {odd.distance:.2f} from {printable(odd.other.source)}, {own}"
        )
    return f"{source} does not look like {name}: {own}; is it the right person?"


def poor_line(poor: PoorPicture) -> str:
    """Return a line about a picture that the door would reject."""
    return f"{printable(poor.picture.source)} is poor: {', '.join(map(in_words, poor.reasons))}"


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
    if pair.distance <= threshold + report.margin:
        return ": the door may confuse them"
    return ""


def advice_lines(report: DoorReport) -> Iterator[str]:
    """Yield advice, the most useful first."""
    wrong = sorted({display_name(odd.picture.person) for odd in report.odd})
    if wrong:
        yield f"Check the pictures of {_listed(wrong)} named above: a wrong picture lets a wrong person in."
    if any(pair_verdict(pair, report) for pair in report.confusable):
        yield "Add more pictures of both people of each pair marked above, taken at the door."
    more = report.calibration.more_pictures if report.calibration else None
    if more is not None:
        yield _more_pictures(report, more.people, more.setting)
    poor = sorted({display_name(each.picture.person) for each in report.poor})
    if poor:
        yield f"Take better pictures of {_listed(poor)}: near, sharp, evenly lit, looking ahead."
    if report.journal is None and report.calibration is not None:
        yield "After some weeks calibrate again with --journal: then the door's own camera and light count."


def _more_pictures(report: DoorReport, people: int, setting: Setting) -> str:
    few = _fewest(report)
    whom = _listed(few if people <= 4 else [*few[:3], f"{people - 3} more"])
    now = f" instead of {per_thousand(report.answer.refused.mean)}" if report.answer is not None else ""
    return (
        f"Add pictures of {whom} until everybody has three. With the same rate for strangers ({one_in(report.asked)}) "
        f"the threshold is then {setting.threshold:.3f}, and members are refused "
        f"{per_thousand(setting.refused.mean)}{now} times in 1,000."
    )


def _fewest(report: DoorReport) -> list[str]:
    """Return the people with fewer than three pictures, the fewest first."""
    sizes = {person: len(report.gallery.templates_of(person)) for person in report.gallery.people}
    few = sorted((size, person) for person, size in sizes.items() if size < 3)
    return [display_name(person) for _, person in few]


def _shift_lines(report: DoorReport, found: Calibration) -> Iterator[str]:
    yield _moved("different people", found.evidence, found.model.impostor)
    yield _moved("one person", found.genuine_evidence, found.model.genuine)
    if report.journal is not None:
        visits, people = report.journal
        seen = f"{visits:,} visits of {_people(people)}" if visits else "no visit of a person in this gallery"
        yield f"From the journal: {seen}, let in during the last {DAYS} days."


def _moved(whose: str, evidence: Sequence[Evidence | None], shift: Shift) -> str:
    said = [one for one in evidence if one is not None]
    if not said:
        return f"There are no distances of {whose} from this door: those of the curve are used."
    seen = sum(one.shift / one.error**2 for one in said) / sum(1 / one.error**2 for one in said)
    return (
        f"Distances of {whose} are {_apart(seen)} the curve's, by {_comparisons(said)}. This counts "
        f"{100 * shift.trust:.0f} %, so the curve is shifted by {abs(shift.value):.3f} (± {1.96 * shift.error:.3f})."
    )


def _apart(shift: float) -> str:
    if abs(shift) < 0.0005:
        return "here equal to"
    return f"here {abs(shift):.3f} {'smaller' if shift < 0 else 'larger'} than"


def _comparisons(said: Sequence[Evidence]) -> str:
    return f"{sum(one.pairs for one in said):,} comparisons of {_people(max(one.people for one in said))}"


def _why_none(report: DoorReport) -> str:
    if not report.gallery.people:
        return "nobody is enrolled"
    return (
        f"the encoder {report.encoder.name} has no statistics, and "
        f"{_people(len(report.gallery.people))} are too few to measure them here; use `kiosk evaluate --statistics`"
    )


def _stranger_cell(setting: Setting | None) -> str:
    if setting is None:
        return ""
    return one_in(setting.strangers.mean) + ("" if setting.promised else " (estimate)")


def _between(setting: Setting | None) -> str:
    return f"{one_in(setting.strangers.low)} to {one_in(setting.strangers.high)}" if setting else ""


def _thousands(expected: Expected) -> str:
    return f"{per_thousand(expected.low)} to {per_thousand(expected.high)}"


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"


def _pictures(number: int) -> str:
    return "1 picture" if number == 1 else f"{number:,} pictures"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
