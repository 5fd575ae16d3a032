import warnings

import numpy as np
import pytest

from kiosk.domain import Box, Crop, CropKind, Face, Landmarks, Scheme
from kiosk.errors import DetectorError
from kiosk.vision.alignment import QUALITY_CROP, cut, dlib_chip, needs, quality_chip
from kiosk.vision.opencv import cv2

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


@pytest.mark.parametrize("crop", CROPS)
@pytest.mark.parametrize("size", [1, 2, 37, 224])
def test_a_chip_has_the_size_asked_for_and_keeps_its_face(smooth, crop, size):
    one = suitable(crop)
    chip = cut(smooth, one, Crop(crop.kind, size, crop.margin))
    assert (chip.image.shape, chip.image.dtype) == ((size, size, 3), np.uint8)
    assert chip.face is one


@pytest.mark.parametrize("size", [96, 150])
def test_the_dlib_chip_is_dlibs(smooth, size):
    one = placed(Scheme.DLIB, 0.3, 1.2, 90, 50)
    np.testing.assert_array_equal(
        cut(smooth, one, Crop(CropKind.DLIB_CHIP, size)).image, dlib_chip(smooth, one.landmarks.points, size)
    )


@pytest.mark.parametrize("scheme", Scheme)
def test_a_face_in_arcfaces_places_is_cut_out_as_it_is(smooth, scheme):
    chip = cut(smooth, placed(scheme, x=20, y=30), Crop(CropKind.ARCFACE, 112))
    assert difference(chip.image, smooth[30:142, 20:132, ::-1]).max() <= 1


@pytest.mark.parametrize("size", [112, 160])
@pytest.mark.parametrize(("angle", "scale"), [(0.4, 1.0), (-1.2, 1.7), (3.0, 0.6)])
def test_the_arcface_crop_brings_the_points_to_their_places(smooth, size, angle, scale):
    one = placed(Scheme.ARCFACE, angle, scale, 100, 60)
    # Three points settle an affine way, and this one is a similarity.
    matrix = cv2.getAffineTransform(
        one.landmarks.points[:3].astype(np.float32), (PLACES[Scheme.ARCFACE][:3] * size / 112).astype(np.float32)
    )
    expected = cv2.warpAffine(smooth, matrix, (size, size))[..., ::-1]
    chip = cut(smooth, one, Crop(CropKind.ARCFACE, size)).image
    assert difference(chip, expected).mean() <= 0.5
    assert np.quantile(difference(chip, expected), 0.99) <= 3


def test_both_schemes_give_the_same_arcface_crop(smooth):
    crop = Crop(CropKind.ARCFACE, 112)
    one, other = (cut(smooth, placed(scheme, 0.5, 1.4, 90, 60), crop).image for scheme in Scheme)
    assert difference(one, other).max() <= 2


def test_the_openface_crop_brings_eyes_and_nose_to_their_places(smooth):
    points = np.array([(210, 90), (180, 92), (120, 80), (150, 85), (160, 150)], np.float32)
    # Points 36, 45 and 33 of OpenFace's template, between its smallest and largest values, times 96.
    template = np.array([(0.252418718401, 0.331052263829), (0.782865376271, 0.321305281656)])
    template = np.vstack([template, (0.520712933176, 0.634268222208)])
    least, most = np.array([0.0792396913815, 0.182360984545]), np.array([0.971193274221, 1.06080371126])
    places = ((template - least) / (most - least) * 96).astype(np.float32)
    matrix = cv2.getAffineTransform(points[[2, 0, 4]], places)
    chip = cut(smooth, face(points, Scheme.DLIB), Crop(CropKind.OPENFACE, 96)).image
    assert difference(chip, cv2.warpAffine(smooth, matrix, (96, 96))[..., ::-1]).mean() <= 0.5


def test_the_box_crop_is_square_around_the_boxs_middle(smooth):
    # 40 x 80, half of 80 on each side: the square from 40 to 200 and 20 to 180.
    chip = cut(smooth, Face(Box(100, 60, 140, 140), 1.0), Crop(CropKind.BOX, 160, 0.5)).image
    np.testing.assert_array_equal(chip, smooth[20:180, 40:200, ::-1])


@pytest.mark.parametrize(("size", "how"), [(40, cv2.INTER_AREA), (320, cv2.INTER_LINEAR)])
def test_the_box_crop_is_averaged_when_it_shrinks_and_interpolated_when_it_grows(smooth, size, how):
    chip = cut(smooth, Face(Box(100, 60, 180, 140), 1.0), Crop(CropKind.BOX, size)).image
    np.testing.assert_array_equal(chip, cv2.resize(smooth[60:140, 100:180], (size, size), interpolation=how)[..., ::-1])


def test_what_of_a_box_lies_outside_the_image_is_black():
    chip = cut(np.full((100, 100, 3), 200, np.uint8), Face(Box(-40, 60, 40, 140), 1.0), Crop(CropKind.BOX, 80)).image
    assert not chip[:, :40].any()
    assert not chip[40:].any()
    assert (chip[:40, 40:] == 200).all()


@pytest.mark.parametrize("crop", [Crop(CropKind.ARCFACE, 112), Crop(CropKind.OPENFACE, 96)])
def test_what_of_a_face_lies_outside_the_image_is_black(crop):
    image = np.full((200, 200, 3), 200, np.uint8)
    chip = cut(image, placed(Scheme.DLIB, x=-56, y=100), crop).image
    side = crop.size_px
    assert not chip[:, : side // 4].any()
    assert not chip[-2:].any()
    assert (chip[: side // 2, -side // 4 :] == 200).all()


@pytest.mark.parametrize("crop", BY_LANDMARKS)
def test_a_face_beside_the_image_gives_a_black_chip(smooth, crop):
    for x, y in [(-5000, 0), (5000, 0), (0, -5000), (0, 5000)]:
        one = suitable(crop)
        moved = face(one.landmarks.points + np.array([x, y]), one.landmarks.scheme)
        assert not cut(smooth, moved, crop).image.any()


@pytest.mark.parametrize("factor", [4, 11])
@pytest.mark.parametrize("crop", BY_LANDMARKS[1:])
def test_a_face_of_a_large_picture_is_averaged_down_and_not_picked_from(factor, crop):
    draw = np.random.default_rng(factor)
    small = cv2.resize(draw.integers(60, 200, (20, 20, 3), dtype=np.uint8), (200, 200), interpolation=cv2.INTER_CUBIC)
    large = cv2.resize(small, None, fx=factor, fy=factor, interpolation=cv2.INTER_LINEAR)
    noisy = np.clip(large + draw.normal(scale=40, size=large.shape), 0, 255).astype(np.uint8)
    one = placed(Scheme.DLIB, 0.1, 1.2, 30, 30)
    grown = face((one.landmarks.points + 0.5) * factor - 0.5, Scheme.DLIB)
    plain, found = cut(small, one, crop).image, cut(noisy, grown, crop).image
    inside = plain.min(axis=2) > 0
    # A single pixel is off by 30 on average, one between four by 15.
    assert difference(plain, found)[inside].mean() <= 10


@pytest.mark.parametrize("crop", CROPS)
def test_a_part_of_an_image_gives_the_chip_of_its_copy(smooth, crop):
    view = smooth[10:220:2, 300:20:-2]
    one = suitable(crop)
    np.testing.assert_array_equal(cut(view, one, crop).image, cut(view.copy(), one, crop).image)


HOSTILE = {
    "not a number": np.nan,
    "infinite": np.inf,
    "minus infinite": -np.inf,
    "huge": 1e300,
    "far": -1e12,
}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("point", [0, slice(None)], ids=["one", "all"])
@pytest.mark.parametrize("crop", BY_LANDMARKS)
def test_landmarks_that_are_nowhere_give_a_black_chip_without_a_warning(smooth, crop, point, value):
    for scheme in needs(crop):
        points = PLACES[scheme] + 30
        points[point] = value
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert not cut(smooth, face(points, scheme), crop).image.any()
            assert not quality_chip(smooth, face(points, scheme)).image.any()


@pytest.mark.parametrize("spread", [0, 1e-300, 1e-6])
@pytest.mark.parametrize("crop", [Crop(CropKind.ARCFACE, 112), Crop(CropKind.OPENFACE, 96)])
def test_landmarks_in_one_place_give_a_black_chip(smooth, crop, spread):
    assert not cut(smooth, face(60 + spread * PLACES[Scheme.DLIB], Scheme.DLIB), crop).image.any()


@pytest.mark.parametrize("crop", BY_LANDMARKS)
@pytest.mark.parametrize("seed", range(30))
def test_landmarks_of_any_size_and_shape_give_a_chip(smooth, crop, seed):
    draw = np.random.default_rng(seed)
    points = draw.normal(size=(5, 2)) * 10.0 ** draw.uniform(-12, 7.5, (1, 2)) + draw.uniform(0, 200, 2)
    if seed % 3 == 0:
        points[:, 1] = points[:, 0]  # all in one line
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cut(smooth, face(points, Scheme.DLIB), crop).image.shape == (crop.size_px, crop.size_px, 3)


@pytest.mark.parametrize(
    "box",
    [
        Box(0, 0, 0, 0),
        Box(50, 50, 10, 90),
        Box(-900, 0, -800, 100),
        Box(9000, 9000, 9100, 9100),
        Box(10**30, 0, 10**30 + 9, 9),
    ],
)
def test_a_box_without_extent_or_outside_gives_a_black_chip(smooth, box):
    for margin in (0.0, 0.2):
        assert not cut(smooth, Face(box, 1.0), Crop(CropKind.BOX, 64, margin)).image.any()


def test_a_box_far_larger_than_the_image_shows_it_as_a_speck(smooth):
    chip = cut(smooth, Face(Box(-(10**9), -(10**9), 10**9, 10**9), 1.0), Crop(CropKind.BOX, 64)).image
    assert chip.shape == (64, 64, 3)
    assert np.count_nonzero(chip.any(axis=2)) <= 1


@pytest.mark.parametrize("crop", CROPS)
@pytest.mark.parametrize("shape", [(0, 0, 3), (0, 50, 3), (1, 1, 3), (1, 300, 3), (40_000, 2, 3)])
def test_an_image_too_small_or_too_long_gives_a_chip_all_the_same(crop, shape):
    image = np.full(shape, 9, np.uint8)
    assert cut(image, suitable(crop), crop).image.shape == (crop.size_px, crop.size_px, 3)


@pytest.mark.parametrize(
    ("crop", "landmarks", "message"),
    [
        (CROPS[0], None, "it has no landmarks, the crop dlib_chip takes dlib"),
        (CROPS[1], None, "it has no landmarks, the crop arcface takes arcface or dlib"),
        (CROPS[2], Scheme.ARCFACE, "it has landmarks of the scheme arcface, the crop openface takes dlib"),
        (CROPS[0], Scheme.ARCFACE, "it has landmarks of the scheme arcface, the crop dlib_chip takes dlib"),
    ],
)
def test_landmarks_that_a_crop_cannot_use_are_a_fault_that_names_both(smooth, crop, landmarks, message):
    one = Face(BOX, 1.0) if landmarks is None else placed(landmarks)
    with pytest.raises(DetectorError, match=message):
        cut(smooth, one, crop)


def test_a_box_needs_no_landmarks_and_every_other_crop_some():
    assert [crop for crop in CROPS if not needs(crop)] == [CROPS[3]]


def test_quality_is_judged_on_the_chip_of_dlib(smooth):
    one = placed(Scheme.DLIB, 0.2, 1.5, 80, 60)
    assert difference(quality_chip(smooth, one).image, cut(smooth, one, QUALITY_CROP).image).max() <= 1


def test_quality_is_judged_on_nearly_the_same_chip_from_other_landmarks(smooth):
    one, other = (quality_chip(smooth, placed(scheme, 0.2, 1.5, 80, 60)) for scheme in Scheme)
    assert difference(one.image, other.image).max() <= 2
    assert {one.face.landmarks.scheme, other.face.landmarks.scheme} == set(Scheme)


def test_quality_cannot_be_judged_without_landmarks(smooth):
    with pytest.raises(DetectorError, match="no landmarks"):
        quality_chip(smooth, Face(BOX, 1.0))
