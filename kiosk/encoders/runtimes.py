"""Libraries that write notices to descriptor 2 and have no switch for it."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from kiosk.encoders.encoder import PATH_VERSION, EncoderSpec, Golden, Network, NetworkEncoder, check_golden
from kiosk.encoders.specs import BatchShape, Port, SpecFile, pictures_at_once, pieces, require_threads
from kiosk.errors import EncoderError, WeightsError
from kiosk.i18n import Message
from kiosk.weights.catalogue import how_to_get
from kiosk.weights.manifest import find_file, verified_file
from kiosk.weights.specs import read_spec

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]
    from ai_edge_litert.interpreter import Interpreter  # type: ignore[import-untyped]
    from onnxruntime import InferenceSession, NodeArg  # type: ignore[import-untyped]


# LiteRT's greeting, what TensorFlow says of the processor and of a missing GPU, and the steps of a conversion.
_NOTICE = re.compile(
    rb"^(?:INFO: |[IW]\d{4} \d|E\d{4} .*\bcuda_\w+\.cc:|WARNING: All log messages before absl::|"
    rb"To enable the following instructions: ).*\n?",
    re.MULTILINE,
)
_redirecting = threading.Lock()


@contextmanager
def without_notices() -> Iterator[None]:
    """Keep notices off the terminal; all else that was written there is passed on at the end."""
    with _redirecting, tempfile.TemporaryFile() as written:
        terminal = os.dup(2)
        os.dup2(written.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
            written.seek(0)
            os.write(2, _NOTICE.sub(b"", written.read()))


def start_tensorflow() -> None:
    """Import Keras and TensorFlow and look for a GPU, which is when they greet; takes 4 to 8 s the first time."""
    with without_notices():
        import keras  # noqa: F401, PLC0415 - 4 to 8 s that only building pays
        import tensorflow as tf  # type: ignore[import-untyped]  # noqa: PLC0415 - likewise

        tf.config.list_logical_devices()


class LiteRtNetwork:
    """A LiteRT model; `run` may be called from several threads, one waits for the other.

    Args:
        name: the file, as faults name it.
        content: its bytes, already verified: LiteRT does not survive every damaged file.
        batch: the shape of the usual batch, the number of pictures first; a model made for one takes them one by one.
        dimension: numbers that come out for each picture.
        threads: processor threads for one batch.

    Raises WeightsError where the bytes are no model or one of other shapes.
    """

    def __init__(self, name: str, content: bytes, batch: BatchShape, dimension: int, threads: int) -> None:
        require_threads(threads)
        self.name = name
        self._lock = threading.Lock()
        self._interpreter = _interpreter(name, content, threads)
        inputs, outputs = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        self._at_once = pictures_at_once(
            name, [_port(each) for each in inputs], [_port(each) for each in outputs], batch, dimension
        )
        self._input, self._output = inputs[0]["index"], outputs[0]["index"]
        self._shape: tuple[int, ...] = (self._at_once or batch[0], *batch[1:])
        try:
            with without_notices():
                self._resize(self._shape)
        except (ValueError, RuntimeError) as error:
            raise WeightsError(
                self.name,
                Message("cannot take batches of {shape}: {error}", shape=self._shape, error=error),
                "export it again",
            ) from error

    def run(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Outputs (N, D) for a batch; raises EncoderError where LiteRT refuses it."""
        with self._lock:
            try:
                return np.concatenate([self._answer(piece) for piece in pieces(images, self._at_once)])
            except (ValueError, RuntimeError) as error:
                raise EncoderError(
                    self.name,
                    Message("LiteRT failed: {error}", error=error),
                    "run `kiosk doctor`",
                ) from error

    def _answer(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        if images.shape != self._shape:
            self._resize(images.shape)  # 0.2 ms for a size that was there before
        self._interpreter.set_tensor(self._input, images)
        self._interpreter.invoke()
        output: NDArray[np.float32] = self._interpreter.get_tensor(self._output)
        return output

    def _resize(self, shape: tuple[int, ...]) -> None:
        self._shape = ()  # until it is done, so that the next batch does not rely on it
        self._interpreter.resize_tensor_input(self._input, shape)
        self._interpreter.allocate_tensors()
        self._shape = shape


def export_litert(model: keras.Model, path: Path, *, half: bool) -> None:
    """Write the model as a LiteRT file computed in float32; with `half`, its weights are of half precision."""
    import tensorflow as tf  # noqa: PLC0415 - 4 to 8 s that only building pays

    halved = {"optimizations": [tf.lite.Optimize.DEFAULT], "target_spec": {"supported_types": [tf.float16]}}
    with without_notices():
        model.export(path, format="litert", verbose=False, **(halved if half else {}))


def _port(tensor: dict[str, Any]) -> Port:
    shape = tuple(None if length < 0 else int(length) for length in tensor["shape_signature"])
    return Port(np.dtype(tensor["dtype"]).name, shape)


def _interpreter(name: str, content: bytes, threads: int) -> Interpreter:
    # The window, which is there before any encoder, does not wait for it.
    from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415

    try:
        with without_notices():
            return Interpreter(model_content=content, num_threads=threads)
    except (ValueError, RuntimeError) as error:
        raise WeightsError(
            name,
            Message("is no LiteRT model: {error}", error=error),
            "put the right file there",
        ) from error


_DTYPES: Final = {"tensor(float)": "float32", "tensor(float16)": "float16", "tensor(double)": "float64"}


class OnnxNetwork:
    """An ONNX model; `run` may be called from several threads.

    Args:
        name: the file, as faults name it.
        content: its bytes, already verified.
        batch: the shape of the usual batch, the number of pictures first; a model made for one takes them one by one.
        dimension: numbers that come out for each picture.
        threads: processor threads for one batch.

    Raises EncoderError where ONNX Runtime is not installed, WeightsError where the bytes are no model or one of other
    shapes.
    """

    def __init__(self, name: str, content: bytes, batch: BatchShape, dimension: int, threads: int) -> None:
        require_threads(threads)
        self.name = name
        self._session = _session(name, content, threads)
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        self._at_once = pictures_at_once(
            name, [_port_onnx(each) for each in inputs], [_port_onnx(each) for each in outputs], batch, dimension
        )
        self._input = str(inputs[0].name)

    def run(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Outputs (N, D) for a batch; raises EncoderError where ONNX Runtime refuses it."""
        try:
            outputs = [self._session.run(None, {self._input: piece})[0] for piece in pieces(images, self._at_once)]
            return np.concatenate(outputs)
        except Exception as error:  # ONNX Runtime's faults have no common class of their own
            raise EncoderError(
                self.name,
                Message("ONNX Runtime failed: {error}", error=error),
                "run `kiosk doctor`",
            ) from error


def _port_onnx(node: NodeArg) -> Port:
    # A length is a number, or the name of one that is not fixed.
    shape = tuple(length if isinstance(length, int) else None for length in node.shape)
    return Port(_DTYPES.get(node.type, node.type), shape)


def _session(name: str, content: bytes, threads: int) -> InferenceSession:
    try:
        import onnxruntime  # noqa: PLC0415 - an extra
    except ImportError as error:
        remedy = Message("type: pip install onnxruntime")
        raise EncoderError(name, "needs ONNX Runtime, which is not installed", remedy) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Threads that wait by spinning take 28 ms of processor time a face from the camera and the window, instead of 7.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what is said at 3 comes as an exception too
    # Weights that lie in other files escape the hash, and would be looked for in the current folder.
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", os.devnull)
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"], enable_fallback=0)
    except Exception as error:  # ONNX Runtime's faults have no common class of their own
        raise WeightsError(
            name,
            Message("is no ONNX model: {error}", error=error),
            "put the right file there",
        ) from error


KIND: Final = "encoder"


def read_encoder_spec(path: Path) -> SpecFile:
    """The spec in weights/<name>.yaml; raises WeightsError."""
    return read_spec(path, SpecFile, KIND)


def load_from_file(path: Path, threads: int, folders: Sequence[Path] = ()) -> NetworkEncoder:
    """The encoder whose spec is `path`, verified by hash and golden vector; raises WeightsError or EncoderError.

    Its file is looked for in `folders`, then beside the spec.
    """
    spec = read_encoder_spec(path)
    file = find_file(spec.file, [*folders, path.parent])
    content = verified_file(file, spec.size, spec.sha256, lambda: how_to_get(spec.file, spec.sha256))
    encoder = encoder_of(path.stem, spec, content, threads)
    check_golden(encoder)
    return encoder


def encoder_of(name: str, spec: SpecFile, content: bytes, threads: int) -> NetworkEncoder:
    """The encoder on the verified bytes of its file, its golden vector not checked yet."""
    network = network_of(spec, content, threads)
    return NetworkEncoder(described(name, spec), network, spec.input.format, mirror=spec.mirror)


def described(name: str, spec: SpecFile) -> EncoderSpec:
    """What a spec file says, as the rest of the kiosk knows it."""
    return EncoderSpec(
        name=name,
        dimension=spec.dimension,
        crops=(spec.chip,),
        threshold=spec.threshold,
        margin=spec.margin,
        key=_key(spec),
        licence=spec.licence,
        source=spec.source,
        size_bytes=spec.size,
        parameters=spec.parameters,
        golden=Golden(spec.golden.picture, spec.golden.values) if spec.golden else None,
        statistics=spec.statistics.statistics if spec.statistics else None,
        averaging=spec.averaging,
    )


def _key(spec: SpecFile) -> str:
    """Of what decides about an embedding; threshold, margin and words do not."""
    deciding = spec.model_dump_json(include={"sha256", "input", "crop", "mirror", "dimension"})
    return hashlib.sha256(f"{PATH_VERSION} {deciding}".encode()).hexdigest()[:16]


def network_of(spec: SpecFile, content: bytes, threads: int) -> Network:
    """The network on the runtime that its file is for."""
    shape = spec.input.format.batch_shape(2 if spec.mirror is True else 1, spec.input.size_px)
    if spec.file.endswith(".onnx"):
        return OnnxNetwork(spec.file, content, shape, spec.dimension, threads)
    return LiteRtNetwork(spec.file, content, shape, spec.dimension, threads)
