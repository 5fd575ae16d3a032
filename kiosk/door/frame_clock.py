"""The clock of a recording."""


class FrameClock:
    """The time of the newest frame: the clock of a recording that is read faster than it was made."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now
