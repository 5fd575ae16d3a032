from collections.abc import Iterator

import pytest

from kiosk import i18n
from kiosk.door.voice import TEXT_LENGTH, speakable, told, voice_of


@pytest.fixture
def german() -> Iterator[None]:
    known = {"voice": "Stimme", "the sound cannot be played": "Ton nicht abspielbar", "install it": "Installieren"}
    i18n.install(lambda context, text, *_: known.get(text, text), "de")
    yield
    i18n.install(None)


def test_a_text_for_the_voice_is_one_short_line():
    assert speakable("Ada\n\u200bLin " + "x" * 1000) == ("Ada Lin " + "x" * 1000)[:TEXT_LENGTH]


@pytest.mark.parametrize(("language", "voice"), [("en", None), ("de", "de"), ("pt_BR", "pt-br"), ("zh_TW", "cmn")])
def test_each_language_has_its_voice(language: str, voice: str | None):
    assert voice_of(language) == voice


@pytest.mark.usefixtures("german")
def test_a_complaint_is_told_in_the_language_of_the_screen_as_far_as_it_is_known():
    assert told("voice: the sound cannot be played: no card; install it") == (
        "Stimme: Ton nicht abspielbar: no card; Installieren"
    )
    assert told("voice: SetVoiceByName failed; install it") == "Stimme: SetVoiceByName failed; Installieren"


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("complaint", ["espeak: has a cold; drink tea", "nonsense", "", "voice: alone"])
def test_what_has_another_shape_is_told_as_it_is(complaint: str):
    assert told(complaint) == complaint
