"""A cohort of a folder of people, through the kiosk's own path."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from kiosk.config import ConfigFile
from kiosk.door.matching import find_cohort
from kiosk.encoders import load_encoder
from kiosk.errors import EvaluationError, WeightsError
from kiosk.evaluation import statistics as cohort_making
from kiosk.evaluation.statistics import make_cohort
from kiosk.files import asset
from kiosk.recognition import cohort as cohort_module
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four people, one of them with two pictures, and one without a face; so few are enough here."""
    monkeypatch.setattr(cohort_module, "_LEAST", 2)
    monkeypatch.setattr(cohort_making, "_STRANGERS", 4)
    folder = tmp_path / "people"
    for person, picture in (("Grace", "grace_hopper.jpg"), ("Eileen", "eileen_collins.jpg")):
        image = read_picture(asset("demo", picture))
        for name, shown in ((person, image), (f"Dim {person}", cv2.convertScaleAbs(image, alpha=0.6))):
            (folder / name).mkdir(parents=True)
            cv2.imwrite(str(folder / name / "1.png"), shown)
    shutil.copy(asset("demo", "eileen_collins.jpg"), folder / "Grace" / "2.jpg")
    (folder / "Nobody").mkdir()
    cv2.imwrite(str(folder / "Nobody" / "1.png"), np.full((200, 200, 3), 120, np.uint8))
    return folder


@pytest.fixture
def config(tmp_path: Path) -> ConfigFile:
    (tmp_path / "config.yaml").write_text("threads: 1\n")
    return ConfigFile(tmp_path / "config.yaml")


def test_one_picture_of_each_person_goes_in(people, config, tmp_path):
    told = []
    made = make_cohort(config, people, tmp_path / "out", lambda *step: told.append(step))
    assert (made.strangers, made.people, made.left_out) == (4, 4, 1)
    assert made.path == tmp_path / "out" / "sface_fp16.cohort.npz"
    assert told[-1] == (5, 5)
    cohort = find_cohort(load_encoder("sface_fp16", 1).spec, [tmp_path / "out"])
    assert cohort is not None
    assert cohort.vectors.shape == (4, 128)


def test_too_few_people_are_told(people, config, tmp_path, monkeypatch):
    monkeypatch.setattr(cohort_module, "_LEAST", 50)
    with pytest.raises(EvaluationError, match=r"people: 100 people are needed, 4 were given"):
        make_cohort(config, people, tmp_path / "out", lambda *step: None)
    assert not (tmp_path / "out").exists()


def test_a_folder_without_pictures_is_told(config, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(EvaluationError):
        make_cohort(config, tmp_path / "empty", tmp_path / "out", lambda *step: None)


def test_a_folder_that_cannot_be_written_is_told(people, config, tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(WeightsError, match="cannot be written"):
        make_cohort(config, people, tmp_path / "out", lambda *step: None)
