"""One slot between two threads: the newest item wins."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """Holds at most one item; putting another drops the one that nobody took. Any thread may use it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._item: T | None = None
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """Items that were replaced before anybody took them."""
        with self._changed:
            return self._dropped

    def put(self, item: T) -> bool:
        """Replace what is there; True when the slot was empty, so that its reader needs to be told."""
        with self._changed:
            empty = self._item is None
            self._dropped += not empty
            self._item = item
            self._changed.notify()
            return empty

    def take(self) -> T | None:
        """What was put last, once; None when there is nothing new."""
        with self._changed:
            return self._taken()

    def wait(self, timeout_seconds: float) -> T | None:
        """As `take`, but waits for something new for so long."""
        with self._changed:
            self._changed.wait_for(lambda: self._item is not None, timeout_seconds)
            return self._taken()

    def _taken(self) -> T | None:
        item, self._item = self._item, None
        return item
