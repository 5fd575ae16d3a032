"""What every source of frames offers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Protocol, Self

from kiosk.domain import ByteImage, Frame


class Source(Protocol):
    """Frames one after the other. `close` may be called from any thread and wakes a `read` that waits for its time."""

    name: str  # as messages call it, without passwords
    endless: bool  # a camera, stream or the demo; files and stills end

    def read(self) -> Frame | None:
        """The next frame, or None after the last one and after `close`; CameraError when none can be had."""
        ...

    def close(self) -> None:
        """Let go of the device or file; a second call does nothing."""
        ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        while (frame := self.read()) is not None:
            yield frame


class Pace:
    """Holds the reader back to `rate_hz`, or not at all when `fast`."""

    def __init__(self, rate_hz: float, *, fast: bool) -> None:
        self._rate_hz = rate_hz
        self._interval_seconds = 1 / rate_hz
        self._fast = fast
        self._due_at: float | None = None
        self.sequence = 0  # of the next frame
        self._stopped = threading.Event()

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def stop(self) -> None:
        """End every wait, now and later; from any thread."""
        self._stopped.set()

    def frame(self, image: ByteImage | None) -> Frame | None:
        """The image as the next frame, once it is due; None where there is no image or the pace is stopped."""
        captured_at = None if image is None else self.captured_at(self.sequence)
        if image is None or captured_at is None:
            return None
        self.sequence += 1
        return Frame(image, captured_at, self.sequence - 1)

    def captured_at(self, index: int) -> float | None:
        """Waits until frame `index` is due; its time in s (video time when fast, else monotonic), None once stopped."""
        if self._fast:
            return None if self.stopped else index / self._rate_hz
        now = time.monotonic()
        if self._due_at is None:
            self._due_at = now
        if self._stopped.wait(max(self._due_at - now, 0)):
            return None
        now = time.monotonic()
        # A reader that fell behind goes on from now: catching up in a burst would squeeze seconds into one moment.
        late = now - self._due_at > self._interval_seconds
        self._due_at = (now if late else self._due_at) + self._interval_seconds
        return now
