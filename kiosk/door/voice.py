"""The spoken welcome, in a child process that may hang or die without harm."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from kiosk.errors import VoiceError
from kiosk.i18n import Message, Text

TEXT_LENGTH = 200
VOICE = Message("voice")

# The child speaks English, as it knows of no screen; these are looked up in this process.
_COMPLAINTS = (
    Message("aplay is not installed"),
    Message("install the package alsa-utils"),
    Message("there is no sound card"),
    Message("connect one, or set the voice to disabled"),
    Message("espeak-ng cannot be loaded"),
    Message("install the package espeak-ng"),
    Message("espeak gave no sound"),
    Message("check that espeak-ng speaks in a terminal"),
    Message("check rate, volume and voice in the configuration"),
    Message("check the sound card and its settings"),
    Message("the sound cannot be played"),
)


def speakable(text: str) -> str:
    """The text without what is no text, at most TEXT_LENGTH letters: names come from file names."""
    kinds = [(letter, unicodedata.category(letter)) for letter in text[: 4 * TEXT_LENGTH]]
    spaced = (
        " " if kind in {"Cc", "Zl", "Zp"} else letter for letter, kind in kinds if kind not in {"Cf", "Cs", "Cn", "Co"}
    )
    return " ".join("".join(spaced).split())[:TEXT_LENGTH].rstrip()


def voice_of(language: str) -> str | None:
    """Espeak's voice for "de" or "pt_BR"; None, its default, for English."""
    code = language.replace("_", "-").lower()
    return None if code == "en" else {"zh": "cmn"}.get(code.partition("-")[0], code)


def told(complaint: str) -> str:
    """A complaint "voice: reason; remedy" in the language of the screen, as far as its parts are known."""
    thing, colon, rest = complaint.partition(": ")
    reason, semicolon, remedy = rest.partition("; ")
    if thing != VOICE or not semicolon:
        return complaint
    known, colon_inside, cause = reason.partition(": ")
    reason = f"{known}{colon_inside}{cause}"
    return f"{VOICE}{colon}{reason}{semicolon}{remedy}"


SPEAKER = (sys.executable, "-m", "kiosk.door.speaker")
DEADLINE_SECONDS = 8.0
SOUND_CARDS = Path("/proc/asound/cards")

_ANSWER_BYTES = 4096
_REAP_SECONDS = 0.5
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]


class Child:
    """One speaker process. One thread speaks with it; another may `kill` it, which makes the first one's call raise."""

    def __init__(self, command: Sequence[str]) -> None:
        try:
            self._line, self._process = _spawn(command)
        except OSError as error:
            raise VoiceError(
                VOICE,
                Message("the speaker cannot start: {cause}", cause=error.strerror),
                "install the kiosk again",
            ) from error
        self._guard = threading.Lock()
        self._killed = False

    @property
    def idle(self) -> bool:
        """Whether it waits for a sentence: it has not ended, nor said anything unasked."""
        self._line.settimeout(0.0)
        try:
            self._line.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def speak(self, request: bytes, deadline_seconds: float) -> str | None:
        """Have one sentence spoken; returns what the child found wrong, raises VoiceError where it must be replaced."""
        ends_at = time.monotonic() + deadline_seconds
        try:
            self._line.settimeout(deadline_seconds)
            with contextlib.suppress(BrokenPipeError):  # what it said before it ended tells more than that it did
                self._line.sendall(request)
            answer = self._answer(ends_at)
        except TimeoutError as error:
            raise _broken(
                Message("the speaker did not answer within {seconds:g} s", seconds=deadline_seconds)
            ) from error
        except OSError as error:
            raise _broken(Message("the speaker died")) from error
        if answer == "done":
            return None
        if not answer.startswith("fault "):
            raise _broken(Message("the speaker answered {answer!r}", answer=answer[:40]))
        return told(answer.removeprefix("fault "))

    def _answer(self, ends_at: float) -> str:
        received = b""
        while not received.endswith(b"\n"):
            # A timeout of 0 would mean "do not wait" and raise another error.
            self._line.settimeout(max(ends_at - time.monotonic(), 0.001))
            part = self._line.recv(_ANSWER_BYTES)
            received += part
            if not part:
                raise _broken(Message("the speaker died"))
            if len(received) > _ANSWER_BYTES:
                raise _broken(Message("the speaker talks without end"))
        return received.decode(errors="replace").removesuffix("\n")

    def kill(self) -> None:
        """End it and all that it started, at once."""
        with self._guard:
            if self._killed:
                return
            self._killed = True
            # Before wait(): until then the number of the process cannot belong to another one.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_REAP_SECONDS)
            # Wakes the thread that speaks even where the process cannot die, stuck in a sound driver.
            with contextlib.suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Kill it and let go of the line; only for the thread that speaks."""
        self.kill()
        self._line.close()


def _spawn(command: Sequence[str]) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    ours, theirs = socket.socketpair()
    with theirs:
        line = theirs.fileno()
        try:
            # A session of its own: Ctrl-C in the terminal is the parent's business, and aplay ends with its speaker.
            # The folder lets the child find this very package, and no file that lies where the kiosk was started.
            return ours, subprocess.Popen(  # noqa: S603 - the command is the kiosk's own
                command, stdin=line, stdout=line, stderr=subprocess.DEVNULL, cwd=_PACKAGE_ROOT, start_new_session=True
            )
        except OSError:
            ours.close()
            raise


class Voice:
    """Speaks one sentence at a time in a child process; the newest waits, older ones are dropped. For any thread.

    `rate_words_per_minute`, `volume` (0 to 1), `voice` (a name of espeak-ng, None for its default) and `enabled` may
    change at any time. `fault` says what went wrong with the last sentence, None where nothing did.
    """

    def __init__(
        self,
        *,
        enabled: bool = True,
        rate_words_per_minute: int = 150,
        volume: float = 1.0,
        voice: str | None = None,
        deadline_seconds: float = DEADLINE_SECONDS,
        command: Sequence[str] = SPEAKER,
    ) -> None:
        self.rate_words_per_minute = rate_words_per_minute
        self.volume = volume
        self.voice = voice
        self.fault: str | None = None
        self._enabled = enabled
        self._deadline_seconds = deadline_seconds
        self._command = command
        self._changed = threading.Condition()
        self._pending: str | None = None
        self._switched_on = False
        self._closed = False
        self._child: Child | None = None
        self._thread = threading.Thread(target=self._run, name="voice", daemon=True)
        self._thread.start()

    @property
    def enabled(self) -> bool:
        return self._enabled

    @enabled.setter
    def enabled(self, enabled: bool) -> None:
        with self._changed:
            self._switched_on = self._switched_on or (enabled and not self._enabled)
            self._enabled = enabled
            self._pending = self._pending if enabled else None
            self._changed.notify()

    def say(self, text: str) -> None:
        """Speak the text as soon as the sentence before it has ended; returns at once."""
        text = speakable(text)
        with self._changed:
            if text and self._enabled and not self._closed:
                self._pending = text
                self._changed.notify()

    def close(self) -> None:
        """Fall silent and end child and thread within a second, whatever they are doing."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            child = self._child
        if child is not None:
            child.kill()
        self._thread.join(1.0)

    def _run(self) -> None:
        while not self._closed:
            # Started before it is needed: the first welcome should not wait for Python and espeak.
            if self._enabled:
                self._ready_child()
            text = self._next()
            child = self._ready_child() if text else None
            if text and child:
                self._speak(child, text)
        self._discard()

    def _next(self) -> str | None:
        with self._changed:
            # Once for each switching on, not as long as there is no child: one that cannot start is not tried for ever.
            self._changed.wait_for(lambda: self._closed or self._switched_on or self._pending is not None)
            self._switched_on = False
            text, self._pending = self._pending, None
            return None if self._closed else text

    def _ready_child(self) -> Child | None:
        if self._child is not None and not self._child.idle:
            self._discard()
        if self._child is None:
            self._adopt()
        return self._child

    def _adopt(self) -> None:
        try:
            child = Child(self._command)
        except VoiceError as error:
            self.fault = str(error)
            return
        with self._changed:
            self._child = child
            closed = self._closed
        if closed:
            child.kill()

    def _speak(self, child: Child, text: str) -> None:
        try:
            request = _request(text, self.rate_words_per_minute, self.volume, self.voice)
            self.fault = child.speak(request, self._deadline_seconds)
        except VoiceError as error:
            self._discard()
            if not self._closed:
                self.fault = str(error)

    def _discard(self) -> None:
        with self._changed:
            child, self._child = self._child, None
        if child is not None:
            child.close()


def probe_voice(
    command: Sequence[str] = SPEAKER, cards: Path = SOUND_CARDS, deadline_seconds: float = DEADLINE_SECONDS
) -> str | None:
    """What keeps the voice from being heard, as one sentence with a remedy; None where nothing does."""
    return _probe_speech(command, deadline_seconds) or equipment_fault(cards)


def equipment_fault(cards: Path = SOUND_CARDS) -> str | None:
    """What is missing to hear a voice that speaks, told likewise."""
    if shutil.which("aplay") is None:
        return told("voice: aplay is not installed; install the package alsa-utils")
    if not _has_card(cards):
        return told("voice: there is no sound card; connect one, or set the voice to disabled")
    return None


def _probe_speech(command: Sequence[str], deadline_seconds: float) -> str | None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            child = Child([*command, "--to-file", str(Path(folder) / "probe.wav")])
        except VoiceError as error:
            return str(error)
        try:
            return child.speak(_request("Welcome", 150, 1.0, None), deadline_seconds)
        except VoiceError as error:
            return str(error)
        finally:
            child.close()


def _has_card(cards: Path) -> bool:
    try:
        listed = cards.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return bool(listed.strip()) and "no soundcards" not in listed


def _request(text: str, rate_words_per_minute: int, volume: float, voice: str | None) -> bytes:
    request = {"text": text, "rate": rate_words_per_minute, "volume": volume, "voice": voice}
    return json.dumps(request).encode() + b"\n"


def _broken(reason: Text) -> VoiceError:
    remedy = Message("it is replaced; run `kiosk doctor` if this stays")
    return VoiceError(VOICE, reason, remedy)
