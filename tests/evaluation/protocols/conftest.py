"""People who are patterns of colour, whom the path `pixels` tells apart in milliseconds; small clips."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kiosk.evaluation import features
from kiosk.evaluation.extractors import PixelsExtractor, PixelsRecipe
from kiosk.evaluation.features import Sample
from kiosk.vision.opencv import cv2


def pattern(person: int, picture: int, noise: float = 0.0) -> np.ndarray:
    """A picture (64, 64, 3): 4 x 4 squares of the person's own colours, and some noise of its own."""
    own = np.random.default_rng(person).integers(0, 256, (4, 4, 3))
    shown = own + np.random.default_rng([person, picture]).normal(0, noise, own.shape)
    return np.kron(shown.clip(0, 255).astype(np.uint8), np.ones((16, 16, 1), np.uint8))


@pytest.fixture
def crowd(tmp_path: Path) -> Callable[..., Path]:
    """crowd(pictures=[3, 1], noise=20): a folder of people, the first with three pictures, named as LFW's are."""

    def make(pictures: list[int], noise: float = 20.0, folder: Path = tmp_path / "people") -> Path:
        for person, count in enumerate(pictures):
            name = f"Person_{person}"
            (folder / name).mkdir(parents=True)
            for number in range(1, count + 1):
                image = Image.fromarray(pattern(person, number, noise))
                image.save(folder / name / f"{name}_{number:04d}.jpg", quality=95)
        return folder

    return make


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def pixels() -> tuple[PixelsExtractor, PixelsRecipe]:
    return PixelsExtractor(), PixelsRecipe()


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pictures there are: processes take seconds to start."""
    monkeypatch.setattr(features, "_FEW", 10**6)


@pytest.fixture
def sample() -> Callable[..., Sample]:
    """sample("Ada", 1, [1, 0]): what a picture gave; without numbers, nothing was found on it."""

    def make(person: str, number: int, vector: list[float] | None = None, **changes) -> Sample:
        numbers = None if vector is None else np.array(vector, np.float32)
        given = {"rejection": None, "box": None, "conditions": None, "milliseconds": {}, **changes}
        return Sample(person, f"{person}/{number}.jpg", numbers, numbers, **given)

    return make


@pytest.fixture
def save_clip() -> Callable[..., Path]:
    """save_clip(path, frames): a small video of grey frames."""

    def save(path: Path, frames: int, rate_hz: float = 30) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), rate_hz, (64, 48))
        assert writer.isOpened()
        for number in range(frames):
            writer.write(np.full((48, 64, 3), number % 250, np.uint8))
        writer.release()
        return path

    return save
