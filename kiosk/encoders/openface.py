"""OpenFace nn4.small2: 96 x 96 faces to 128 numbers, for weights in the CSV files of Keras-OpenFace.

Sources. Channels, windows and strides: nn4.small2.def.lua of OpenFace (B. Amos, CMU); it is the NN4 of the FaceNet
paper without 4b to 4d. Layer and file names: Keras-OpenFace, and after it the course's exercise (fr_utils.py,
inception_blocks_v2.py). The weights were trained on OpenFace's graph. The exercise's graph differs in three places, and
its printed distances belong to it. Recognition is better with OpenFace's: on LFW faces the variance before
inception_3b_pool_bn is 1.0 of the stored one, and 0.08 on the exercise's graph.

                           the exercise                  as trained (OpenFace)
    epsilon of bn1         1e-3, the default of Keras    1e-5, the default of Torch, as everywhere else in both
    after pool1 and bn3    nothing                       SpatialCrossMapLRN(5, 0.0001, 0.75)
    pooling in 3b, 4a, 5a  mean                          SpatialLPPooling with p = 2: root of the sum of squares

Keras-OpenFace is like the right column, except for the normalisation, where it uses TensorFlow's defaults (a window of
11 channels, alpha not divided by it).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.errors import EncoderError, WeightsError, require_extra
from kiosk.i18n import Message

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]


Tensors: TypeAlias = dict[str, NDArray[np.float32]]
Shape: TypeAlias = tuple[int, ...]

_REMEDY: Final = "use the complete set of CSV files as Keras-OpenFace publishes it"


def read_tensors(folder: Path, shapes: Mapping[str, Shape]) -> Tensors:
    """Return the tensors of <folder>/<name>.csv; raises one WeightsError that names every file with a fault."""
    tensors: Tensors = {}
    faults = []
    for name, shape in shapes.items():
        try:
            tensors[name] = _read_csv(folder / f"{name}.csv", shape)
        except WeightsError as error:
            faults.append(f"{name}.csv {error.reason}")
    if faults:
        raise WeightsError(folder, ", ".join(faults), _REMEDY)
    return tensors


def _read_csv(path: Path, shape: Shape) -> NDArray[np.float32]:
    try:
        text = path.read_text(encoding="ascii").strip()
        numbers = np.array([float(number) for number in text.replace("\n", ",").split(",")])
    except FileNotFoundError as error:
        raise WeightsError(path, "is missing", _REMEDY) from error
    except OSError as error:
        raise WeightsError(path, f"cannot be read ({error.strerror})", _REMEDY) from error
    except ValueError as error:
        raise WeightsError(path, f"is no list of numbers ({str(error)[:80]})", _REMEDY) from error
    if numbers.size != math.prod(shape):
        raise WeightsError(path, f"has {numbers.size} numbers instead of {math.prod(shape)}", _REMEDY)
    with np.errstate(over="ignore"):
        tensor = numbers.astype(np.float32)
    if not np.isfinite(tensor).all():
        raise WeightsError(path, "has numbers that are not finite", _REMEDY)
    if path.stem.endswith("_v") and np.any(tensor < 0):
        raise WeightsError(path, "has a variance below zero", _REMEDY)
    return tensor.reshape(shape)


Tensor: TypeAlias = Any  # a symbolic tensor of Keras, which publishes no type for it

INPUT_SHAPE: Final = (3, 96, 96)
DIMENSION: Final = 128
LAST: Final = "channels_last"  # in every layer, because the exercise's first cell changes Keras' default
EPSILON: Final = 1e-5
EXERCISE_BN1_EPSILON: Final = 1e-3
LRN_WINDOW, LRN_ALPHA = 5, 1e-4
WEIGHTS_FOLDER: Final = Path("weights")  # as in the exercise
_TINY: Final = 1e-12  # keeps the gradient of a root finite at zero; the same as in TensorFlow's l2_normalize


@dataclass(frozen=True, slots=True)
class Convolution:
    """A convolution with batch normalisation and ReLU, and the names of both layers."""

    name: str
    norm: str
    inputs: int
    outputs: int
    window: int
    strides: int = 1


@dataclass(frozen=True, slots=True)
class Inception:
    """An inception block by the channels of its branches; None: no such branch, or no 1 x 1 after the pooling."""

    name: str
    inputs: int
    three: tuple[int, int]  # 1 x 1 before, 3 x 3
    five: tuple[int, int] | None  # 1 x 1 before, 5 x 5
    pool: str  # "max" of 3 x 3, stride 2, or "area": mean or root of squares of 3 x 3, stride 3
    pooled: int | None
    one: int | None
    strides: int = 1

    @property
    def convolutions(self) -> dict[str, list[Convolution]]:
        """The convolutions of each branch, in the order of concatenation."""
        branches: dict[str, list[Convolution]] = {}
        for branch, window, channels in (("3x3", 3, self.three), ("5x5", 5, self.five)):
            if channels:
                name, (reduced, outputs) = f"inception_{self.name}_{branch}", channels
                before = Convolution(f"{name}_conv1", f"{name}_bn1", self.inputs, reduced, 1)
                after = Convolution(f"{name}_conv2", f"{name}_bn2", reduced, outputs, window, self.strides)
                branches[branch] = [before, after]
        branches["pool"] = []
        for branch, single in (("pool", self.pooled), ("1x1", self.one)):
            if single:
                name = f"inception_{self.name}_{branch}"
                branches[branch] = [Convolution(f"{name}_conv", f"{name}_bn", self.inputs, single, 1)]
        return branches


STEM: Final = (
    Convolution("conv1", "bn1", 3, 64, 7, 2),
    Convolution("conv2", "bn2", 64, 64, 1),
    Convolution("conv3", "bn3", 64, 192, 3),
)
BLOCKS: Final = (
    Inception("3a", 192, (96, 128), (16, 32), "max", 32, 64),  # 12 x 12 x 256
    Inception("3b", 256, (96, 128), (32, 64), "area", 64, 64),  # 12 x 12 x 320
    Inception("3c", 320, (128, 256), (32, 64), "max", None, None, 2),  # 6 x 6 x 640
    Inception("4a", 640, (96, 192), (32, 64), "area", 128, 256),  # 6 x 6 x 640
    Inception("4e", 640, (160, 256), (64, 128), "max", None, None, 2),  # 3 x 3 x 1024
    Inception("5a", 1024, (96, 384), None, "area", 96, 256),  # 3 x 3 x 736
    Inception("5b", 736, (96, 384), None, "max", 96, 256),  # 3 x 3 x 736
)
FEATURES: Final = 736


def faceRecoModel(  # noqa: N802 - the exercise's name
    input_shape: tuple[int, int, int] = INPUT_SHAPE, *, as_trained: bool = False
) -> keras.Model:
    """Return the network with random weights: (m, 3, 96, 96) RGB in [0, 1] to (m, 128), L2-normalised.

    Args:
        input_shape: channels, rows and columns; only (3, 96, 96).
        as_trained: the graph that OpenFace trained, instead of the exercise's; see above.

    Raises EncoderError for any other shape.
    """
    require_extra("training", "tensorflow")
    import keras  # noqa: PLC0415 - takes 4 to 8 s
    from keras import layers, ops  # noqa: PLC0415

    if input_shape != INPUT_SHAPE:
        raise EncoderError(f"input shape {input_shape}", "is not this network's", f"give {INPUT_SHAPE}")
    images = keras.Input(INPUT_SHAPE, name="images")  # 3 x 96 x 96
    # TensorFlow has no convolution for channels that come first on a processor.
    x = layers.Permute((2, 3, 1), name="channels_last")(images)  # 96 x 96 x 3
    x = _convolved(x, STEM[0], EPSILON if as_trained else EXERCISE_BN1_EPSILON)  # 48 x 48 x 64
    x = _halved(x, "pool1")  # 24 x 24 x 64
    x = _response_normalised(x) if as_trained else x
    x = _convolved(x, STEM[1])  # 24 x 24 x 64
    x = _convolved(x, STEM[2])  # 24 x 24 x 192
    x = _halved(_response_normalised(x) if as_trained else x, "pool2")  # 12 x 12 x 192
    for block in BLOCKS:
        x = _inception(x, block, as_trained=as_trained)
    x = layers.AveragePooling2D(3, 1, data_format=LAST, name="average")(x)  # 1 x 1 x 736
    x = layers.Flatten(data_format=LAST, name="features")(x)  # 736
    # float32 under mixed precision too, where _TINY would be 0.
    x = layers.Dense(DIMENSION, name="dense_layer", dtype="float32")(x)  # 128
    # Not Keras' UnitNormalization: its gradient is NaN at zero.
    x = x * ops.rsqrt(ops.maximum(ops.sum(ops.square(x), axis=1, keepdims=True), _TINY))
    return keras.Model(images, x, name="FaceRecoModel")


def load_weights_from_FaceNet(model: keras.Model, folder: Path | str = WEIGHTS_FOLDER) -> None:  # noqa: N802 - as above
    """Give a faceRecoModel the weights of a folder of CSV files.

    Raises one WeightsError that names every file with a fault; the model is unchanged then.
    """
    set_weights(model, layer_weights(read_tensors(Path(folder), tensor_shapes())), str(folder))


def set_weights(model: keras.Model, weights: Mapping[str, Sequence[NDArray[Any]]], source: str) -> None:
    """Give each layer the arrays under its name; raises WeightsError unless names and shapes match exactly.

    Keras matches by order, which swaps two branches of equal shape without an error.
    """
    expected = {layer.name: [tuple(array.shape) for array in layer.weights] for layer in model.layers if layer.weights}
    found = {name: [array.shape for array in arrays] for name, arrays in weights.items()}
    for name in [*expected, *found]:
        if expected.get(name) != found.get(name):
            shapes = {"expected": str(expected.get(name)), "found": str(found.get(name))}
            reason = Message("layer {name} needs weights {expected}, the file has {found}", name=name, **shapes)
            raise WeightsError(source, reason, "use the file that the encoder was written for")
    for name, arrays in weights.items():
        model.get_layer(name).set_weights([np.asarray(array) for array in arrays])


def tensor_shapes() -> dict[str, Shape]:
    """Return the names of the 224 files and their shapes, in the axis order of Torch."""
    shapes: dict[str, Shape] = {}
    for layer in _convolutions():
        shapes[f"{layer.name}_w"] = (layer.outputs, layer.inputs, layer.window, layer.window)
        shapes |= dict.fromkeys([f"{layer.name}_b", *_norm_tensors(layer)], (layer.outputs,))
    return {**shapes, "dense_w": (DIMENSION, FEATURES), "dense_b": (DIMENSION,)}


def layer_weights(tensors: Mapping[str, NDArray[np.float32]]) -> dict[str, list[NDArray[np.float32]]]:
    """Return the weights of each layer, in the axis order of Keras."""
    weights = {"dense_layer": [tensors["dense_w"].T, tensors["dense_b"]]}
    for layer in _convolutions():
        kernel = tensors[f"{layer.name}_w"].transpose(2, 3, 1, 0)
        weights[layer.name] = [kernel, tensors[f"{layer.name}_b"]]
        weights[layer.norm] = [tensors[name] for name in _norm_tensors(layer)]
    return weights


def _norm_tensors(layer: Convolution) -> list[str]:
    return [f"{layer.norm}_{suffix}" for suffix in "wbmv"]


def _convolutions() -> list[Convolution]:
    inside = [layer for block in BLOCKS for branch in block.convolutions.values() for layer in branch]
    return [*STEM, *inside]


def _inception(x: Tensor, block: Inception, *, as_trained: bool) -> Tensor:
    from keras import layers  # noqa: PLC0415

    size, branches = x.shape[1] // block.strides, []
    for branch, convolutions in block.convolutions.items():
        y = _pooled(x, block, as_trained=as_trained) if branch == "pool" else x
        for layer in convolutions:
            y = _convolved(y, layer)
        branches.append(_framed(y, size) if branch == "pool" else y)
    return layers.Concatenate(name=f"inception_{block.name}")(branches)


def _convolved(x: Tensor, layer: Convolution, epsilon: float = EPSILON) -> Tensor:
    from keras import layers  # noqa: PLC0415

    padding = "same"
    if layer.strides > 1:
        # Torch adds half a window on all sides, "same" nothing before the first row of an even size.
        x, padding = layers.ZeroPadding2D(layer.window // 2, LAST, name=f"{layer.name}_frame")(x), "valid"
    x = layers.Conv2D(layer.outputs, layer.window, layer.strides, padding, LAST, name=layer.name)(x)
    x = layers.BatchNormalization(epsilon=epsilon, name=layer.norm)(x)
    return layers.ReLU(name=f"{layer.norm}_relu")(x)


def _halved(x: Tensor, name: str) -> Tensor:
    from keras import layers  # noqa: PLC0415

    framed = layers.ZeroPadding2D(1, LAST, name=f"{name}_frame")(x)
    return layers.MaxPooling2D(3, 2, data_format=LAST, name=name)(framed)


def _pooled(x: Tensor, block: Inception, *, as_trained: bool) -> Tensor:
    from keras import layers, ops  # noqa: PLC0415

    name = f"inception_{block.name}_pool"
    if block.pool == "max":
        return layers.MaxPooling2D(3, 2, data_format=LAST, name=name)(x)
    if not as_trained:
        return layers.AveragePooling2D(3, 3, data_format=LAST, name=name)(x)
    squares = ops.square(ops.cast(x, "float32"))
    means = layers.AveragePooling2D(3, 3, data_format=LAST, name=name, dtype="float32")(squares)
    return ops.sqrt(ops.maximum(9 * means, _TINY))


def _framed(x: Tensor, size: int) -> Tensor:
    """Pad `x` with zeros on all sides to `size`, as in Torch's DepthConcat."""
    from keras import layers  # noqa: PLC0415

    missing = size - x.shape[1]
    frame = (missing // 2, missing - missing // 2)
    return layers.ZeroPadding2D((frame, frame), LAST)(x)


def _response_normalised(x: Tensor) -> Tensor:
    """Return x / (1 + alpha * mean of squares over the channels around it) ^ 0.75, as in Torch."""
    from keras import ops  # noqa: PLC0415

    x = ops.cast(x, "float32")
    channels, reach = x.shape[-1], LRN_WINDOW // 2
    squares = ops.pad(ops.square(x), [(0, 0), (0, 0), (0, 0), (reach, reach)])
    total = sum(squares[..., first : first + channels] for first in range(LRN_WINDOW))
    root = ops.rsqrt(1 + LRN_ALPHA / LRN_WINDOW * total)
    # root * sqrt(root) is the power -0.75, and 3 ms faster in LiteRT.
    return x * root * ops.sqrt(root)
