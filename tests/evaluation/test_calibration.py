"""Calibration of a door: the model against closed forms and counting, pictures to check, the answer in words."""

import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from kiosk.config import ConfigFile, DecisionSection
from kiosk.config.file import overridden
from kiosk.domain import (
    Box,
    Candidate,
    Decision,
    Face,
    Identification,
    Observation,
    Outcome,
    Reason,
    Rejection,
    TrackedFace,
)
from kiosk.door.decision import DecisionRule
from kiosk.encoders.statistics import QuantileTable, Statistics
from kiosk.errors import ConfigError
from kiosk.evaluation.calibration.calibrating import (
    DAYS,
    calibrate_door,
    gallery_statistics,
    journal_distances,
    write_answer,
)
from kiosk.evaluation.calibration.distances import (
    LEAST_PEOPLE,
    Comparisons,
    Evidence,
    Shift,
    believed,
    confusable_pairs,
    gallery_distances,
    genuine_evidence,
    impostor_evidence,
    odd_pictures,
)
from kiosk.evaluation.calibration.model import (
    Doubt,
    VisitModel,
    calibrated,
    largest_thresholds,
)
from kiosk.evaluation.calibration.sentences import (
    advice_lines,
    answer_lines,
    basis_lines,
    pair_line,
    per_thousand,
    picture_lines,
    table_rows,
)
from kiosk.evaluation.correlation import (
    NearestTemplate,
    VisitRule,
    chance_of_a_grant,
    chance_of_k_of_n,
    pooled_correlation,
)
from kiosk.people.snapshot import Skipped
from kiosk.store.journal import Journal

ONE_FRAME = VisitRule(1, 1, 0.9)


# The decision rule ----------------------------------------------------------------------------------------------------


def is_granted(named, k, n):
    rule = DecisionRule(DecisionSection(k=k, n=n))
    for frame, near in enumerate(named):
        found = Identification((Candidate("Ada", 0.2 if near else 0.9),), 0.4, 0.0, 1)
        face = TrackedFace(1, Face(Box(0, 0, 100, 100), 1.0), None, found)
        (decision,) = rule.update(Observation(frame, frame / 10, (face,)))
        if decision.outcome is not Outcome.PENDING:
            return decision.outcome is Outcome.GRANTED
    raise AssertionError("a visit without an end")


def test_a_grant_is_as_frequent_as_the_decision_rule_says():
    random, visits = np.random.default_rng(1), 500
    for k, n, rate, correlation in ((3, 5, 0.2, 0.0), (3, 5, 0.1, 0.6), (1, 4, 0.9, 0.8), (5, 8, 0.6, 0.3)):
        common = np.sqrt(correlation) * random.normal(size=(visits, 1))
        numbers = common + np.sqrt(1 - correlation) * random.normal(size=(visits, 3 * n))
        limit = np.quantile(random.normal(size=10**6), rate)
        granted = sum(is_granted(visit <= limit, k, n) for visit in numbers)
        expected = chance_of_a_grant(rate, k, n, correlation)
        assert abs(granted / visits - expected) < 4 * np.sqrt(expected * (1 - expected) / visits) + 0.002, (k, n)


def test_the_limits_of_a_grant():
    for rate in (1e-6, 0.01, 0.3, 0.999):
        grant, first = chance_of_a_grant(rate, 3, 5, 0.5), chance_of_k_of_n(rate, 3, 5, 0.5)
        assert first * 0.999 <= grant <= min(5 * first, 1)
    assert chance_of_a_grant(0.037, 1, 1, 0.4) == pytest.approx(0.037, rel=1e-6)
    assert chance_of_a_grant(0.01, 3, 5, 1.0) == 0.01
    assert chance_of_a_grant(0.2, 20, 40, 0.5) == chance_of_k_of_n(0.2, 20, 40, 0.5)
    rule, rates = VisitRule(3, 5, 0.7), np.array([0.0, 3e-7, 2e-4, 0.33, 0.987, 1.0])
    expected = [chance_of_a_grant(float(rate), 3, 5, 0.7) for rate in rates]
    assert rule.granted(rates) == pytest.approx(expected, rel=0.01)
    assert pooled_correlation(0.9, 1) == pytest.approx(0.9)
    assert 0.9 < pooled_correlation(0.9, 5) < 1


def test_the_nearest_of_several_templates():
    rates = np.array([1e-12, 1e-6, 1e-3, 0.1, 0.5, 0.97])
    assert NearestTemplate(1, 0.8).rate(rates) == pytest.approx(rates, rel=1e-3)
    assert NearestTemplate(5, 1.0).rate(rates) == pytest.approx(rates, rel=1e-3)
    assert NearestTemplate(5, 0.0).rate(rates) == pytest.approx(1 - (1 - rates) ** 5, rel=0.02)
    random = np.random.default_rng(0)
    numbers = np.sqrt(0.8) * random.normal(size=(300_000, 1)) + np.sqrt(0.2) * random.normal(size=(300_000, 4))
    for single in (0.01, 0.2, 0.7):
        counted = np.mean(numbers.min(axis=1) <= np.quantile(numbers, single))
        assert NearestTemplate(4, 0.8).rate(single) == pytest.approx(counted, rel=0.03)
        assert NearestTemplate(4, 0.8).single(NearestTemplate(4, 0.8).rate(single)) == pytest.approx(single, rel=1e-4)


# The model of a door --------------------------------------------------------------------------------------------------

RATES = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.5, 1.0)
STATISTICS = Statistics(
    "closed form",
    20_000,
    QuantileTable(10**9, RATES, (0.3, 0.36, 0.42, 0.5, 0.6, 0.72, 0.9, 1.3)),
    QuantileTable(10**9, RATES, (0.9, 0.85, 0.8, 0.74, 0.66, 0.56, 0.4, 0.05)),
)
SURE = Shift(0.0, 1e-9, 1.0)
MODEL = VisitModel(np.ones(10, np.intp), STATISTICS, SURE, SURE, 0.8, ONE_FRAME)


def sized(people, templates=1, **changes):
    return replace(MODEL, sizes=np.full(people, templates, np.intp), **changes)


def test_rates_of_a_door_are_those_of_the_closed_form():
    for people in (1, 10, 1000):
        assert sized(people).strangers_at(0.42).mean == pytest.approx(1 - (1 - 1e-4) ** people, rel=0.01)
    visits = replace(MODEL, rule=VisitRule(3, 5, 0.7)).strangers_at(0.5).mean
    assert visits == pytest.approx(10 * chance_of_a_grant(1e-3, 3, 5, 0.7), rel=0.02)
    moved = replace(MODEL, impostor=Shift(-0.05, 1e-9, 1.0))
    assert moved.strangers_at(0.45).mean == pytest.approx(MODEL.strangers_at(0.5).mean, rel=0.01)
    assert sized(1).refused_at(0.56, 0.0).mean == pytest.approx(0.1, abs=0.003)
    assert (sized(0).strangers_at(0.5).mean, sized(0).refused_at(0.5, 0.04).mean) == (0, 0)
    assert (MODEL.is_extrapolated(0.29), MODEL.is_extrapolated(0.31)) == (True, False)


def test_templates_margin_and_doubt_move_the_rates_as_they_should():
    more, averaged = sized(10, 3), sized(10, 3, as_one=True)
    assert MODEL.strangers_at(0.5).mean < more.strangers_at(0.5).mean < 3 * MODEL.strangers_at(0.5).mean
    assert more.refused_at(0.5, 0.0).mean < MODEL.refused_at(0.5, 0.0).mean
    assert averaged.strangers_at(0.5).mean == pytest.approx(MODEL.strangers_at(0.5).mean)
    assert sized(2).refused_at(0.6, 0.3).mean < sized(2000).refused_at(0.6, 0.3).mean
    sure, unsure = MODEL.strangers_at(0.42), replace(MODEL, impostor=Shift(0.0, 0.02, 0.5)).strangers_at(0.42)
    assert unsure.mean > sure.mean
    assert unsure.low < sure.low <= sure.mean <= sure.high < unsure.high
    few, many = sized(5).strangers_at(0.42), sized(500).strangers_at(0.42)
    assert few.high / few.low > 2 * many.high / many.low


def test_the_largest_threshold_keeps_the_rate_and_the_next_does_not():
    model = replace(MODEL, impostor=Shift(0.01, 0.01, 0.8))
    for rate in (0.05, 1e-3, 1e-4):
        (threshold,) = largest_thresholds(model, [rate])
        assert model.strangers_at(threshold).mean <= rate < model.strangers_at(threshold + 0.001).mean
    assert largest_thresholds(sized(1000, 30), [1e-12])[0] is None


# The shift of a gallery -----------------------------------------------------------------------------------------------

NORMAL = Statistics.of(
    np.random.default_rng(0).normal(0.4, 0.06, 10**5), np.random.default_rng(1).normal(0.9, 0.06, 10**5), "", 900
)


def among(distances, people, *, others=1, limit=np.inf):
    owners, ones = np.arange(len(distances)) % people, np.ones(len(distances), np.intp)
    limits, pairs = np.full(len(distances), limit), np.stack([owners, owners], axis=1)
    return Comparisons(distances, ones, others * ones, limits, pairs, np.ones(len(distances)))


def test_a_gallery_that_is_shifted_is_found_to_be():
    random = np.random.default_rng(2)
    for moved in (-0.05, 0.0, 0.03):
        between = among(random.normal(0.9 + moved, 0.06, 4000), 200)
        within = among(random.normal(0.4 + moved, 0.06, 4000), 200)
        for found in (
            impostor_evidence(between, NORMAL.impostor, 0.8),
            genuine_evidence(within, NORMAL.genuine, 0.4),
        ):
            assert found.shift == pytest.approx(moved, abs=3 * found.error + 0.001)
    nearest = among(random.normal(0.9, 0.06, (4000, 19)).min(axis=1), 200, others=19)
    assert impostor_evidence(nearest, NORMAL.impostor, 0.8).shift == pytest.approx(0, abs=0.004)
    seen = random.normal(0.4, 0.06, 8000)  # larger distances than the threshold were not recorded
    recorded = among(seen[seen <= 0.4], 200, limit=0.4)
    assert genuine_evidence(recorded, NORMAL.genuine, 0.4).shift == pytest.approx(0, abs=0.004)
    few = among(random.normal(0.7, 0.06, 100), LEAST_PEOPLE - 1)
    assert impostor_evidence(few, NORMAL.impostor, 0.8) is None
    assert genuine_evidence(among(np.zeros(0), 1), NORMAL.genuine, 0.4) is None


def test_evidence_counts_as_much_as_it_is_certain():
    prior = believed([None], NORMAL.impostor)
    assert (prior.value, prior.trust, prior.error) == (0, 0, pytest.approx(0.03, rel=0.02))
    trusts = [believed([Evidence(-0.05, error, 9, 9)], NORMAL.impostor).trust for error in (1.0, 0.03, 0.0)]
    assert trusts == sorted(trusts)
    assert 0.9 < trusts[-1] < 1
    one = Evidence(-0.02, 0.01, 9, 9)
    assert believed([one, None, one], NORMAL.impostor).error < believed([one], NORMAL.impostor).error


# The promise ----------------------------------------------------------------------------------------------------------


def calibration(gallery, statistics, asked=1e-2, **options):
    found = gallery_distances(gallery)
    return calibrated(found, statistics, ONE_FRAME, in_force=0.7, margin=0.0, asked=asked, **options)


def answer(*arguments, **options):
    return calibration(*arguments, **options).answer


def test_one_stranger_in_a_hundred_is_one_in_a_hundred(world, measured):
    for people, pictures in ((12, 3), (30, 1)):
        counted, covered = [], 0
        for _ in range(10):
            gallery = world.gallery(people, pictures)
            setting = answer(gallery, measured)
            probes = world.faces(world.people(4000), 1)[:, 0]
            rate = float(np.mean(2 - 2 * (probes @ gallery.matrix.T).max(axis=1) <= setting.threshold**2))
            error = 2 * np.sqrt(rate / 4000)  # of the counting itself
            counted.append(rate)
            covered += setting.strangers.low - error <= rate <= setting.strangers.high + error
            assert setting.promised
        assert 0.004 < np.mean(counted) < 0.012
        assert covered >= 8


def test_members_are_refused_about_as_often_as_said(world, measured, as_gallery):
    said, counted = [], []
    for _ in range(12):
        people = world.people(20)
        faces = world.faces(people, 3)
        setting = answer(as_gallery({f"p{number:03}": list(each) for number, each in enumerate(faces)}), measured)
        own = np.linalg.norm(world.faces(people, 30)[:, :, None] - faces[:, None], axis=3).min(axis=2)
        said.append(setting.refused.mean)
        counted.append(np.mean(own > setting.threshold))
    assert np.mean(said) == pytest.approx(np.mean(counted), rel=0.35)


def test_doubts_make_an_estimate_of_a_promise(world, measured):
    assert answer(world.gallery(3, 1), measured).doubts == (Doubt.TOO_FEW_PEOPLE,)
    assert answer(world.gallery(20, 2), measured, same_distances=False).doubts == (Doubt.OTHER_DISTANCES,)
    beyond = answer(world.gallery(30, 2), measured, asked=1e-6)
    assert beyond is None or Doubt.BEYOND_THE_PAIRS in beyond.doubts


def test_alternatives_more_pictures_and_further_evidence(world, measured):
    found = calibration(world.gallery(20, 1), measured)
    assert list(found.alternatives) == ["stricter", "balanced", "easier"]
    for one, asked in zip(found.alternatives.values(), (1e-3, 1e-2, 1e-1), strict=True):
        assert asked / 3 < one.strangers.mean <= asked
    people, setting = found.more_pictures
    assert people == 20
    assert setting.refused.mean < found.answer.refused.mean
    assert calibration(world.gallery(20, 3), measured).more_pictures is None
    assert answer(world.gallery(150, 1), measured).threshold < answer(world.gallery(8, 1), measured).threshold
    here, more = world.gallery(12, 2), gallery_distances(world.gallery(60, 2))
    both = calibration(here, measured, further=[(more.impostor, more.genuine)])
    assert both.model.impostor.error < calibration(here, measured).model.impostor.error


# Pictures to check ----------------------------------------------------------------------------------------------------


def at(*degrees):
    return [np.array([np.cos(np.radians(each)), np.sin(np.radians(each))], np.float32) for each in degrees]


def test_pictures_of_another_or_an_unknown_person_are_found(as_gallery):
    for people, expected in (
        ({"Ada": at(0, 5, 62), "Bo": at(60, 65)}, {"Ada/2.jpg": "Bo/0.jpg"}),
        ({"Ada": at(0, 5, 120), "Bo": at(60, 65)}, {"Ada/2.jpg": None}),
        ({"Ada": at(0, 90), "Bo": at(180)}, {"Ada/0.jpg": None, "Ada/1.jpg": None}),
        ({"Ada": at(0, 62), "Bo": at(60, 65)}, {"Ada/1.jpg": "Bo/0.jpg"}),
        ({"Ada": at(0, 62), "Bo": at(62, 78)}, {"Ada/1.jpg": "Bo/0.jpg"}),
        ({"Ada": at(0, 13), "Bo": at(24)}, {}),
        ({"Ada": at(0, 5, 10), "Bo": at(7)}, {}),
        ({}, {}),
    ):
        found = odd_pictures(as_gallery(people), alike=0.2, margin=0.05, apart=0.4)
        assert {each.picture.source: each.other and each.other.source for each in found} == expected


def test_the_nearest_people_come_first_with_their_nearest_pictures(as_gallery):
    gallery = as_gallery({"Ada": at(0, 10), "Bo": at(40, 100), "Cy": at(55)})
    found = confusable_pairs(gallery, 5)
    assert [(pair.one.source, pair.other.source) for pair in found] == [
        ("Bo/0.jpg", "Cy/0.jpg"),
        ("Ada/1.jpg", "Bo/0.jpg"),
        ("Ada/1.jpg", "Cy/0.jpg"),
    ]
    assert found[0].distance == pytest.approx(2 * np.sin(np.radians(7.5)), abs=1e-6)
    (left,) = confusable_pairs(gallery, 1, left_out={4})
    assert left.distance == pytest.approx(2 * np.sin(np.radians(15)), abs=1e-6)
    assert confusable_pairs(as_gallery({"Ada": at(0)}), 5) == []


# The journal ----------------------------------------------------------------------------------------------------------


def test_visits_of_members_are_distances_and_everything_else_stays_out(world, tmp_path):
    now = datetime(2026, 5, 20, 12, tzinfo=UTC)
    gallery, recognised, returned = world.gallery(12, 2), Reason.RECOGNISED, Reason.RETURNED
    with closing(Journal(tmp_path / "journal.sqlite3")) as journal:
        for person, distance, second, reason, encoder, days in (
            ("Person_3", 0.25, 0.81, recognised, "dlib_resnet", 1),
            ("Person_3", 0.31, 0.77, returned, "dlib_resnet", 1),
            ("Person_7", 0.2, None, recognised, "dlib_resnet", 1),
            ("Person_3", 0.5, 0.9, Reason.TOO_FAR, "dlib_resnet", 1),
            ("Person_3", 0.3, 0.9, Reason.TESTED, "dlib_resnet", 1),
            ("Person_3", 0.3, 0.9, recognised, "sface", 1),
            ("Person_3", 0.3, 0.9, recognised, "dlib_resnet", DAYS + 1),
            ("Gone", 0.3, 0.9, recognised, "dlib_resnet", 1),
        ):
            others = () if second is None else (Candidate("Somebody", second),)
            found = Identification((Candidate(person, distance), *others), 0.4, 0.04, 12)
            granted = (Outcome.GRANTED, person) if reason in {recognised, returned} else (Outcome.REFUSED, None)
            decision = Decision(granted[0], reason, 1, 1, 1.0, 3, 3, granted[1], found)
            journal.record(decision, encoder, now - timedelta(days=days))
        between, within = journal_distances(journal, gallery, now)
    assert (between.distances.tolist(), between.among.tolist()) == ([0.81, 0.77], [11, 11])
    assert np.isinf(between.limits).all()
    assert (within.distances.tolist(), within.limits.tolist()) == ([0.25, 0.31, 0.2], [0.4] * 3)
    assert (within.templates.tolist(), within.weights.tolist()) == ([2] * 3, [0.5, 0.5, 1])


# A whole door ---------------------------------------------------------------------------------------------------------


def test_a_small_office_gets_a_promise_and_its_wrong_picture_named(data, tmp_path):
    folder = tmp_path / "office"
    several = [one for one in sorted((data / "lfw-view1").iterdir()) if one.is_dir() and len(list(one.iterdir())) > 2]
    for person in several[:6]:
        (folder / person.name).mkdir(parents=True)
        for picture in sorted(person.iterdir())[:2]:
            shutil.copy(picture, folder / person.name)
    first, second = sorted(folder.iterdir())[:2]
    shutil.copy(min(second.iterdir()), first / "wrong.jpg")
    config = overridden(ConfigFile(None), ["detector=yunet"])  # the faster one
    report = calibrate_door(config, folder, asked=1e-3, with_journal=False, show=lambda done, total: None)
    assert report.promised
    assert 0.9 < report.answer.threshold < 1.12
    assert report.answer.strangers.mean <= 1e-3
    assert [odd.picture.source.rpartition("/")[2] for odd in report.odd] == ["wrong.jpg"]
    assert len(report.confusable) == 5


def test_a_large_gallery_gives_statistics_of_its_own(world, make_report):
    gallery = world.gallery(50, 4)
    found = gallery_statistics(gallery, {0})
    assert (found.people, found.genuine.pairs, found.impostor.pairs) == (50, 297, 19_404)
    for few, left_out in ((world.gallery(49, 4), ()), (world.gallery(50, 2), ()), (gallery, range(200))):
        assert gallery_statistics(few, left_out) is None
    report = make_report(50, 4, statistics=found)
    assert not report.own_statistics
    report = replace(report, encoder=replace(report.encoder, statistics=None))
    assert report.own_statistics
    assert "The curve is this gallery's own: 19,404 pairs of 50 people." in next(basis_lines(report))


# The answer -----------------------------------------------------------------------------------------------------------


def test_a_promise_and_an_estimate_are_told_apart(make_report):
    report = make_report(20, 3)
    lines = list(answer_lines(report))
    assert lines[0] == f"Answer: threshold {report.answer.threshold:.3f}, margin 0.04, 3 of 5 frames."
    assert "--write" in lines[3]
    estimate = list(answer_lines(make_report(3, 1)))
    assert estimate[0].startswith("An estimate, not a promise: threshold ")
    assert estimate[-1].startswith("Why no promise: too few people")
    assert not any("--write" in line for line in estimate)
    assert list(answer_lines(make_report(0, 1))) == ["No threshold can be given: nobody is enrolled."]
    (unmeasured,) = answer_lines(make_report(12, 1, calibration=None, statistics=None))
    assert "has no statistics, and 12 people are too few" in unmeasured
    headings, rows = table_rows(report, report.calibration)
    assert headings == ("", "stricter", "balanced", "easier", "in force now")
    assert ({len(row) for row in rows}, rows[0][4]) == ({5}, "0.700")
    assert [per_thousand(rate) for rate in (0.031, 0.0042, 0.0, 0.00996)] == ["31", "4.2", "0.0", "10"]


def test_pictures_to_check_people_who_look_alike_advice_and_basis_are_told(make_report):
    report = make_report(20, 3, wrong={3: 5})
    (odd,) = report.odd
    (line,) = picture_lines(report)
    assert line.startswith("Person_3/0.jpg probably shows Person 5, not Person 3: 0.00 from Person_5/0.jpg, ")
    assert next(advice_lines(report)).startswith("Check the pictures of Person 3 named above:")
    hostile = replace(odd, picture=replace(odd.picture, source="a\x1b[2J\n.jpg"))
    (line,) = picture_lines(replace(report, odd=(hostile,)))
    assert line.isprintable()
    poor = [(report.gallery.templates[0], (Rejection.TOO_DARK, Rejection.TOO_BLURRED))]
    gallery = replace(report.gallery, skipped=(Skipped("x.jpg", "is broken"), Skipped("#bin", "x", harmless=True)))
    told = list(picture_lines(replace(report, odd=(), poor=poor, gallery=gallery, all_checked=False)))
    assert told[0] == "Person_0/0.jpg is poor: the face is too dark, the face is blurred"
    assert told[1] == "1 picture could not be used at all: `kiosk people` says why"
    nearest, threshold = report.confusable[0], report.answer.threshold
    assert "one person under two names" in pair_line(replace(nearest, distance=threshold), report)
    assert "may confuse them" in pair_line(replace(nearest, distance=threshold + 0.02), report)
    few = " ".join(advice_lines(make_report(20, 1)))
    assert "Add pictures of Person 0, Person 1, Person 10 and 17 more until everybody has three" in few
    assert "--journal" in few
    asked = make_report(20, 1, journal=(120, 9), plain_curve=True)
    basis = " ".join(basis_lines(asked))
    for part in ("made by rule", "1,500 people", "From the journal: 120 visits of 9 people", "cohort of strangers"):
        assert part in basis
    assert "There are no distances of one person from this door" in basis


def test_the_answer_is_written_and_comments_stay(make_report, tmp_path, monkeypatch):
    path = tmp_path / "config.yaml"
    text = "# our door\nmatching:\n  threshold: {sface: 0.9}   # of the other encoder\ndecision:\n  k: 2   # too slow\n"
    path.write_text(text)
    with pytest.raises(ConfigError, match="no promised threshold"):
        write_answer(make_report(3, 1, config=ConfigFile(path)))
    assert path.read_text() == text
    report = make_report(20, 3, config=ConfigFile(path))
    assert write_answer(report) == path
    current = ConfigFile(path).current
    assert current.matching.threshold == {"sface": 0.9, "dlib_resnet": report.answer.threshold}
    assert (current.decision.k, current.decision.n, current.matching.stranger_rate) == (3, 5, 1e-2)
    for comment in ("# our door", "# of the other encoder", "# too slow"):
        assert comment in path.read_text()
    monkeypatch.chdir(tmp_path)
    path.unlink()
    written = write_answer(replace(report, config=ConfigFile(None)))
    assert ConfigFile(written).current.matching.threshold == {"dlib_resnet": report.answer.threshold}
