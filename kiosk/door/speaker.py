"""The voice's child process: speaks one sentence with espeak-ng and aplay, then ends.

It reads one JSON line from stdin, {"text": "Welcome Ada", "rate": 150, "volume": 1.0, "voice": null}, and answers with
one line: null, or [reason, its values, remedy]. With --to-file it writes the sound to a file instead. It ends when
stdin ends, and a sentence on which it is stuck ends it too, so that it does not outlive a killed kiosk for long.
"""

import argparse
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyttsx3  # type: ignore[import-untyped]  # ships no annotations

from kiosk.errors import VoiceError
from kiosk.i18n import Message, Text

STUCK_SECONDS = 60
PLAY_SECONDS = 40
WAV_HEADER_BYTES = 44


def synthesise(sentence: Mapping[str, Any]) -> tuple[int, list[str]]:
    """Return the file descriptor of a WAV in memory, and the complaints of espeak; raises VoiceError."""
    try:
        engine = pyttsx3.init("espeak")
    except (RuntimeError, OSError, ImportError) as error:
        raise VoiceError("voice", "espeak-ng cannot be loaded", "install the package espeak-ng") from error
    complaints: list[str] = []
    engine.connect("error", lambda name, exception: complaints.append(str(exception)))
    # Only after its first run does an engine carry out commands at once.
    engine.runAndWait()
    for name in ("rate", "volume", "voice"):
        if sentence[name] not in {None, ""}:
            engine.setProperty(name, sentence[name])
    for _ in range(2):  # rarely, on a very busy machine, a run ends before it has begun; the next one does not
        sound = _run(engine, sentence["text"])
        if os.fstat(sound).st_size > WAV_HEADER_BYTES:
            return sound, complaints
        os.close(sound)
    raise VoiceError("voice", "espeak gave no sound", "check that espeak-ng speaks in a terminal")


def _run(engine: Any, text: str) -> int:  # noqa: ANN401  (pyttsx3 has no types)
    # In memory, because a child that is killed cannot remove a temporary file.
    sound = os.memfd_create("sentence")
    engine.save_to_file(text, f"/proc/self/fd/{sound}")
    # espeak speaks in a thread of its own, and on a busy machine runAndWait (2.99) returns before that thread has
    # written the sound. Settings are commands to it too, and runAndWait begins by cancelling the command at work.
    # Imported by init, which alone finds the library; the engine offers no way to wait for it.
    await_espeak = importlib.import_module("pyttsx3.drivers._espeak").Synchronize
    await_espeak()
    engine.runAndWait()
    await_espeak()
    return sound


def play(sound: int) -> None:
    """Play a WAV with aplay; raises VoiceError. pyttsx3 would ignore an aplay that fails."""
    player = shutil.which("aplay")
    if player is None:
        raise VoiceError("voice", "aplay is not installed", "install the package alsa-utils")
    done = subprocess.run(  # noqa: S603  (no word of the command comes from outside)
        [player, "-q"],
        stdin=sound,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=PLAY_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        (cause,) = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"status {done.returncode}"]
        reason = Message("the sound cannot be played: {cause}", cause=cause)
        raise VoiceError("voice", reason, "check the sound card and its settings")


def speak(sentence: Mapping[str, Any], to_file: Path | None) -> None:
    """Speak a sentence; raises VoiceError."""
    sound, complaints = synthesise(sentence)
    if to_file is None:
        play(sound)
    else:
        to_file.write_bytes(os.pread(sound, os.fstat(sound).st_size, 0))
    # The sentence was spoken, perhaps in the default voice; the complaint is shown all the same.
    if complaints:
        raise VoiceError("voice", complaints[0], "check rate, volume and voice in the configuration")


def main(arguments: Sequence[str] | None = None) -> None:
    """Answer one line of stdin."""
    parser = argparse.ArgumentParser(prog="python -m kiosk.door.speaker", description="the voice's child process")
    parser.add_argument("--to-file", type=Path, metavar="PATH", help="write the sound to PATH")
    to_file = parser.parse_args(arguments).to_file
    answers = os.dup(1)
    os.dup2(2, 1)  # what libraries print goes to stderr
    line = sys.stdin.readline()
    if not line:
        return
    signal.alarm(STUCK_SECONDS)
    fault: tuple[str, dict[str, object], str] | None = None
    try:
        speak(json.loads(line), to_file)
    except VoiceError as error:
        fault = (*_parts(error.why), error.remedy)
    except Exception as error:
        reason = Message("the speaker failed: {cause}", cause=f"{type(error).__name__} {error}")
        fault = (*_parts(reason), "check that espeak-ng speaks in a terminal")
    os.write(answers, json.dumps(fault).encode() + b"\n")


def _parts(text: Text) -> tuple[str, dict[str, object]]:
    return (text.text, text.values) if isinstance(text, Message) else (text, {})


if __name__ == "__main__":
    main()
