"""The words of the welcome, and who is welcomed in one breath."""

from collections.abc import Callable, Sequence

from kiosk.domain import display_name
from kiosk.i18n import translate

STALE_SECONDS = 5.0
AUTO = "auto"


def compose(template: str, persons: Sequence[str]) -> str:
    """The template with "Ada", "Ada and Lin" or "Ada, Grace and Lin" in place of {names}; "auto" is our own."""
    *others, last = map(display_name, persons)
    names = translate("welcome", "{names} and {last}").format(names=", ".join(others), last=last) if others else last
    welcome = translate("welcome", "Welcome {names}, have a nice day!") if template == AUTO else template
    return welcome.replace("{names}", names)


class Greeter:
    """Welcomes people who are granted close together in one sentence; used from one thread, the clock passed in.

    `template` and `gather_seconds` may change at any time.
    """

    def __init__(self, say: Callable[[str], None], template: str, gather_seconds: float = 0.5) -> None:
        self.template = template
        self.gather_seconds = gather_seconds
        self._say = say
        self._persons: list[str] = []
        self._first_at = 0.0

    def welcome(self, person: str, now: float) -> None:
        """Add a person to the welcome that is pending, or begin one."""
        self._forget_stale(now)
        if not self._persons:
            self._first_at = now
        if person not in self._persons:
            self._persons.append(person)

    def tick(self, now: float) -> None:
        """Speak the pending welcome once its time has come; call this with every frame."""
        self._forget_stale(now)
        # A clock that stepped back, as between two videos, must not keep anybody waiting.
        waiting = 0 <= now - self._first_at < self.gather_seconds
        if self._persons and not waiting:
            persons, self._persons = self._persons, []
            self._say(compose(self.template, persons))

    def _forget_stale(self, now: float) -> None:
        """Without frames nothing is spoken: whoever came before the camera was lost has long gone in."""
        if now - self._first_at > STALE_SECONDS:
            self._persons = []
