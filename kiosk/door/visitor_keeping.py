"""Keeps the faces of refused visitors for as long as the configuration says."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from kiosk.domain import Decision, Embedding, Face, Frame, Observation, Outcome, Reason
from kiosk.door.controller import wall_clock
from kiosk.errors import KioskError, in_one_line
from kiosk.people.visitors import VisitorStore
from kiosk.vision.alignment import as_png, portrait

_UNKNOWN = frozenset({Reason.TOO_FAR, Reason.AMBIGUOUS, Reason.NOBODY_ENROLLED})
_FOLLOWED = 64  # tracks whose kept face is remembered
_log = logging.getLogger("kiosk.visitors")


class VisitorKeeping:
    """Keeps the largest refused face of each visitor; used by one thread. It never raises: the door must go on.

    Attributes:
        hours: how long a face is kept; 0 = none is kept, and kept ones are deleted.
    """

    def __init__(self, store: VisitorStore, now: Callable[[], datetime] = wall_clock) -> None:
        self.hours = 0
        self._store = store
        self._now = now
        self._kept: dict[int, tuple[int, int]] = {}  # track -> id in the store, px of the face
        self._keep_fault: str | None = None
        self._purge_fault: str | None = None

    @property
    def fault(self) -> str | None:
        """Return what went wrong at the last try, or None."""
        return self._purge_fault or self._keep_fault

    def update(
        self,
        frame: Frame,
        observation: Observation,
        decisions: Sequence[Decision],
        probe: Callable[[int], Embedding | None],
    ) -> None:
        """Keep the faces that were refused in this frame; `probe` returns the embedding of a track.

        If a person is let in after all, the kept face is deleted.
        """
        faces = {seen.track: seen.face for seen in observation.faces}
        for decision in decisions:
            try:
                if decision.outcome is Outcome.GRANTED:
                    self._drop(decision.track)
                elif self.hours and decision.outcome is Outcome.REFUSED and decision.reason in _UNKNOWN:
                    self._keep(frame, faces[decision.track], decision.track, probe(decision.track))
            except Exception as error:
                self._keep_fault = _told(error)

    def purge(self) -> None:
        """Delete faces whose time is up; call this at the start and about once a second."""
        now = self._now()
        try:
            if self.hours:
                self._store.purge(now - timedelta(hours=self.hours), now)
            else:
                self._store.clear()
                self._keep_fault = None
            self._purge_fault = None
        except Exception as error:
            self._purge_fault = _told(error)

    def close(self) -> None:
        self._store.close()

    def _keep(self, frame: Frame, face: Face, track: int, embedding: Embedding | None) -> None:
        if embedding is None or face.box.width <= self._kept.get(track, (0, 0))[1]:
            return
        added = self._store.keep(as_png(portrait(frame.image, face)), embedding, self._now())
        self._keep_fault = None
        self._drop(track)
        self._kept[track] = added, face.box.width
        while len(self._kept) > _FOLLOWED:
            del self._kept[next(iter(self._kept))]

    def _drop(self, track: int) -> None:
        if track in self._kept:
            self._store.remove([self._kept.pop(track)[0]])


def _told(error: Exception) -> str:
    if not isinstance(error, KioskError):
        _log.warning("a face could not be kept", exc_info=error)
    return in_one_line(error)
