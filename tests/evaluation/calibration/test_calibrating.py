"""A door from its folder: real pictures, real network."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kiosk.config import ConfigFile
from kiosk.domain import Rejection
from kiosk.encoders.specs import statistics_text
from kiosk.encoders.statistics import QuantileTable, Statistics
from kiosk.evaluation.calibration.calibrating import DoorReport, _measured_here, calibrate_door
from kiosk.evaluation.calibration.model import Doubt
from kiosk.files import asset, shipped_weights
from kiosk.people.snapshot import GallerySnapshot

RATES = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.5, 1.0)
STATISTICS = Statistics(
    "as on View 1",
    3000,
    QuantileTable(10**7, RATES, (0.265, 0.305, 0.338, 0.377, 0.423, 0.486, 0.567, 0.84)),
    QuantileTable(3000, RATES[3:], (0.58, 0.481, 0.358, 0.288, 0.11)),
)


@pytest.fixture
def config(tmp_path: Path) -> ConfigFile:
    """With statistics in the spec of dlib_resnet, whatever is shipped."""
    own = tmp_path / "weights"
    own.mkdir()
    shutil.copy(shipped_weights() / "dlib_resnet.tflite", own)
    shipped = (shipped_weights() / "dlib_resnet.yaml").read_text()
    kept = shipped.partition("\nstatistics:")[0].rstrip("\n")
    (own / "dlib_resnet.yaml").write_text(f"{kept}\n{statistics_text(STATISTICS)}")
    (tmp_path / "config.yaml").write_text("encoder: dlib_resnet\nweights: weights\n")
    return ConfigFile(tmp_path / "config.yaml")


def calibrate(config: ConfigFile, folder: Path, *, journal: bool = False) -> DoorReport:
    return calibrate_door(config, folder, asked=1e-3, with_journal=journal, progress=lambda what, done, total: None)


@pytest.fixture
def office(data: Path, tmp_path: Path) -> Path:
    """Seven people of View 1 with two pictures each; one picture of the first is of the second."""
    folder = tmp_path / "office"
    several = [
        each for each in sorted((data / "lfw-view1").iterdir()) if each.is_dir() and len(list(each.iterdir())) > 2
    ]
    for person in several[:7]:
        (folder / person.name).mkdir(parents=True)
        for picture in sorted(person.iterdir())[:2]:
            shutil.copy(picture, folder / person.name)
    first, second = sorted(folder.iterdir())[:2]
    shutil.copy(min(second.iterdir()), first / "wrong.jpg")
    return folder


def test_a_small_office_gets_a_promise_and_its_wrong_picture_named(config: ConfigFile, office: Path) -> None:
    report = calibrate(config, office)
    assert report.promised
    assert report.answer is not None
    assert report.answer.strangers.mean <= 1e-3
    assert 0.25 < report.answer.threshold < 0.4
    assert [odd.picture.source.rpartition("/")[2] for odd in report.odd] == ["wrong.jpg"]
    assert report.odd[0].other is not None
    assert len(report.confusable) == 5
    assert report.all_looked_at


def test_the_default_encoder_gives_a_promise(office: Path, tmp_path: Path) -> None:
    report = calibrate(ConfigFile(None), office)
    assert report.promised
    assert report.answer is not None
    assert 0.9 < report.answer.threshold < 1.12


def test_a_curve_of_distances_seen_against_a_cohort_is_no_promise_without_one(
    config: ConfigFile, office: Path, tmp_path: Path
) -> None:
    spec = tmp_path / "weights" / "dlib_resnet.yaml"
    spec.write_text(spec.read_text().replace("as on View 1", "as on View 1, seen against a cohort"))
    (tmp_path / "config.yaml").write_text("encoder: dlib_resnet\nweights: weights\npath: {cohort: off}\n")
    report = calibrate(ConfigFile(tmp_path / "config.yaml"), office)
    assert report.answer is not None
    assert report.answer.doubts == (Doubt.OTHER_DISTANCES,)
    assert not report.plain_curve


def test_one_person_is_no_promise(config: ConfigFile, tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    shutil.copy(asset("demo", "gallery", "Grace_Hopper.jpg"), folder)
    (folder / "broken.jpg").write_bytes(b"no picture")
    report = calibrate(config, folder, journal=True)
    assert report.answer is not None
    assert Doubt.TOO_FEW_PEOPLE in report.answer.doubts
    assert not report.promised
    assert report.journal == (0, 0)
    assert [entry.source for entry in report.gallery.skipped] == ["broken.jpg"]


def test_a_picture_that_the_door_would_turn_away_is_poor(config: ConfigFile, tmp_path: Path) -> None:
    from kiosk.vision.opencv import cv2

    folder = tmp_path / "images"
    folder.mkdir()
    grace = cv2.imread(str(asset("demo", "gallery", "Grace_Hopper.jpg")))
    small = 90 / max(grace.shape)
    cv2.imwrite(str(folder / "Grace.png"), cv2.resize(grace, None, fx=small, fy=small, interpolation=cv2.INTER_AREA))
    report = calibrate(config, folder)
    if not report.gallery.people:
        pytest.skip("too small even for a photograph")
    assert Rejection.TOO_SMALL in report.poor[0].reasons


def test_an_empty_and_a_missing_folder_are_answers(config: ConfigFile, tmp_path: Path) -> None:
    for folder in (tmp_path / "empty", tmp_path / "missing"):
        if folder.name == "empty":
            folder.mkdir()
        report = calibrate(config, folder)
        assert report.calibration is None
        assert not report.promised


def test_a_large_gallery_measures_an_encoder_that_nobody_has(make_gallery: Callable[..., GallerySnapshot]) -> None:
    found = _measured_here(make_gallery(60, 4), {0, 5})
    assert found is not None
    assert found.people == 60
    assert found.impostor.distance_at(0.1) > found.genuine.distance_at(0.1)
    assert _measured_here(make_gallery(20, 4), ()) is None
    assert _measured_here(make_gallery(60, 1), ()) is None
    assert _measured_here(make_gallery(0, 1), ()) is None


def test_pictures_left_out_change_what_is_measured(make_gallery: Callable[..., GallerySnapshot]) -> None:
    gallery = make_gallery(60, 4, {1: 2})
    assert _measured_here(gallery, {4}) != _measured_here(gallery, ())
    assert np.isfinite(replace(gallery).matrix).all()
