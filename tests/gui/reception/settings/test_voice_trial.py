import sys

import pytest

from kiosk.door.voice import Voice
from kiosk.gui.reception.settings.effect import VoiceTrial


@pytest.fixture
def trial(qtbot):
    class Recorder:
        """As Voice, without sound."""

        def __init__(self) -> None:
            self.fault, self.said, self.closed = None, [], False
            self.rate_words_per_minute, self.volume, self.voice = 0, 0.0, None

        def say(self, text: str) -> None:
            self.said.append(text)

        def close(self) -> None:
            self.closed = True

    made = VoiceTrial(Recorder())
    yield made
    made.close()


def test_welcome_of_the_draft_is_said_with_its_values(trial, draft):
    draft.set("voice.text", "Hello {names}!")
    draft.set("voice.words_per_minute", 200)
    draft.set("voice.volume", 0.5)
    draft.set("voice.name", "en-gb")
    voice = trial._voice
    trial.say(draft, "Ida")
    assert voice.said == ["Hello Ida!"]
    assert (voice.rate_words_per_minute, voice.volume, voice.voice) == (200, 0.5, "en-gb")


def test_voice_without_a_name_is_that_of_the_screens_language(trial, draft):
    trial.say(draft, "Ida")
    assert trial._voice.voice is None
    assert trial._voice.said == ["Welcome Ida, have a nice day!"]


def test_what_keeps_it_silent_is_told_once(qtbot, trial, draft):
    trial.say(draft, "Ida")
    trial._voice.fault = "voice: no sound card; plug one in"
    with qtbot.waitSignal(trial.failed) as heard:
        pass
    assert heard.args == ["voice: no sound card; plug one in"]
    assert not trial._timer.isActive()


def test_page_that_is_left_falls_silent(trial, draft):
    trial.say(draft, "Ida")
    voice = trial._voice
    trial.close()
    assert voice.closed


def test_real_voice_whose_child_cannot_speak_says_so(qtbot, draft):
    trial = VoiceTrial(Voice(command=(sys.executable, "-c", "raise SystemExit(1)")))
    trial.say(draft, "Ida")
    with qtbot.waitSignal(trial.failed, timeout=15_000) as heard:
        pass
    assert "voice" in heard.args[0]
    trial.close()
