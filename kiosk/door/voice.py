"""The spoken welcome: a child process speaks each sentence, so that a speech engine that hangs does no harm."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from kiosk.errors import VoiceError
from kiosk.i18n import Message, Text

VOICE = Message("voice")
TEXT_LENGTH = 200
DEADLINE_SECONDS = 8.0
SPEAKER = (sys.executable, "-m", "kiosk.door.speaker")
SOUND_CARDS = Path("/proc/asound/cards")

_REAP_SECONDS = 0.5
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]


def speakable(text: str) -> str:
    """Return the text without control characters, at most TEXT_LENGTH letters: names come from file names."""
    kinds = [(letter, unicodedata.category(letter)) for letter in text[: 4 * TEXT_LENGTH]]
    spaced = (
        " " if kind in {"Cc", "Zl", "Zp"} else letter for letter, kind in kinds if kind not in {"Cf", "Cs", "Cn", "Co"}
    )
    return " ".join("".join(spaced).split())[:TEXT_LENGTH].rstrip()


def voice_of(language: str) -> str | None:
    """Return espeak's voice for a language such as "de" or "pt_BR"; None, its default, for English."""
    code = language.replace("_", "-").lower()
    return None if code == "en" else {"zh": "cmn"}.get(code.partition("-")[0], code)


def start_speaker(command: Sequence[str]) -> subprocess.Popen[str]:
    """Start a child that waits for one sentence; raises VoiceError."""
    try:
        # A session of its own: Ctrl-C in the terminal does not reach it, and aplay ends with it. The folder lets the
        # child find this package, and no module in the folder in which the kiosk was started.
        return subprocess.Popen(  # noqa: S603  (the command is the kiosk's own)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_PACKAGE_ROOT,
            start_new_session=True,
            text=True,
            errors="replace",
        )
    except OSError as error:
        reason = Message("the speaker cannot start: {cause}", cause=error.strerror)
        raise VoiceError(VOICE, reason, "install the kiosk again") from error


def have_spoken(child: subprocess.Popen[str], request: str, deadline_seconds: float) -> None:
    """Have a child speak one sentence and end; raises VoiceError."""
    try:
        answer, _ = child.communicate(request, deadline_seconds)
    except subprocess.TimeoutExpired as error:
        raise _broken(Message("the speaker did not answer within {seconds:g} s", seconds=deadline_seconds)) from error
    finally:
        discard(child)
    try:
        text, values, remedy = json.loads(answer) or ("", {}, "")
    except ValueError as error:
        raise _broken(Message("the speaker died")) from error
    if text:
        raise VoiceError(VOICE, Message(text, **values), remedy)


def end(child: subprocess.Popen[str]) -> None:
    """Kill a child, and the programs that it started; from any thread."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_REAP_SECONDS)


def discard(child: subprocess.Popen[str]) -> None:
    """Kill a child and close its pipes; only for the thread that speaks with it."""
    end(child)
    for stream in filter(None, (child.stdin, child.stdout)):
        with contextlib.suppress(OSError):
            stream.close()


class Voice:
    """Speaks one sentence at a time; the newest one waits, older ones are dropped. For any thread.

    Attributes:
        enabled, rate_words_per_minute, volume (0 to 1), voice: may change at any time; `voice` is a name of espeak-ng,
            None for its default.
        fault: what went wrong with the last sentence, or None.
    """

    def __init__(
        self,
        *,
        enabled: bool = True,
        deadline_seconds: float = DEADLINE_SECONDS,
        command: Sequence[str] = SPEAKER,
    ) -> None:
        self.enabled = enabled
        self.rate_words_per_minute = 150
        self.volume = 1.0
        self.voice: str | None = None
        self.fault: str | None = None
        self._deadline_seconds = deadline_seconds
        self._command = command
        self._changed = threading.Condition()
        self._pending: str | None = None
        self._closed = False
        self._child: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._run, name="voice", daemon=True)
        self._thread.start()

    def say(self, text: str) -> None:
        """Speak the text when the sentence before it has ended; returns at once."""
        text = speakable(text)
        with self._changed:
            if text and self.enabled and not self._closed:
                self._pending = text
                self._changed.notify()

    def close(self) -> None:
        """End the sentence, the child and the thread, within a second."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            child = self._child
        if child is not None:
            end(child)
        self._thread.join(1.0)

    def _run(self) -> None:
        while not self._closed:
            # The child is started before it is needed: a welcome should not wait for Python and espeak.
            if self.enabled:
                with self._told():
                    self._ready_child()
            text = self._next()
            if text and self.enabled:
                with self._told():
                    self._speak(text)
        if self._child is not None:
            discard(self._child)

    def _next(self) -> str | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._pending is not None)
            text, self._pending = self._pending, None
            return None if self._closed else text

    def _ready_child(self) -> subprocess.Popen[str]:
        child = self._child
        if child is None or child.poll() is not None:
            child = start_speaker(self._command)
            with self._changed:
                self._child = child
                closed = self._closed
            if closed:
                end(child)
        return child

    def _speak(self, text: str) -> None:
        request = _request(text, self.rate_words_per_minute, self.volume, self.voice)
        have_spoken(self._ready_child(), request, self._deadline_seconds)
        self.fault = None

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Keep a fault of the block, for `fault`."""
        try:
            yield
        except VoiceError as error:
            if not self._closed:
                self.fault = str(error)


def probe_voice(
    command: Sequence[str] = SPEAKER, cards: Path = SOUND_CARDS, deadline_seconds: float = DEADLINE_SECONDS
) -> str | None:
    """Return why the voice cannot be heard, as "voice: reason; remedy", or None; speaks a word into a file."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            child = start_speaker([*command, "--to-file", str(Path(folder) / "probe.wav")])
            have_spoken(child, _request("Welcome", 150, 1.0, None), deadline_seconds)
        except VoiceError as error:
            return str(error)
    return equipment_fault(cards)


def equipment_fault(cards: Path = SOUND_CARDS) -> str | None:
    """Return what the machine lacks to play a sound, as "voice: reason; remedy", or None."""
    if shutil.which("aplay") is None:
        return str(VoiceError(VOICE, "aplay is not installed", "install the package alsa-utils"))
    try:
        listed = cards.read_text(encoding="utf-8", errors="replace")
    except OSError:
        listed = ""
    if not listed.strip() or "no soundcards" in listed:
        return str(VoiceError(VOICE, "there is no sound card", "connect one, or set the voice to disabled"))
    return None


def _request(text: str, rate_words_per_minute: int, volume: float, voice: str | None) -> str:
    return json.dumps({"text": text, "rate": rate_words_per_minute, "volume": volume, "voice": voice}) + "\n"


def _broken(reason: Text) -> VoiceError:
    return VoiceError(VOICE, reason, "it is replaced; run `kiosk doctor` if this stays")
