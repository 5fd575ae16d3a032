"""The interface of every source of frames, and the pace of recorded ones."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Protocol, Self

from kiosk.domain import ByteImage, Frame
from kiosk.errors import CameraError
from kiosk.i18n import Message


class Source(Protocol):
    """Frames one after the other. `close` may be called from any thread and wakes a `read` that waits for its time."""

    name: str  # as messages call it, without passwords
    endless: bool  # a camera, stream or the demo; files and stills end

    def read(self) -> Frame | None:
        """Return the next frame; None after the last one and after `close`; raise CameraError on a fault."""
        ...

    def close(self) -> None:
        """Release the device or file; a second call does nothing."""
        ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        while (frame := self.read()) is not None:
            yield frame


def unreadable(name: str, error: OSError) -> CameraError:
    """Return the fault of a file or folder that cannot be read."""
    return CameraError(
        name, Message("cannot be read ({cause})", cause=error.strerror), "give this user the right to read it"
    )


class Pace:
    """The pace of a source: it makes its reader wait, so that frames come at `rate_hz`; not when `fast`."""

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
        """End every wait, now and later; may be called from any thread."""
        self._stopped.set()

    def frame(self, image: ByteImage | None) -> Frame | None:
        """Wait until the image is due and return it as the next frame; None without an image, or once stopped."""
        captured_at = None if image is None else self._due()
        if image is None or captured_at is None:
            return None
        self.sequence += 1
        return Frame(image, captured_at, self.sequence - 1)

    def _due(self) -> float | None:
        """Wait until the next frame is due; return its time in s (video or monotonic time), None once stopped."""
        if self._fast:
            return None if self.stopped else self.sequence / self._rate_hz
        now = time.monotonic()
        if self._due_at is None:
            self._due_at = now
        if self._stopped.wait(max(self._due_at - now, 0)):
            return None
        now = time.monotonic()
        # A late reader continues from now; it does not catch up in a burst.
        late = now - self._due_at > self._interval_seconds
        self._due_at = (now if late else self._due_at) + self._interval_seconds
        return now
