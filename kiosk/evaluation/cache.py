"""Results of the evaluation that are kept from run to run: one small file for each picture or clip."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import time
import zlib
from pathlib import Path
from typing import Any, Final

import numpy as np

from kiosk.files import atomic_write

_VERSION: Final = "evaluation 2"  # raise it when the meaning of an entry changes


class ResultCache:
    """Results that belong to one key, by the SHA-256 of the content they were computed from.

    A result is JSON, and may hold float32 arrays. The files lie in the gallery's cache folder, so that erasing a person
    erases these too. A damaged entry counts as missing. Several processes may use the same folder.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self._folder = folder / hashlib.sha256(f"{_VERSION}\n{key}".encode()).hexdigest()[:16]

    def get(self, digest: str) -> Any | None:  # noqa: ANN401  (JSON with arrays)
        """Return the result of a content, or None."""
        path = self._folder / digest
        try:
            checksum, payload = (content := path.read_bytes())[:4], content[4:]
            # The gallery deletes files that were not used for two months.
            if time.time() - path.stat().st_mtime > 86400:
                os.utime(path)
            intact = zlib.crc32(payload).to_bytes(4, "little") == checksum
            return json.loads(payload, object_hook=_decoded) if intact else None
        except (OSError, ValueError):
            return None

    def put(self, digest: str, value: Any) -> None:  # noqa: ANN401  (JSON with arrays)
        """Store a result; a full disk is ignored."""
        payload = json.dumps(value, default=_encoded).encode()
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            content = zlib.crc32(payload).to_bytes(4, "little") + payload
            atomic_write(self._folder / digest, content, mode=0o600, durable=False)


def _encoded(value: object) -> dict[str, str]:
    return {"f4": base64.b64encode(np.asarray(value, "<f4").tobytes()).decode("ascii")}


def _decoded(value: dict[str, Any]) -> Any:  # noqa: ANN401  (JSON with arrays)
    if value.keys() != {"f4"}:
        return value
    return np.frombuffer(base64.b64decode(value["f4"]), "<f4").astype(np.float32)
