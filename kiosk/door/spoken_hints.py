"""Hints said aloud, for people who cannot read the screen."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kiosk.domain import Decision, Observation, Outcome, Reason
from kiosk.door.hints import hint, refusal_hint
from kiosk.i18n import translate

LASTS_SECONDS = 1.0  # what is over sooner needs no words
PAUSE_SECONDS = 5.0  # between two hints
AGAIN_SECONDS = 15.0  # before the same one is said again
WELCOME_SECONDS = 6.0  # in which a welcome is spoken


@dataclass(slots=True)
class _Past:
    """What was seen and said; times are s of the caller's clock."""

    seen_at: float = -math.inf
    wanted: str = ""  # the hint for the last frame
    wanted_since: float = -math.inf
    said: str = ""
    said_at: float = -math.inf
    welcome_until: float = -math.inf


class SpokenHints:
    """Says what the person nearest to the camera can do; used from one thread, the clock passed in.

    `enabled` may change at any time.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self.enabled = False
        self._say = say
        self._past = _Past()

    def update(self, observation: Observation, decisions: Sequence[Decision], now: float) -> None:
        """With every frame; `now` is s of one clock, which may step back between two recordings."""
        if now < self._past.seen_at:
            self._past = _Past()
        past = self._past
        past.seen_at = now
        if any(decision.greet for decision in decisions if decision.outcome is Outcome.GRANTED):
            past.welcome_until = now + WELCOME_SECONDS
        refused = next((each.reason for each in decisions if each.outcome is Outcome.REFUSED), None)
        if refused is not None and refused is not Reason.FAULT:
            self._tell(_refusal(refused), now, pause_seconds=0.0, again_seconds=PAUSE_SECONDS)
            return
        wanted = _hint(observation, decisions)
        if wanted != past.wanted:
            past.wanted, past.wanted_since = wanted, now
        if wanted and now - past.wanted_since >= LASTS_SECONDS:
            self._tell(wanted, now, pause_seconds=PAUSE_SECONDS, again_seconds=AGAIN_SECONDS)

    def _tell(self, text: str, now: float, *, pause_seconds: float, again_seconds: float) -> None:
        past = self._past
        too_soon = now - past.said_at < (again_seconds if text == past.said else pause_seconds)
        # The voice keeps the newest sentence alone: a hint would take the place of a welcome that waits.
        if self.enabled and not too_soon and now >= past.welcome_until:
            past.said, past.said_at = text, now
            self._say(text)


def _hint(observation: Observation, decisions: Sequence[Decision]) -> str:
    """For the nearest face among those about whom nothing is settled; empty where there is nothing to say."""
    pending = {each.track for each in decisions if each.reason is Reason.GATHERING}
    faces = [each for each in observation.faces if each.track in pending]
    nearest = max(faces, key=lambda each: each.face.box.area, default=None)
    return hint(nearest.rejection) if nearest is not None and nearest.rejection is not None else ""


def _refusal(reason: Reason) -> str:
    return translate("door", "The door stays locked. {sentence}").format(sentence=refusal_hint(reason))
