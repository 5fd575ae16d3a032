"""Hearing the voice with the values of the form, before they are saved."""

from PyQt6.QtCore import QObject, QTimer, pyqtSignal, pyqtSlot

from kiosk import i18n
from kiosk.door.greeting import compose
from kiosk.door.voice import Voice
from kiosk.door.voice_words import voice_of
from kiosk.gui.reception.settings.draft import Draft

_LOOK_MS = 250
_LOOKS = 40  # a sentence and the start of the speaker take less than ten seconds


class VoiceTrial(QObject):
    """Speaks in a child process, as the door does, but on its own.

    Signals:
        failed: why nothing was heard.
    """

    failed = pyqtSignal(str)

    def __init__(self, voice: Voice | None = None) -> None:
        super().__init__()
        self._voice = voice
        self._looks_left = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.on_time)

    def say(self, draft: Draft, name: str) -> None:
        """The welcome of the draft, for somebody of this name."""
        voice = self._voice = self._voice or Voice()
        rate, volume, chosen = (draft.value(f"voice.{key}") for key in ("words_per_minute", "volume", "name"))
        if isinstance(rate, int) and isinstance(volume, int | float):
            voice.rate_words_per_minute, voice.volume = rate, float(volume)
        voice.voice = str(chosen) or voice_of(i18n.language())
        voice.fault = None
        voice.say(compose(str(draft.value("voice.text")), [name]))
        self._looks_left = _LOOKS
        self._timer.start()

    def close(self) -> None:
        """Fall silent."""
        self._timer.stop()
        if self._voice is not None:
            self._voice.close()
            self._voice = None

    @pyqtSlot()
    def on_time(self) -> None:
        fault = self._voice.fault if self._voice is not None else None
        self._looks_left -= 1
        if fault is not None or self._looks_left <= 0:
            self._timer.stop()
        if fault is not None:
            self.failed.emit(fault)
