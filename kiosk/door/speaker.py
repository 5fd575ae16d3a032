"""The voice's child process: one JSON line on stdin is one sentence, answered by one line on stdout.

{"text": "Welcome Ada", "rate": 150, "volume": 1.0, "voice": null}  ->  "done" or "fault <why>"

It speaks with pyttsx3 and espeak-ng through aplay, or with --to-file writes the sound to a file. It ends when stdin
does, and a sentence on which it is stuck ends it too, so that it outlives a killed kiosk by a minute at most.
"""

import argparse
import functools
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TextIO

import pyttsx3  # type: ignore[import-untyped]  # ships no annotations

from kiosk.errors import VoiceError

STUCK_SECONDS = 60
PLAY_SECONDS = 40
WAV_HEADER_BYTES = 44


@dataclass(frozen=True, slots=True)
class Sentence:
    """What one line of stdin asks for."""

    text: str
    rate_words_per_minute: int
    volume: float
    voice: str | None

    @classmethod
    def read(cls, line: bytes) -> Self:
        """The sentence of a line; raises VoiceError where it is none."""
        try:
            request = json.loads(line)
            text, voice = str(request["text"]), request["voice"]
            if not text.strip():
                raise ValueError("no text")
            text.encode()
            return cls(text, int(request["rate"]), float(request["volume"]), None if voice is None else str(voice))
        except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
            reason = f"the line is no sentence: {type(error).__name__} {error}"
            raise VoiceError("voice", reason, "send text, rate, volume and voice as JSON") from error


class Synthesiser:
    """One engine of pyttsx3 for the life of the process, which espeak serves from a thread of its own.

    On a busy machine runAndWait (2.99) returns before that thread has written the sound, and an engine that is let go
    meanwhile takes the process down; so there is one engine, and espeak itself is awaited.
    """

    def __init__(self) -> None:
        try:
            self._engine = pyttsx3.init("espeak")
        except (RuntimeError, OSError, ImportError) as error:
            raise VoiceError("voice", "espeak-ng cannot be loaded", "install the package espeak-ng") from error
        # Imported by init, which alone finds the library; the engine itself offers no way to wait for it.
        self._await_espeak = importlib.import_module("pyttsx3.drivers._espeak").Synchronize
        self._complaints: list[str] = []
        self._engine.connect("error", lambda name, exception: self._complaints.append(str(exception)))
        self._default_voice = self._engine.getProperty("voice")
        # Only after its first run does an engine carry out commands at once.
        self._engine.runAndWait()

    def sound(self, sentence: Sentence) -> tuple[int, list[str]]:
        """The sentence as a WAV in memory (its file descriptor), and what the engine complained of on the way."""
        sound, complaints = self._run(sentence)
        if os.fstat(sound).st_size > WAV_HEADER_BYTES:
            return sound, complaints
        # Rarely, on a very busy machine, a run ends before it has begun; the next one does not.
        os.close(sound)
        return self._run(sentence)

    def _run(self, sentence: Sentence) -> tuple[int, list[str]]:
        self._complaints.clear()
        self._engine.setProperty("rate", sentence.rate_words_per_minute)
        self._engine.setProperty("volume", sentence.volume)
        self._engine.setProperty("voice", sentence.voice or self._default_voice)
        # In memory, because a child that is killed cannot remove a temporary file.
        sound = os.memfd_create("sentence")
        self._engine.save_to_file(sentence.text, f"/proc/self/fd/{sound}")
        # Settings are commands to that thread too, and runAndWait begins by cancelling what it finds at work.
        self._await_espeak()
        self._engine.runAndWait()
        self._await_espeak()
        return sound, list(self._complaints)


@functools.cache
def synthesiser() -> Synthesiser:
    """The one engine; made at the first sentence, so that a missing espeak is an answer."""
    return Synthesiser()


def play(sound: int) -> None:
    """Play a WAV; pyttsx3 would ignore an aplay that fails, so the kiosk calls it itself."""
    player = shutil.which("aplay")
    if player is None:
        raise VoiceError("voice", "aplay is not installed", "install the package alsa-utils")
    done = subprocess.run(  # noqa: S603 - no word of the command comes from outside
        [player, "-q"],
        stdin=sound,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=PLAY_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"status {done.returncode}"]
        raise VoiceError("voice", f"the sound cannot be played: {reason[0]}", "check the sound card and its settings")


def speak(line: bytes, to_file: Path | None) -> None:
    """Say what one line of stdin asks for; raises what went wrong."""
    sentence = Sentence.read(line)
    sound, complaints = synthesiser().sound(sentence)
    try:
        size = os.fstat(sound).st_size
        if size <= WAV_HEADER_BYTES:
            raise VoiceError("voice", "espeak gave no sound", "check that espeak-ng speaks in a terminal")
        if to_file is None:
            play(sound)
        else:
            to_file.write_bytes(os.pread(sound, size, 0))
    finally:
        os.close(sound)
    # The sentence was said, in the default voice perhaps; the complaint is still worth showing.
    if complaints:
        raise VoiceError("voice", complaints[0], "check rate, volume and voice in the configuration")


def own_stdout() -> TextIO:
    """Stdout for the answers alone: what libraries print goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def main(arguments: Sequence[str] | None = None) -> None:
    """Answer each line of stdin until it ends."""
    parser = argparse.ArgumentParser(prog="python -m kiosk.door.speaker", description="the voice's child process")
    parser.add_argument("--to-file", type=Path, metavar="PATH", help="write the sound of the last sentence to PATH")
    to_file = parser.parse_args(arguments).to_file
    answers = own_stdout()
    for line in sys.stdin.buffer:
        signal.alarm(STUCK_SECONDS)
        try:
            speak(line, to_file)
            answers.write("done\n")
        except VoiceError as error:
            answers.write(f"fault {error}\n")
        except Exception as error:
            # An engine that failed half-way stays broken: the next sentence is for the next process.
            reason = f"the speaker failed: {type(error).__name__} {error}"
            answers.write(f"fault {VoiceError('voice', reason, 'check that espeak-ng speaks in a terminal')}\n")
            raise
        finally:
            answers.flush()
            signal.alarm(0)


if __name__ == "__main__":
    main()
