"""The protocols lfw and open-set: closed forms, the file of pairs, and people whom the path `pixels` tells apart."""

import json
import math
import os
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.config import ConfigFile
from kiosk.domain import Candidate, Identification
from kiosk.errors import EvaluationError
from kiosk.evaluation.extractors import PixelsExtractor
from kiosk.evaluation.lfw import (
    Lfw,
    ScoredPairs,
    disjoint_folds,
    read_pairs,
    verify_by_folds,
    verify_by_training,
)
from kiosk.evaluation.open_set import STRANGER, OpenSet, nearest_person, open_set, split
from kiosk.evaluation.rates import accepts
from kiosk.evaluation.running import EvaluationSettings, as_json, evaluate, paths_of

VALUES = st.one_of(st.integers(0, 8).map(lambda n: n / 8), st.just(math.inf))


def nothing(done, total):
    pass


# The file of pairs ----------------------------------------------------------------------------------------------------


@pytest.fixture
def read(tmp_path):
    """read("Ada\t1\t2\n"): the pairs of a file with that content, of pictures in a folder `faces`."""

    def of(content):
        path = tmp_path / "pairs.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_pairs(path, tmp_path / "faces")

    return of


def test_pairs_of_one_person_and_of_two_are_read_however_they_are_written(read, tmp_path):
    expected = [
        ("Ada/Ada_0001.jpg", "Ada/Ada_0012.jpg", True),
        ("Ada/Ada_0002.jpg", "Alan/Alan_0001.jpg", False),
    ]
    for content in (
        "Ada\t1\t12\nAda\t2\tAlan\t1\n",
        "Ada\t1\t12\r\nAda\t2\tAlan\t1\r\n",
        "\ufeffAda\t1\t12\nAda\t2\tAlan\t1",
        "Ada 1 12\n\n\nAda   2 Alan 1\n\n",
        "1\nAda\t1\t12\nAda\t2\tAlan\t1\n",
    ):
        found = read(content)
        assert [(one.a.source, one.b.source, one.same) for one in found] == expected, content
        assert {one.fold for one in found} == {0}
    assert found[0].a.path == tmp_path / "faces" / "Ada" / "Ada_0001.jpg"
    lines = "".join(f"Ada\t{fold + 1}\t20\nAda\t{fold + 1}\tAlan\t1\n" for fold in range(10))
    assert [one.fold for one in read(f"10\t1\n{lines}")] == [number // 2 for number in range(20)]


def test_faults_of_a_file_are_told_with_their_line(read, tmp_path):
    for content, reason in (
        ("", "is empty"),
        ("\n \n\t\n", "is empty"),
        ("Ada\t1\t2\nAda\t1\n", "line 2: a pair of 3 or 4 columns was expected, found 'Ada 1'"),
        ("Ada\t0\t2\n", "line 1: a picture's number, 1 or more, was expected"),
        ("Ada\t1\t٢\n", "line 1: a picture's number"),
        ("Ada\t1\t2\nAda\t1\tAda\t2\n", "line 2: two people were expected"),
        ("Ada\t2\t2\n", "line 1: one picture is named twice"),
        ("../../etc\t1\t2\n", "line 1: the name holds a slash"),
        ("A\x1b[2Jda\t1\t2\n", "line 1: the name holds characters that cannot be shown"),
        ("ten\t300\nAda\t1\t2\n", "line 1: one or two whole numbers, or a pair, were expected"),
        ("300\n", "line 1 promises 600 pairs, 0 follow"),
        (b"Ada\t1\t2\nAda\t1\t\xff\n", "line 2: is not UTF-8"),
    ):
        with pytest.raises(EvaluationError) as caught:
            read(content)
        assert reason in caught.value.reason
        assert len(str(caught.value)) < 500
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "missing", tmp_path, tmp_path / "pipe"):
        with pytest.raises(EvaluationError):
            read_pairs(path, tmp_path)


# Verification of pairs ------------------------------------------------------------------------------------------------


def pairs_from(distances, same):
    """Pairs of which no two share a person."""
    return ScoredPairs.of(distances, same, [(f"a{n}", f"a{n}" if one else f"b{n}") for n, one in enumerate(same)])


def normal_pairs(seed, in_fold=60):
    """Pairs in ten folds as LFW's: in each as many of one person, then of two."""
    random, places = np.random.default_rng(seed), np.arange(10 * in_fold)
    same = places % in_fold < in_fold // 2
    return pairs_from(random.normal(np.where(same, 0.5, 0.8), 0.1), same), places // in_fold


def test_each_fold_is_judged_at_the_threshold_of_the_others_or_at_that_of_other_pairs():
    pairs, folds = pairs_from([0.1, 0.5, 0.3, 0.9, 0.2, 0.8], [True, False] * 3), np.array([0, 0, 1, 1, 2, 2])
    found = verify_by_folds(pairs, folds)
    assert found.accuracy.folds == (0.5, 1, 1)
    assert found.thresholds == pytest.approx((0.55, 0.35, 0.4))
    assert found.threshold == pytest.approx(1.3 / 3)
    training = pairs_from([0.2, 0.4], [True, False])
    trained = verify_by_training(pairs, training, folds)
    assert (trained.thresholds, trained.accuracy.folds) == (pytest.approx((0.3,) * 3), (1, 1, 1))
    alone = verify_by_training(pairs, training, np.zeros(6, int)).accuracy
    assert (alone.value, alone.std, alone.standard_error) == (1, None, None)


def test_two_normal_distributions_give_the_closed_form_with_the_errors_that_lfw_reports():
    found = verify_by_folds(*normal_pairs(1, 600))
    truth, accuracy = NormalDist().cdf(1.5), found.accuracy
    assert accuracy.interval.low < truth < accuracy.interval.high
    assert accuracy.value == pytest.approx(truth, abs=0.01)
    assert found.threshold == pytest.approx(0.65, abs=0.02)
    assert found.acquired.area.value == pytest.approx(NormalDist().cdf(3 / math.sqrt(2)), abs=0.004)
    assert found.acquired.equal_error.value == pytest.approx(1 - truth, abs=0.01)
    parts = np.array(accuracy.folds)
    assert accuracy.value == pytest.approx(parts.mean()) == pytest.approx(1 - accuracy.errors.value)
    assert (accuracy.std, accuracy.standard_error) == pytest.approx((parts.std(ddof=1), parts.std(ddof=1) / 10**0.5))


def test_pairs_that_cannot_be_measured_are_refused():
    two_folds = np.array([0, 0, 1, 1])
    for distances, same, folds, reason in (
        ([0.1, 0.9], [True, False], np.zeros(2, int), "all in one fold"),
        ([], [], np.zeros(0, int), "all in one fold"),
        ([0.1, 0.2, 0.3, 0.4], [True] * 4, two_folds, "no pair of two people"),
        ([0.1, 0.2, 0.3, 0.4], [False] * 4, two_folds, "no pair of one person"),
        ([math.nan] * 4, [True, False] * 2, two_folds, "no threshold can be chosen"),
    ):
        with pytest.raises(EvaluationError, match=reason):
            verify_by_folds(pairs_from(distances, same), folds)


def test_people_who_are_connected_stay_together():
    strangers = np.stack([np.arange(103), np.arange(103) + 103], axis=1)
    assert sorted(np.bincount(disjoint_folds(strangers, seed=1)[0])) == [10] * 7 + [11] * 3
    people = np.repeat(np.arange(40), 6)
    numbers, shared = disjoint_folds(np.stack([people, people], axis=1), seed=3)
    assert (shared, np.bincount(numbers).tolist()) == (0, [24] * 10)
    chains = np.array([[4 * n + k, 4 * n + k + 1] for n in range(20) for k in range(3)])
    assert disjoint_folds(chains, seed=4)[1] == 0
    numbers, shared = disjoint_folds(np.stack([np.arange(1000), (np.arange(1000) + 1) % 1000], axis=1), seed=5)
    assert np.bincount(numbers).tolist() == [100] * 10
    assert 0 < shared <= 60  # two ends of each part, two parts in a fold
    people = np.random.default_rng(6).integers(0, 31, (60, 2))
    numbers, shared = disjoint_folds(people, seed=6, count=7)
    folds_of = [set(numbers[(people == person).any(axis=1)]) for person in range(31)]
    assert shared == sum(len(folds) > 1 for folds in folds_of)


# lfw ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def lfw(tmp_path, crowd):
    """lfw(folds=2): the report on 40 people, each compared with themselves and with the next."""

    def run(*, folds=1, noise=20.0, training=False, spoil=None, seed=0):
        folder = crowd([2] * 40, noise)
        genuine = [f"Person_{one}\t1\t2\n" for one in range(40)]
        impostor = [f"Person_{one}\t1\tPerson_{(one + 1) % 40}\t2\n" for one in range(40)]
        in_fold = 40 // folds
        parts = [slice(fold * in_fold, (fold + 1) * in_fold) for fold in range(folds)]
        lines = [line for part in parts for line in (*genuine[part], *impostor[part])]
        path = tmp_path / "pairs.txt"
        path.write_text("".join([f"{folds}\t{in_fold}\n", *lines]))
        if spoil is not None:
            (folder / spoil).write_bytes(b"no picture")
        wanted = EvaluationSettings(folder, pairs=path, training=path if training else None, seed=seed)
        return evaluate(Lfw(wanted), wanted, [PixelsExtractor], nothing)

    return run


def test_thresholds_come_from_drawn_folds_or_from_other_pairs(lfw):
    (result,) = lfw(noise=120, seed=3).results
    accuracy = result.verification.accuracy
    assert result.folds.startswith("10 folds drawn by seed 3, each with the threshold best for the others")
    assert accuracy.interval.low < accuracy.value < accuracy.interval.high
    far, near = ([pair.distance for pair in result.worst if pair.same is same] for same in (True, False))
    assert (far, near) == (sorted(far, reverse=True), sorted(near))
    assert (far[0], near[0], len(far), len(near)) == (result.genuine.max(), result.impostor.min(), 12, 12)
    (trained,) = lfw(noise=120, training=True).results
    assert trained.folds == "one threshold, the best for 80 other pairs"
    assert trained.verification.accuracy.std is None


def test_a_failed_picture_counts_as_an_error_and_also_apart(lfw):
    report = lfw(folds=4, noise=5, spoil="Person_3/Person_3_0002.jpg")
    (result,) = report.results
    found = result.verification
    assert (result.pairs, result.people) == (80, 40)
    assert result.genuine.max() < found.threshold < result.impostor.min()
    assert result.folds == "the 4 folds of the file, each with the threshold best for the others"
    assert result.acquisition.failures == {"unreadable": 1}
    assert (found.accuracy.value, found.accuracy_acquired.value) == (78 / 80, 1.0)
    assert (found.acquired.area.value, found.acquired.equal_error.value) == (1, 0)
    assert len(result.genuine) == len(result.impostor) == 39
    assert [point.fnmr.errors for point in found.points] == [1, 1]
    assert [point.fnmr.errors for point in found.acquired.points] == [0, 0]
    (path,) = json.loads(json.dumps(as_json(report)))["paths"]
    assert path.keys() == {
        *("encoder", "detector", "is_peer", "fta", "acquisition", "pairs", "people", "folds", "accuracy"),
        *("accuracy_std", "accuracy_error", "accuracy_interval", "accuracy_acquired", "threshold", "area"),
        *("area_interval", "equal_error_rate", "equal_error_interval", "equal_error_threshold", "points"),
        *("points_acquired", "worst", "fnmr", "thresholds"),
    }
    assert path["fnmr"].keys() == {"1e-2", "1e-3"}
    assert path["points"][0].keys() == {"is_carried", "fmr_asked", "threshold", "fmr", "fnmr"}
    assert path["acquisition"]["rate"].keys() == {"value", "errors", "trials", "low", "high"}


@pytest.mark.slow
@pytest.mark.data
def test_pairs_of_view_1_are_told_apart_by_the_kiosk_and_its_peer(data, tmp_path):
    pytest.importorskip("dlib")
    folder = data / "lfw-view1"
    lines = (folder / "pairsDevTest.txt").read_text().splitlines()
    some = np.random.default_rng(5).permutation(np.arange(1, 1001))[:60]
    (tmp_path / "pairs.txt").write_text("\n".join(lines[number] for number in sorted(some)))
    wanted = EvaluationSettings(folder, pairs=tmp_path / "pairs.txt")
    paths = paths_of(ConfigFile(None), [], [], dlib=True)
    own, peer = evaluate(Lfw(wanted), wanted, paths, nothing).results
    # The default path is right on 98.5 to 99.2 % of all 1,000 pairs.
    assert own.verification.accuracy.interval.high > 0.985
    assert own.verification.accuracy.value > 0.93
    assert own.verification.accuracy.value >= peer.verification.accuracy.value - 0.05
    assert peer.path.peer


# open-set -------------------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(VALUES, min_size=n, max_size=n), min_size=1, max_size=8)),
    st.sampled_from([0.25, 0.5, 1.0]),
    st.sampled_from([np.float32, np.float64]),
)
def test_the_nearest_is_whom_the_door_identifies(rows, threshold, kind):
    distances = np.array([*rows, [math.nan] * len(rows[0])], kind)  # the last picture gave no embedding
    people, nearest = nearest_person(distances)
    for row, person, let_in in zip(distances, people, accepts(nearest, threshold), strict=True):
        candidates = tuple(Candidate(str(one), float(row[one])) for one in np.argsort(row, kind="stable"))
        found = Identification(candidates, threshold, 0.0, len(row)).match
        assert (str(person) if let_in else None) == found


def test_a_member_is_missed_beyond_the_threshold_and_behind_another_person():
    distances = np.array([[0.1, 0.9], [0.8, 0.7], [0.9, 0.5], [0.6, 0.9], [0.7, 0.9]])
    errors, (point,) = open_set(distances, [0, 0, 1, STRANGER, STRANGER], range(5), rates=[0.5])
    assert (errors.errors, errors.trials) == (1, 3)
    assert (point.threshold, point.fpir.errors, point.fpir.trials) == (np.nextafter(0.7, 0), 1, 2)
    assert (point.fnir.errors, point.fnir.trials, point.wrong_person.errors) == (1, 3, 0)
    distances = np.array([[0.5, 0.2], [0.1, 0.9], [0.9, 0.6]])
    _, (wrong,) = open_set(distances, [0, 0, STRANGER], range(3), rates=[0.0])
    assert (wrong.fnir.errors, wrong.wrong_person.errors, wrong.fnir.trials) == (1, 1, 2)


def test_false_positives_grow_with_the_gallery_as_the_closed_form_says():
    # Directions in space: the squared distance of two of them is uniform, so FMR = t^2 / 4.
    random = np.random.default_rng(1)
    for size in (10, 100):
        vectors = random.normal(size=(2000, size + 1, 3))
        vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
        distances = np.linalg.norm(vectors[:, 1:] - vectors[:, :1], axis=2)
        owners = np.full(2000, STRANGER)
        owners[0], distances[0, 0] = 0, 0.0  # one member is needed
        for point in open_set(distances, owners, range(2000), rates=[0.3, 0.1, 0.03])[1]:
            fpir = 1 - (1 - point.threshold**2 / 4) ** size
            assert point.fpir.value <= point.fpir_asked < point.fpir.value + 1e-3
            assert abs(fpir - point.fpir_asked) < 3.5 * math.sqrt(point.fpir_asked * (1 - point.fpir_asked) / 2000)


def test_a_search_without_members_or_strangers_is_refused():
    for distances, owners, reason in (
        (np.ones((2, 2)), [STRANGER] * 2, "a member"),
        (np.array([[0.1, 0.2], [0.3, 0.4]]), [0, 0], "a stranger"),
    ):
        with pytest.raises(EvaluationError, match=reason):
            open_set(distances, owners, range(len(owners)))


@pytest.fixture
def search(crowd):
    """search([3, 3, 1], galleries=(2,)): the result among people with so many pictures, and its JSON."""

    def run(counts, noise=20.0, spoil=(), **options):
        folder = crowd(counts, noise)
        for source in spoil:
            (folder / source).write_bytes(b"no picture")
        wanted = EvaluationSettings(folder, **{"galleries": (5,), "seeds": 2, **options})
        report = evaluate(OpenSet(wanted), wanted, [PixelsExtractor], nothing)
        return report.results[0], as_json(report)

    return run


def test_members_are_found_and_strangers_are_not(search):
    result, found = search([3] * 8 + [1] * 30, noise=5)
    assert [row.point.fpir_asked for row in result.rows] == [0.01, 0.003, 0.001]
    for row in result.rows:
        assert (row.people, row.templates, row.seeds, row.strangers, row.members) == (5, 1, 2, 33, 5)
        assert (row.point.fnir.errors, row.point.fnir.trials) == (0, 2 * 5 * 2)
        assert (row.point.fpir.trials, row.rank_one) == (2 * (3 * 3 + 30), 1)
    assert found["paths"][0]["rows"][0].keys() == {
        *("rank_one", "people", "templates", "seeds", "fpir_asked", "threshold", "fpir", "fnir", "wrong_person"),
        *("rank_one_errors", "strangers", "members"),
    }
    for pair in result.worst:
        assert (pair.picture_a.partition("/")[0] == pair.picture_b.partition("/")[0]) == pair.same


def test_sizes_without_enough_people_and_failed_pictures_are_told(search):
    result, _ = search([4] * 6 + [1] * 6, galleries=(3, 100), templates=(1, 3))
    assert {(row.people, row.templates) for row in result.rows} == {(3, 1), (10, 1), (3, 3), (6, 3)}
    assert result.left_out == (
        "N = 100 with 1 each: of 12 people, 2 are left to be strangers",
        "N = 100 with 3 each: 6 people have so many pictures",
    )
    result, _ = search([2] * 6 + [1] * 6, galleries=(6,), noise=5, spoil=["Person_0/Person_0_0001.jpg"])
    # Of person 0 one picture is left, which is enrolled; the failed one is searched for in vain.
    point = result.rows[0].point
    assert (point.fnir.errors, point.fnir.trials, result.rows[0].rank_one_errors.errors) == (2, 12, 2)
    with pytest.raises(EvaluationError, match="add people, or lower --gallery"):
        search([1] * 9)


def test_a_picture_is_enrolled_or_searched_for_never_both(sample):
    def people(number, counts):
        return {f"P{one}": [sample(f"P{one}", n, [1.0, one]) for n in range(counts(one))] for one in range(number)}

    many = people(30, lambda one: one % 4 + 1)
    (templates, probes), again, other = (split(many, 10, 2, seed) for seed in (0, 0, 1))
    stored, searched = ({one.picture for one in some} for some in (templates, probes))
    assert not stored & searched
    assert len(stored | searched) == sum(map(len, many.values()))
    assert (len(stored), len({one.person for one in templates})) == (20, 10)
    assert templates == again[0] != other[0]
    members = {one.person for one in split(people(20, lambda one: 2 if one < 3 else 1), 10, 1, 0)[0]}
    assert {"P0", "P1", "P2"} <= members  # people with a picture left to search for come first
    assert len(members) == 10
