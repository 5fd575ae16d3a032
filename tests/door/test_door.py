"""The door on the screen is open for a bounded pulse and locked at any other time."""

import math
import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.door.doors import MAX_PULSE_SECONDS, ScreenDoor
from kiosk.errors import DoorError


class Clock:
    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(clock: Clock) -> ScreenDoor:
    return ScreenDoor(clock)


def test_is_locked_from_the_start_even_where_the_clock_starts_at_zero(door: ScreenDoor) -> None:
    assert not door.unlocked
    assert not ScreenDoor(Clock(0.0)).unlocked
    assert door.seconds_left == 0


def test_opens_for_the_pulse_and_shuts_by_itself(door: ScreenDoor, clock: Clock) -> None:
    door.unlock(5)
    assert door.unlocked
    clock.now += 4
    assert door.seconds_left == pytest.approx(1)
    clock.now += 1
    assert not door.unlocked
    assert door.seconds_left == 0


@given(st.lists(st.tuples(st.floats(0, 30), st.floats(0.01, MAX_PULSE_SECONDS)), min_size=1))
def test_never_open_longer_than_the_last_pulse_says(steps: list[tuple[float, float]]) -> None:
    clock = Clock()
    door = ScreenDoor(clock)
    for pause, seconds in steps:
        clock.now += pause
        door.unlock(seconds)
        assert 0 < door.seconds_left <= seconds
    clock.now += steps[-1][1] + 1e-6
    assert not door.unlocked


@pytest.mark.parametrize("seconds", [0, -1, 60.001, 1e300, math.inf, -math.inf, math.nan])
def test_refuses_a_pulse_that_is_none(door: ScreenDoor, seconds: float) -> None:
    with pytest.raises(DoorError, match="at most 60 s"):
        door.unlock(seconds)
    assert not door.unlocked


def test_closed_door_is_locked_and_stays_so(door: ScreenDoor) -> None:
    door.unlock(5)
    door.close()
    assert not door.unlocked
    with pytest.raises(DoorError, match="closed"):
        door.unlock(5)
    assert not door.unlocked
    door.close()


@pytest.mark.parametrize("later", [999.0, -1e9, math.nan, math.inf, -math.inf])
def test_clock_that_goes_wrong_locks_the_door(door: ScreenDoor, clock: Clock, later: float) -> None:
    door.unlock(5)
    clock.now = later
    assert not door.unlocked


def test_threads_that_command_and_look_at_once_never_see_more_than_a_pulse(door: ScreenDoor) -> None:
    seen: list[float] = []
    faults: list[Exception] = []

    def repeat(action: Callable[[], object]) -> None:
        try:
            for _ in range(2000):
                action()
        except Exception as error:
            faults.append(error)

    actions = [lambda: door.unlock(5), door.lock, lambda: seen.append(door.seconds_left)]
    threads = [threading.Thread(target=repeat, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    assert set(seen) <= {0.0, 5.0}
    assert len(seen) == 2000
