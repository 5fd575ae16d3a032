from kiosk.gui.display import FaultLog


def test_the_same_fault_in_a_row_is_logged_once_and_told_each_time(caplog):
    log = FaultLog()
    told = [log.note(ValueError("a")) for _ in range(30)]
    assert told == ["ValueError: a"] * 30
    assert caplog.messages == ["ValueError: a"]


def test_a_fault_that_comes_back_after_another_is_logged_again(caplog):
    log = FaultLog()
    for text in "aba":
        log.note(ValueError(text))
    assert caplog.messages == ["ValueError: a", "ValueError: b", "ValueError: a"]


def test_the_log_has_the_traceback_that_the_screen_spares(caplog):
    try:
        raise KeyError("lost")
    except KeyError as error:
        FaultLog().note(error)
    assert "Traceback" in caplog.text
