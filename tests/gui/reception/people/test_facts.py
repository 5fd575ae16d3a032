import numpy as np
import pytest
from PIL import Image

from kiosk.domain import Rejection
from kiosk.gui.reception.people.rows import look_at, pictures_of
from kiosk.people.snapshot import GallerySnapshot, Skipped


def test_each_picture_says_how_near_the_others_are(services, crowd, home):
    for number in range(4):
        path = home / "images" / "Ada" / f"{number}.jpg"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"%d" % number)
    station = crowd(Ada=[0.0, 0.1, 0.9])
    station.snapshot = GallerySnapshot(
        "dlib_resnet", station.snapshot.templates, (Skipped("Ada/3.jpg", "no face found"),)
    )
    facts = pictures_of(services, "ada")
    assert [(one.source, one.used, one.fits) for one in facts] == [
        ("Ada/0.jpg", True, True),
        ("Ada/1.jpg", True, True),
        ("Ada/2.jpg", True, False),
        ("Ada/3.jpg", False, True),
    ]
    assert facts[0].distance == pytest.approx(0.1, abs=0.01)
    assert facts[3].reason == "no face found"
    (alone,) = pictures_of(services, "Grace_Hopper")
    assert (alone.used, alone.distance) == (True, None)


def test_a_picture_that_came_just_now_is_not_used_yet(services, portrait):
    (fact,) = pictures_of(services, "Grace Hopper")
    assert (fact.source, fact.used, fact.reason) == (portrait.name, False, "")


def test_a_face_is_cut_out_and_measured(services, portrait):
    good = look_at(services, portrait.name)
    assert (good.remarks, good.image.isNull()) == ((), False)
    assert good.face_px > 60
    with Image.open(portrait) as image:
        Image.fromarray((np.asarray(image) // 5).astype(np.uint8)).save(portrait.with_name("dark.png"))
    assert Rejection.TOO_DARK in look_at(services, "dark.png").remarks


def test_without_a_face_the_whole_picture_is_shown(services, home):
    Image.new("RGB", (900, 300), (90, 120, 90)).save(home / "images" / "wall.png")
    found = look_at(services, "wall.png")
    assert (found.remarks, found.face_px) == ((Rejection.NO_FACE,), None)
    assert max(found.image.width(), found.image.height()) <= 900
    assert look_at(services, "missing.png").image.isNull()
