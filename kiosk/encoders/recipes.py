"""Recipes of the networks that the kiosk can build: OpenFace and FaceNet; the user brings their weights."""

from dataclasses import dataclass
from typing import Final

from kiosk.domain import Crop, CropKind
from kiosk.encoders.encoder import EncoderSpec, InputFormat, Layout


@dataclass(frozen=True, slots=True)
class Recipe:
    """Facts for a spec that the network itself does not contain."""

    crop: Crop
    inputs: InputFormat
    threshold: float
    margin: float
    licence: str
    source: str
    mirror: bool = True


# 0.7 is the threshold of the course that made both networks known (https://www.coursera.org/learn/convolutional-neural-
# networks). How many strangers it accepts depends on the weights: measure before you use it at a door.
OPENFACE: Final = Recipe(
    crop=Crop(CropKind.OPENFACE, 96),
    inputs=InputFormat(Layout.CHANNELS_FIRST, scale=(1 / 255,) * 3),
    threshold=0.7,
    margin=0.05,
    licence="Apache-2.0",
    source="OpenFace nn4.small2, by Brandon Amos and others; weights as the Keras-OpenFace project publishes them",
)
# FaceNet was trained on boxes with a margin, each picture standardised (https://github.com/davidsandberg/facenet).
FACENET: Final = Recipe(
    crop=Crop(CropKind.BOX, 160, margin=0.1),
    inputs=InputFormat(standardise=True),
    threshold=0.7,
    margin=0.05,
    licence="MIT",
    source="FaceNet Inception-ResNet-v1, by David Sandberg; weights as its Keras port publishes them",
)
EXPORTED: Final = {"facenet": FACENET, "openface": OPENFACE}
_DIMENSION: Final = 128
_PARAMETERS: Final = {"facenet": 22_808_144, "openface": 3_743_280}


def exported_spec(name: str) -> EncoderSpec:
    """Return the facts about an encoder of EXPORTED before its file exists."""
    recipe = EXPORTED[name]
    return EncoderSpec(
        name=name,
        dimension=_DIMENSION,
        crops=(recipe.crop,),
        threshold=recipe.threshold,
        margin=recipe.margin,
        key="",
        licence=recipe.licence,
        source=recipe.source,
        size_bytes=0,
        parameters=_PARAMETERS[name],
        golden=None,
    )
