import pytest

from kiosk.gui.reception.settings.editors import ByEncoderEditor


@pytest.fixture
def editor(qtbot, info):
    made = ByEncoderEditor(info("matching.threshold"), "dlib_resnet", 0.38, ("stricter", "more lenient"))
    qtbot.addWidget(made)
    made.heard = []
    made.changed.connect(made.heard.append)
    return made


def test_automatic_shows_the_encoders_own_number(editor):
    editor.show_value("auto")
    assert (editor.automatic.isChecked(), editor.in_force, editor.slider.value()) == (True, 0.38, 380)
    assert editor.automatic.text() == "Automatic for dlib_resnet: 0.38"
    assert editor.heard == []


def test_slider_sets_a_number_for_this_encoder_and_keeps_those_of_others(editor):
    editor.show_value({"sface": 1.0})
    editor.slider.setValue(300)
    assert editor.heard == [{"sface": 1.0, "dlib_resnet": 0.3}]
    assert (editor.in_force, editor.automatic.isChecked(), editor.number.edit.text()) == (0.3, False, "0.3")


def test_typed_number_moves_the_slider(editor):
    editor.show_value("auto")
    editor.number.on_edited("0.41")
    assert editor.heard == [{"dlib_resnet": 0.41}]
    assert (editor.slider.value(), editor.number.edit.text()) == (410, "0.38")
    editor.number.on_finished()


def test_back_to_automatic_takes_the_number_out(editor):
    editor.show_value({"dlib_resnet": 0.3})
    assert not editor.automatic.isChecked()
    editor.automatic.click()
    assert (editor.heard, editor.in_force, editor.slider.value()) == (["auto"], 0.38, 380)
    editor.show_value({"dlib_resnet": 0.3, "sface": 1.0})
    editor.automatic.click()
    assert editor.heard[-1] == {"sface": 1.0}


def test_a_bare_number_is_this_encoders(editor):
    editor.show_value(0.3)
    assert (editor.in_force, editor.automatic.isChecked(), editor.slider.value()) == (0.3, False, 300)
    editor.slider.setValue(310)
    assert editor.heard == [{"dlib_resnet": 0.31}]


def test_number_far_away_is_within_reach_of_the_slider(editor):
    editor.show_value({"dlib_resnet": 1.5})
    assert editor.slider.value() == 1500
    editor.show_value({"dlib_resnet": 0.01})
    assert editor.slider.value() == 10
    assert editor.slider.minimum() == 10


def test_what_is_typed_wrong_is_refused(qtbot, editor):
    editor.show_value("auto")
    with qtbot.waitSignal(editor.refused) as heard:
        editor.number.on_edited("0")
    assert "More than 0, at most 2." in heard.args[0]
    assert editor.heard == []


def test_margin_of_nothing_can_be_slid(qtbot, info):
    editor = ByEncoderEditor(info("matching.margin"), "own", 0.0, ("more lenient", "stricter"))
    qtbot.addWidget(editor)
    editor.show_value({"own": 0.0})
    assert (editor.slider.minimum(), editor.in_force) == (0, 0.0)
    editor.slider.setValue(100)
    assert editor.in_force == 0.1
