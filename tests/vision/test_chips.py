"""Faces cut out of an image: the chips that encoders take, the chip that is judged, the portrait of a visitor."""

import warnings
from dataclasses import replace

import numpy as np
import pytest

from kiosk.domain import Box, Crop, CropKind, Face, Landmarks, Rejection, Scheme
from kiosk.encoders import load_encoder
from kiosk.errors import DetectorError
from kiosk.files import asset
from kiosk.recognition.face_encoder import FaceEncoder
from kiosk.recognition.pipeline import PhotographReader
from kiosk.vision.alignment import QUALITY_CROP, cut, dlib_chip, needs, portrait, quality_chip
from kiosk.vision.detector import HaarDetector
from kiosk.vision.landmarks import shipped_landmarks
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture
from kiosk.vision.quality import PHOTOGRAPH, Gates

# Five points as each scheme has them in the 112 x 112 frame of ArcFace.
PLACES = {
    Scheme.ARCFACE: np.array(
        [(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)]
    ),
    Scheme.DLIB: np.array([(78.97, 53.55), (65.27, 53.95), (30.59, 53.94), (44.29, 54.16), (54.99, 80.56)]),
}
CROPS = [
    Crop(CropKind.DLIB_CHIP, 150),
    Crop(CropKind.ARCFACE, 112),
    Crop(CropKind.OPENFACE, 96),
    Crop(CropKind.BOX, 160, 0.1),
]
BY_LANDMARKS = CROPS[:3]
BOX = Box(40, 30, 160, 170)


@pytest.fixture
def smooth():
    """Colours that change slowly, so that ways of interpolation hardly differ."""
    noise = np.random.default_rng(4).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(noise, (320, 240), interpolation=cv2.INTER_CUBIC), np.uint8)


def face(points, scheme, box=BOX):
    return Face(box, 1.0, Landmarks(np.asarray(points), scheme))


def placed(scheme, angle=0.0, scale=1.0, x=0.0, y=0.0):
    """A face in the frame's places, turned about its middle, scaled and moved."""
    rotation = np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))])
    return face((PLACES[scheme] - 56) @ rotation.T * scale + 56 + (x, y), scheme)


def difference(one, other):
    return np.abs(one.astype(int) - other.astype(int))


def suitable(crop):
    """A face that the crop takes."""
    return placed(Scheme.ARCFACE if crop.kind is CropKind.ARCFACE else Scheme.DLIB, 0.2, 1.3, 60, 40)


class TestCrops:
    def test_the_arcface_crop_brings_the_points_to_their_places(self, smooth):
        for size in (112, 160):
            for angle, scale in ((0.4, 1.0), (-1.2, 1.7), (3.0, 0.6)):
                one = placed(Scheme.ARCFACE, angle, scale, 100, 60)
                # Three points settle an affine way, and this one is a similarity.
                places = (PLACES[Scheme.ARCFACE][:3] * size / 112).astype(np.float32)
                matrix = cv2.getAffineTransform(one.landmarks.points[:3].astype(np.float32), places)
                expected = cv2.warpAffine(smooth, matrix, (size, size))[..., ::-1]
                apart = difference(cut(smooth, one, Crop(CropKind.ARCFACE, size)).image, expected)
                assert apart.mean() <= 0.5
                assert np.quantile(apart, 0.99) <= 3
        one, other = (cut(smooth, placed(scheme, 0.5, 1.4, 90, 60), CROPS[1]).image for scheme in Scheme)
        assert difference(one, other).max() <= 2

    def test_the_openface_crop_brings_eyes_and_nose_to_their_places(self, smooth):
        points = np.array([(210, 90), (180, 92), (120, 80), (150, 85), (160, 150)], np.float32)
        # Points 36, 45 and 33 of OpenFace's template, between its smallest and largest values, times 96.
        template = np.array([(0.252418718401, 0.331052263829), (0.782865376271, 0.321305281656)])
        template = np.vstack([template, (0.520712933176, 0.634268222208)])
        least, most = np.array([0.0792396913815, 0.182360984545]), np.array([0.971193274221, 1.06080371126])
        places = ((template - least) / (most - least) * 96).astype(np.float32)
        matrix = cv2.getAffineTransform(points[[2, 0, 4]], places)
        chip = cut(smooth, face(points, Scheme.DLIB), Crop(CropKind.OPENFACE, 96)).image
        assert difference(chip, cv2.warpAffine(smooth, matrix, (96, 96))[..., ::-1]).mean() <= 0.5

    def test_what_lies_outside_the_image_is_black(self, smooth):
        image = np.full((100, 100, 3), 200, np.uint8)
        # 40 x 80, half of 80 on each side: the square from 40 to 200 and 20 to 180.
        chip = cut(smooth, Face(Box(100, 60, 140, 140), 1.0), Crop(CropKind.BOX, 160, 0.5)).image
        np.testing.assert_array_equal(chip, smooth[20:180, 40:200, ::-1])
        chip = cut(image, Face(Box(-40, 60, 40, 140), 1.0), Crop(CropKind.BOX, 80)).image
        assert not chip[:, :40].any()
        assert not chip[40:].any()
        assert (chip[:40, 40:] == 200).all()
        for crop in (Crop(CropKind.ARCFACE, 112), Crop(CropKind.OPENFACE, 96)):
            chip = cut(np.full((200, 200, 3), 200, np.uint8), placed(Scheme.DLIB, x=-56, y=100), crop).image
            side = crop.size_px
            assert not chip[:, : side // 4].any()
            assert not chip[-2:].any()
            assert (chip[: side // 2, -side // 4 :] == 200).all()
        for crop in BY_LANDMARKS:
            for move in ((-5000, 0), (5000, 0), (0, -5000), (0, 5000)):
                one = suitable(crop)
                assert not cut(smooth, face(one.landmarks.points + move, one.landmarks.scheme), crop).image.any()

    def test_a_face_of_a_large_picture_is_averaged_down_and_not_picked_from(self):
        for factor in (3, 5):
            draw = np.random.default_rng(factor)
            colours = draw.integers(60, 200, (20, 20, 3), dtype=np.uint8)
            small = cv2.resize(colours, (200, 200), interpolation=cv2.INTER_CUBIC)
            large = cv2.resize(small, None, fx=factor, fy=factor, interpolation=cv2.INTER_LINEAR)
            noisy = np.clip(large + draw.normal(scale=40, size=large.shape), 0, 255).astype(np.uint8)
            one = placed(Scheme.DLIB, 0.1, 1.2, 30, 30)
            grown = face((one.landmarks.points + 0.5) * factor - 0.5, Scheme.DLIB)
            for crop in BY_LANDMARKS[1:]:
                plain, found = cut(small, one, crop).image, cut(noisy, grown, crop).image
                # A single pixel is off by 30 on average, one between four by 15.
                assert difference(plain, found)[plain.min(axis=2) > 0].mean() <= 10

    def test_landmarks_that_are_nowhere_give_a_black_chip_without_a_warning(self, smooth):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for value in (np.nan, np.inf, -np.inf, 1e300, -1e12):
                for crop in BY_LANDMARKS:
                    for point in (0, slice(None)):
                        for scheme in needs(crop):
                            points = PLACES[scheme] + 30
                            points[point] = value
                            assert not cut(smooth, face(points, scheme), crop).image.any()
                            assert not quality_chip(smooth, face(points, scheme)).image.any()
            for crop in BY_LANDMARKS[1:]:
                for spread in (0, 1e-300, 1e-6):
                    lost = face(60 + spread * PLACES[Scheme.DLIB], Scheme.DLIB)
                    assert not cut(smooth, lost, crop).image.any()

    def test_odd_boxes_and_images_give_a_chip_all_the_same(self, smooth):
        odd = [Box(0, 0, 0, 0), Box(50, 50, 10, 90), Box(-900, 0, -800, 100), Box(10**30, 0, 10**30 + 9, 9)]
        for box in odd:
            for margin in (0.0, 0.2):
                assert not cut(smooth, Face(box, 1.0), Crop(CropKind.BOX, 64, margin)).image.any()
        huge = Face(Box(-(10**9), -(10**9), 10**9, 10**9), 1.0)
        assert np.count_nonzero(cut(smooth, huge, Crop(CropKind.BOX, 64)).image.any(axis=2)) <= 1
        for shape in ((0, 0, 3), (0, 50, 3), (1, 1, 3), (1, 300, 3), (40_000, 2, 3)):
            for crop in CROPS:
                chip = cut(np.full(shape, 9, np.uint8), suitable(crop), crop)
                assert chip.image.shape == (crop.size_px, crop.size_px, 3)

    def test_landmarks_that_a_crop_cannot_use_are_a_fault_that_names_both(self, smooth):
        for crop, scheme, message in (
            (CROPS[0], None, "it has no landmarks, the crop dlib_chip takes dlib"),
            (CROPS[1], None, "it has no landmarks, the crop arcface takes arcface or dlib"),
            (CROPS[2], Scheme.ARCFACE, "it has landmarks of the scheme arcface, the crop openface takes dlib"),
        ):
            with pytest.raises(DetectorError, match=message):
                cut(smooth, Face(BOX, 1.0) if scheme is None else placed(scheme), crop)
        with pytest.raises(DetectorError, match="no landmarks"):
            quality_chip(smooth, Face(BOX, 1.0))

    def test_quality_is_judged_on_the_chip_of_dlib_from_any_landmarks(self, smooth):
        chips = {scheme: quality_chip(smooth, placed(scheme, 0.2, 1.5, 80, 60)).image for scheme in Scheme}
        expected = cut(smooth, placed(Scheme.DLIB, 0.2, 1.5, 80, 60), QUALITY_CROP).image
        assert difference(chips[Scheme.DLIB], expected).max() <= 1
        assert difference(chips[Scheme.ARCFACE], chips[Scheme.DLIB]).max() <= 2


MEAN = np.array(
    [
        (0.8595674595992, 0.2134981538014),
        (0.6460604764104, 0.2289674387677),
        (0.1205750620789, 0.2137274526848),
        (0.3340850613712, 0.2290642403242),
        (0.4901123135679, 0.6277975316475),
    ]
)
UPRIGHT = (MEAN + 0.25) / 1.5 * 150  # a face whose chip is as large as the part of the image it is cut from


def gradient(height, width):
    """An image whose blue is the column, green the row, and red 77."""
    image = np.empty((height, width, 3), np.uint8)
    image[..., 0] = np.arange(width)
    image[..., 1] = np.arange(height)[:, np.newaxis]
    image[..., 2] = 77
    return image


class TestDlibChip:
    @pytest.fixture(scope="class")
    @classmethod
    def peer(cls):
        dlib = pytest.importorskip("dlib")

        def chip(image, landmarks):
            points = [dlib.point(int(x), int(y)) for x, y in landmarks]
            shape = dlib.full_object_detection(dlib.rectangle(0, 0, 9, 9), points)
            return dlib.get_face_chip(np.ascontiguousarray(image[..., ::-1]), shape, size=150, padding=0.25)

        return chip

    @pytest.mark.slow
    @pytest.mark.data
    def test_chips_equal_dlibs_on_faces(self, peer, data):
        model, files = shipped_landmarks(), sorted((data / "lfw-view1").rglob("*.jpg"))
        apart = []
        for file in np.random.default_rng(9).choice(files, 60, replace=False):
            image = cv2.imread(str(file))
            points = model.locate(image, Box(70, 70, 180, 180)).points
            apart.append(difference(dlib_chip(image, points), peer(image, points)).mean())
        assert np.mean(apart) <= 0.05
        assert max(apart) <= 0.6

    @pytest.mark.slow
    def test_chips_equal_dlibs_at_every_size_and_place(self, peer):
        for side in (1, 5, 30, 100, 190, 230, 420, 900, 1800, 9000):
            draw = np.random.default_rng(side)
            height, width = min(side + 60, 1900), min(side + 200, 2000)
            image = draw.integers(0, 256, (height, width, 3), dtype=np.uint8)
            for _ in range(5):
                centre = complex(draw.uniform(-0.2, 1.2) * width, draw.uniform(-0.2, 1.2) * height)
                turned = (MEAN - 0.45) @ (1, 1j) * side * np.exp(1j * draw.uniform(-np.pi, np.pi)) + centre
                moved = np.stack([turned.real, turned.imag], axis=1) + draw.normal(scale=0.03, size=(5, 2)) * side
                points = np.round(moved).astype(np.float32)
                assert difference(dlib_chip(image, points), peer(image, points)).mean() <= 0.05, side

    def test_a_face_lying_on_its_side_is_turned_upright_and_another_size_shows_the_same(self):
        image, landmarks = gradient(200, 200), UPRIGHT + np.array([10, 20])
        lying = np.stack([199 - landmarks[:, 1], landmarks[:, 0]], axis=1)
        upright = dlib_chip(image, landmarks)
        assert difference(upright, dlib_chip(cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE), lying)).max() <= 1
        assert difference(cv2.resize(upright, (96, 96)), dlib_chip(image, landmarks, size=96)).max() <= 2

    def test_odd_landmarks_and_images_give_a_chip_all_the_same(self):
        together = dlib_chip(gradient(100, 100), np.full((5, 2), 50))
        assert set(np.unique(together[..., 1:])) <= {49, 50}
        for shape in ((0, 0, 3), (0, 50, 3), (1, 1, 3), (1, 300, 3), (8, 300, 3)):
            for size in (20, 150, 5000):
                assert dlib_chip(np.full(shape, 9, np.uint8), UPRIGHT * size / 150).shape == (150, 150, 3)


LEVEL = np.array([(120.0, 130), (180, 130), (150, 155), (125, 180), (175, 180)])


def located(points: np.ndarray) -> Face:
    return Face(Box(100, 100, 200, 200), 1.0, Landmarks(points, Scheme.ARCFACE))


class TestPortraits:
    @pytest.fixture(scope="class")
    @classmethod
    def path(cls):
        return FaceEncoder(shipped_landmarks(), load_encoder("dlib_resnet", 1), Gates())

    @pytest.fixture(scope="class")
    @classmethod
    def reader(cls, path):
        return PhotographReader(HaarDetector(), FaceEncoder(shipped_landmarks(), path.encoder, PHOTOGRAPH))

    @staticmethod
    def frame_of(picture: np.ndarray, degrees: float) -> np.ndarray:
        """A camera's frame with a picture in it, turned about its middle."""
        height, width = picture.shape[:2]
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
        turned = cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
        frame = np.full((480, 640, 3), 110, np.uint8)
        frame[110 : 110 + height, 200 : 200 + width] = turned
        return frame

    def test_the_gallery_reads_a_portrait_as_the_same_face_with_level_eyes(self, path, reader):
        picture = read_picture(asset("demo", "gallery", "Grace_Hopper.jpg"), longest_side_px=260)
        for degrees in (-8, 0, 8):
            frame = self.frame_of(picture, degrees)
            face, live = path.embed_photograph(frame, HaarDetector().find(frame, min_face_px=60)[0])
            upright = portrait(frame, face)
            assert np.linalg.norm(reader.one(upright).vector - live.vector) < 0.2, degrees
            points = path.examine(upright, HaarDetector().find(upright, min_face_px=60)[0]).face.landmarks.points
            right, left = points[:2].mean(axis=0), points[2:4].mean(axis=0)
            assert abs(np.degrees(np.arctan2(*(right - left)[::-1]))) < 3, degrees

    @pytest.mark.data
    def test_nearly_every_portrait_is_accepted_as_a_gallery_picture(self, path, reader, data):
        refused = []
        for number, file in enumerate(sorted((data / "lfw-view1").rglob("*.jpg"))[::180][:9]):
            frame = self.frame_of(read_picture(file), number % 25 - 12)
            for found in HaarDetector().find(frame, min_face_px=60)[:1]:
                face, live = path.embed_photograph(frame, found)
                if not isinstance(live, Rejection):
                    refused.append(isinstance(reader.one(portrait(frame, face)), Rejection))
        assert len(refused) >= 8
        assert not any(refused)

    def test_without_usable_landmarks_it_is_what_lies_around_the_box(self):
        image = np.arange(300 * 300 * 3, dtype=np.uint32).astype(np.uint8).reshape(300, 300, 3)
        for points in (np.full((5, 2), np.nan), np.full((5, 2), 7.0), LEVEL * 1e-4):
            assert np.array_equal(portrait(image, located(points)), image[50:250, 50:250])
        assert portrait(image, replace(located(LEVEL), landmarks=None)).shape == (200, 200, 3)
