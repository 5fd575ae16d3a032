from kiosk.gui.reception.people.leaving_panel import Destination


def test_a_stick_is_offered_first_and_the_screen_says_where_there_is_none(context, shown, sticks, qtbot, tmp_path):
    destination = shown(Destination(context))
    with qtbot.waitSignal(destination.changed):
        assert destination.folder is None
    assert destination.folder.is_relative_to(tmp_path / "user")
    assert destination.hint.isVisible()
    assert "USB stick" in destination.hint.text()
    stick = sticks.plug("KINGSTON")
    qtbot.waitUntil(lambda: destination.choice.box.count() == 2)
    assert [destination.choice.box.itemText(row) for row in (0, 1)] == ["KINGSTON", "Exchange folder"]
    assert not destination.hint.isVisible()
    assert destination.folder == stick
    destination.choice.box.setCurrentIndex(1)
    other = sticks.plug("ZIPS")
    qtbot.waitUntil(lambda: destination.folder == other)
    sticks.pull(other)
    qtbot.waitUntil(lambda: destination.folder == stick)


def test_nobody_looks_for_sticks_that_nobody_sees(context, shown, sticks, qtbot):
    destination = shown(Destination(context))
    qtbot.waitSignal(destination.changed).wait()
    destination.hide()
    assert not destination._watch._timer.isActive()
    destination.show()
    assert destination._watch._timer.isActive()
