"""Pictures of people that a cheap, deterministic encode function can tell apart."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kiosk.domain import ByteImage, Embedding, Rejection


@pytest.fixture
def save_portrait() -> Callable[..., Path]:
    """save_portrait(path, person, shot): the same person number gives similar pictures, another one a different."""

    def save(path: Path, person: int, shot: int = 0) -> Path:
        pattern = np.random.default_rng(person).integers(30, 226, (8, 8, 3))
        noise = np.random.default_rng([person, shot]).integers(-12, 13, (8, 8, 3))
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray((pattern + noise).astype(np.uint8)).resize((64, 64), Image.Resampling.NEAREST)
        picture.save(path, **({"quality": 95, "subsampling": 0} if path.suffix.lower() in {".jpg", ".jpeg"} else {}))
        return path

    return save


@pytest.fixture
def encode_pixels() -> Callable[[ByteImage], Embedding | Rejection]:
    """Block means as a unit vector; a picture of one colour has no face, a wide one has several."""

    def encode(image: ByteImage) -> Embedding | Rejection:
        if image.std() < 1:
            return Rejection.NO_FACE
        if image.shape[1] > image.shape[0]:
            return Rejection.SEVERAL_FACES
        blocks = image.reshape(8, image.shape[0] // 8, 8, image.shape[1] // 8, 3).mean((1, 3)) - 128
        return Embedding((blocks.ravel() / np.linalg.norm(blocks)).astype(np.float32), "pixels")

    return encode
