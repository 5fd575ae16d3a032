import sys

import numpy as np
import pytest

from kiosk.domain import Rejection
from kiosk.errors import EvaluationError
from kiosk.evaluation import dlib_peer
from kiosk.evaluation.dlib_peer import DlibRecipe
from kiosk.files import asset
from kiosk.vision.pictures import read_picture


@pytest.fixture(scope="module")
def peer():
    pytest.importorskip("dlib")
    return DlibRecipe().make()


def test_its_own_path_finds_and_describes_a_face(peer):
    image = read_picture(asset("demo", "grace_hopper.jpg"), longest_side_px=400)
    found = peer.extract(image, template=True)
    assert found.probe.shape == (128,)
    assert found.template is found.probe
    assert found.rejection is None
    assert found.box.width > 60
    assert {"detect", "align", "encode"} == set(found.milliseconds)
    assert peer.label.peer


def test_two_pictures_of_one_person_are_nearer_than_its_threshold(peer):
    names = (("demo", "grace_hopper.jpg"), ("demo", "gallery", "Grace_Hopper.jpg"), ("demo", "eileen_collins.jpg"))
    images = [read_picture(asset(*name), longest_side_px=400) for name in names]
    one, again, other = (peer.extract(image, template=True).probe for image in images)
    assert np.linalg.norm(one - again) < peer.threshold < np.linalg.norm(one - other)


def test_a_wall_shows_nobody(peer):
    found = peer.extract(np.full((120, 90, 3), 128, np.uint8), template=True)
    assert (found.probe, found.rejection, found.box) == (None, Rejection.NO_FACE, None)


def test_without_dlib_the_remedy_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "dlib", None)
    with pytest.raises(EvaluationError, match="pip install dlib-bin"):
        DlibRecipe().make()


def test_without_its_models_the_remedy_is_told(monkeypatch):
    pytest.importorskip("dlib")
    monkeypatch.setattr(dlib_peer, "_MODELS", "no_such_models_here")
    with pytest.raises(EvaluationError, match="no_such_models_here is not installed"):
        DlibRecipe().make()
