"""Networks as LiteRT files: export from Keras, and the fast runtime that needs no TensorFlow."""

from __future__ import annotations

import os
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter  # type: ignore[import-untyped]
from numpy.typing import NDArray

from kiosk.errors import EncoderError, WeightsError

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]

_NOTICE = re.compile(rb"^INFO: .*\n?", re.MULTILINE)
_redirecting = threading.Lock()


class LiteRtNetwork:
    """A LiteRT model for batches of one size; `run` may be called from several threads, one waits for the other.

    Args:
        name: the file, as faults name it.
        content: its bytes, already verified: LiteRT does not survive every damaged file.
        input_shape: (N, rows, columns, channels) of every batch.
        dimension: numbers that come out for each picture.
        threads: processor threads for one batch.

    Raises WeightsError where the bytes are no model or one of other shapes.
    """

    def __init__(
        self, name: str, content: bytes, input_shape: tuple[int, int, int, int], dimension: int, threads: int
    ) -> None:
        if threads < 1:
            raise EncoderError(f"{threads} threads", "run no network", "give 1 or more")
        self.name = name
        self._lock = threading.Lock()
        self._interpreter = _interpreter(name, content, threads)
        self._input, self._output = self._check_tensors(input_shape, dimension)
        self._interpreter.resize_tensor_input(self._input, input_shape)
        with _without_notices():
            self._interpreter.allocate_tensors()

    def run(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Outputs (N, D) for a batch; raises EncoderError where LiteRT refuses it."""
        with self._lock:
            try:
                self._interpreter.set_tensor(self._input, images)
                self._interpreter.invoke()
            except (ValueError, RuntimeError) as error:
                raise EncoderError(self.name, f"LiteRT failed: {error}", "run `kiosk doctor`") from error
            output: NDArray[np.float32] = self._interpreter.get_tensor(self._output)
            return output

    def _check_tensors(self, input_shape: tuple[int, int, int, int], dimension: int) -> tuple[int, int]:
        inputs, outputs = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        found = [_describe(tensor) for tensor in (*inputs, *outputs)]
        expected = [((-1, *input_shape[1:]), "float32"), ((-1, dimension), "float32")]
        if found != expected:
            raise WeightsError(self.name, f"has inputs and outputs {found} instead of {expected}", "run `make weights`")
        return inputs[0]["index"], outputs[0]["index"]


def export_float16(model: keras.Model, path: Path) -> None:
    """Write the model as a LiteRT file with weights of half precision, computed in float32."""
    import tensorflow as tf  # type: ignore[import-untyped]  # noqa: PLC0415 - 4 to 8 s that only building pays

    model.export(
        path,
        format="litert",
        verbose=False,
        optimizations=[tf.lite.Optimize.DEFAULT],
        target_spec={"supported_types": [tf.float16]},
    )


def _describe(tensor: dict[str, Any]) -> tuple[tuple[int, ...], str]:
    return tuple(int(length) for length in tensor["shape_signature"]), np.dtype(tensor["dtype"]).name


def _interpreter(name: str, content: bytes, threads: int) -> Interpreter:
    try:
        with _without_notices():
            return Interpreter(model_content=content, num_threads=threads)
    except (ValueError, RuntimeError) as error:
        raise WeightsError(name, f"is no LiteRT model: {error}", "run `make weights`") from error


@contextmanager
def _without_notices() -> Iterator[None]:
    """Keep LiteRT's greeting off the terminal: it writes to descriptor 2 and has no switch. All else is passed on."""
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
