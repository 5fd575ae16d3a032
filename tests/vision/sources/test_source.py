import numpy as np
import pytest

from kiosk.domain import Frame
from kiosk.vision.source import Source


class Countdown(Source):
    name = "countdown"
    endless = False

    def __init__(self, frames: int) -> None:
        self.left = frames
        self.closed = 0

    def read(self) -> Frame | None:
        if self.left == 0 or self.closed:
            return None
        self.left -= 1
        return Frame(np.zeros((2, 2, 3), np.uint8), float(self.left), self.left)

    def close(self) -> None:
        self.closed += 1


def test_iteration_gives_every_frame_and_stops_at_the_end():
    assert [frame.sequence for frame in Countdown(3)] == [2, 1, 0]


def test_iteration_ends_when_the_source_is_closed_under_way():
    source = Countdown(3)
    seen = []
    for frame in source:
        seen.append(frame.sequence)
        source.close()
    assert seen == [2]


def test_leaving_the_context_closes_also_after_an_exception():
    source = Countdown(1)
    with pytest.raises(ZeroDivisionError), source:
        raise ZeroDivisionError
    assert source.closed == 1


def test_entering_the_context_gives_the_source():
    source = Countdown(1)
    with source as entered:
        assert entered is source
