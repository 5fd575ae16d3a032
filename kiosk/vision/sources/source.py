"""What every source of frames offers."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Protocol, Self

from kiosk.domain import Frame


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
