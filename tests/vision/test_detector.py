import errno
import shutil
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain import Box
from kiosk.errors import DetectorError
from kiosk.files import asset
from kiosk.vision.demo import WALKS, draw
from kiosk.vision.detector import HaarDetector
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture

CASCADES = ("haarcascade_frontalface_default.xml", "haarcascade_frontalface_alt2.xml")
# Where the faces of the demo's portraits are: x and y of the middle, px, and width.
HOPPER = (266, 216, 222)
COLLINS = (224, 113, 95)


@pytest.fixture(scope="module")
def detector():
    return HaarDetector()


@pytest.fixture(scope="module")
def hopper():
    return read_picture(asset("demo", "grace_hopper.jpg"))


@pytest.fixture(scope="module")
def collins():
    return read_picture(asset("demo", "eileen_collins.jpg"))


def shows(box: Box, expected: tuple[float, float, float]) -> bool:
    """Whether the box lies on the face expected, within a quarter of its width."""
    x, y, width = expected
    away = np.hypot(box.centre[0] - x, box.centre[1] - y)
    return away < width / 4 and 0.75 < box.width / width < 1.35


def placed(image: np.ndarray, scale: float, x: float, y: float) -> np.ndarray:
    """A frame of 640 x 480 on which the picture stands at x, y, scaled."""
    return np.asarray(cv2.warpAffine(image, np.array([(scale, 0, x), (0, scale, y)]), (640, 480), flags=cv2.INTER_AREA))


def tilted(image: np.ndarray, degrees: float) -> np.ndarray:
    """The picture turned about the middle of Hopper's face."""
    turn = cv2.getRotationMatrix2D(HOPPER[:2], degrees, 1)
    return np.asarray(cv2.warpAffine(image, turn, image.shape[1::-1], borderMode=cv2.BORDER_REPLICATE))


def side_by_side(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The left halves of two frames, beside each other."""
    return np.hstack([left[:, :320], right[:, :320]])


def expected_at(face: tuple[float, float, float], scale: float, x: float, y: float) -> tuple[float, float, float]:
    return face[0] * scale + x, face[1] * scale + y, face[2] * scale


def office_pictures(data):
    pictures = {path.stem: read_picture(path) for path in sorted((data / "office").iterdir())}
    assert len(pictures) == 18
    return pictures


@pytest.mark.parametrize("name", CASCADES)
@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(bytes(range(256)) * 8),
        lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
        lambda path: path.write_text("<?xml version='1.0'?><opencv_storage><a>1</a></opencv_storage>"),
        lambda path: (path.unlink(), path.mkdir()),
    ],
    ids=["missing", "empty", "binary", "cut off", "another XML", "a folder"],
)
def test_a_cascade_file_that_cannot_be_used_is_named(tmp_path, name, damage):
    for each in CASCADES:
        shutil.copy(asset("cascades", each), tmp_path)
    HaarDetector(tmp_path)
    damage(tmp_path / name)
    with pytest.raises(DetectorError, match=name) as fault:
        HaarDetector(tmp_path)
    assert "install kiosk again" in fault.value.remedy


@pytest.mark.parametrize("name", CASCADES)
def test_a_cascade_file_that_is_lost_after_it_was_loaded_is_named(monkeypatch, name):
    read = Path.read_bytes

    def fail(path):
        if path.name == name:
            raise OSError(errno.EIO, "Input/output error")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", fail)
    with pytest.raises(DetectorError, match=f"{name}: cannot be read: Input/output error; install kiosk again"):
        HaarDetector()


def test_a_folder_without_cascades_says_that_they_are_missing(tmp_path):
    with pytest.raises(DetectorError, match="the cascade file is missing"):
        HaarDetector(tmp_path)


NOTHING = np.zeros((48, 64, 3), np.uint8)


@pytest.fixture
def plain():
    """A detector whose next search is a plain one."""
    return HaarDetector()


@pytest.fixture
def evening():
    """A detector whose next search evens out the light."""
    detector = HaarDetector()
    detector.find(NOTHING, min_face_px=80)
    return detector


@pytest.mark.parametrize("searches", [1, 2, 3])
def test_live_search_finds_a_face_where_it_is(hopper, collins, searches):
    for image, face in ((hopper, HOPPER), (collins, COLLINS)):
        detector = HaarDetector()
        (found,) = [detector.find(image, min_face_px=80) for _ in range(searches)][-1]
        assert shows(found.box, face)
        assert found.score >= 5
        assert found.landmarks is None


def test_live_search_finds_everybody(plain, hopper, collins):
    both = side_by_side(placed(hopper, 0.5, 20, 100), placed(collins, 1.0, -60, 0))
    boxes = sorted((face.box for face in plain.find(both, min_face_px=80)), key=lambda box: box.left)
    assert len(boxes) == 2
    assert shows(boxes[0], expected_at(HOPPER, 0.5, 20, 100))
    assert shows(boxes[1], expected_at(COLLINS, 1.0, 260, 0))


@pytest.mark.parametrize("min_face_px", [40, 80, 120])
def test_live_search_leaves_out_what_is_smaller_than_asked_for(plain, hopper, min_face_px):
    larger, smaller = min_face_px * 1.3 / HOPPER[2], min_face_px * 0.6 / HOPPER[2]
    assert len(plain.find(placed(hopper, larger, 100, 50), min_face_px=min_face_px)) == 1
    assert plain.find(placed(hopper, smaller, 100, 50), min_face_px=min_face_px) == []


@pytest.fixture
def hazy(hopper):
    """A picture whose face only a search with evened light finds."""
    return (hopper * 0.1 + 120).astype(np.uint8)


def test_while_nobody_is_found_every_other_search_evens_out_the_light(plain, hazy):
    searches = [plain.find(hazy, min_face_px=80) for _ in range(4)]
    assert [len(faces) for faces in searches] == [0, 1, 0, 1]
    assert shows(searches[1][0].box, HOPPER)


def test_a_search_beside_somebody_who_is_followed_is_a_plain_one(evening, hopper, collins):
    hazy = (placed(collins, 1.1, -60, 0) * 0.1 + 120).astype(np.uint8)
    both = side_by_side(placed(hopper, 0.5, 20, 100), hazy)
    (followed,) = HaarDetector().find(both, min_face_px=80)
    for _ in range(3):
        assert evening.find_near(both, followed.box) is not None
        assert len(evening.find(both, min_face_px=80)) == 1
    assert len(evening.find(both, min_face_px=80)) == 2


def test_somebody_followed_in_an_earlier_frame_or_no_more_changes_nothing(evening, hopper, hazy):
    (face,) = evening.find_thoroughly(hopper)
    assert evening.find_near(hopper, face.box) is not None
    assert evening.find_near(NOTHING, Box(5, 5, 40, 40)) is None
    assert len(evening.find(hazy, min_face_px=80)) == 1


def test_other_cascades_have_another_key(detector, plain, tmp_path):
    for each in CASCADES:
        shutil.copy(asset("cascades", each), tmp_path)
    with (tmp_path / CASCADES[1]).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert detector.key == plain.key != HaarDetector(tmp_path).key
    assert detector.key.startswith("haar-")


@pytest.mark.parametrize("contrast", [1.0, 0.1])
def test_a_face_is_followed_where_it_moves(detector, hopper, contrast):
    scale, x, y = 0.4, 20.0, 60.0
    found = detector.find_thoroughly(placed(hopper, scale, x, y))[0]
    for step in range(25):
        scale, x, y = 0.4 + 0.01 * step, 20.0 + 11 * step, 60.0 - 2 * step
        image = (placed(hopper, scale, x, y) * contrast).astype(np.uint8)
        found = detector.find_near(image, found.box)
        assert found is not None
        assert shows(found.box, expected_at(HOPPER, scale, x, y))


def test_a_person_of_the_demo_is_followed_until_she_leaves(plain):
    detector = plain
    walk = WALKS[0]
    standing = [draw(round(second * 30)) for second in np.linspace(walk.arrives + 0.2, walk.leaves, 12)]
    (found,) = detector.find(standing[0], min_face_px=80)
    for image in standing[1:]:
        following = detector.find_near(image, found.box)
        assert following is not None
        assert following.box.overlap(found.box) > 0.25
        found = following
    assert detector.find_near(draw(round(walk.gone * 30) + 5), found.box) is None


def test_of_two_neighbours_the_one_at_the_place_is_followed(detector, hopper, collins):
    both = side_by_side(placed(hopper, 0.55, 80, 100), placed(collins, 1.1, -120, 80))
    for face in (expected_at(HOPPER, 0.55, 80, 100), expected_at(COLLINS, 1.1, 200, 80)):
        x, y, half = face[0], face[1], face[2] / 2
        found = detector.find_near(both, Box(round(x - half), round(y - half), round(x + half), round(y + half)))
        assert found is not None
        assert shows(found.box, face)


def test_a_face_of_another_size_is_not_the_one_that_was_followed(detector, hopper):
    image = placed(hopper, 0.5, 150, 80)
    x, y, width = (round(value) for value in expected_at(HOPPER, 0.5, 150, 80))
    assert detector.find_near(image, Box(x - width // 2, y - width // 2, x + width // 2, y + width // 2)) is not None
    assert detector.find_near(image, Box(x - width, y - width, x + width, y + width)) is None


@pytest.mark.parametrize(
    "box",
    [Box(5, 5, 5, 5), Box(50, 50, 0, 0), Box(-300, -300, -100, -100), Box(9000, 9000, 9100, 9100), Box(0, 0, 1, 1)],
)
def test_nothing_is_near_a_place_without_extent_or_outside(detector, hopper, box):
    assert detector.find_near(hopper, box) is None


@pytest.mark.parametrize("longest_px", [70, 150, 600, 1600, 4000])
def test_photographs_of_any_size_show_their_face(detector, hopper, longest_px):
    scale = longest_px / max(hopper.shape)
    image = np.asarray(cv2.resize(hopper, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    (found,) = detector.find_thoroughly(image)
    assert shows(found.box, expected_at(HOPPER, scale, 0, 0))


def test_a_face_that_fills_its_photograph_is_found(detector, hopper):
    x, y, width = HOPPER
    tight = hopper[y - width // 2 : y + width // 2, x - width // 2 : x + width // 2]
    (found,) = detector.find_thoroughly(np.ascontiguousarray(tight))
    assert shows(found.box, (width / 2, width / 2, width))


def test_faces_of_a_photograph_come_largest_first(detector, hopper, collins):
    both = side_by_side(placed(collins, 1.1, -60, 20), placed(hopper, 0.8, -60, 0))
    boxes = [face.box for face in detector.find_thoroughly(both)]
    assert len(boxes) == 2
    assert shows(boxes[0], expected_at(HOPPER, 0.8, 260, 0))
    assert shows(boxes[1], expected_at(COLLINS, 1.1, -60, 20))


@pytest.mark.parametrize("degrees", [-30, 30])
def test_a_head_on_one_side_is_found_in_a_photograph(detector, hopper, degrees):
    (found,) = detector.find_thoroughly(tilted(hopper, degrees))
    assert shows(found.box, HOPPER)


def test_who_is_sought_is_found_though_somebody_else_was_found_first(detector, hopper, collins):
    x, y, _ = expected_at(HOPPER, 0.8, 260, 0)
    both = side_by_side(placed(collins, 1.1, -60, 20), placed(tilted(hopper, 30), 0.8, -60, 0))
    (first,) = detector.find_thoroughly(both)
    assert shows(first.box, expected_at(COLLINS, 1.1, -60, 20))
    found = detector.find_thoroughly(both, sought=(x, y))
    assert [shows(face.box, (x, y, HOPPER[2] * 0.8)) for face in found] == [True, False]


RANDOM = np.random.default_rng(1)
NO_FACES = {
    "empty": np.zeros((0, 0, 3), np.uint8),
    "no rows": np.zeros((0, 640, 3), np.uint8),
    "one pixel": np.full((1, 1, 3), 200, np.uint8),
    "one row": RANDOM.integers(0, 256, (1, 5000, 3), dtype=np.uint8),
    "one column": RANDOM.integers(0, 256, (5000, 1, 3), dtype=np.uint8),
    "black": np.zeros((480, 640, 3), np.uint8),
    "white": np.full((480, 640, 3), 255, np.uint8),
    "noise": RANDOM.integers(0, 256, (240, 320, 3), dtype=np.uint8),
    "a few pixels": RANDOM.integers(0, 256, (3, 3, 3), dtype=np.uint8),
    "huge": np.full((3000, 4000, 3), 90, np.uint8),
}


@pytest.mark.parametrize("image", NO_FACES.values(), ids=NO_FACES)
def test_where_there_is_no_face_none_is_found(detector, image):
    for _ in range(2):
        assert detector.find(image, min_face_px=80) == []
    assert detector.find_near(image, Box(0, 0, 100, 100)) is None
    assert detector.find_thoroughly(image) == []


@pytest.mark.data
def test_every_picture_of_the_office_shows_one_face(detector, data):
    found = {name: detector.find_thoroughly(image) for name, image in office_pictures(data).items()}
    assert {name: len(faces) for name, faces in found.items()} == dict.fromkeys(found, 1)
    assert all(faces[0].box.width >= 30 for faces in found.values())


@pytest.mark.data
def test_the_plain_cascade_would_find_eight_of_them(data):
    cascade = cv2.CascadeClassifier(str(asset("cascades", CASCADES[0])))
    greys = [cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) for image in office_pictures(data).values()]
    assert sum(len(cascade.detectMultiScale(grey)) > 0 for grey in greys) == 8


@pytest.mark.data
@pytest.mark.parametrize(
    "picture", ["Cate_Blanchett_0002", "George_HW_Bush_0005", "Horst_Koehler_0001", "Scott_Wallach_0001"]
)
def test_of_several_finds_those_are_left_out_that_the_other_cascade_does_not_see(detector, data, picture):
    image = read_picture(data / "lfw-view1" / picture[:-5] / f"{picture}.jpg")
    cascade = cv2.CascadeClassifier(str(asset("cascades", CASCADES[0])))
    assert len(cascade.detectMultiScale(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), 1.1, 5, minSize=(25, 25))) > 1
    (found,) = detector.find_thoroughly(image)
    assert shows(found.box, (125, 125, 115))


@pytest.mark.data
@pytest.mark.parametrize(
    "picture",
    ["Barbara_Boxer_0001", "Budd_Schulberg_0001", "Kobe_Bryant_0001", "Ted_Williams_0001"],
)
def test_the_person_in_the_middle_is_found_where_the_plain_search_sees_nobody_or_somebody_else(detector, data, picture):
    image = read_picture(data / "lfw-view1" / picture[:-5] / f"{picture}.jpg")
    cascade = cv2.CascadeClassifier(str(asset("cascades", CASCADES[0])))
    plain = cascade.detectMultiScale(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), 1.1, 5, minSize=(25, 25))
    assert not any(shows(Box(x, y, x + w, y + h), (125, 125, 115)) for x, y, w, h in plain)
    assert any(shows(face.box, (125, 125, 115)) for face in detector.find_thoroughly(image, sought=(125, 125)))


@pytest.mark.data
def test_thoroughly_most_development_pictures_show_their_person(detector, data):
    files = sorted((data / "lfw-view1").rglob("*.jpg"))[::125]
    missed = 0
    for file in files:
        # Deep-funnelled pictures show the person in the middle, the face about 110 px wide.
        missed += not any(shows(face.box, (125, 125, 115)) for face in detector.find_thoroughly(read_picture(file)))
    assert len(files) == 40
    assert missed <= 1


@pytest.mark.data
@pytest.mark.parametrize("picture", ["Gerry_Adams/Gerry_Adams_0007.jpg", "Billy_Crystal/Billy_Crystal_0006.jpg"])
def test_a_live_find_that_only_one_cascade_sees_is_no_face(data, picture):
    image = read_picture(data / "lfw-view1" / picture)
    cascade = cv2.CascadeClassifier(str(asset("cascades", "haarcascade_frontalface_default.xml")))
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    reduced = cv2.resize(grey, None, fx=0.625, fy=0.625, interpolation=cv2.INTER_AREA)
    assert len(cascade.detectMultiScale(reduced, 1.1, 5, minSize=(30, 30))) == 2
    assert len(HaarDetector().find(image, min_face_px=48)) == 1
