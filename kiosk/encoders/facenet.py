"""FaceNet's Inception-ResNet-v1 in Keras.

Structure after Szegedy et al., arXiv 1602.07261, figures 10 to 14 with the scaling of residuals; channels, scales and
batch normalisation as in D. Sandberg's facenet (src/models/inception_resnet_v1.py), whose trained weights the Keras
port nyoki-mtl/keras-facenet publishes as facenet_keras.h5; the names of layers are those of that port
(code/inception_resnet_v1.py). The port scales a residual in a Lambda layer, this file in a Rescaling layer: it has no
weights either, and a saved model contains no code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from kiosk.errors import require_extra

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]

Tensor: TypeAlias = Any  # a symbolic tensor of Keras, which publishes no type for it

INPUT_SIZE_PX: Final = 160
DIMENSION: Final = 128

_EPSILON: Final = 1e-3  # of every batch normalisation; Keras and TensorFlow agree on it, PyTorch ports have 1e-5
_LAST: Final = "channels_last"  # in every layer, because notebooks change Keras' default
_MOMENTUM: Final = 0.995
_DROPOUT: Final = 0.2


@dataclass(frozen=True, slots=True)
class Convolution:
    """A convolution with batch normalisation and ReLU; the name ends in its window, rows x columns."""

    name: str
    channels: int
    strides: int = 1
    padding: str = "same"

    @property
    def window(self) -> tuple[int, int]:
        rows, columns = self.name.rpartition("_")[2].split("x")
        return int(rows), int(columns)


Branch: TypeAlias = tuple[Convolution, ...]

_STEM: Final = (
    Convolution("Conv2d_1a_3x3", 32, strides=2, padding="valid"),
    Convolution("Conv2d_2a_3x3", 32, padding="valid"),
    Convolution("Conv2d_2b_3x3", 64),
)
_STEM_AFTER_POOLING: Final = (
    Convolution("Conv2d_3b_1x1", 80, padding="valid"),
    Convolution("Conv2d_4a_3x3", 192, padding="valid"),
    Convolution("Conv2d_4b_3x3", 256, strides=2, padding="valid"),
)
_BLOCK35: Final = (
    (Convolution("Conv2d_1x1", 32),),
    (Convolution("Conv2d_0a_1x1", 32), Convolution("Conv2d_0b_3x3", 32)),
    (Convolution("Conv2d_0a_1x1", 32), Convolution("Conv2d_0b_3x3", 32), Convolution("Conv2d_0c_3x3", 32)),
)
_MIXED_6A: Final = (
    (Convolution("Conv2d_1a_3x3", 384, strides=2, padding="valid"),),
    (
        Convolution("Conv2d_0a_1x1", 192),
        Convolution("Conv2d_0b_3x3", 192),
        Convolution("Conv2d_1a_3x3", 256, strides=2, padding="valid"),
    ),
)
_BLOCK17: Final = (
    (Convolution("Conv2d_1x1", 128),),
    (Convolution("Conv2d_0a_1x1", 128), Convolution("Conv2d_0b_1x7", 128), Convolution("Conv2d_0c_7x1", 128)),
)
_MIXED_7A: Final = (
    (Convolution("Conv2d_0a_1x1", 256), Convolution("Conv2d_1a_3x3", 384, strides=2, padding="valid")),
    (Convolution("Conv2d_0a_1x1", 256), Convolution("Conv2d_1a_3x3", 256, strides=2, padding="valid")),
    (
        Convolution("Conv2d_0a_1x1", 256),
        Convolution("Conv2d_0b_3x3", 256),
        Convolution("Conv2d_1a_3x3", 256, strides=2, padding="valid"),
    ),
)
_BLOCK8: Final = (
    (Convolution("Conv2d_1x1", 192),),
    (Convolution("Conv2d_0a_1x1", 192), Convolution("Conv2d_0b_1x3", 192), Convolution("Conv2d_0c_3x1", 192)),
)


def facenet_model() -> keras.Model:
    """Return the network with random weights: (N, 160, 160, 3) RGB to (N, 128), not normalised.

    The input format depends on the training: standardised pictures, or grey levels from 0 to 1.
    """
    require_extra("training", "tensorflow")
    import keras  # noqa: PLC0415 - takes 4 to 8 s
    from keras import layers  # noqa: PLC0415

    images = keras.Input((INPUT_SIZE_PX, INPUT_SIZE_PX, 3), name="images")  # 160 x 160 x 3
    x = _chain(images, _STEM)  # 79 x 79 x 32, 77 x 77 x 32, 77 x 77 x 64
    x = layers.MaxPooling2D(3, strides=2, data_format=_LAST, name="MaxPool_3a_3x3")(x)  # 38 x 38 x 64
    x = _chain(x, _STEM_AFTER_POOLING)  # 38 x 38 x 80, 36 x 36 x 192, 17 x 17 x 256
    for number in range(1, 6):
        x = _residual(x, f"Block35_{number}", _BLOCK35, scale=0.17)  # 17 x 17 x 256
    x = _reduction(x, "Mixed_6a", _MIXED_6A)  # 8 x 8 x 896
    for number in range(1, 11):
        x = _residual(x, f"Block17_{number}", _BLOCK17, scale=0.10)  # 8 x 8 x 896
    x = _reduction(x, "Mixed_7a", _MIXED_7A)  # 3 x 3 x 1792
    for number in range(1, 6):
        x = _residual(x, f"Block8_{number}", _BLOCK8, scale=0.20)  # 3 x 3 x 1792
    x = _residual(x, "Block8_6", _BLOCK8, scale=1.0, activation=False)  # 3 x 3 x 1792
    x = layers.GlobalAveragePooling2D(data_format=_LAST, name="AvgPool")(x)  # 1792
    x = layers.Dropout(_DROPOUT, name="Dropout")(x)
    x = layers.Dense(DIMENSION, use_bias=False, name="Bottleneck")(x)  # 128
    return keras.Model(images, _normalised(x, "Bottleneck"), name="inception_resnet_v1")


def _residual(x: Tensor, block: str, branches: tuple[Branch, ...], scale: float, *, activation: bool = True) -> Tensor:
    """Inception-ResNet-A (Block35), -B (Block17) or -C (Block8): x + scale * branches(x)."""
    from keras import layers  # noqa: PLC0415

    mixed = layers.Concatenate(name=f"{block}_Concatenate")(_branches(x, block, branches))
    # The only convolutions with a bias and without normalisation.
    residual = layers.Conv2D(x.shape[-1], 1, data_format=_LAST, name=f"{block}_Conv2d_1x1")(mixed)
    residual = layers.Rescaling(scale, name=f"{block}_Scale")(residual)
    x = layers.Add(name=f"{block}_Add")([x, residual])
    return layers.Activation("relu", name=f"{block}_Activation")(x) if activation else x


def _reduction(x: Tensor, name: str, branches: tuple[Branch, ...]) -> Tensor:
    """Reduction-A (Mixed_6a) or -B (Mixed_7a): half the rows and columns; the pooled input comes last."""
    from keras import layers  # noqa: PLC0415

    name_of_pooling = f"{name}_Branch_{len(branches)}_MaxPool_1a_3x3"
    pooled = layers.MaxPooling2D(3, strides=2, data_format=_LAST, name=name_of_pooling)(x)
    return layers.Concatenate(name=name)([*_branches(x, name, branches), pooled])


def _branches(x: Tensor, block: str, branches: tuple[Branch, ...]) -> list[Tensor]:
    return [_chain(x, branch, f"{block}_Branch_{number}_") for number, branch in enumerate(branches)]


def _chain(x: Tensor, convolutions: Branch, prefix: str = "") -> Tensor:
    from keras import layers  # noqa: PLC0415

    for each in convolutions:
        name = prefix + each.name
        shape = (each.channels, each.window, each.strides, each.padding, _LAST)
        x = layers.Conv2D(*shape, use_bias=False, name=name)(x)
        x = layers.Activation("relu", name=f"{name}_Activation")(_normalised(x, name))
    return x


def _normalised(x: Tensor, name: str) -> Tensor:
    from keras import layers  # noqa: PLC0415

    name = f"{name}_BatchNorm"
    return layers.BatchNormalization(momentum=_MOMENTUM, epsilon=_EPSILON, scale=False, name=name)(x)
