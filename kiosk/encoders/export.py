"""Keras networks as encoders in files: a LiteRT file, and a spec with its golden vector."""

from __future__ import annotations

import hashlib
import reprlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

from kiosk.domain import Crop, CropKind
from kiosk.encoders.encoder import GOLDEN_VALUES, PICTURE, Encoder, InputFormat, Layout, golden_chips, golden_vector
from kiosk.encoders.facenet import COURSE_INPUT, ORIGINAL_INPUT, facenet_model
from kiosk.encoders.keras_h5 import load_h5
from kiosk.encoders.openface import faceRecoModel, load_weights_from_FaceNet
from kiosk.encoders.runtimes import KIND, encoder_of, export_litert, network_of, start_tensorflow
from kiosk.encoders.specs import LARGEST, SMALLEST, CropSection, GoldenSection, InputSection, SpecFile
from kiosk.errors import EncoderError, WeightsError
from kiosk.files import write_files
from kiosk.weights.specs import is_name, spec_text

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a network cannot say of itself."""

    crop: Crop
    inputs: InputFormat
    threshold: float
    margin: float
    licence: str
    source: str
    mirror: bool = True


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and how far its network is from the one in Keras."""

    spec: Path
    file: Path
    difference: float  # largest of one output's numbers, for the golden picture


# 0.7 is the threshold of the course that made both networks known (https://www.coursera.org/learn/convolutional-neural-
# networks); how often it lets a stranger in depends on the weights, so measure before a door depends on it.
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
    inputs=ORIGINAL_INPUT,
    threshold=0.7,
    margin=0.05,
    licence="MIT",
    source="FaceNet Inception-ResNet-v1, by David Sandberg; weights as its Keras port publishes them",
)


KnownNetwork: TypeAlias = Literal["openface", "facenet"]


def export_known(name: KnownNetwork, weights: Path, out: Path, *, course: bool = False, half: bool = False) -> Exported:
    """Write the encoder of a network that the kiosk can build, given the user's weights; see export_encoder.

    Args:
        name: the network, and what the encoder is called.
        weights: the folder of OpenFace's CSV files, or FaceNet's .h5 file.
        out: the folder to write into.
        course: the network as the course has it, not as it was trained: the exercise's graph of OpenFace, grey levels
            from 0 to 1 for FaceNet.
        half: weights of half precision.

    Raises WeightsError where the weights are not exactly those of the network.
    """
    start_tensorflow()
    if name == "openface":
        model, recipe = faceRecoModel(as_trained=not course), OPENFACE
        load_weights_from_FaceNet(model, weights)
    else:
        model, recipe = facenet_model(), replace(FACENET, inputs=COURSE_INPUT if course else ORIGINAL_INPUT)
        load_h5(model, weights)
    return export_encoder(model, name, out, recipe, half=half)


def export_encoder(model: keras.Model, name: str, out: Path, recipe: Recipe, *, half: bool = False) -> Exported:
    """Write <name>.tflite and <name>.yaml into `out`, ready for `encoder: <name>`; with `half` in half precision.

    `model` takes float32 pictures as the recipe's input format lays them out, and gives (N, D).

    Raises WeightsError where the name is none for a spec, the model has other shapes or nothing can be written.
    """
    if not is_name(name):
        raise WeightsError(f"encoder name {reprlib.repr(name)}", "is no name for a spec", "use a-z, 0-9 and _")
    _check_shapes(model, recipe)
    content = _converted(model, half=half)
    spec = _spec(f"{name}.tflite", content, model, recipe)
    spec = spec.model_copy(update={"golden": _golden(model, encoder_of(name, spec, content, threads=1))})
    write_files(out, {spec.file: content, f"{name}.yaml": spec_text(spec, KIND)})
    return Exported(out / f"{name}.yaml", out / spec.file, _difference(model, spec, content))


def _check_shapes(model: keras.Model, recipe: Recipe) -> None:
    expected = (None, *recipe.inputs.batch_shape(1, recipe.crop.size_px)[1:])
    gives = model.output_shape
    # Several outputs are a list or a dictionary of shapes.
    vectors = isinstance(gives, tuple) and len(gives) == 2 and gives[1] in range(SMALLEST, LARGEST + 1)
    if model.input_shape != expected or not vectors:
        reason = f"takes {model.input_shape} and gives {gives}, not {expected} and (None, {SMALLEST} to {LARGEST})"
        raise WeightsError(f"model {model.name}", reason, "export it with the recipe that it was built for")


def _golden(model: keras.Model, encoder: Encoder) -> GoldenSection:
    try:
        vector = golden_vector(encoder).vector
    except EncoderError as error:
        raise WeightsError(f"model {model.name}", error.reason, "train it, or give it its weights, first") from error
    return GoldenSection(picture=PICTURE, values=tuple(round(float(value), 6) for value in vector[:GOLDEN_VALUES]))


def _converted(model: keras.Model, *, half: bool) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.tflite"
        export_litert(model, path, half=half)
        return path.read_bytes()


def _spec(file: str, content: bytes, model: keras.Model, recipe: Recipe) -> SpecFile:
    crop = recipe.crop
    return SpecFile(
        file=file,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        licence=recipe.licence,
        source=recipe.source,
        parameters=model.count_params(),
        input=_input_section(recipe.inputs, crop.size_px),
        crop=CropSection(kind=crop.kind, margin=crop.margin),
        mirror=recipe.mirror,
        dimension=model.output_shape[1],
        threshold=recipe.threshold,
        margin=recipe.margin,
    )


def _input_section(inputs: InputFormat, size_px: int) -> InputSection:
    if inputs.standardise:
        return InputSection(size_px=size_px, layout=inputs.layout, colour=inputs.colour, standardise=True)
    mean, scale = _shortened(inputs.mean), _shortened(inputs.scale)
    return InputSection(size_px=size_px, layout=inputs.layout, colour=inputs.colour, mean=mean, scale=scale)


def _shortened(levels: tuple[float, float, float]) -> float | tuple[float, float, float]:
    return levels[0] if len(set(levels)) == 1 else levels


def _difference(model: keras.Model, spec: SpecFile, content: bytes) -> float:
    (chip,) = golden_chips([spec.chip]).values()
    image = spec.input.format.prepared(chip.image[np.newaxis])
    batch: Any = np.repeat(image, 2 if spec.mirror else 1, axis=0)
    expected = np.asarray(model(batch, training=False))
    found = network_of(spec, content, threads=1).run(batch)
    return float(np.abs(found - expected).max())
