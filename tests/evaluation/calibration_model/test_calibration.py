"""The promise, kept: counted at many galleries of a world whose rates are known."""

import numpy as np
import pytest

from kiosk.encoders.statistics import Statistics
from kiosk.evaluation.calibration.distances import gallery_distances
from kiosk.evaluation.calibration.model import Calibration, Doubt, Strictness, VisitRule, calibrated
from kiosk.people.snapshot import GallerySnapshot

ONE_FRAME = VisitRule(1, 1, 0.9)


def calibration(gallery: GallerySnapshot, statistics: Statistics, asked: float = 1e-2) -> Calibration:
    found = gallery_distances(gallery)
    return calibrated(found, statistics, ONE_FRAME, in_force=0.7, margin=0.0, asked=asked)


def strangers_let_in(world, gallery: GallerySnapshot, threshold: float, strangers: int = 4000) -> float:
    probes = world.faces(world.people(strangers), 1)[:, 0]
    squared = 2 - 2 * (probes @ gallery.matrix.T).max(axis=1)
    return float(np.mean(squared <= threshold**2))


@pytest.mark.parametrize(("people", "pictures"), [(12, 3), (30, 1)])
def test_one_in_a_hundred_is_one_in_a_hundred(world, measured: Statistics, people: int, pictures: int) -> None:
    counted, covered = [], 0
    for _ in range(100):
        gallery = world.gallery(people, pictures)
        setting = calibration(gallery, measured).answer(Strictness.BALANCED)
        assert setting is not None
        assert setting.promised
        rate = strangers_let_in(world, gallery, setting.threshold)
        said, chance = setting.strangers, 2 * np.sqrt(rate / 4000)  # of the counting itself
        counted.append(rate)
        covered += said.low - chance <= rate <= said.high + chance
    assert 0.004 < np.mean(counted) < 0.012
    assert covered >= 90


def test_members_are_refused_about_as_often_as_said(world, snapshot, measured: Statistics) -> None:
    said, counted = [], []
    for _ in range(12):
        people = world.people(20)
        faces = world.faces(people, 3)
        gallery = snapshot({f"p{number:03}": list(each) for number, each in enumerate(faces)})
        setting = calibration(gallery, measured).answer(Strictness.BALANCED)
        assert setting is not None
        probes = world.faces(people, 30)
        own = np.linalg.norm(probes[:, :, None] - faces[:, None], axis=3).min(axis=2)
        said.append(setting.refused.mean)
        counted.append(np.mean(own > setting.threshold))
    assert np.mean(said) == pytest.approx(np.mean(counted), rel=0.35)


def test_alternatives_lie_a_factor_of_ten_apart(world, measured: Statistics) -> None:
    found = calibration(world.gallery(20, 2), measured)
    assert [each.asked for each in found.alternatives] == [1e-3, 1e-2, 1e-1]
    settings = [each.setting for each in found.alternatives]
    thresholds = [each.threshold for each in settings if each is not None]
    refusals = [each.refused.mean for each in settings if each is not None]
    assert thresholds == sorted(thresholds)
    assert refusals == sorted(refusals, reverse=True)
    assert len(thresholds) == 3


def test_three_people_are_no_promise(world, measured: Statistics) -> None:
    setting = calibration(world.gallery(3, 1), measured).answer(Strictness.BALANCED)
    assert setting is not None
    assert setting.doubts == (Doubt.TOO_FEW_PEOPLE,)


def test_statistics_of_other_distances_are_no_promise(world, measured: Statistics) -> None:
    found = calibrated(
        gallery_distances(world.gallery(20, 2)),
        measured,
        ONE_FRAME,
        in_force=0.7,
        margin=0.0,
        asked=1e-2,
        same_distances=False,
    )
    setting = found.answer(Strictness.BALANCED)
    assert setting is not None
    assert setting.doubts == (Doubt.OTHER_DISTANCES,)


def test_beyond_the_pairs_of_the_statistics_is_no_promise(world, measured: Statistics) -> None:
    setting = calibration(world.gallery(30, 2), measured, asked=1e-6).answer(Strictness.BALANCED)
    assert setting is None or Doubt.BEYOND_THE_PAIRS in setting.doubts


def test_more_people_need_a_smaller_threshold(world, measured: Statistics) -> None:
    few, many = (calibration(world.gallery(people, 1), measured).answer(Strictness.BALANCED) for people in (8, 150))
    assert few is not None
    assert many is not None
    assert many.threshold < few.threshold


def test_more_pictures_are_told_to_help_where_there_are_few(world, measured: Statistics) -> None:
    found = calibration(world.gallery(20, 1), measured)
    now = found.answer(Strictness.BALANCED)
    assert found.more_pictures is not None
    assert now is not None
    assert found.more_pictures.people == 20
    assert found.more_pictures.setting.refused.mean < now.refused.mean
    assert calibration(world.gallery(20, 3), measured).more_pictures is None


def test_what_else_was_seen_of_the_same_door_makes_it_surer(world, measured: Statistics) -> None:
    found, more = gallery_distances(world.gallery(12, 2)), gallery_distances(world.gallery(60, 2))
    alone, both = (
        calibrated(found, measured, ONE_FRAME, in_force=0.7, margin=0.0, asked=1e-2, further=further)
        for further in ([], [(more.impostor, more.genuine)])
    )
    assert both.door.impostor.error < alone.door.impostor.error
    assert len(both.evidence) == 2
