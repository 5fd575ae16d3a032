import pickle

import numpy as np
import pytest

from kiosk.config import ConfigFile
from kiosk.config.file import overridden
from kiosk.domain import Box, Rejection
from kiosk.encoders import encoder_spec
from kiosk.errors import ConfigError
from kiosk.evaluation.extractors import (
    KioskExtractor,
    KioskRecipe,
    PixelsRecipe,
    encoder_choice,
    middle_of,
    nearest_the_middle,
)
from kiosk.files import asset
from kiosk.vision.pictures import read_picture


def of_kiosk(*settings):
    return KioskExtractor(overridden(ConfigFile(None), settings))


@pytest.fixture(scope="module")
def kiosk():
    return of_kiosk()


@pytest.fixture(scope="module")
def grace():
    return read_picture(asset("demo", "grace_hopper.jpg"), longest_side_px=400)


def test_a_face_becomes_numbers_by_the_kiosks_own_path(kiosk, grace):
    found = kiosk.extract(grace, template=True)
    assert found.probe.shape == (128,)
    assert np.linalg.norm(found.probe) == pytest.approx(1, abs=1e-5)
    assert found.rejection is None
    assert found.box.covers(middle_of(grace)) or found.box.area > 0
    assert found.conditions.light is not None
    assert {"detect", "align", "encode"} <= found.milliseconds.keys()


def test_without_copies_the_template_is_the_probe_and_costs_nothing(kiosk, grace):
    found = kiosk.extract(grace, template=False)
    assert found.template is found.probe
    assert "template" not in found.milliseconds


def test_a_wall_and_a_face_in_the_dark_say_why(kiosk, grace):
    wall = kiosk.extract(np.full((200, 200, 3), 128, np.uint8), template=True)
    assert (wall.rejection, wall.probe, wall.box) == (Rejection.NO_FACE, None, None)
    assert "detect" in wall.milliseconds
    dark = kiosk.extract((grace * 0.06).astype(np.uint8), template=True)
    assert dark.rejection in {Rejection.TOO_DARK, Rejection.NO_FACE, Rejection.TOO_BLURRED}


def test_the_key_is_another_one_for_another_path(kiosk):
    assert of_kiosk().key == kiosk.key
    assert kiosk.label.encoder == "sface_fp16"
    assert (kiosk.label.detector, kiosk.label.peer) == ("haar", False)
    assert kiosk.threshold == encoder_spec("sface_fp16").threshold


def test_names_that_are_not_known_are_told_when_the_path_is_made():
    for setting in ("encoder=nobody", "detector=nothing"):
        with pytest.raises(ConfigError):
            KioskRecipe(overridden(ConfigFile(None), [setting])).make()


@pytest.mark.parametrize("recipe", [KioskRecipe(ConfigFile(None)), PixelsRecipe()])
def test_recipes_go_to_other_processes(recipe):
    again = pickle.loads(pickle.dumps(recipe))  # noqa: S301
    assert again.make().key == recipe.make().key


def test_pixels_are_compared_as_the_course_does_it(pixels):
    extractor, _ = pixels
    images = [np.full((50, 70, 3), grey, np.uint8) for grey in (0, 51, 255)]
    black, dark, white = (extractor.extract(image, template=True).probe for image in images)
    assert np.linalg.norm(white - black) == pytest.approx(1)
    assert np.linalg.norm(dark - black) == pytest.approx(0.2)


def test_the_person_of_a_picture_is_nearest_its_middle():
    image = np.zeros((100, 200, 3), np.uint8)
    aside, middle = Box(0, 0, 90, 90), Box(90, 40, 110, 60)
    assert nearest_the_middle([aside, middle], image) == 1
    assert nearest_the_middle([], image) is None
    assert middle_of(image) == (100, 50)


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("dlib_resnet", "dlib_resnet"),
        ("dlib_resnet+sface", ["dlib_resnet", "sface"]),
        (" a + b ", ["a", "b"]),
        ("1*a+2.5*b", {"a": 1.0, "b": 2.5}),
        ("1*a+b", ["1*a", "b"]),
        ("x*a", "x*a"),
        ("+", ["", ""]),
    ],
)
def test_several_encoders_as_one_are_written_with_a_plus(text, choice):
    assert encoder_choice(text) == choice
