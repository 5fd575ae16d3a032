"""Networks as LiteRT files: export from Keras, and the fast runtime that needs no TensorFlow."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kiosk.encoders.quiet import without_notices
from kiosk.encoders.shapes import BatchShape, Port, pictures_at_once, pieces, require_threads
from kiosk.errors import EncoderError, WeightsError
from kiosk.i18n import translate

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]
    from ai_edge_litert.interpreter import Interpreter  # type: ignore[import-untyped]


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
                translate("faults", "cannot take batches of {shape}: {error}").format(shape=self._shape, error=error),
                translate("faults", "export it again"),
            ) from error

    def run(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Outputs (N, D) for a batch; raises EncoderError where LiteRT refuses it."""
        with self._lock:
            try:
                return np.concatenate([self._answer(piece) for piece in pieces(images, self._at_once)])
            except (ValueError, RuntimeError) as error:
                raise EncoderError(
                    self.name,
                    translate("faults", "LiteRT failed: {error}").format(error=error),
                    translate("faults", "run `kiosk doctor`"),
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
    import tensorflow as tf  # type: ignore[import-untyped]  # noqa: PLC0415 - 4 to 8 s that only building pays

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
            translate("faults", "is no LiteRT model: {error}").format(error=error),
            translate("faults", "put the right file there"),
        ) from error
