import hashlib
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain import Box, Scheme
from kiosk.errors import DetectorError
from kiosk.files import asset, shipped_weights
from kiosk.vision.landmarks import LandmarkModel
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture
from kiosk.vision.yunet import YuNetDetector

MODEL = "face_detection_yunet_2026may.onnx"
# Where the faces of the demo's portraits are: x and y of the middle, px, and width.
HOPPER = (266, 216, 222)
COLLINS = (224, 113, 95)

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def content(data):
    return (data / "detectors" / MODEL).read_bytes()


@pytest.fixture(scope="module")
def detector(content):
    return YuNetDetector(MODEL, content)


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
    return away < width / 4 and 0.7 < box.width / width < 1.35


def placed(image: np.ndarray, scale: float, x: float, y: float) -> np.ndarray:
    """A frame of 640 x 480 on which the picture stands at x, y, scaled."""
    return np.asarray(cv2.warpAffine(image, np.array([(scale, 0, x), (0, scale, y)]), (640, 480), flags=cv2.INTER_AREA))


def side_by_side(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The left halves of two frames, beside each other."""
    return np.hstack([left[:, :320], right[:, :320]])


def expected_at(face: tuple[float, float, float], scale: float, x: float, y: float) -> tuple[float, float, float]:
    return face[0] * scale + x, face[1] * scale + y, face[2] * scale


def enlarged(image: np.ndarray, scale: float) -> np.ndarray:
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def another_network(data: Path) -> bytes:
    return (data / "encoders" / "mobilefacenet.onnx").read_bytes()


@pytest.mark.parametrize(
    "damaged",
    [
        lambda content, _: b"",
        lambda content, _: bytes(5000),
        lambda content, _: b"no network " * 500,
        lambda content, _: content[: len(content) // 2],
        lambda content, _: content[:-50],
        lambda content, _: content[5000:],
        lambda _, data: another_network(data),
    ],
    ids=["empty", "zeros", "text", "half", "cut off", "beheaded", "another network"],
)
def test_a_content_that_is_no_yunet_is_a_fault_that_names_it(content, data, damaged):
    with pytest.raises(DetectorError, match=r"my_detector\.onnx: is no YuNet model"):
        YuNetDetector("my_detector.onnx", damaged(content, data))


def test_bytes_altered_at_random_are_a_fault_or_do_no_harm(content, hopper):
    draw = np.random.default_rng(3)
    refused = 0
    for _ in range(12):
        altered = bytearray(content)
        altered[draw.integers(3000)] ^= 1 << int(draw.integers(8))
        try:
            detector = YuNetDetector("altered.onnx", bytes(altered))
        except DetectorError:
            refused += 1
        else:
            assert all(np.isfinite(face.landmarks.points).all() for face in detector.find_thoroughly(hopper))
    assert refused > 0


def test_the_key_is_that_of_the_file(detector, content):
    assert detector.key == f"yunet-{hashlib.sha256(content).hexdigest()[:12]}"


def test_live_search_finds_a_face_where_it_is(detector, hopper, collins):
    for image, face in ((hopper, HOPPER), (collins, COLLINS)):
        (found,) = detector.find(image, min_face_px=70)
        assert shows(found.box, face)
        assert found.box.width == pytest.approx(found.box.height, abs=1)
        assert 0.7 <= found.score <= 1


@pytest.mark.parametrize("way", ["live", "near", "thorough", "thorough, enlarged", "thorough, reduced"])
def test_the_five_points_are_arcfaces_in_order(detector, hopper, way):
    scale = {"thorough, enlarged": 4, "thorough, reduced": 0.2}.get(way, 1)
    image = hopper if scale == 1 else enlarged(hopper, scale)
    (found,) = detector.find(image, min_face_px=70) if way == "live" else detector.find_thoroughly(image)
    found = detector.find_near(image, found.box) if way == "near" else found
    eye, other_eye, nose, mouth, other_mouth = found.landmarks.points
    assert found.landmarks.scheme is Scheme.ARCFACE
    corners = LandmarkModel.from_bytes("dlib", shipped_weights("dlib_landmarks.npz").read_bytes()).locate(
        image, found.box
    )
    # dlib's first two are the corners of the eye at the right of the image, the next two those at the left.
    close = found.box.width * 0.06
    np.testing.assert_allclose(eye, corners.points[2:4].mean(axis=0), atol=close)
    np.testing.assert_allclose(other_eye, corners.points[:2].mean(axis=0), atol=close)
    assert eye[0] < nose[0] < other_eye[0]
    assert mouth[0] < other_mouth[0]
    assert max(eye[1], other_eye[1]) < nose[1] < min(mouth[1], other_mouth[1])


def test_live_search_finds_everybody(detector, hopper, collins):
    both = side_by_side(placed(hopper, 0.5, 20, 100), placed(collins, 1.0, -60, 0))
    boxes = sorted((face.box for face in detector.find(both, min_face_px=60)), key=lambda box: box.left)
    assert len(boxes) == 2
    assert shows(boxes[0], expected_at(HOPPER, 0.5, 20, 100))
    assert shows(boxes[1], expected_at(COLLINS, 1.0, 260, 0))


@pytest.mark.parametrize("min_face_px", [40, 80, 120])
def test_live_search_leaves_out_what_is_smaller_than_asked_for(detector, hopper, min_face_px):
    larger, smaller = min_face_px * 1.3 / HOPPER[2], min_face_px * 0.6 / HOPPER[2]
    assert len(detector.find(placed(hopper, larger, 100, 50), min_face_px=min_face_px)) == 1
    assert detector.find(placed(hopper, smaller, 100, 50), min_face_px=min_face_px) == []


def test_live_search_of_a_large_frame_finds_a_large_face(detector, hopper):
    (found,) = detector.find(enlarged(placed(hopper, 0.8, 100, 0), 4), min_face_px=80)
    assert shows(found.box, expected_at(HOPPER, 3.2, 400, 0))


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


def test_nobody_is_found_where_a_face_was(detector, hopper):
    (found,) = detector.find(hopper, min_face_px=70)
    assert detector.find_near(np.full_like(hopper, 90), found.box) is None


@pytest.mark.parametrize(
    "box",
    [Box(5, 5, 5, 5), Box(50, 50, 0, 0), Box(-300, -300, -100, -100), Box(9000, 9000, 9100, 9100), Box(0, 0, 1, 1)],
)
def test_nothing_is_near_a_place_without_extent_or_outside(detector, hopper, box):
    assert detector.find_near(hopper, box) is None


@pytest.mark.parametrize("longest_px", [70, 150, 600, 1600, 5400])
def test_photographs_of_any_size_show_their_face(detector, hopper, longest_px):
    scale = longest_px / max(hopper.shape)
    (found,) = detector.find_thoroughly(enlarged(hopper, scale))
    assert shows(found.box, expected_at(HOPPER, scale, 0, 0))


@pytest.mark.parametrize("part", [1.0, 0.8])
def test_a_face_that_fills_its_photograph_is_found(detector, hopper, part):
    x, y, half = HOPPER[0], HOPPER[1], round(HOPPER[2] * part / 2)
    (found,) = detector.find_thoroughly(hopper[y - half : y + half, x - half : x + half])
    assert shows(found.box, (half, half, HOPPER[2]))


def test_a_face_without_contrast_is_found_in_a_photograph(detector, hopper):
    (found,) = detector.find_thoroughly((hopper * 0.04 + 120).astype(np.uint8))
    assert shows(found.box, HOPPER)


def test_faces_of_a_photograph_come_largest_first(detector, hopper, collins):
    both = side_by_side(placed(collins, 1.1, -60, 20), placed(hopper, 0.8, -60, 0))
    boxes = [face.box for face in detector.find_thoroughly(both)]
    assert len(boxes) == 2
    assert shows(boxes[0], expected_at(HOPPER, 0.8, 260, 0))
    assert shows(boxes[1], expected_at(COLLINS, 1.1, -60, 20))


def test_a_place_where_nobody_is_changes_nothing_about_who_is_found(detector, hopper):
    (found,) = detector.find_thoroughly(hopper, sought=(1, 1))
    assert shows(found.box, HOPPER)


def test_a_part_of_an_image_gives_the_faces_of_its_copy(detector, hopper):
    view = hopper[::2, 500:0:-2]
    (one,), (other,) = detector.find_thoroughly(view), detector.find_thoroughly(view.copy())
    assert one.box == other.box
    np.testing.assert_array_equal(one.landmarks.points, other.landmarks.points)


RANDOM = np.random.default_rng(1)
NO_FACES = {
    "empty": np.zeros((0, 0, 3), np.uint8),
    "no rows": np.zeros((0, 640, 3), np.uint8),
    "one pixel": np.full((1, 1, 3), 200, np.uint8),
    "one row": RANDOM.integers(0, 256, (1, 5000, 3), dtype=np.uint8),
    "one column": RANDOM.integers(0, 256, (5000, 1, 3), dtype=np.uint8),
    "a short row": RANDOM.integers(0, 256, (1, 480, 3), dtype=np.uint8),
    "black": np.zeros((480, 640, 3), np.uint8),
    "white": np.full((480, 640, 3), 255, np.uint8),
    "noise": RANDOM.integers(0, 256, (240, 320, 3), dtype=np.uint8),
    "a few pixels": RANDOM.integers(0, 256, (3, 3, 3), dtype=np.uint8),
    "huge": np.full((3000, 4000, 3), 90, np.uint8),
}


def test_no_face_is_seen_in_strips_of_noise(detector):
    draw = np.random.default_rng(5)
    for _ in range(60):
        strip = draw.integers(0, 256, (draw.integers(1, 33), draw.integers(30, 400), 3), dtype=np.uint8)
        assert detector.find(strip, min_face_px=20) == detector.find(strip.transpose(1, 0, 2), min_face_px=20) == []


@pytest.mark.parametrize("image", NO_FACES.values(), ids=NO_FACES)
def test_where_there_is_no_face_none_is_found(detector, image):
    assert detector.find(image, min_face_px=80) == []
    assert detector.find_near(image, Box(0, 0, 100, 100)) is None
    assert detector.find_thoroughly(image) == []


def test_every_picture_of_the_office_shows_one_face(detector, data):
    pictures = {path.stem: read_picture(path) for path in sorted((data / "office").iterdir())}
    found = {name: detector.find_thoroughly(image) for name, image in pictures.items()}
    assert {name: len(faces) for name, faces in found.items()} == dict.fromkeys(pictures, 1)
    assert len(found) == 18
    assert all(faces[0].box.width >= 30 for faces in found.values())


def test_thoroughly_every_development_picture_shows_its_person(detector, data):
    files = sorted((data / "lfw-view1").rglob("*.jpg"))[::100]
    # Deep-funnelled pictures show the person in the middle.
    middle = Box(70, 75, 180, 185)
    found = [[face.box.overlap(middle) for face in detector.find_thoroughly(read_picture(file))] for file in files]
    missed = [file.name for file, overlaps in zip(files, found, strict=True) if max(overlaps, default=0) < 0.4]
    assert len(files) == 50
    assert missed == []
