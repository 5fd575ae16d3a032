from typing import Any

import numpy as np
import pytest

from kiosk.errors import WeightsError
from kiosk.training.keras_h5 import set_weights


@pytest.fixture
def model() -> Any:
    """Two dense layers of equal shape, and one without weights between them."""
    keras = pytest.importorskip("keras")
    layers = keras.layers
    model = keras.Sequential([layers.Dense(2, name="left"), layers.ReLU(name="relu"), layers.Dense(2, name="right")])
    model.build((None, 2))
    return model


def arrays(value: float) -> list[np.ndarray]:
    return [np.full((2, 2), value), np.full(2, value)]


def test_weights_go_to_the_layers_of_their_names_in_whatever_order_they_come(model: Any) -> None:
    set_weights(model, {"right": arrays(2), "left": arrays(1)}, "some.dat")
    assert model.get_layer("left").get_weights()[0].tolist() == [[1, 1], [1, 1]]
    assert model.get_layer("right").get_weights()[1].tolist() == [2, 2]


@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        ({"left": arrays(1)}, "layer right needs weights"),
        ({"left": arrays(1), "right": arrays(1), "third": arrays(1)}, "layer third needs weights None"),
        ({"left": arrays(1), "right": arrays(1)[:1]}, "layer right"),
        ({"left": arrays(1), "right": [np.zeros((2, 3)), np.zeros(2)]}, "layer right"),
    ],
)
def test_weights_that_do_not_fit_exactly_change_no_layer(
    model: Any, weights: dict[str, list[np.ndarray]], reason: str
) -> None:
    before = [array.copy() for array in model.get_weights()]
    with pytest.raises(WeightsError, match=f"some.dat: {reason}"):
        set_weights(model, weights, "some.dat")
    assert all(map(np.array_equal, before, model.get_weights()))
