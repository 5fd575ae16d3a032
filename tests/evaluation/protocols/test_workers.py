import os
import signal
from functools import partial

import pytest

from kiosk.errors import EvaluationError, PictureError
from kiosk.evaluation.features import in_processes
from kiosk.vision.opencv import cv2


def make(factor):
    return partial(times, factor)


def times(factor, number):
    return factor * number, os.getpid(), cv2.getNumThreads()


def failing():
    raise PictureError("a path", "cannot be made", "mend it")


def die_at_three():
    return kill_self


def kill_self(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_every_task_is_worked_on_in_order_on_one_core_of_another_process():
    found = list(in_processes(partial(make, 3), range(40)))
    assert [number for number, *_ in found] == [3 * number for number in range(40)]
    assert all(process != os.getpid() and threads == 1 for _, process, threads in found)


def test_who_stops_listening_is_not_kept_waiting():
    outcomes = in_processes(partial(make, 1), range(1000))
    assert next(outcomes)[0] == 0
    outcomes.close()


def test_a_process_that_is_ended_from_outside_is_told():
    with pytest.raises(EvaluationError, match="was ended"):
        list(in_processes(die_at_three, range(10)))


def test_why_a_process_cannot_begin_is_told():
    with pytest.raises(PictureError, match="a path: cannot be made; mend it"):
        list(in_processes(failing, range(4)))
