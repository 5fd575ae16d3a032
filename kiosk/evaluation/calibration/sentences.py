"""What a calibration found, in the words of whoever hangs the kiosk beside a door. English, as the command line is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kiosk.domain import display_name
from kiosk.evaluation.calibration.calibrating import DAYS, MOST_LOOKED_AT, DoorReport, PoorPicture
from kiosk.evaluation.calibration.distances import Evidence, OddPicture, PicturePair, Shift
from kiosk.evaluation.calibration.model import Calibration, Doubt, Expected, Setting
from kiosk.vision.pictures import printable
from kiosk.vision.quality import in_words

_NEGLIGIBLE = 1e-9
_DOUBTS = {
    Doubt.TOO_FEW_PEOPLE: "too few people are enrolled to say whether faces at this door are as those measured",
    Doubt.OTHER_DISTANCES: (
        "the encoder's curve is of distances seen against a cohort of strangers, this door's are plain (path.cohort)"
    ),
    Doubt.BEYOND_THE_PAIRS: "no two measured people lie so near together: the curve was carried on beyond its end",
}


def one_in(rate: float) -> str:
    """1 in 8,100 for 0.000123, with two digits."""
    if rate < _NEGLIGIBLE:
        return "1 in more than 1,000,000,000"
    if rate >= 0.5:
        return f"{100 * rate:.0f} of 100"
    so_many = 1 / rate
    return f"1 in {so_many:.2g}" if so_many < 10 else f"1 in {int(float(f'{so_many:.2g}')):,}"


def per_thousand(rate: float) -> str:
    """31 for 0.031; one decimal below 10."""
    return f"{1000 * rate:.0f}" if rate >= 0.00995 else f"{1000 * rate:.1f}"


def heading(report: DoorReport) -> str:
    """Whose door this is."""
    gallery = report.gallery
    whom = f"{_people(len(gallery.people))} with {_pictures(len(gallery.templates))} in {printable(report.folder)}"
    return f"{whom}; encoder {report.encoder.name}; asked: strangers let in {one_in(report.asked)} visits at most"


def answer_lines(report: DoorReport) -> Iterator[str]:
    """The answer, in a few lines."""
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
    """As in: threshold 0.331, margin 0.04, 3 of 5 frames."""
    rule = report.rule
    return f"threshold {setting.threshold:.3f}, margin {report.margin:g}, {rule.k} of {rule.n} frames"


def table_rows(report: DoorReport, found: Calibration) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Headings and rows of the settings side by side."""
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
    """What the figures rest on, and what was assumed."""
    statistics, found = report.statistics, report.calibration
    if statistics is None or found is None:
        return
    whose = "this gallery's own" if report.own_statistics else f"the encoder's own ({statistics.source})"
    yield (
        f"How rarely two people look alike cannot be seen in {_people(len(report.gallery.people))}: the curve is "
        f"{whose}, {statistics.impostor.pairs:,} pairs of {statistics.people:,} people."
    )
    yield from _shift_lines(report, found)
    yield (
        f"Counted for {_people(len(report.gallery.people))} with {_pictures(len(report.gallery.templates))}: each "
        "person enrolled is one more whom a stranger may resemble. Enrol many more, and calibrate again."
    )
    yield (
        f"Frames of one visit are alike (correlation {report.rule.correlation:.2g}, from a clip of two people): "
        f"{report.rule.k} of {report.rule.n} frames make a wrong grant rarer, but by far not as rare as independent "
        "frames would."
    )
    yield (
        "Assumed: a face at the door is like one more picture of the gallery. In worse light or from another angle "
        "members are refused more often."
    )
    if report.plain_curve:
        yield (
            "This door sees distances against a cohort of strangers, the curve is of plain ones: on the pictures it "
            "was measured with, that refuses members less often and lets in no more strangers."
        )
    frames = report.config.current.path.pooling_frames
    if frames > 1:
        yield f"Up to {frames} frames are averaged before they are compared: that makes them more alike still."


def picture_lines(report: DoorReport) -> Iterator[str]:
    """Pictures that are worth a look."""
    for odd in report.odd:
        yield odd_line(odd)
    for poor in report.poor:
        yield poor_line(poor)
    if report.gallery.unused:
        yield f"{_pictures(len(report.gallery.unused))} could not be used at all: `kiosk people` says why"
    if not report.all_looked_at:
        yield f"light, size and focus were not looked at: there are more than {MOST_LOOKED_AT} pictures"


def odd_line(odd: OddPicture) -> str:
    """A picture that shows somebody else, or nobody known."""
    name, own = display_name(odd.picture.person), f"{odd.own:.2f} from the nearest other picture of that name"
    source = printable(odd.picture.source)
    if odd.other is not None:
        other = display_name(odd.other.person)
        return (
            f"{source} probably shows {other}, not {name}: {odd.distance:.2f} from {printable(odd.other.source)}, {own}"
        )
    return f"{source} does not look like {name}: {own}; is it the right person?"


def poor_line(poor: PoorPicture) -> str:
    """A picture that the door would turn away."""
    return f"{printable(poor.picture.source)} is poor: {', '.join(map(in_words, poor.reasons))}"


def pair_line(pair: PicturePair, report: DoorReport) -> str:
    """Two people who look alike, and what that means."""
    names = f"{display_name(pair.one.person)} and {display_name(pair.other.person)}"
    sources = f"{printable(pair.one.source)}, {printable(pair.other.source)}"
    return f"{pair.distance:.2f}  {names} ({sources}){pair_verdict(pair, report)}"


def pair_verdict(pair: PicturePair, report: DoorReport) -> str:
    """What is to be said of two people as near as that; "" where nothing is."""
    threshold = report.answer.threshold if report.answer is not None else report.threshold
    if pair.distance <= threshold:
        return ": one person under two names, or a picture in the wrong place? The door cannot tell them apart"
    if pair.distance <= threshold + report.margin:
        return ": the door may take one for the other"
    return ""


def advice_lines(report: DoorReport) -> Iterator[str]:
    """What would help most, first things first."""
    wrong = sorted({display_name(odd.picture.person) for odd in report.odd})
    if wrong:
        yield f"Look at the pictures named above of {_listed(wrong)}: a wrong one lets a wrong person in."
    if any(pair_verdict(pair, report) for pair in report.confusable):
        yield "Give both people of the pairs marked above more pictures, as they look at the door."
    more = report.calibration.more_pictures if report.calibration else None
    if more is not None:
        yield _more_pictures(report, more.people, more.setting)
    poor = sorted({display_name(each.picture.person) for each in report.poor})
    if poor:
        yield f"Take better pictures of {_listed(poor)}: near, sharp, evenly lit, looking ahead."
    if report.journal is None and report.calibration is not None:
        yield "When the door has run for some weeks, calibrate with --journal: it has seen the door's camera and light."


def _more_pictures(report: DoorReport, people: int, setting: Setting) -> str:
    few = _fewest(report)
    whom = _listed(few if people <= 4 else [*few[:3], f"{people - 3} more"])
    now = f" instead of {per_thousand(report.answer.refused.mean)}" if report.answer is not None else ""
    return (
        f"Add pictures of {whom} until everybody has three: at the same {one_in(report.asked)} for strangers the "
        f"threshold is then {setting.threshold:.3f}, and members are refused {per_thousand(setting.refused.mean)}{now} "
        "times in 1,000."
    )


def _fewest(report: DoorReport) -> list[str]:
    """People with fewer than three pictures, those with the fewest first."""
    sizes = {person: len(report.gallery.templates_of(person)) for person in report.gallery.people}
    few = sorted((size, person) for person, size in sizes.items() if size < 3)
    return [display_name(person) for _, person in few]


def _shift_lines(report: DoorReport, found: Calibration) -> Iterator[str]:
    yield _moved("different people", found.evidence, found.door.impostor)
    yield _moved("one person", found.genuine_evidence, found.door.genuine)
    if report.journal is not None:
        visits, people = report.journal
        seen = f"{visits:,} visits of {_people(people)}" if visits else "no visit of anybody in this gallery"
        yield f"From the journal: {seen} let in during the last {DAYS} days."


def _moved(whose: str, evidence: Sequence[Evidence | None], shift: Shift) -> str:
    said = [one for one in evidence if one is not None]
    if not said:
        return f"Nothing here says how far apart pictures of {whose} are at this door: taken as they were measured."
    seen = sum(one.shift / one.error**2 for one in said) / sum(1 / one.error**2 for one in said)
    return (
        f"Pictures of {whose} lie {_apart(seen)} where the curve was measured, by {_comparisons(said)}: "
        f"trusted to {100 * shift.trust:.0f} %, so the curve is moved by {abs(shift.value):.3f} (give or take "
        f"{1.96 * shift.error:.3f})."
    )


def _apart(shift: float) -> str:
    if abs(shift) < 0.0005:
        return "as far apart here as"
    return f"{abs(shift):.3f} {'nearer together' if shift < 0 else 'farther apart'} here than"


def _comparisons(said: Sequence[Evidence]) -> str:
    return f"{sum(one.pairs for one in said):,} comparisons of {_people(max(one.people for one in said))}"


def _why_none(report: DoorReport) -> str:
    if not report.gallery.people:
        return "nobody is enrolled"
    return (
        f"nobody has measured how far apart faces lie for the encoder {report.encoder.name}, and "
        f"{_people(len(report.gallery.people))} are too few to; measure it with `kiosk evaluate --statistics`"
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
