"""The elementary values of a file written by dlib's serialize (dlib/serialize.h, float_details.h)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from kiosk.encoders.keras_h5 import set_weights
from kiosk.errors import WeightsError

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]


# dlib marks values without a mantissa by an exponent of their own (dlib/float_details.h).
_SPECIAL_EXPONENTS = {32000: math.inf, 32001: -math.inf, 32002: math.nan}


class DlibStream:
    """Reads one value after another; `position` is the next byte.

    Raises WeightsError where the bytes end early or are no value of the kind asked for.
    """

    def __init__(self, name: str, content: bytes, position: int = 0) -> None:
        self.name = name
        self.content = content
        self.position = position

    def raw(self, count: int) -> bytes:
        """The next `count` bytes."""
        if count < 0:
            raise self.damaged(f"a length of {count} at byte {self.position}")
        taken = self.content[self.position : self.position + count]
        if len(taken) < count:
            raise self.damaged(f"ends after {len(self.content)} bytes, {count} more were expected")
        self.position += count
        return taken

    def integer(self) -> int:
        """A signed integer: one byte with count and sign, then that many little-endian bytes."""
        control = self.raw(1)[0]
        count = control & 0x0F
        if count > 8 or control & 0x70:
            raise self.damaged(f"no integer at byte {self.position - 1}")
        value = int.from_bytes(self.raw(count), "little")
        return -value if control & 0x80 else value

    def real(self) -> float:
        """A floating-point number: mantissa and binary exponent, both integers."""
        mantissa, exponent = self.integer(), self.integer()
        if exponent in _SPECIAL_EXPONENTS:
            return _SPECIAL_EXPONENTS[exponent]
        try:
            return math.ldexp(mantissa, exponent)
        except OverflowError as error:
            raise self.damaged(f"no number at byte {self.position}") from error

    def text(self) -> str:
        """A length-prefixed string."""
        return self.raw(self.integer()).decode("latin-1")

    def tensor(self) -> NDArray[np.float32]:
        """A tensor (samples, channels, rows, columns): version, four dimensions, raw float32."""
        version = self.integer()
        if version != 2:
            raise self.damaged(f"tensor version {version} at byte {self.position}, 2 was expected")
        shape = tuple(self.integer() for _ in range(4))
        if min(shape) < 0:
            raise self.damaged(f"a tensor of shape {shape} at byte {self.position}")
        return np.frombuffer(self.raw(4 * math.prod(shape)), "<f4").reshape(shape)

    def damaged(self, reason: str) -> WeightsError:
        """The fault to raise for what is wrong here."""
        return WeightsError(self.name, reason, "install face_recognition_models 0.3.0 again")


Weights: TypeAlias = NDArray[np.float32]

_INPUT = b"input_rgb_image_sized"
_LAYER_NAMES = re.compile(rb"con_4|affine_|relu_|max_pool_2|avg_pool_2|add_prev_|fc_2")
# Between two names stand alias descriptions and learning rates, at most 130 bytes in the file this was written for.
_LARGEST_GAP = 400


@dataclass(frozen=True, slots=True, eq=False)
class Convolution:
    """con_4: a convolution with biases."""

    kernel: Weights  # (rows, columns, inputs, outputs)
    bias: Weights  # (outputs,)
    strides: tuple[int, int]
    padding: tuple[int, int]  # px of zeros on each side
    name: str = "con_4"


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """affine_: a batch normalisation frozen into one factor and one summand a channel."""

    gamma: Weights  # (channels,)
    beta: Weights  # (channels,)
    name: str = "affine_"


@dataclass(frozen=True, slots=True, eq=False)
class Pooling:
    """max_pool_2 or avg_pool_2."""

    name: str
    window: tuple[int, int]  # 0 = the whole picture
    strides: tuple[int, int]
    padding: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Dense:
    """fc_2: a fully connected layer; the one of the face recognition network has no bias."""

    kernel: Weights  # (inputs, outputs)
    name: str = "fc_2"


@dataclass(frozen=True, slots=True, eq=False)
class Plain:
    """relu_ or add_prev_: a layer without parameters."""

    name: str


Layer: TypeAlias = Convolution | Affine | Pooling | Dense | Plain


@dataclass(frozen=True, slots=True, eq=False)
class DlibNetwork:
    """What the file describes."""

    mean: tuple[float, float, float]  # RGB grey levels that dlib subtracts before it divides by 256
    input_size: tuple[int, int]  # rows, columns in px
    layers: tuple[Layer, ...]  # in the order of computation


def read_network(name: str, content: bytes) -> DlibNetwork:
    """The network in the bytes of the file `name`; raises WeightsError where they are no such file."""
    stream = DlibStream(name, content)
    start = content.find(_INPUT, 0, _LARGEST_GAP)
    if start < 0:
        raise stream.damaged("is no dlib network with an RGB input")
    stream.position = start + len(_INPUT)
    mean = (stream.real(), stream.real(), stream.real())
    size = (stream.integer(), stream.integer())
    layers = []
    while layer := _next_layer(stream):
        layers.append(layer)
    return DlibNetwork(mean, size, tuple(layers))


def _next_layer(stream: DlibStream) -> Layer | None:
    found = _LAYER_NAMES.search(stream.content, stream.position, stream.position + _LARGEST_GAP)
    if found is None:
        if len(stream.content) - stream.position > _LARGEST_GAP:
            raise stream.damaged(f"has no layer of a known kind after byte {stream.position}")
        return None
    stream.position = found.end()
    return _read_layer(stream, found.group().decode())


def _read_layer(stream: DlibStream, name: str) -> Layer:
    match name:
        case "con_4":
            return _convolution(stream)
        case "affine_":
            return _affine(stream)
        case "max_pool_2" | "avg_pool_2":
            return Pooling(name, _pair(stream), _pair(stream), _pair(stream))
        case "fc_2":
            return _dense(stream)
        case _:
            return Plain(name)


def _convolution(stream: DlibStream) -> Convolution:
    parameters = stream.tensor().ravel()
    outputs, window, strides, padding = stream.integer(), _pair(stream), _pair(stream), _pair(stream)
    sizes = (outputs, *window)
    inputs, rest = divmod(parameters.size - outputs, math.prod(sizes)) if min(sizes) > 0 else (0, 0)
    if rest or inputs < 1:
        raise stream.damaged(f"{parameters.size} numbers are no convolution with {outputs} filters of {window}")
    kernel = parameters[:-outputs].reshape(outputs, inputs, *window).transpose(2, 3, 1, 0)
    return Convolution(kernel, parameters[-outputs:], strides, padding)


def _affine(stream: DlibStream) -> Affine:
    parameters = stream.tensor().ravel()
    if parameters.size % 2:
        raise stream.damaged(f"{parameters.size} numbers are no pairs of factor and summand")
    gamma, beta = parameters.reshape(2, -1)
    return Affine(gamma, beta)


def _dense(stream: DlibStream) -> Dense:
    outputs, inputs = stream.integer(), stream.integer()
    parameters = stream.tensor()
    if min(inputs, outputs) < 1 or parameters.size != inputs * outputs:
        raise stream.damaged(f"{parameters.size} numbers are no {inputs} x {outputs} matrix without bias")
    return Dense(parameters.reshape(inputs, outputs))


def _pair(stream: DlibStream) -> tuple[int, int]:
    return stream.integer(), stream.integer()


Tensor: TypeAlias = Any  # a symbolic tensor of Keras, which publishes no type for it
Description: TypeAlias = tuple[str | int, ...]  # a layer without its weights: name, then its numbers

NAME: Final = "dlib_resnet"
FILE: Final = "dlib_resnet.tflite"
SOURCE_FILE: Final = "dlib_face_recognition_resnet_model_v1.dat"
INPUT_SIZE_PX: Final = 150
DIMENSION: Final = 128
# (channels, blocks) of each stage; the first block of every stage but the first halves the picture.
STAGES: Final = ((32, 3), (64, 4), (128, 3), (256, 3), (256, 1))


def build_dlib_resnet(network: DlibNetwork) -> keras.Model:
    """The network in Keras: (N, 150, 150, 3) RGB grey levels in, (N, 128) out, not normalised.

    Raises WeightsError where the description is another network's.
    """
    _check_description(network)
    model = _graph(network.mean)
    set_weights(model, layer_weights(network), SOURCE_FILE)
    return model


def layer_weights(network: DlibNetwork) -> dict[str, tuple[Weights, ...]]:
    """The weights under the names of the graph's layers, each affine folded into the convolution before it."""
    names = ["stem", *(f"{block}_{half}" for block, _, _ in _blocks() for half in ("conv1", "conv2"))]
    convolutions = [layer for layer in network.layers if isinstance(layer, Convolution)]
    affines = [layer for layer in network.layers if isinstance(layer, Affine)]
    folded = map(_fold, convolutions, affines)
    embedding = next(layer.kernel for layer in network.layers if isinstance(layer, Dense))
    return {**dict(zip(names, folded, strict=True)), "embedding": (embedding,)}


def _graph(mean: tuple[float, float, float]) -> keras.Model:
    import keras  # noqa: PLC0415 - 4 to 8 s that only building pays

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
    from keras import layers  # noqa: PLC0415 - see _graph

    strides, padding = (2, "valid") if halving else (1, "same")
    y = layers.Conv2D(channels, 3, strides, padding, activation="relu", name=f"{name}_conv1")(x)
    y = layers.Conv2D(channels, 3, padding="same", name=f"{name}_conv2")(y)
    if halving:
        x = layers.AveragePooling2D(2, name=f"{name}_shortcut")(x)
        x, y = _filled(x, y), _filled(y, x)
    y = layers.Add(name=f"{name}_add")([x, y])
    return layers.ReLU(name=f"{name}_relu")(y)


def _filled(x: Tensor, other: Tensor) -> Tensor:
    """`x` with zeros behind its rows, columns and channels, where `other` has more: dlib's way to add the two."""
    from keras import ops  # noqa: PLC0415 - see _graph

    missing = [max(theirs - own, 0) for own, theirs in zip(x.shape[1:], other.shape[1:], strict=True)]
    return ops.pad(x, [(0, 0), *((0, count) for count in missing)]) if any(missing) else x


def _fold(convolution: Convolution, affine: Affine) -> tuple[Weights, Weights]:
    gamma, beta = affine.gamma.astype(np.float64), affine.beta.astype(np.float64)
    return (convolution.kernel * gamma).astype(np.float32), (convolution.bias * gamma + beta).astype(np.float32)


def _blocks() -> list[tuple[str, int, bool]]:
    """(name, channels, halving) of every residual block in order."""
    return [
        (f"stage{stage}_block{block}", channels, stage > 1 and block == 1)
        for stage, (channels, blocks) in enumerate(STAGES, 1)
        for block in range(1, blocks + 1)
    ]


def _check_description(network: DlibNetwork) -> None:
    found = [("input", *network.input_size), *(_describe(layer) for layer in network.layers)]
    expected = _expected_description()
    for at, (own, theirs) in enumerate(zip_longest(expected, found)):
        if own != theirs:
            reason = f"describes another network: layer {at} is {theirs} instead of {own}"
            raise WeightsError(SOURCE_FILE, reason, "install face_recognition_models 0.3.0 again")


def _describe(layer: Layer) -> Description:
    match layer:
        case Convolution():
            return (layer.name, *layer.kernel.shape, *layer.strides, *layer.padding)
        case Pooling():
            return (layer.name, *layer.window, *layer.strides, *layer.padding)
        case Affine():
            return (layer.name, *layer.gamma.shape)
        case Dense():
            return (layer.name, *layer.kernel.shape)
    return (layer.name,)


def _expected_description() -> list[Description]:
    description: list[Description] = [("input", INPUT_SIZE_PX, INPUT_SIZE_PX)]
    description += [*_convolution_dlib_resnet(7, 3, 32, 2, 0), ("relu_",), ("max_pool_2", 3, 3, 2, 2, 0, 0)]
    inputs = 32
    for _, channels, halving in _blocks():
        strides, padding = (2, 0) if halving else (1, 1)
        description += [*_convolution_dlib_resnet(3, inputs, channels, strides, padding), ("relu_",)]
        description += _convolution_dlib_resnet(3, channels, channels, 1, 1)
        description += [("avg_pool_2", 2, 2, 2, 2, 0, 0)] if halving else []
        description += [("add_prev_",), ("relu_",)]
        inputs = channels
    return [*description, ("avg_pool_2", 0, 0, 1, 1, 0, 0), ("fc_2", inputs, DIMENSION)]


def _convolution_dlib_resnet(window: int, inputs: int, outputs: int, strides: int, padding: int) -> list[Description]:
    return [("con_4", window, window, inputs, outputs, strides, strides, padding, padding), ("affine_", outputs)]


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
