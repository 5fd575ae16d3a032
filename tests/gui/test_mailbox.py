import threading

from hypothesis import given
from hypothesis import strategies as st

from kiosk.gui.workers import Latest

PUT, TAKE = True, False


@given(st.lists(st.sampled_from([PUT, TAKE])))
def test_whatever_the_order_only_the_newest_item_is_taken_and_every_other_is_counted(steps):
    box = Latest[int]()
    waiting, taken, put = None, [], 0
    for step in steps:
        if step is PUT:
            assert box.put(put) is (waiting is None)
            waiting, put = put, put + 1
        else:
            item = box.take()
            assert item == waiting
            taken += [item] if item is not None else []
            waiting = None
    assert taken == sorted(set(taken))
    assert put == len(taken) + box.dropped + (waiting is not None)


def test_an_item_is_taken_once():
    box = Latest[str]()
    box.put("a")
    assert (box.take(), box.take()) == ("a", None)


def test_waiting_returns_at_once_what_is_there():
    box = Latest[str]()
    box.put("a")
    assert box.wait(3600) == "a"


def test_waiting_ends_without_an_item_when_none_comes():
    assert Latest[str]().wait(0.0) is None


def test_a_waiting_thread_wakes_when_an_item_comes():
    box, got, waits = Latest[str](), [], threading.Event()

    def read() -> None:
        waits.set()
        got.append(box.wait(30))

    reader = threading.Thread(target=read)
    reader.start()
    assert waits.wait(10)
    box.put("a")
    reader.join(20)
    assert got == ["a"]


def test_two_threads_never_see_an_older_item_after_a_newer_one_and_lose_none_uncounted():
    box, taken, count = Latest[int](), [], 5000
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            item = box.wait(0.01)
            if item is not None:
                taken.append(item)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(count):
        box.put(number)
    done.set()
    reader.join(20)
    rest = box.take()
    assert taken == sorted(taken)
    assert len(taken) + box.dropped + (rest is not None) == count
