"""Both detectors find faces: live, near a place, and thoroughly in photographs; and the rules of each."""

import errno
import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain import Box, Scheme
from kiosk.errors import DetectorError, WeightsError
from kiosk.files import asset, shipped_weights
from kiosk.vision.detector import HaarDetector
from kiosk.vision.landmarks import shipped_landmarks
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture
from kiosk.vision.yunet import YuNetDetector, detector_content, detector_paths, shipped_yunet
from kiosk.weights.catalogue import read_catalogue
from kiosk.weights.specs import spec_names

CASCADES = ("haarcascade_frontalface_default.xml", "haarcascade_frontalface_alt2.xml")
# Where the faces of the demo's portraits are: x and y of the middle, px, and width.
HOPPER = (266, 216, 222)
COLLINS = (224, 113, 95)
IN_THE_MIDDLE = (125, 125, 115)  # of LFW's deep-funnelled pictures


@pytest.fixture(params=["haar", "yunet"])
def detector(request):
    return HaarDetector() if request.param == "haar" else shipped_yunet()


def shows(box: Box, expected: tuple[float, float, float]) -> bool:
    """Whether the box lies on the face expected, within a quarter of its width."""
    x, y, width = expected
    away = np.hypot(box.centre[0] - x, box.centre[1] - y)
    return away < width / 4 and 0.7 < box.width / width < 1.35


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


def at(face: tuple[float, float, float], scale: float, x: float, y: float) -> tuple[float, float, float]:
    return face[0] * scale + x, face[1] * scale + y, face[2] * scale


def scaled(image: np.ndarray, scale: float) -> np.ndarray:
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def boxed(face: tuple[float, float, float], scale: float = 1) -> Box:
    x, y, half = face[0], face[1], face[2] * scale / 2
    return Box(round(x - half), round(y - half), round(x + half), round(y + half))


class TestBoth:
    def test_live_search_finds_everybody(self, detector, hopper, collins):
        both = side_by_side(placed(hopper, 0.5, 20, 100), placed(collins, 1.0, -60, 0))
        boxes = sorted((face.box for face in detector.find(both, min_face_px=70)), key=lambda box: box.left)
        assert len(boxes) == 2
        assert shows(boxes[0], at(HOPPER, 0.5, 20, 100))
        assert shows(boxes[1], at(COLLINS, 1.0, 260, 0))

    def test_a_face_is_followed_where_it_moves_also_in_a_haze(self, detector, hopper):
        for contrast in (1.0, 0.1):
            scale, x, y = 0.4, 20.0, 60.0
            found = detector.find_thoroughly(placed(hopper, scale, x, y))[0]
            for step in range(12):
                scale, x, y = 0.4 + 0.01 * step, 20.0 + 11 * step, 60.0 - 2 * step
                found = detector.find_near((placed(hopper, scale, x, y) * contrast).astype(np.uint8), found.box)
                assert found is not None
                assert shows(found.box, at(HOPPER, scale, x, y))
        assert detector.find_near(np.full_like(hopper, 90), boxed(HOPPER)) is None

    def test_near_a_place_only_a_face_of_its_size_is_found(self, detector, hopper, collins):
        both = side_by_side(placed(hopper, 0.55, 80, 100), placed(collins, 1.1, -120, 80))
        for face in (at(HOPPER, 0.55, 80, 100), at(COLLINS, 1.1, 200, 80)):
            assert shows(detector.find_near(both, boxed(face)).box, face)
        face, image = at(HOPPER, 0.5, 150, 80), placed(hopper, 0.5, 150, 80)
        assert detector.find_near(image, boxed(face)) is not None
        assert detector.find_near(image, boxed(face, 2)) is None
        odd = [Box(5, 5, 5, 5), Box(50, 50, 0, 0), Box(-300, -300, -100, -100), Box(9000, 9000, 9100, 9100)]
        assert [detector.find_near(hopper, box) for box in odd] == [None] * 4

    def test_photographs_of_any_size_show_their_face(self, detector, hopper):
        for longest_px in (70, 600, 4000):
            scale = longest_px / max(hopper.shape)
            (found,) = detector.find_thoroughly(scaled(hopper, scale))
            assert shows(found.box, at(HOPPER, scale, 0, 0)), longest_px
        x, y, width = HOPPER
        tight = hopper[y - width // 2 : y + width // 2, x - width // 2 : x + width // 2]
        (found,) = detector.find_thoroughly(np.ascontiguousarray(tight))
        assert shows(found.box, (width / 2, width / 2, width))

    def test_where_there_is_no_face_none_is_found(self, detector):
        random = np.random.default_rng(1)
        shapes = ((0, 0), (0, 640), (1, 1), (1, 5000), (5000, 1), (240, 320))
        images = [random.integers(0, 256, (*shape, 3), dtype=np.uint8) for shape in shapes]
        images += [np.zeros((480, 640, 3), np.uint8), np.full((1500, 2000, 3), 90, np.uint8)]
        for image in images:
            for _ in range(2):
                assert detector.find(image, min_face_px=80) == [], image.shape
            assert detector.find_near(image, Box(0, 0, 100, 100)) is None, image.shape
            assert detector.find_thoroughly(image) == [], image.shape

    @pytest.mark.data
    def test_every_picture_of_the_office_shows_one_face(self, detector, data):
        pictures = {path.stem: read_picture(path) for path in sorted((data / "office").iterdir())}
        found = {name: detector.find_thoroughly(image) for name, image in pictures.items()}
        assert len(found) == 18
        assert {name: len(faces) for name, faces in found.items()} == dict.fromkeys(found, 1)
        assert all(faces[0].box.width >= 30 for faces in found.values())

    @pytest.mark.data
    def test_thoroughly_most_development_pictures_show_their_person(self, detector, data):
        files = sorted((data / "lfw-view1").rglob("*.jpg"))[::313]
        found = [detector.find_thoroughly(read_picture(file)) for file in files]
        assert len(files) == 16
        assert sum(not any(shows(face.box, IN_THE_MIDDLE) for face in faces) for faces in found) <= 1


class TestHaar:
    @pytest.fixture
    def haar(self):
        """A detector whose next search is a plain one."""
        return HaarDetector()

    @pytest.fixture
    def folder(self, tmp_path) -> Path:
        for each in CASCADES:
            shutil.copy(asset("cascades", each), tmp_path)
        return tmp_path

    def test_a_cascade_file_that_cannot_be_used_is_named(self, folder, monkeypatch):
        for name in CASCADES:
            path = folder / name
            whole = path.read_bytes()
            for content in (b"", bytes(range(256)) * 8, whole[: len(whole) // 2], b"<?xml version='1.0'?><a>1</a>"):
                path.write_bytes(content)
                with pytest.raises(DetectorError, match=name) as fault:
                    HaarDetector(folder)
                assert "install kiosk again" in fault.value.remedy
            path.unlink()
            with pytest.raises(DetectorError, match=f"{name}: the cascade file is missing"):
                HaarDetector(folder)
            path.write_bytes(whole)

        def fail(path):
            raise OSError(errno.EIO, "Input/output error")

        monkeypatch.setattr(Path, "read_bytes", fail)
        with pytest.raises(DetectorError, match="cannot be read: Input/output error; install kiosk again"):
            HaarDetector()

    def test_while_nobody_is_found_every_other_search_evens_out_the_light(self, haar, hopper):
        hazy = (hopper * 0.1 + 120).astype(np.uint8)
        searches = [haar.find(hazy, min_face_px=80) for _ in range(4)]
        assert [len(faces) for faces in searches] == [0, 1, 0, 1]
        assert shows(searches[1][0].box, HOPPER)

    def test_a_search_beside_somebody_who_is_followed_is_a_plain_one(self, haar, hopper, collins):
        hazy = (placed(collins, 1.1, -60, 0) * 0.1 + 120).astype(np.uint8)
        both = side_by_side(placed(hopper, 0.5, 20, 100), hazy)
        (followed,) = haar.find(both, min_face_px=80)
        for _ in range(3):
            assert haar.find_near(both, followed.box) is not None
            assert len(haar.find(both, min_face_px=80)) == 1
        assert len(haar.find(both, min_face_px=80)) == 2

    def test_a_head_on_one_side_is_found_in_a_photograph_also_beside_another_who_is_not_sought(
        self, haar, hopper, collins
    ):
        x, y, width = at(HOPPER, 0.8, 260, 0)
        both = side_by_side(placed(collins, 1.1, -60, 20), placed(tilted(hopper, 30), 0.8, -60, 0))
        (first,) = haar.find_thoroughly(both)
        assert shows(first.box, at(COLLINS, 1.1, -60, 20))
        found = haar.find_thoroughly(both, sought=(x, y))
        assert [shows(face.box, (x, y, width)) for face in found] == [True, False]

    @pytest.mark.data
    def test_what_only_one_cascade_sees_is_no_face_and_the_person_in_the_middle_is_found(self, haar, data):
        cascade = cv2.CascadeClassifier(str(asset("cascades", CASCADES[0])))

        def plain(image):
            grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
            return [Box(x, y, x + w, y + h) for x, y, w, h in cascade.detectMultiScale(grey, 1.1, 5, minSize=(25, 25))]

        for picture in ("Cate_Blanchett_0002", "George_HW_Bush_0005"):
            image = read_picture(data / "lfw-view1" / picture[:-5] / f"{picture}.jpg")
            assert len(plain(image)) > 1
            (found,) = haar.find_thoroughly(image)
            assert shows(found.box, IN_THE_MIDDLE), picture
        for picture in ("Barbara_Boxer_0001", "Kobe_Bryant_0001"):
            image = read_picture(data / "lfw-view1" / picture[:-5] / f"{picture}.jpg")
            assert not any(shows(box, IN_THE_MIDDLE) for box in plain(image))
            found = haar.find_thoroughly(image, sought=IN_THE_MIDDLE[:2])
            assert any(shows(face.box, IN_THE_MIDDLE) for face in found), picture


class TestYuNet:
    @pytest.fixture(scope="class")
    @classmethod
    def content(cls) -> bytes:
        return shipped_weights("face_detection_yunet_2023mar.onnx").read_bytes()

    def test_a_content_that_is_no_yunet_is_a_fault_that_names_it(self, content):
        half = content[: len(content) // 2]
        for damaged in (b"", bytes(5000), b"no network " * 500, half, content[:-50], content[5000:]):
            with pytest.raises(DetectorError, match=r"my_detector\.onnx: is no YuNet model"):
                YuNetDetector("my_detector.onnx", damaged)
        assert shipped_yunet().key == f"yunet-{hashlib.sha256(content).hexdigest()[:12]}"

    def test_bytes_altered_at_random_are_a_fault_or_do_no_harm(self, content, hopper):
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

    def test_the_five_points_are_arcfaces_in_order(self, hopper):
        yunet, trees = shipped_yunet(), shipped_landmarks()
        (live,), (whole,) = yunet.find(hopper, min_face_px=70), yunet.find_thoroughly(hopper)
        finds = [(hopper, live), (hopper, whole), (hopper, yunet.find_near(hopper, whole.box))]
        for scale in (4, 0.2):
            image = scaled(hopper, scale)
            finds += [(image, face) for face in yunet.find_thoroughly(image)]
        assert len(finds) == 5
        for image, found in finds:
            assert found.box.width == pytest.approx(found.box.height, abs=1)
            eye, other_eye, nose, mouth, other_mouth = found.landmarks.points
            assert found.landmarks.scheme is Scheme.ARCFACE
            corners = trees.locate(image, found.box).points
            # dlib's first two are the corners of the eye at the right of the image, the next two those at the left.
            close = found.box.width * 0.06
            np.testing.assert_allclose(eye, corners[2:4].mean(axis=0), atol=close)
            np.testing.assert_allclose(other_eye, corners[:2].mean(axis=0), atol=close)
            assert eye[0] < nose[0] < other_eye[0]
            assert mouth[0] < other_mouth[0]
            assert max(eye[1], other_eye[1]) < nose[1] < min(mouth[1], other_mouth[1])

    def test_no_face_is_seen_in_strips_of_noise(self):
        yunet, draw = shipped_yunet(), np.random.default_rng(5)
        for _ in range(30):
            strip = draw.integers(0, 256, (draw.integers(1, 33), draw.integers(30, 400), 3), dtype=np.uint8)
            assert yunet.find(strip, min_face_px=20) == yunet.find(strip.transpose(1, 0, 2), min_face_px=20) == []


# Detectors in files ------------------------------------------------------------------------------------------------

NETWORK = b"a network"


def add(folder: Path, **changes: object) -> list[Path]:
    """Write the spec and the file of the detector mine; None leaves a key out."""
    spec = {
        "kind": "detector",
        "file": "mine.onnx",
        "size": len(NETWORK),
        "sha256": hashlib.sha256(NETWORK).hexdigest(),
        "licence": "MIT",
        "source": "a test",
    }
    lines = [f"{key}: {value}\n" for key, value in {**spec, **changes}.items() if value is not None]
    (folder / "mine.yaml").write_text("".join(lines))
    (folder / "mine.onnx").write_bytes(NETWORK)
    return [folder]


def test_the_file_of_a_detector_is_read_where_it_is_the_one_described(tmp_path: Path) -> None:
    folders = add(tmp_path)
    assert detector_content("mine", folders) == NETWORK
    (tmp_path / "mine.onnx").write_bytes(NETWORK + b"!")
    with pytest.raises(WeightsError, match="; put the file there that its spec describes"):
        detector_content("mine", folders)
    (tmp_path / "other").mkdir()
    (tmp_path / "mine.onnx").rename(tmp_path / "other" / "mine.onnx")
    where = detector_paths("mine", [*folders, tmp_path / "other"])
    assert where == (tmp_path / "mine.yaml", tmp_path / "other" / "mine.onnx")
    assert spec_names([shipped_weights()], "detector") == ("yunet",)
    assert detector_paths("yunet", [shipped_weights()])[1].name == "face_detection_yunet_2023mar.onnx"


def test_a_wrong_or_missing_spec_of_a_detector_is_refused(tmp_path: Path) -> None:
    wrong: tuple[dict[str, object], ...] = (
        {"file": "../mine.onnx"},
        {"sha256": "abc"},
        {"licence": None},
        {"threshold": 0.5},
        {"kind": "encoder"},
    )
    for changes in wrong:
        with pytest.raises(WeightsError, match=f"mine.yaml: {next(iter(changes))}"):
            detector_content("mine", add(tmp_path, **changes))
    for name in ("nonsense", "", "../mine", "a" * 300, "mine\0"):
        with pytest.raises(WeightsError, match="has no spec"):
            detector_paths(name, add(tmp_path))
    sface = read_catalogue().entry("sface")
    folders = add(tmp_path, file=sface.file, size=sface.size, sha256=sface.sha256)
    with pytest.raises(WeightsError, match=r"sface_2021dec\.onnx: is not there; type: kiosk weights fetch sface"):
        detector_content("mine", folders)
