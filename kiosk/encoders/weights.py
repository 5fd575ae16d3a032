"""Giving a Keras model its weights: strict, by the names and shapes of its layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kiosk.errors import WeightsError
from kiosk.i18n import translate

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]


def set_weights(model: keras.Model, weights: Mapping[str, Sequence[NDArray[Any]]], source: str) -> None:
    """Give each layer the arrays under its name; raises WeightsError unless names and shapes match exactly.

    Keras itself would match by order, where two branches of equal shape change places without a word.
    """
    expected = {layer.name: [tuple(array.shape) for array in layer.weights] for layer in model.layers if layer.weights}
    found = {name: [array.shape for array in arrays] for name, arrays in weights.items()}
    for name in [*expected, *found]:
        if expected.get(name) != found.get(name):
            reason = translate("faults", "layer {name} needs weights {expected}, the file has {found}").format(
                name=name, expected=expected.get(name), found=found.get(name)
            )
            raise WeightsError(source, reason, translate("faults", "use the file that the encoder was written for"))
    for name, arrays in weights.items():
        model.get_layer(name).set_weights([np.asarray(array) for array in arrays])
