from kiosk.door.station import FrameClock


def test_it_tells_the_time_that_it_was_told_last():
    clock = FrameClock()
    assert clock() == 0.0
    clock.now = 12.5
    assert clock() == 12.5
