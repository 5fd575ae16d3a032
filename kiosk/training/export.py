"""Export of Keras networks as encoders: a LiteRT file, and its spec with the golden vector."""

from __future__ import annotations

import hashlib
import reprlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kiosk.encoders.encoder import LARGEST, SMALLEST, Encoder, Golden, InputFormat, Layout
from kiosk.encoders.facenet import facenet_model
from kiosk.encoders.golden import golden_chips, golden_of, golden_vector
from kiosk.encoders.openface import faceRecoModel, load_weights_from_FaceNet
from kiosk.encoders.runtimes import ENCODER, encoder_of, network_of, without_notices
from kiosk.encoders.specs import FACENET, OPENFACE, Recipe, SpecFile
from kiosk.errors import EncoderError, WeightsError, require_extra
from kiosk.files import write_files
from kiosk.training import NetworkName
from kiosk.training.keras_h5 import load_h5
from kiosk.weights.specs import is_name, spec_text

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]

# FaceNet in the course: grey levels from 0 to 1.
COURSE_INPUT = InputFormat(size_px=160, layout=Layout.CHANNELS_LAST, scale=1 / 255)


@dataclass(frozen=True, slots=True)
class Exported:
    """The files that were written, and how much the network differs from Keras."""

    spec: Path
    file: Path
    difference: float  # largest difference of a number in the embedding of the golden picture


def start_tensorflow() -> None:
    """Import Keras and TensorFlow and look for a GPU, without their notices; takes 4 to 8 s the first time."""
    require_extra("training", "tensorflow")
    with without_notices():
        import keras  # noqa: F401, PLC0415 - takes 4 to 8 s
        import tensorflow as tf  # type: ignore[import-untyped]  # noqa: PLC0415 - likewise

        tf.config.list_logical_devices()


def export_known(name: NetworkName, weights: Path, out: Path, *, course: bool = False, half: bool = False) -> Exported:
    """Write the encoder of a network that the kiosk can build, with OpenFace's CSV files or FaceNet's .h5 file.

    `course` is the course's version instead of the trained one: the exercise's graph of OpenFace, grey levels from 0 to
    1 for FaceNet. Raises WeightsError when the weights are not exactly those of the network.
    """
    start_tensorflow()
    if name == "openface":
        model, recipe = faceRecoModel(as_trained=not course), OPENFACE
        load_weights_from_FaceNet(model, weights)
    else:
        model, recipe = facenet_model(), replace(FACENET, input=COURSE_INPUT) if course else FACENET
        load_h5(model, weights)
    return export_encoder(model, name, out, recipe, half=half)


def export_encoder(model: keras.Model, name: str, out: Path, recipe: Recipe, *, half: bool = False) -> Exported:
    """Write <name>.tflite and <name>.yaml to `out`, for `encoder: <name>`; with `half` in half precision.

    `model` maps float32 pictures in the recipe's input format to (N, D).

    Raises WeightsError when the name is not valid, the model has other shapes or the files cannot be written.
    """
    if not is_name(name):
        raise WeightsError(f"encoder name {reprlib.repr(name)}", "is no name for a spec", "use a-z, 0-9 and _")
    _check_shapes(model, recipe)
    content = litert_bytes(model, half=half)
    spec = SpecFile(
        file=f"{name}.tflite",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        parameters=model.count_params(),
        dimension=model.output_shape[1],
        **vars(recipe),
    )
    spec = spec.model_copy(update={"golden": _golden(model, encoder_of(name, spec, content, threads=1))})
    write_files(out, {spec.file: content, f"{name}.yaml": spec_text(spec, ENCODER)})
    return Exported(out / f"{name}.yaml", out / spec.file, _difference(model, spec, content))


def litert_bytes(model: keras.Model, *, half: bool) -> bytes:
    """Return the model as a LiteRT file that computes in float32; with `half`, its weights have half precision."""
    import tensorflow as tf  # noqa: PLC0415 - takes 4 to 8 s

    halved = {"optimizations": [tf.lite.Optimize.DEFAULT], "target_spec": {"supported_types": [tf.float16]}}
    with tempfile.TemporaryDirectory() as folder, without_notices():
        path = Path(folder) / "network.tflite"
        model.export(path, format="litert", verbose=False, **(halved if half else {}))
        return path.read_bytes()


def _check_shapes(model: keras.Model, recipe: Recipe) -> None:
    expected = (None, *recipe.input.batch_shape(1)[1:])
    gives = model.output_shape
    # With several outputs it is a list or a dictionary of shapes.
    vectors = isinstance(gives, tuple) and len(gives) == 2 and gives[1] in range(SMALLEST, LARGEST + 1)
    if model.input_shape != expected or not vectors:
        reason = f"takes {model.input_shape} and gives {gives}, not {expected} and (None, {SMALLEST} to {LARGEST})"
        raise WeightsError(f"model {model.name}", reason, "export it with the recipe that it was built for")


def _golden(model: keras.Model, encoder: Encoder) -> Golden:
    try:
        return golden_of(golden_vector(encoder).vector)
    except EncoderError as error:
        raise WeightsError(f"model {model.name}", error.reason, "train it, or give it its weights, first") from error


def _difference(model: keras.Model, spec: SpecFile, content: bytes) -> float:
    (chip,) = golden_chips([spec.chip]).values()
    image = spec.input.prepared(chip.image[np.newaxis])
    batch: Any = np.repeat(image, 2 if spec.mirror else 1, axis=0)
    expected = np.asarray(model(batch, training=False))
    found = network_of(spec, content, threads=1).run(batch)
    return float(np.abs(found - expected).max())
