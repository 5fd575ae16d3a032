"""What a form says that the file does not say yet. No Qt."""

from collections.abc import Mapping

from kiosk.config.schema import Applies, OptionInfo, Value, applies, objection
from kiosk.config.writing import Seen


class Draft:
    """Changes on top of what was seen in the file.

    Attributes:
        seen: what the form was filled from.
        changes: what is to be saved, by key.
    """

    def __init__(self, seen: Seen, changes: Mapping[str, Value] | None = None) -> None:
        self.seen = seen
        self.changes = {key: value for key, value in (changes or {}).items() if value != seen.values[key]}

    def value(self, key: str) -> Value:
        """What the form says."""
        return self.changes.get(key, self.seen.values[key])

    def set(self, key: str, value: Value) -> None:
        """Say something else; what the file says already is no change."""
        if value == self.seen.values[key]:
            self.changes.pop(key, None)
        else:
            self.changes[key] = value

    def reset(self, info: OptionInfo) -> None:
        """Back to the default."""
        self.set(info.key, info.default)

    def is_default(self, info: OptionInfo) -> bool:
        """Whether the form says what holds without a file."""
        return self.value(info.key) == info.default

    @property
    def objection(self) -> str:
        """Why it cannot be saved so, for the screen; "" where it can."""
        return objection(self.seen.values, self.changes)


def waits(started: Mapping[str, Value], seen: Seen) -> list[str]:
    """The options that are in the file and not in force before the next start."""
    return [key for key, value in seen.values.items() if applies(key) is Applies.RESTART and value != started[key]]
