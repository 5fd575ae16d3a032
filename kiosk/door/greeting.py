"""The welcome and the hints, written and spoken."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kiosk.config.schema import AUTO
from kiosk.domain import Decision, Observation, Outcome, Reason, Rejection, display_name, nearest_face
from kiosk.i18n import QT_TRANSLATE_NOOP, translate

GATHER_SECONDS = 0.5  # for people who come together
STALE_SECONDS = 5.0


def compose(template: str, persons: Sequence[str]) -> str:
    """Return the template with "Ada and Lin" or "Ada, Grace and Lin" for {names}; "auto" is the built-in template."""
    *others, last = map(display_name, persons)
    names = translate("welcome", "{names} and {last}").format(names=", ".join(others), last=last) if others else last
    welcome = translate("welcome", "Welcome {names}, have a nice day!") if template == AUTO else template
    return welcome.replace("{names}", names)


class Greeter:
    """Welcomes people who come together in one sentence; used by one thread, the clock is passed in.

    `template` may change at any time.
    """

    def __init__(self, say: Callable[[str], None], template: str) -> None:
        self.template = template
        self._say = say
        self._persons: list[str] = []
        self._first_at = 0.0

    def welcome(self, person: str, now: float) -> None:
        """Add a person to the next welcome."""
        self._forget_stale(now)
        if not self._persons:
            self._first_at = now
        if person not in self._persons:
            self._persons.append(person)

    def tick(self, now: float) -> None:
        """Speak the welcome when its time has come; call this with every frame."""
        self._forget_stale(now)
        # A clock that was set back, as between two videos, must not delay the welcome.
        waiting = 0 <= now - self._first_at < GATHER_SECONDS
        if self._persons and not waiting:
            persons, self._persons = self._persons, []
            self._say(compose(self.template, persons))

    def _forget_stale(self, now: float) -> None:
        """Drop an old welcome: after the camera was lost, the people have gone in."""
        if now - self._first_at > STALE_SECONDS:
            self._persons = []


HINTS = {
    Rejection.NO_FACE: QT_TRANSLATE_NOOP("door", "Look at the camera"),
    Rejection.SEVERAL_FACES: QT_TRANSLATE_NOOP("door", "One at a time, please"),
    Rejection.TOO_SMALL: QT_TRANSLATE_NOOP("door", "Come a little closer"),
    Rejection.TOO_DARK: QT_TRANSLATE_NOOP("door", "More light, please"),
    Rejection.TOO_BRIGHT: QT_TRANSLATE_NOOP("door", "Turn away from the bright light"),
    Rejection.TOO_BLURRED: QT_TRANSLATE_NOOP("door", "Hold still for a moment"),
    Rejection.OFF_POSE: QT_TRANSLATE_NOOP("door", "Look straight at the camera"),
    Rejection.NOT_LIVE: QT_TRANSLATE_NOOP("door", "Pictures do not open this door"),
}

REFUSALS = {
    Reason.TOO_FAR: QT_TRANSLATE_NOOP("door", "Please ring the bell or ask at the reception."),
    Reason.AMBIGUOUS: QT_TRANSLATE_NOOP(
        "door", "That was not clear enough. Take off hat or glasses and look straight at the camera."
    ),
    Reason.NOBODY_ENROLLED: QT_TRANSLATE_NOOP("door", "Please ring the bell or ask at the reception."),
    Reason.SUSPENDED: QT_TRANSLATE_NOOP("door", "Please ask at the reception."),
    Reason.NOT_YET_VALID: QT_TRANSLATE_NOOP("door", "Please ask at the reception: your access has not begun yet."),
    Reason.EXPIRED: QT_TRANSLATE_NOOP("door", "Please ask at the reception: your access has ended."),
}


def hint(rejection: Rejection) -> str:
    """Return what a person can do whose face could not be used."""
    return translate("door", HINTS[rejection])


def refusal_hint(reason: Reason) -> str:
    """Return what a refused person can do."""
    return translate("door", REFUSALS.get(reason, REFUSALS[Reason.TOO_FAR]))


LASTS_SECONDS = 1.0  # a problem that is over sooner is not mentioned
PAUSE_SECONDS = 5.0  # between two hints
AGAIN_SECONDS = 15.0  # before the same one is said again
WELCOME_SECONDS = 6.0  # in which a welcome is spoken


@dataclass(slots=True)
class _Past:
    """The last hints; times are s of the caller's clock."""

    seen_at: float = -math.inf
    wanted: str = ""  # the hint for the last frame
    wanted_since: float = -math.inf
    said: str = ""
    said_at: float = -math.inf
    welcome_until: float = -math.inf


class SpokenHints:
    """Tells the person nearest to the camera what to do; used by one thread, the clock is passed in.

    `enabled` may change at any time.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self.enabled = False
        self._say = say
        self._past = _Past()

    def update(self, observation: Observation, decisions: Sequence[Decision], now: float) -> None:
        """Call this with every frame; `now` is s of a clock that may be set back between two recordings."""
        if now < self._past.seen_at:
            self._past = _Past()
        past = self._past
        past.seen_at = now
        if any(decision.greet for decision in decisions if decision.outcome is Outcome.GRANTED):
            past.welcome_until = now + WELCOME_SECONDS
        refused = next((each.reason for each in decisions if each.outcome is Outcome.REFUSED), None)
        if refused is not None and refused is not Reason.FAULT:
            text = translate("door", "The door stays locked. {sentence}").format(sentence=refusal_hint(refused))
            self._tell(text, now, pause_seconds=0.0, again_seconds=PAUSE_SECONDS)
            return
        rejection = undecided_rejection(observation, decisions)
        wanted = hint(rejection) if rejection is not None else ""
        if wanted != past.wanted:
            past.wanted, past.wanted_since = wanted, now
        if wanted and now - past.wanted_since >= LASTS_SECONDS:
            self._tell(wanted, now, pause_seconds=PAUSE_SECONDS, again_seconds=AGAIN_SECONDS)

    def _tell(self, text: str, now: float, *, pause_seconds: float, again_seconds: float) -> None:
        past = self._past
        too_soon = now - past.said_at < (again_seconds if text == past.said else pause_seconds)
        # The voice keeps only the newest sentence: a hint would replace a welcome that waits.
        if self.enabled and not too_soon and now >= past.welcome_until:
            past.said, past.said_at = text, now
            self._say(text)


def undecided_rejection(observation: Observation, decisions: Sequence[Decision]) -> Rejection | None:
    """Return the rejection of the nearest face that is still undecided, or None."""
    pending = {each.track for each in decisions if each.reason is Reason.GATHERING}
    nearest = nearest_face(each for each in observation.faces if each.track in pending)
    return nearest.rejection if nearest is not None else None
