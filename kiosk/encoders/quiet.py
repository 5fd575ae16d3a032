"""Libraries that write notices to descriptor 2 and have no switch for it."""

from __future__ import annotations

import os
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

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
        import keras  # type: ignore[import-untyped]  # noqa: F401, PLC0415 - 4 to 8 s that only building pays
        import tensorflow as tf  # type: ignore[import-untyped]  # noqa: PLC0415 - likewise

        tf.config.list_logical_devices()
