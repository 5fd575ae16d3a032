"""The networks that can be trained, and how each takes weights to start from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.encoders.export import FACENET, OPENFACE, Recipe
from kiosk.encoders.facenet import facenet_model
from kiosk.encoders.keras_h5 import load_h5
from kiosk.encoders.openface import faceRecoModel, load_weights_from_FaceNet

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]

_OWN: Final = ".weights.h5"


@dataclass(frozen=True, slots=True)
class Trainable:
    """A network: how it is built, what it takes, and how published weights are read."""

    build: Callable[[], keras.Model]
    recipe: Recipe
    load_published: Callable[[keras.Model, Path], None]

    @property
    def size_px(self) -> int:
        return self.recipe.crop.size_px

    def load(self, model: keras.Model, weights: Path) -> None:
        """Start from published weights, or from the best.weights.h5 of a run; raises WeightsError."""
        if weights.name.endswith(_OWN):
            load_h5(model, weights)
        else:
            self.load_published(model, weights)


def _openface() -> keras.Model:
    # The graph of the published weights, so that a run may start from them.
    return faceRecoModel(as_trained=True)


TRAINABLE: Final = {
    "openface": Trainable(_openface, OPENFACE, load_weights_from_FaceNet),
    "facenet": Trainable(facenet_model, FACENET, load_h5),
}
