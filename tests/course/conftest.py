"""Two small Keras models with the inputs of the course's networks, the default encoder, and pictures to show them."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from kiosk.course.exercise import load_encoder
from kiosk.encoders import Encoder
from kiosk.files import asset


@pytest.fixture(scope="session")
def openface_like() -> Any:
    """(3, 96, 96) in, (1, 48) out: the means of 24 x 24 px, L2-normalised, as OpenFace's output is."""
    from keras import Sequential, layers

    steps = [
        layers.Permute((2, 3, 1)),
        layers.AveragePooling2D(24, data_format="channels_last"),
        layers.Flatten(),
        layers.UnitNormalization(),
    ]
    return Sequential([layers.Input((3, 96, 96)), *steps])


@pytest.fixture(scope="session")
def facenet_like() -> Any:
    """(160, 160, 3) in, (1, 75) out: the means of 32 x 32 px, of any length, as FaceNet's output is."""
    from keras import Sequential, layers

    return Sequential(
        [layers.Input((160, 160, 3)), layers.AveragePooling2D(32, data_format="channels_last"), layers.Flatten()]
    )


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return load_encoder()


@pytest.fixture
def grace() -> Path:
    return asset("demo", "grace_hopper.jpg")


@pytest.fixture
def eileen() -> Path:
    return asset("demo", "eileen_collins.jpg")


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A folder of pictures of two colours each, called like the people that they stand for."""
    folder = tmp_path / "office"
    folder.mkdir()
    for seed, name in enumerate(("younes.jpg", "kian.jpg", "danielle.png")):
        colours = np.random.default_rng(seed).integers(0, 256, (2, 2, 3), dtype=np.uint8)
        Image.fromarray(colours).resize((96, 96), Image.Resampling.NEAREST).save(folder / name)
    shutil.copy(folder / "younes.jpg", folder / "camera_0.jpg")
    return folder
