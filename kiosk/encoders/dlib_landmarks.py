"""dlib's five-point landmark model, read from its own file into plain arrays."""

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from kiosk.encoders.dlib_stream import DlibStream

_T = TypeVar("_T")
_Tree = tuple[list[tuple[int, int, int]], list[list[float]]]  # splits, leaves
_SOURCE = "shape_predictor_5_face_landmarks.dat"
_LARGEST = 1 << 20  # more items than any list of the file has: a damaged count, not worth reading on


def build_landmarks(dat: bytes) -> dict[str, NDArray[Any]]:
    """The regression trees of shape_predictor_5_face_landmarks.dat, exactly as dlib uses them.

    C cascades of T trees with S splits and L = S + 1 leaves, P pixels a cascade, K numbers a shape (x, y, x, y, ...):
    `shape` (K,) float32, `anchors` (C, P) uint8, `deltas` (C, P, 2) float32, `pixels` (C, T, S, 2) int16,
    `thresholds` (C, T, S) int16, `leaves` (C, T, L, K) float32. Raises WeightsError where the file is not that model.
    Order of the file: dlib/image_processing/shape_predictor.h, deserialize.
    """
    stream = DlibStream(_SOURCE, dat)
    version = stream.integer()
    if version != 1:
        raise stream.damaged(f"version {version} of a shape predictor, 1 was expected")
    shape = _column(stream)
    forests = _list(stream, lambda: _list(stream, lambda: _tree(stream)))
    anchors = _list(stream, lambda: _list(stream, stream.integer))
    deltas = _list(stream, lambda: _list(stream, lambda: (stream.real(), stream.real())))
    if stream.position != len(dat):
        raise stream.damaged(f"{len(dat) - stream.position} bytes follow the model")
    try:
        return _arrays(shape, forests, anchors, deltas)
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise stream.damaged(f"its trees do not fit together ({error})") from error


def _arrays(
    shape: list[float], forests: list[list[_Tree]], anchors: list[list[int]], deltas: list[list[tuple[float, float]]]
) -> dict[str, NDArray[Any]]:
    splits = np.array([[tree[0] for tree in forest] for forest in forests], np.int16)
    return {
        "shape": np.array(shape, np.float32),
        "anchors": np.array(anchors, np.uint8),
        "deltas": np.array(deltas, np.float32),
        "pixels": np.ascontiguousarray(splits[..., :2]),
        "thresholds": np.ascontiguousarray(splits[..., 2]),
        "leaves": np.array([[tree[1] for tree in forest] for forest in forests], np.float32),
    }


def _tree(stream: DlibStream) -> _Tree:
    return _list(stream, lambda: _split(stream)), _list(stream, lambda: _column(stream))


def _split(stream: DlibStream) -> tuple[int, int, int]:
    first, second, threshold = stream.integer(), stream.integer(), stream.real()
    if not math.isfinite(threshold):
        raise stream.damaged(f"threshold {threshold} at byte {stream.position}")
    # Grey levels are whole, so a difference exceeds the threshold exactly when it exceeds the floor of it.
    return first, second, math.floor(threshold)


def _column(stream: DlibStream) -> list[float]:
    """A matrix<float, 0, 1>: rows, columns (negative since dlib 17), then the numbers."""
    rows, columns = abs(stream.integer()), abs(stream.integer())
    if columns != 1 or rows > _LARGEST:
        raise stream.damaged(f"a {rows} x {columns} matrix at byte {stream.position}, a column was expected")
    return [stream.real() for _ in range(rows)]


def _list(stream: DlibStream, item: Callable[[], _T]) -> list[_T]:
    count = stream.integer()
    if not 0 <= count <= _LARGEST:
        raise stream.damaged(f"a list of {count} items at byte {stream.position}")
    return [item() for _ in range(count)]
