"""Networks as ONNX files, on ONNX Runtime.

OpenCV's own runtime needs no further package, but takes about twice as long: 13.1 and 7.4 ms against 5.6 and 4.1 ms
for one face through a MobileFaceNet on one and two threads.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from kiosk.encoders.shapes import BatchShape, Port, pictures_at_once, pieces, require_threads
from kiosk.errors import EncoderError, WeightsError
from kiosk.i18n import translate

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, NodeArg  # type: ignore[import-untyped]

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
            name, [_port(each) for each in inputs], [_port(each) for each in outputs], batch, dimension
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
                translate("faults", "ONNX Runtime failed: {error}").format(error=error),
                translate("faults", "run `kiosk doctor`"),
            ) from error


def _port(node: NodeArg) -> Port:
    # A length is a number, or the name of one that is not fixed.
    shape = tuple(length if isinstance(length, int) else None for length in node.shape)
    return Port(_DTYPES.get(node.type, node.type), shape)


def _session(name: str, content: bytes, threads: int) -> InferenceSession:
    try:
        import onnxruntime  # noqa: PLC0415 - an extra
    except ImportError as error:
        remedy = translate("faults", "type: pip install onnxruntime")
        raise EncoderError(name, translate("faults", "needs ONNX Runtime, which is not installed"), remedy) from error
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
            translate("faults", "is no ONNX model: {error}").format(error=error),
            translate("faults", "put the right file there"),
        ) from error
