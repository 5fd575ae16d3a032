"""Five points per face: dlib's regression trees, the way between dlib's and ArcFace's points, and the pose."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Box, ByteImage, Floats, Landmarks, Scheme
from kiosk.vision.opencv import cv2
from kiosk.vision.quality import REACH, eyes_and_nose
from kiosk.weights.manifest import shipped_content

_Reals = NDArray[np.float32]
_SPLITS = 15

_SHIPPED = "dlib_landmarks.npz"


def _leaf_of_answers() -> NDArray[np.intp]:
    """Return the leaf of a tree of 15 splits for each set of answers (first split = highest of 16 bits)."""
    answers = np.arange(1 << (_SPLITS + 1))
    node = np.zeros_like(answers)
    for _ in range(4):
        yes = answers >> (_SPLITS - node) & 1
        node = 2 * node + 2 - yes
    return (node - _SPLITS).astype(np.intp)


_LEAF = _leaf_of_answers()


class _Cascade:
    """Trees that move the shape together, and the pixels that they compare."""

    def __init__(self, arrays: dict[str, NDArray[Any]]) -> None:
        trees = len(arrays["leaves"])
        x, y = arrays["deltas"].T
        self.anchors = arrays["anchors"].astype(np.intp)  # (P,) the point that each pixel keeps to
        self.deltas: _Reals = np.stack([x, y])  # (2, P) from that point, in the mean shape
        self.turned: _Reals = np.stack([-y, x])  # (2, P) the same, turned by 90 degrees
        # 16 columns make two whole bytes of answers for each tree; the spare split never says yes.
        pixels = np.pad(arrays["pixels"], ((0, 0), (0, 1), (0, 0))).astype(np.intp)
        thresholds = np.pad(arrays["thresholds"], ((0, 0), (0, 1)), constant_values=np.iinfo(np.int16).max)
        self.first, self.second = pixels.reshape(-1, 2).T.copy()  # (T * 16,) pixel numbers compared by each split
        self.thresholds = thresholds.reshape(-1)
        self.leaves = arrays["leaves"].reshape(trees * (_SPLITS + 1), -1)  # (T * 16, 10) added to the shape
        self.first_leaf = np.arange(trees, dtype=np.intp) * (_SPLITS + 1)  # (T,) row of each tree's first leaf

    def step(self, shape: _Reals, grey: NDArray[np.int16]) -> _Reals:
        """Return the shape after all trees; like dlib, a sum over rows adds leaf by leaf in float32."""
        answers = grey.take(self.first) - grey.take(self.second) > self.thresholds
        leaf = _LEAF.take(np.packbits(answers).view(">u2")) + self.first_leaf
        terms = np.empty((len(leaf) + 1, len(shape)), np.float32)
        terms[0] = shape
        self.leaves.take(leaf, axis=0, out=terms[1:], mode="clip")
        moved: _Reals = np.add.reduce(terms, axis=0)
        return moved


def shipped_landmarks() -> LandmarkModel:
    """Return the model that is shipped; raise WeightsError where its file was altered."""
    return LandmarkModel(shipped_content(_SHIPPED))


class LandmarkModel:
    """An ensemble of regression trees (Kazemi and Sullivan 2014) that gives the numbers of dlib.

    `content` is the array file that `make weights` builds. `locate` may be called from several threads.
    """

    def __init__(self, content: bytes) -> None:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            self._shape = arrays["shape"]
            stacked = {name: arrays[name] for name in ("anchors", "deltas", "pixels", "thresholds", "leaves")}
        cascades = range(len(stacked["anchors"]))
        self._cascades = [_Cascade({name: array[n] for name, array in stacked.items()}) for n in cascades]
        self.key = hashlib.sha256(content).hexdigest()[:12]
        self.mean_shape = self._shape.reshape(-1, 2).astype(np.float64)  # (5, 2) in parts of the face's box
        mean = self._shape.astype(np.float64).view(np.complex128)
        centred = mean - mean.mean()
        self._fit = centred / np.vdot(centred, centred).real

    def locate(self, image: ByteImage, box: Box, *, rounded: bool = True) -> Landmarks:
        """Return the five points (x, y) px of the face in `box` of a BGR image, in dlib's order.

        They are two corners of the eye at the right of the image (outer, inner), two at the left (outer, inner) and the
        base of the nose; `rounded` to whole pixels, as dlib does. Pixels outside the image count as black.
        """
        scale = np.array([[box.width - 1], [box.height - 1]], np.float64)
        origin = np.array([[box.left], [box.top]], np.float64)
        pixels = _Pixels(image)
        shape = self._shape
        # Places too far for an integer become a very negative one, which is outside too.
        with np.errstate(invalid="ignore"):
            for cascade in self._cascades:
                places = self._places(cascade, shape) * scale + origin
                shape = cascade.step(shape, pixels.grey(places))
        points = shape.reshape(-1, 2) * scale.T + origin.T
        points = np.floor(points + 0.5) if rounded else points
        return Landmarks(points.astype(np.float32), Scheme.DLIB)

    def _places(self, cascade: _Cascade, shape: _Reals) -> _Reals:
        """Return the places of the cascade's pixels (2, P), in parts of the box: they turn and grow with the shape."""
        turn = np.vdot(self._fit, shape.astype(np.float64).view(np.complex128))
        real, imaginary = np.float32(turn.real), np.float32(turn.imag)
        corners = shape.reshape(-1, 2).T.take(cascade.anchors, axis=1)
        places: _Reals = real * cascade.deltas + imaginary * cascade.turned + corners
        return places


class _Pixels:
    """Grey levels of single pixels of a BGR image."""

    def __init__(self, image: ByteImage) -> None:
        black = np.zeros((1, 1, 3), np.uint8)
        whole = np.ascontiguousarray(image if image.size else black)
        self._height, self._width = whole.shape[:2]
        self._flat = whole.reshape(-1)

    def grey(self, places: NDArray[np.float64]) -> NDArray[np.int16]:
        """Return the grey levels (P,) at the pixels nearest to `places` (2, P); 0 outside."""
        x, y = np.floor(places + 0.5).astype(np.int64)
        # Seen as unsigned, a negative number is a huge one: one comparison covers both edges.
        inside = (x.view(np.uint64) < self._width) & (y.view(np.uint64) < self._height)
        index = (y * self._width + x) * 3 * inside
        total = self._flat.take(index).astype(np.int16)
        total += self._flat.take(index + 1)
        total += self._flat.take(index + 2)
        grey: NDArray[np.int16] = total // np.int16(3) * inside
        return grey


FRAME_PX: Final = 112
# Two models whose frames are farther apart than this have found different faces: 8 of 4,992 pictures of LFW's
# development view. For the 37 beyond 7.5 px the middle is still the better choice.
_APART_PX: Final = 15.0
_FARTHEST_PX = 1e8  # nothing beyond is in any image

_PLACES: Final[dict[Scheme, Floats]] = {
    Scheme.ARCFACE: np.array(
        [(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)]
    ),
    Scheme.DLIB: np.array([(78.97, 53.55), (65.27, 53.95), (30.59, 53.94), (44.29, 54.16), (54.99, 80.56)]),
}


@dataclass(frozen=True, slots=True)
class Similarity:
    """A rotation with a scale and a shift, as complex numbers x + iy px."""

    turn: complex
    shift: complex

    def inverse(self) -> Similarity:
        return Similarity(1 / self.turn, -self.shift / self.turn)

    def applied(self, points: Floats) -> Floats:
        """Return points (N, 2) px transformed."""
        moved = self.turn * (points @ (1, 1j)) + self.shift
        return np.stack([moved.real, moved.imag], axis=1)

    def matrix(self) -> Floats:
        """Return the matrix (2, 3) that OpenCV takes."""
        real, imaginary = self.turn.real, self.turn.imag
        return np.array([(real, -imaginary, self.shift.real), (imaginary, real, self.shift.imag)])


def finite(points: Floats) -> bool:
    """Return whether all points are finite and within reach of an image."""
    return bool(np.abs(points).max() < _FARTHEST_PX)


def to_frame(landmarks: Landmarks) -> Similarity | None:
    """Return the least-squares similarity from the image to ArcFace's frame (Umeyama 1991, without reflection).

    None where the points give no direction: not finite, or all in one place.
    """
    if not finite(landmarks.points):
        return None
    points = np.asarray(landmarks.points, np.float64) @ (1, 1j)
    places = _PLACES[landmarks.scheme] @ (1, 1j)
    spread, middle = points - points.mean(), complex(points.mean())
    square = float(np.vdot(spread, spread).real)
    turn = complex(np.vdot(spread, places - places.mean())) / square if square else 0j
    # Faces below a hundredth of a pixel or larger than any image are left out.
    if not 1 / _FARTHEST_PX < abs(turn) < FRAME_PX * 100:
        return None
    return Similarity(turn, complex(places.mean()) - turn * middle)


def as_dlib(landmarks: Landmarks) -> Landmarks | None:
    """Return where dlib's points are expected, or the landmarks themselves if they are dlib's; None as `to_frame`."""
    if landmarks.scheme is Scheme.DLIB:
        return landmarks
    fitted = to_frame(landmarks)
    return None if fitted is None else Landmarks(fitted.inverse().applied(_PLACES[Scheme.DLIB]), Scheme.DLIB)


def between(one: Landmarks, other: Landmarks) -> Landmarks | None:
    """Return ArcFace's points in the middle of what two models found; None where they found different faces.

    Each model has its own errors, so the middle is more exact than either.
    """
    first, second = to_frame(one), to_frame(other)
    if first is None or second is None:
        return None
    places = _PLACES[Scheme.ARCFACE]
    in_image = [frame.inverse().applied(places) for frame in (first, second)]
    if np.linalg.norm(first.applied(in_image[1]) - places, axis=1).mean() > _APART_PX:
        return None
    return Landmarks(np.mean(in_image, axis=0), Scheme.ARCFACE)


_BOX_PX: Final = 100  # the side of the face's box in the upright picture
_BORDER_PX: Final = 50  # around it
_UPRIGHT_BOX: Final = Box(_BORDER_PX, _BORDER_PX, _BORDER_PX + _BOX_PX, _BORDER_PX + _BOX_PX)
_SIDE_PX: Final = _BOX_PX + 2 * _BORDER_PX
_AGREE: Final = 0.008  # distance of two looks, in parts of the box's side
# Size, and how much lower, in parts of the box's side.
_OTHER_BOXES: Final = ((0.8, 0.08), (0.8, 0.0), (0.7, 0.15), (1.15, 0.05))


class LandmarkFinder(Protocol):
    """Locates five points of a face; may be called from several threads."""

    @property
    def key(self) -> str:
        """Changes when the points could."""

    def locate(self, image: ByteImage, box: Box) -> Landmarks:
        """Return the five points (x, y) px of the face in `box` of a BGR image."""


class CheckedLandmarks:
    """dlib's points, checked by a second look at the upright face; if both disagree, the median of several boxes."""

    def __init__(self, model: LandmarkModel) -> None:
        self.key = f"{model.key}-checked"
        self._model = model
        self._mean = model.mean_shape @ (1, 1j)

    def locate(self, image: ByteImage, box: Box) -> Landmarks:
        first, second, moved = self._looks(image, box)
        if moved <= _AGREE:
            return Landmarks(np.floor(first + 0.5).astype(np.float32), Scheme.DLIB)
        found = [second, *(self._looks(image, other)[1] for other in _others(box))]
        return Landmarks(np.median(found, axis=0).astype(np.float32), Scheme.DLIB)

    def _looks(self, image: ByteImage, box: Box) -> tuple[Floats, Floats, float]:
        """Return the points (5, 2) px of two looks, and their mean distance in parts of the side of the face's box."""
        first = self._model.locate(image, box, rounded=False).points.astype(np.float64)
        if not finite(first):
            return first, first, np.inf
        turn, middle = self._fitted(first)
        if not 1 < abs(turn) < max(image.shape) * 10:
            return first, first, np.inf
        step = turn / (_BOX_PX - 1)  # px of the image, as a direction, for one of the upright picture
        to_image = Similarity(step, middle - step * (_SIDE_PX - 1) / 2 * (1 + 1j))
        how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        upright = cv2.warpAffine(image, to_image.matrix(), (_SIDE_PX, _SIDE_PX), flags=how)
        second = self._model.locate(np.asarray(upright, np.uint8), _UPRIGHT_BOX, rounded=False)
        points = to_image.applied(second.points.astype(np.float64))
        return first, points, float(np.abs(points - first).mean() / abs(turn))

    def _fitted(self, points: Floats) -> tuple[complex, complex]:
        """Return the top of the face's box, as a direction with its length, and its middle, by least squares."""
        places = points @ (1, 1j)
        spread = self._mean - self._mean.mean()
        turn = complex(np.vdot(spread, places - places.mean()) / np.vdot(spread, spread).real)
        return turn, complex(places.mean() + turn * (0.5 + 0.5j - self._mean.mean()))


def _others(box: Box) -> Iterator[Box]:
    x, y = box.centre
    for size, lower in _OTHER_BOXES:
        half_width, half_height = box.width * size / 2, box.height * size / 2
        below = y + lower * box.height
        yield Box(round(x - half_width), round(below - half_height), round(x + half_width), round(below + half_height))


@dataclass(frozen=True, slots=True)
class Pose:
    """The direction of a face, in parts of the distance between the eyes; schemes cannot be compared."""

    aside: float  # 0 = straight ahead; positive = to the person's left, which is the right of the image
    nose_drop: float  # how far the nose is below the eyes: smaller when the person looks up


def pose_of(landmarks: Landmarks) -> Pose | None:
    """Return the pose; None where the points are not finite or the eyes lie in one place."""
    if not finite(landmarks.points):
        return None
    right, left, nose = eyes_and_nose(landmarks)
    across = np.asarray(right - left, np.float64)
    distance = float(np.hypot(*across))
    if distance == 0:
        return None
    along = across / distance
    down = np.array([-along[1], along[0]])
    offset = (nose - (left + right) / 2) / distance
    return Pose(float(offset @ along) / REACH[landmarks.scheme], float(offset @ down))
