"""The layers of a network that dlib serialized, input first, as plain arrays and numbers."""

import math
import re
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.encoders.dlib_stream import DlibStream

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
