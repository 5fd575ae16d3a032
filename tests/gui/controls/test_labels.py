from kiosk.gui.controls import Heading, Note, State, breakable
from kiosk.gui.state import Kind
from kiosk.gui.theme import DARK


def test_text_that_looks_like_markup_is_shown_as_it_is(shown):
    assert shown(Note("<b>Ada</b> & co")).text() == "<b>Ada</b> & co"
    assert shown(Note("<b>Ada</b>")).textFormat().name == "PlainText"


def test_a_long_text_wraps_instead_of_widening_the_page(shown):
    note = shown(Note("word " * 200))
    assert note.minimumSizeHint().width() < 200
    assert note.heightForWidth(300) > note.heightForWidth(2000)


def test_a_heading_is_larger_than_running_text(shown):
    assert shown(Heading("People")).fontInfo().pixelSize() > shown(Note("People")).fontInfo().pixelSize()


def test_a_state_is_told_in_words_on_its_own_colour(shown):
    state = shown(State("In order", "good"))
    state.show_state("Broken", "fault")
    state.ensurePolished()
    image = state.grab().toImage()
    assert state.text() == "Broken"
    assert image.pixelColor(image.width() // 2, 2).name() == DARK.kinds[Kind.FAULT].back


def test_long_words_may_be_broken_and_short_ones_stay():
    assert breakable("Ada Lovelace is enrolled.") == "Ada Lovelace is enrolled."
    long = "Wolfeschlegelsteinhausenbergerdorff"
    assert max(map(len, breakable(long).split("\u200b"))) <= 14
    assert breakable(long).replace("\u200b", "") == long
