from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kiosk.errors import CameraError
from kiosk.vision.demo import Figure, Outfit, Pose
from kiosk.vision.opencv import cv2

OUTFIT = Outfit(face_centre=(50, 40), face_px=40, height_px=400, shoulders=(10, 90), cloth=(200, 40, 40))


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A white portrait of 100 x 120 px of which a disc around (50, 40) is the person."""
    portrait, cutout = tmp_path / "portrait.png", tmp_path / "cutout.png"
    cv2.imwrite(str(portrait), np.full((120, 100, 3), 255, np.uint8))
    cv2.imwrite(str(cutout), cv2.circle(np.zeros((120, 100), np.uint8), (50, 40), 30, 255, -1))
    return portrait, cutout


@pytest.fixture
def figure(files: tuple[Path, Path]) -> Figure:
    return Figure(*files, OUTFIT)


def drawn(figure: Figure, pose: Pose) -> np.ndarray:
    picture = np.zeros((480, 640, 3), np.uint8)
    figure.draw_on(picture, pose)
    return picture


def head(picture: np.ndarray) -> np.ndarray:
    """Rows and columns of the white disc."""
    return np.argwhere(picture.min(axis=2) > 200)


@pytest.mark.parametrize("face_px", [12, 40, 90])
def test_the_face_stands_where_and_as_large_as_the_pose_says(figure: Figure, face_px: float):
    found = head(drawn(figure, Pose(300, 100, face_px)))
    assert np.allclose(found.mean(axis=0), (100, 300), atol=1.5)
    assert np.ptp(found[:, 1]) == pytest.approx(60 * face_px / 40, abs=3)


def test_the_body_goes_on_below_the_portrait(figure: Figure):
    picture = drawn(figure, Pose(320, 60, 40))
    legs = picture[60 + 250, :, 0] > 60
    assert 20 < legs.sum() < 80
    assert not picture[60 + 370 :].any()


def test_turning_makes_the_face_narrower(figure: Figure):
    straight, turned = (np.ptp(head(drawn(figure, Pose(320, 100, 80, turn=turn)))[:, 1]) for turn in (0, 1))
    assert turned < straight


def test_less_light_makes_the_person_darker(figure: Figure):
    assert drawn(figure, Pose(320, 100, 40, light=0.5))[100, 320].tolist() == pytest.approx([128] * 3, abs=2)


def test_half_there_lets_the_background_through(figure: Figure):
    picture = np.full((480, 640, 3), 100, np.uint8)
    figure.draw_on(picture, Pose(320, 100, 40, presence=0.5))
    assert picture[100, 320].tolist() == pytest.approx([178] * 3, abs=2)


@pytest.mark.parametrize("pose", [Pose(320, 100, 40, presence=0), Pose(-900, 100, 40), Pose(320, 2000, 40)])
def test_who_is_not_there_changes_nothing(figure: Figure, pose: Pose):
    assert not drawn(figure, pose).any()


def test_who_is_half_outside_is_drawn_half(figure: Figure):
    inside, cut = (len(head(drawn(figure, Pose(x, 100, 40)))) for x in (320, 0))
    assert cut == pytest.approx(inside / 2, rel=0.1)


def test_a_helmet_is_completed_below_the_portrait(files: tuple[Path, Path]):
    carrying = Figure(*files, replace(OUTFIT, helmet=(95, 120, 20)))
    assert 0 < drawn(carrying, Pose(300, 60, 40))[60 + 90, 345].max() < 40


@pytest.mark.parametrize("which", [0, 1])
def test_a_missing_or_damaged_picture_is_a_fault(files: tuple[Path, Path], which: int):
    files[which].write_text("no picture")
    with pytest.raises(CameraError, match="missing or damaged"):
        Figure(*files, OUTFIT)
