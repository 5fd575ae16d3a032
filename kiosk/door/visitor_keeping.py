"""Keeps the faces of visitors whom the door refused: for as long as the configuration says, or not at all."""

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
_FOLLOWED = 64  # faces of which it is known that they were kept
_log = logging.getLogger("kiosk.visitors")


class VisitorKeeping:
    """One face a visitor: the nearest of those that were refused while the camera followed them. For one thread.

    Nothing that goes wrong here raises: the door does not wait for it.

    Attributes:
        hours: how long a face is kept; 0 = nothing is kept, and what was is removed.
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
        """What went wrong at the last try; None where nothing did."""
        return self._purge_fault or self._keep_fault

    def update(
        self,
        frame: Frame,
        observation: Observation,
        decisions: Sequence[Decision],
        probe: Callable[[int], Embedding | None],
    ) -> None:
        """Keeps who was refused in this frame; `probe` has the embedding of a track.

        Who is let in after all was no unknown visitor: what was kept of that face is removed.
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
        """Removes what has been kept for long enough; to be called about once a second, and at the start."""
        now = self._now()
        try:
            if self.hours:
                self._store.purge(now - timedelta(hours=self.hours), now=now)
            else:
                self._store.clear()
                self._keep_fault = None
            self._purge_fault = None
        except Exception as error:
            self._purge_fault = _told(error)

    def close(self) -> None:
        """Closes the store."""
        self._store.close()

    def _keep(self, frame: Frame, face: Face, track: int, embedding: Embedding | None) -> None:
        if embedding is None:
            return
        _, px = self._kept.get(track, (0, 0))
        if face.box.width <= px:
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
        _log.warning("unforeseen", exc_info=error)
    return in_one_line(error)
