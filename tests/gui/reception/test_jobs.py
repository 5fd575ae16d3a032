import threading

import pytest

from kiosk.gui.reception.page import Jobs


@pytest.fixture
def jobs(qtbot):
    jobs = Jobs()
    yield jobs
    jobs.close()


def test_work_is_done_elsewhere_and_its_answer_comes_here(qtbot, jobs):
    answers = []
    jobs.run(threading.get_ident, lambda ident: answers.append((ident, threading.get_ident())), answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    there, here = answers[0]
    assert (there != here, here) == (True, threading.get_ident())


def test_what_work_raises_is_told_in_one_line(qtbot, jobs):
    faults = []

    def fail():
        raise ValueError("no\nway")

    jobs.run(fail, pytest.fail, faults.append)
    qtbot.waitUntil(lambda: bool(faults))
    assert faults == ["ValueError: no way"]


def test_nobody_hears_the_answer_after_the_page_was_left(qtbot, jobs):
    go_on, done, answers = threading.Event(), threading.Event(), []

    def work():
        go_on.wait(20)
        done.set()
        return 1

    jobs.run(work, answers.append, answers.append)
    jobs.forget()
    go_on.set()
    assert done.wait(20)
    jobs.run(lambda: 2, answers.append, answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [2]


def test_work_that_hangs_does_not_keep_the_window_open(qtbot):
    jobs, go_on = Jobs(), threading.Event()
    jobs.run(lambda: go_on.wait(20), print, print)
    jobs.close()
    go_on.set()


def test_what_has_not_begun_when_the_page_is_left_is_not_begun(qtbot, jobs):
    go_on, begun = threading.Event(), []
    for _ in range(2):
        jobs.run(lambda: go_on.wait(20), print, print)
    jobs.run(lambda: begun.append(1), print, print)
    jobs.forget()
    go_on.set()
    jobs.run(lambda: begun.append(2), print, print)
    qtbot.waitUntil(lambda: bool(begun))
    assert begun == [2]


def test_it_is_busy_until_the_answer_was_heard_or_nobody_waits_for_it(qtbot, jobs):
    go_on, answers = threading.Event(), []
    jobs.run(lambda: go_on.wait(20), answers.append, answers.append)
    assert jobs.busy
    go_on.set()
    qtbot.waitUntil(lambda: bool(answers))
    assert not jobs.busy
    go_on.clear()
    jobs.run(lambda: go_on.wait(20), answers.append, answers.append)
    jobs.forget()
    assert not jobs.busy
    go_on.set()


def test_what_fails_once_nobody_is_there_stands_in_the_log(qtbot, caplog):
    jobs, go_on = Jobs(), threading.Event()

    def fail():
        go_on.wait(20)
        raise ValueError("no way")

    jobs.run(fail, pytest.fail, pytest.fail)
    jobs.close()
    go_on.set()
    qtbot.waitUntil(lambda: "no way" in caplog.text)
