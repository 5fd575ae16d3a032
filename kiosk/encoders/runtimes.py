"""Runtimes for encoders: LiteRT for .tflite files, ONNX Runtime for .onnx files; loading and verifying a file."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.encoders.encoder import PATH_VERSION, Averaging, EncoderSpec, Network, NetworkEncoder
from kiosk.encoders.golden import check_golden
from kiosk.encoders.specs import SpecFile
from kiosk.errors import EncoderError, WeightsError
from kiosk.i18n import Message
from kiosk.weights.catalogue import how_to_get
from kiosk.weights.manifest import find_file, verified_file
from kiosk.weights.specs import read_spec

if TYPE_CHECKING:
    from ai_edge_litert.interpreter import Interpreter  # type: ignore[import-untyped]
    from onnxruntime import InferenceSession, NodeArg  # type: ignore[import-untyped]


# Notices of LiteRT and TensorFlow (start, processor, missing GPU, conversion); they have no switch.
_NOTICE = re.compile(
    rb"^(?:INFO: |[IW]\d{4} \d|E\d{4} .*\bcuda_\w+\.cc:|WARNING: All log messages before absl::|"
    rb"To enable the following instructions: ).*\n?",
    re.MULTILINE,
)
_redirecting = threading.Lock()


@contextmanager
def without_notices() -> Iterator[None]:
    """Remove notices of libraries from descriptor 2; everything else is written at the end."""
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


BatchShape: TypeAlias = tuple[int, int, int, int]

_REMEDY: Final = "check file, input and dimension in its spec"


@dataclass(frozen=True, slots=True)
class Port:
    """Type and shape of an input or output of a network."""

    dtype: str
    shape: tuple[int | None, ...]  # None: any length

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Return whether it is float32 and takes this shape; the number of pictures may differ."""
        return (
            self.dtype == "float32"
            and len(self.shape) == len(shape)
            and all(own in {None, asked} for own, asked in zip(self.shape[1:], shape[1:], strict=True))
        )

    def __str__(self) -> str:
        return f"{self.dtype} ({', '.join('any' if length is None else str(length) for length in self.shape)})"


def pictures_at_once(
    name: str, inputs: Sequence[Port], outputs: Sequence[Port], batch: BatchShape, dimension: int
) -> int | None:
    """Return how many pictures the network takes in one run (None: any number); raises WeightsError."""
    output = (batch[0], dimension)
    if len(inputs) != 1 or not inputs[0].fits(batch):
        takes = Message("takes {inputs} instead of float32 {batch}", inputs=_told(inputs), batch=batch)
        raise WeightsError(name, takes, _REMEDY)
    if len(outputs) != 1 or not outputs[0].fits(output):
        gives = Message("gives {outputs} instead of float32 {output}", outputs=_told(outputs), output=output)
        raise WeightsError(name, gives, _REMEDY)
    pictures = inputs[0].shape[0]
    if pictures not in {None, 1, batch[0]}:
        reason = Message("takes {pictures} pictures at a time", pictures=pictures)
        raise WeightsError(name, reason, "export it for one, or for any number")
    return pictures


def pieces(images: NDArray[np.float32], at_once: int | None) -> Iterator[NDArray[np.float32]]:
    """Yield a batch in parts of `at_once` pictures, or as a whole for None."""
    step = at_once or max(len(images), 1)
    return (images[at : at + step] for at in range(0, len(images), step))


def _told(ports: Sequence[Port]) -> str:
    return " and ".join(map(str, ports)) or "nothing"


class LiteRtNetwork:
    """A LiteRT model; thread-safe: calls of `run` wait for each other.

    `content` must be verified, because some damaged files crash LiteRT. `batch` is the usual shape of a batch; a model
    for one picture gets them one by one. Raises WeightsError when the bytes are no model or its shapes differ.
    """

    def __init__(self, name: str, content: bytes, batch: BatchShape, dimension: int, threads: int) -> None:
        self.name = name
        self._lock = threading.Lock()
        self._interpreter = _interpreter(name, content, threads)
        inputs, outputs = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        self._at_once = pictures_at_once(
            name, [_litert_port(each) for each in inputs], [_litert_port(each) for each in outputs], batch, dimension
        )
        self._input, self._output = inputs[0]["index"], outputs[0]["index"]
        self._shape: tuple[int, ...] = (self._at_once or batch[0], *batch[1:])
        try:
            with without_notices():
                self._resize(self._shape)
        except (ValueError, RuntimeError) as error:
            reason = Message("cannot take batches of {shape}: {error}", shape=self._shape, error=error)
            raise WeightsError(name, reason, "export it again") from error

    def run(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (N, D) for a batch; raises EncoderError when LiteRT fails."""
        with self._lock:
            try:
                return np.concatenate([self._answer(piece) for piece in pieces(images, self._at_once)])
            except (ValueError, RuntimeError) as error:
                reason = Message("LiteRT failed: {error}", error=error)
                raise EncoderError(self.name, reason, "run `kiosk doctor`") from error

    def _answer(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        if images.shape != self._shape:
            self._resize(images.shape)  # 0.2 ms for a known size
        self._interpreter.set_tensor(self._input, images)
        self._interpreter.invoke()
        output: NDArray[np.float32] = self._interpreter.get_tensor(self._output)
        return output

    def _resize(self, shape: tuple[int, ...]) -> None:
        self._shape = ()  # the next batch resizes again when this fails
        self._interpreter.resize_tensor_input(self._input, shape)
        self._interpreter.allocate_tensors()
        self._shape = shape


def _litert_port(tensor: dict[str, Any]) -> Port:
    shape = tuple(None if length < 0 else int(length) for length in tensor["shape_signature"])
    return Port(np.dtype(tensor["dtype"]).name, shape)


def _interpreter(name: str, content: bytes, threads: int) -> Interpreter:
    from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415 - the window starts without it

    try:
        with without_notices():
            return Interpreter(model_content=content, num_threads=threads)
    except (ValueError, RuntimeError) as error:
        reason = Message("is no LiteRT model: {error}", error=error)
        raise WeightsError(name, reason, "put the right file there") from error


_DTYPES: Final = {"tensor(float)": "float32", "tensor(float16)": "float16", "tensor(double)": "float64"}


class OnnxNetwork:
    """An ONNX model; thread-safe. Arguments and faults are those of LiteRtNetwork.

    Raises EncoderError when ONNX Runtime is not installed.
    """

    def __init__(self, name: str, content: bytes, batch: BatchShape, dimension: int, threads: int) -> None:
        self.name = name
        self._session = _session(name, content, threads)
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        self._at_once = pictures_at_once(
            name, [_onnx_port(each) for each in inputs], [_onnx_port(each) for each in outputs], batch, dimension
        )
        self._input = str(inputs[0].name)

    def run(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (N, D) for a batch; raises EncoderError when ONNX Runtime fails."""
        try:
            outputs = [self._session.run(None, {self._input: piece})[0] for piece in pieces(images, self._at_once)]
            return np.concatenate(outputs)
        except Exception as error:  # ONNX Runtime's errors have no common class
            reason = Message("ONNX Runtime failed: {error}", error=error)
            raise EncoderError(self.name, reason, "run `kiosk doctor`") from error


def _onnx_port(node: NodeArg) -> Port:
    # A length is a number, or a name when it is not fixed.
    shape = tuple(length if isinstance(length, int) else None for length in node.shape)
    return Port(_DTYPES.get(node.type, node.type), shape)


def _session(name: str, content: bytes, threads: int) -> InferenceSession:
    try:
        import onnxruntime  # noqa: PLC0415 - an extra
    except ImportError as error:
        remedy = Message("type: pip install 'kiosk[onnx]' (in a checkout: make extras)")
        raise EncoderError(name, "needs ONNX Runtime, which is not installed", remedy) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Spinning threads take 28 ms of processor time for each face, others 7.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # errors come as exceptions
    # Weights in other files would escape the hash.
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", os.devnull)
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"], enable_fallback=0)
    except Exception as error:  # ONNX Runtime's errors have no common class
        reason = Message("is no ONNX model: {error}", error=error)
        raise WeightsError(name, reason, "put the right file there") from error


ENCODER: Final = "encoder"


def read_encoder_spec(path: Path) -> SpecFile:
    """Return the spec in weights/<name>.yaml; raises WeightsError."""
    return read_spec(path, SpecFile, ENCODER)


def load_from_file(path: Path, threads: int, folders: Sequence[Path] = ()) -> NetworkEncoder:
    """Return the encoder of a spec, verified by hash and golden vector; raises WeightsError or EncoderError.

    Its file is searched in `folders`, then beside the spec.
    """
    spec = read_encoder_spec(path)
    file = find_file(spec.file, [*folders, path.parent])
    content = verified_file(file, spec.size, spec.sha256, lambda: how_to_get(spec.file, spec.sha256))
    encoder = encoder_of(path.stem, spec, content, threads)
    check_golden(encoder)
    return encoder


def encoder_of(name: str, spec: SpecFile, content: bytes, threads: int) -> NetworkEncoder:
    """Return the encoder for the verified bytes of its file, without checking the golden vector."""
    network = network_of(spec, content, threads)
    return NetworkEncoder(described(name, spec), network, spec.input, mirror=spec.mirror)


def described(name: str, spec: SpecFile) -> EncoderSpec:
    """Return the facts in a spec file."""
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
        golden=spec.golden,
        statistics=spec.statistics.statistics if spec.statistics else None,
        averaging=spec.pooling or Averaging.usual(spec.threshold),
    )


def _key(spec: SpecFile) -> str:
    """Return a hash of everything that affects an embedding; threshold, margin and texts do not."""
    deciding = spec.model_dump_json(include={"sha256", "input", "crop", "mirror", "dimension"})
    return hashlib.sha256(f"{PATH_VERSION} {deciding}".encode()).hexdigest()[:16]


def network_of(spec: SpecFile, content: bytes, threads: int) -> Network:
    """Return the network, loaded by the runtime for its file type."""
    shape = spec.input.batch_shape(2 if spec.mirror is True else 1)
    runtime = OnnxNetwork if spec.file.endswith(".onnx") else LiteRtNetwork
    return runtime(spec.file, content, shape, spec.dimension, threads)
