"""The networks that can be trained, and reading the weights that a run starts from."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.domain import CropKind
from kiosk.encoders.facenet import facenet_model
from kiosk.encoders.openface import faceRecoModel, load_weights_from_FaceNet
from kiosk.encoders.recipes import FACENET, OPENFACE, Recipe
from kiosk.errors import WeightsError
from kiosk.training.keras_h5 import load_h5

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]


_OWN, _FILE = ".weights.h5", ".h5"


@dataclass(frozen=True, slots=True)
class Trainable:
    """A network: how to build it, its recipe, and how to read a folder of published weights, if there are some."""

    build: Callable[[], keras.Model]
    recipe: Recipe
    load_folder: Callable[[keras.Model, Path], None] | None = None

    def load(self, model: keras.Model, weights: Path) -> None:
        """Load published weights, or the best.weights.h5 of a run; raises WeightsError."""
        if self.check(weights) and self.load_folder is not None:
            self.load_folder(model, weights)
        else:
            load_h5(model, weights)

    def check(self, weights: Path) -> bool:
        """Return whether they are a folder; raises WeightsError when they are not usable."""
        remedy = "give the folder of CSV files or a .h5 file" if self.load_folder else "give a .h5 file"
        try:
            mode = weights.stat().st_mode
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise WeightsError(weights, f"cannot be read ({why})", remedy) from error
        is_folder = stat.S_ISDIR(mode)
        if is_folder and self.load_folder is None:
            raise WeightsError(weights, "is a folder", remedy)
        if not is_folder and not (stat.S_ISREG(mode) and weights.name.lower().endswith(_FILE)):
            raise WeightsError(weights, "is neither a folder nor a .h5 file", remedy)
        return is_folder

    def crop_kind(self, init: Path | None) -> CropKind:
        """Return the default crop: published weights were trained on the recipe's."""
        published = init is not None and not init.name.endswith(_OWN)
        return self.recipe.crop.kind if published else CropKind.DLIB_CHIP


def _openface() -> keras.Model:
    # The graph of the published weights, so that a run may start from them.
    return faceRecoModel(as_trained=True)


TRAINABLE: Final = {
    "openface": Trainable(_openface, OPENFACE, load_weights_from_FaceNet),
    "facenet": Trainable(facenet_model, FACENET),
}
