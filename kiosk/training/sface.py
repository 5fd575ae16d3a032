"""SFace of the OpenCV model zoo (Zhong and others 2021, "SFace: sigmoid-constrained hypersphere loss").

The network is a MobileNet: a convolution, then 13 pairs of a depthwise and a pointwise convolution, each followed by
batch normalisation and PReLU, then one dense layer. It is rebuilt in Keras from the zoo's ONNX file, with every batch
normalisation folded into the layer beside it. LiteRT then takes 14 ms for a face on two threads of a 2 GHz Skylake
processor, and ONNX Runtime 37 ms.

Full-integer weights are slower (110 ms for a face): LiteRT has no fast integer PReLU, and without VNNI instructions its
integer convolutions are not faster than its float ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.encoders.openface import set_weights

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]

Tensors: TypeAlias = dict[str, NDArray[np.float32]]
Tensor: TypeAlias = Any  # a symbolic tensor of Keras, which publishes no type for it

NAME: Final = "sface_fp16"
FILE: Final = "sface_fp16.tflite"
SOURCE_NAME: Final = "sface"  # of the zoo's file in the catalogue

_SIZE_PX: Final = 112
_DIMENSION: Final = 128
_PAIRS: Final = range(2, 15)  # numbers of the depthwise and pointwise pairs in the names of the zoo's layers
_HALVING: Final = {3, 5, 7, 13}  # those whose depthwise convolution halves the picture
_EPSILON: Final = 1e-3  # of a batch normalisation behind a convolution
_LAST_EPSILON: Final = 2e-5  # of the two around the dense layer


def read_sface(content: bytes) -> Tensors:
    """Return the tensors of the zoo's ONNX file by name, given its verified bytes."""
    import onnx  # noqa: PLC0415 - only building needs it
    from onnx import numpy_helper  # noqa: PLC0415

    graph = onnx.load_model_from_string(content).graph
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}


def build_sface(tensors: Tensors) -> keras.Model:
    """Return the network in Keras: (N, 112, 112, 3) RGB, (grey level - 127.5) / 128, to (N, 128), not normalised."""
    model = _graph(tensors)
    set_weights(model, layer_weights(tensors), SOURCE_NAME)
    return model


def layer_weights(tensors: Tensors) -> dict[str, tuple[NDArray[np.float32], ...]]:
    """Return the weights under the names of the graph's layers, each batch normalisation folded in."""
    weights = {"conv_1": _convolution(tensors, "conv_1", depthwise=False)}
    for number in _PAIRS:
        weights[f"conv_{number}_dw"] = _convolution(tensors, f"conv_{number}_dw", depthwise=True)
        weights[f"conv_{number}"] = _convolution(tensors, f"conv_{number}", depthwise=False)
    slopes = {f"{name}_prelu": (tensors[f"{name}_relu_gamma"].reshape(1, 1, -1),) for name in weights}
    return {**weights, **slopes, "embedding": _dense(tensors)}


def _graph(tensors: Tensors) -> keras.Model:
    import keras  # noqa: PLC0415 - takes 4 to 8 s
    from keras import layers  # noqa: PLC0415

    chips = keras.Input((_SIZE_PX, _SIZE_PX, 3), name="chips")  # 112 x 112 x 3
    x = layers.Conv2D(32, 3, padding="same", name="conv_1")(chips)  # 112 x 112 x 32
    x = _prelu(x, "conv_1")
    # After pair 3: 56 x 56 x 128, 5: 28 x 28 x 256, 7: 14 x 14 x 512, 13: 7 x 7 x 1024
    for number in _PAIRS:
        channels = len(tensors[f"conv_{number}_conv2d_weight"])
        x = _pair(x, f"conv_{number}", channels, halving=number in _HALVING)
    x = layers.Flatten(name="flat")(x)  # 50176
    x = layers.Dense(_DIMENSION, name="embedding")(x)  # 128
    return keras.Model(chips, x, name=NAME)


def _pair(x: Tensor, name: str, channels: int, *, halving: bool) -> Tensor:
    from keras import layers  # noqa: PLC0415

    if halving:  # "same" would put the zeros at the other two sides
        x = layers.ZeroPadding2D(((1, 0), (1, 0)), name=f"{name}_pad")(x)
    strides, padding = (2, "valid") if halving else (1, "same")
    x = layers.DepthwiseConv2D(3, strides, padding, name=f"{name}_dw")(x)
    x = _prelu(x, f"{name}_dw")
    x = layers.Conv2D(channels, 1, name=name)(x)
    return _prelu(x, name)


def _prelu(x: Tensor, name: str) -> Tensor:
    from keras import layers  # noqa: PLC0415

    return layers.PReLU(shared_axes=[1, 2], name=f"{name}_prelu")(x)


def _convolution(tensors: Tensors, name: str, *, depthwise: bool) -> tuple[NDArray[np.float32], ...]:
    """Return kernel and bias of a convolution with the batch normalisation behind it."""
    factor, summand = _normalisation(tensors, f"{name}_batchnorm", _EPSILON)
    kernel = tensors[f"{name}_conv2d_weight"].transpose(2, 3, 0, 1) * factor.reshape(-1, 1)
    kernel = kernel if depthwise else kernel.swapaxes(2, 3)
    return kernel.astype(np.float32), summand.astype(np.float32)


def _dense(tensors: Tensors) -> tuple[NDArray[np.float32], ...]:
    """Return kernel and bias of the dense layer with the batch normalisations before and behind it."""
    before, shift = _normalisation(tensors, "bn1", _LAST_EPSILON)
    factor, summand = _normalisation(tensors, "fc1", _LAST_EPSILON)
    kernel = tensors["pre_fc1_weight"].astype(np.float64).reshape(_DIMENSION, len(before), 7, 7)
    bias = tensors["pre_fc1_bias"] + np.einsum("ocyx,c->o", kernel, shift)
    kernel = np.einsum("ocyx,c,o->yxco", kernel, before, factor)
    return kernel.reshape(-1, _DIMENSION).astype(np.float32), (bias * factor + summand).astype(np.float32)


def _normalisation(tensors: Tensors, name: str, epsilon: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    gamma, beta, mean, variance = (
        tensors[f"{name}_{kind}"].astype(np.float64) for kind in ("gamma", "beta", "moving_mean", "moving_var")
    )
    factor = gamma / np.sqrt(variance + epsilon)
    return factor, beta - mean * factor
