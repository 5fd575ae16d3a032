"""A small network that learns in seconds, and chips of people that it can tell apart."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kiosk.training.chips import PeopleChips

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
SIZE_PX = 16


@pytest.fixture
def small_network() -> Callable[[], Any]:
    """small_network(): (N, 16, 16, 3) to (N, 4), with normalisation and dropout."""
    import keras

    def build() -> keras.Model:
        images = keras.Input((SIZE_PX, SIZE_PX, 3))
        x = keras.layers.Conv2D(4, 3, strides=2, name="conv")(images)
        x = keras.layers.BatchNormalization(name="norm")(x)
        x = keras.layers.Flatten()(keras.layers.LeakyReLU()(x))
        x = keras.layers.Dropout(0.1, name="dropout")(x)
        return keras.Model(images, keras.layers.Dense(4, name="dense")(x), name="small")

    return build


@pytest.fixture
def coloured() -> Callable[[int, int], PeopleChips]:
    """coloured(people, pictures): chips of people who differ only by colour."""

    def make(people: int, pictures: int) -> PeopleChips:
        random = np.random.default_rng(3)
        colours = random.integers(0, 256, (people, 1, 1, 1, 3))
        noise = random.normal(0, 20, (people, pictures, SIZE_PX, SIZE_PX, 3))
        images = (colours + noise).clip(0, 255).astype(np.uint8).reshape(-1, SIZE_PX, SIZE_PX, 3)
        names = tuple(f"person_{number}" for number in range(people))
        return PeopleChips(images, np.repeat(np.arange(people), pictures), names)

    return make
