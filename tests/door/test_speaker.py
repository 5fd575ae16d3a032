"""The speaker makes sound of plausible length, answers every line, and ends with its stdin."""

import json
import os
import signal
import stat
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import kiosk

ROOT = Path(kiosk.__file__).parents[1]
RUN = "import kiosk.door.speaker as speaker; speaker.main()"
REQUEST = b'{"text": "a", "rate": 150, "volume": 1.0, "voice": null}\n'
WELCOME = "Welcome Ada, Grace and Lin, have a nice day!"


class Speaker:
    """A real speaker process."""

    def __init__(self, *options: object, path: str | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kiosk.door.speaker", *map(str, options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={**os.environ, **({} if path is None else {"PATH": path})},
        )

    def send(self, line: bytes) -> str:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().decode()

    def say(self, text: str, rate: float = 150, volume: float = 1.0, voice: str | None = None) -> str:
        return self.send(json.dumps({"text": text, "rate": rate, "volume": volume, "voice": voice}).encode())


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return tmp_path / "welcome.wav"


@pytest.fixture
def speaker(sound: Path) -> Iterator[Speaker]:
    speaker = Speaker("--to-file", sound)
    yield speaker
    speaker.process.kill()
    speaker.process.communicate()


def heard(path: Path) -> tuple[float, float]:
    """Seconds of sound, and its root mean square as a share of full scale."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16) / 32768
        return len(samples) / file.getframerate(), float(np.sqrt(np.mean(samples**2)))


def fake_aplay(folder: Path, script: str) -> str:
    """A PATH on which aplay is this shell script: the sound card's edge."""
    folder.mkdir()
    (folder / "aplay").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "aplay").chmod(stat.S_IRWXU)
    return str(folder)


def test_welcome_is_sound_of_plausible_length(speaker: Speaker, sound: Path) -> None:
    assert speaker.say(WELCOME) == "done\n"
    seconds, loudness = heard(sound)
    assert 1 < seconds < 6
    assert loudness > 0.02


def test_each_sentence_of_one_process_is_its_own_sound(speaker: Speaker, sound: Path) -> None:
    lengths = []
    for text in ("Welcome Ada", WELCOME, "Welcome Ada"):
        assert speaker.say(text) == "done\n"
        lengths.append(heard(sound)[0])
    assert lengths[0] == pytest.approx(lengths[2], rel=0.05)
    assert lengths[1] > 1.5 * lengths[0]


def test_rate_and_volume_are_obeyed_sentence_by_sentence(speaker: Speaker, sound: Path) -> None:
    results = {}
    for rate, volume in ((100, 1.0), (250, 1.0), (250, 0.25), (250, 0.0)):
        assert speaker.say(WELCOME, rate, volume) == "done\n"
        results[rate, volume] = heard(sound)
    assert results[100, 1.0][0] > 1.5 * results[250, 1.0][0]
    assert results[250, 1.0][1] > 2 * results[250, 0.25][1] > 0
    assert results[250, 0.0][1] == 0


def test_voice_that_is_unknown_is_a_fault_and_the_default_one_speaks(speaker: Speaker, sound: Path) -> None:
    answer = speaker.say(WELCOME, voice="klingon-parrot")
    assert answer.startswith("fault voice: ")
    assert "klingon-parrot" in answer
    assert heard(sound)[1] > 0.02


def test_voice_lasts_for_its_sentence_only(speaker: Speaker, sound: Path) -> None:
    lengths = []
    for voice in (None, "de", None):
        assert speaker.say(WELCOME, voice=voice) == "done\n"
        lengths.append(heard(sound)[0])
    assert lengths[0] == pytest.approx(lengths[2], rel=0.02)
    assert lengths[0] != pytest.approx(lengths[1], rel=0.02)


def test_no_sentence_is_lost_or_cut_short_on_a_busy_machine(speaker: Speaker, sound: Path) -> None:
    spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        lengths = []
        for number in range(24):
            assert speaker.say("a" * 200 if number % 2 else WELCOME) == "done\n"
            lengths.append(heard(sound)[0])
    finally:
        for process in spinning:
            process.kill()
            process.wait()
    assert max(lengths[::2]) == pytest.approx(min(lengths[::2]), rel=0.02)
    assert max(lengths[1::2]) == pytest.approx(min(lengths[1::2]), rel=0.02)


@pytest.mark.parametrize(
    "text", ["...", "李小龍", "👋", "<speak><break time='9s'/></speak>", "[[h@l'oU]]", "a" * 200, "-h"]
)
def test_odd_text_is_answered(speaker: Speaker, text: str) -> None:
    assert speaker.say(text) == "done\n"


def test_rubbish_is_a_fault_and_the_next_sentence_is_spoken(speaker: Speaker, sound: Path) -> None:
    wrong = (
        b"",
        b"rubbish",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"null",
        b'{"text": "", "rate": 150, "volume": 1, "voice": null}',
    )
    mistyped = (
        b'{"text": "a", "rate": "fast", "volume": 1, "voice": null}',
        b'{"text": "a", "rate": 150, "volume": [], "voice": null}',
        b"[" * 100_000,
    )
    halfway = (b'{"text": "half a \\ud800 letter", "rate": 150, "volume": 1, "voice": null}',)
    for line in wrong + mistyped + halfway:
        assert speaker.send(line).startswith("fault voice: "), line[:60]
    assert not sound.exists()
    assert speaker.say(WELCOME) == "done\n"
    assert heard(sound)[1] > 0.02


def test_ends_when_stdin_does(speaker: Speaker) -> None:
    assert speaker.say("Welcome") == "done\n"
    out, _ = speaker.process.communicate(timeout=60)
    assert out == b""
    assert speaker.process.returncode == 0


def test_stuck_sentence_ends_the_process_by_itself(tmp_path: Path) -> None:
    program = RUN.replace("; ", "; speaker.STUCK_SECONDS = 1; ")
    path = fake_aplay(tmp_path / "bin", "exec /bin/sleep 1000")
    stuck = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        start_new_session=True,
    )
    try:
        stuck.communicate(REQUEST, timeout=60)
        assert stuck.returncode == -signal.SIGALRM
    finally:
        os.killpg(stuck.pid, signal.SIGKILL)


def test_file_that_cannot_be_written_is_a_fault_that_ends_the_process(tmp_path: Path) -> None:
    speaker = Speaker("--to-file", tmp_path)
    assert "Is a directory" in speaker.say("Welcome")
    speaker.process.communicate(timeout=60)
    assert speaker.process.returncode == 1


def test_missing_espeak_is_a_fault_with_its_remedy() -> None:
    program = "import ctypes; ctypes.cdll.__class__.LoadLibrary = None; " + RUN
    done = subprocess.run([sys.executable, "-c", program], input=REQUEST * 2, capture_output=True, cwd=ROOT, check=True)
    assert done.stdout == b"fault voice: espeak-ng cannot be loaded; install the package espeak-ng\n" * 2


@pytest.mark.parametrize("size", [0, 44])
def test_file_without_a_sample_is_a_fault(size: int) -> None:
    empty = f"f = os.memfd_create('x'); os.ftruncate(f, {size}); speaker.Synthesiser.sound = lambda *_: (f, []); "
    program = "import os; " + RUN.replace("; ", "; " + empty)
    done = subprocess.run([sys.executable, "-c", program], input=REQUEST, capture_output=True, cwd=ROOT, check=True)
    assert done.stdout.startswith(b"fault voice: espeak gave no sound; ")


def test_sound_goes_to_aplay_as_wav(tmp_path: Path, sound: Path) -> None:
    speaker = Speaker(path=fake_aplay(tmp_path / "bin", f"exec /bin/cat > '{sound}'"))
    assert speaker.say(WELCOME) == "done\n"
    speaker.process.communicate(timeout=60)
    seconds, loudness = heard(sound)
    assert 1 < seconds < 6
    assert loudness > 0.02


def test_aplay_that_fails_is_a_fault_with_its_last_word(tmp_path: Path) -> None:
    script = "echo noise >&2; echo 'aplay: audio open error' >&2; exit 1"
    speaker = Speaker(path=fake_aplay(tmp_path / "bin", script))
    assert "the sound cannot be played: aplay: audio open error" in speaker.say("Welcome")
    speaker.process.communicate(timeout=60)


def test_aplay_that_dies_without_a_word_is_a_fault(tmp_path: Path) -> None:
    speaker = Speaker(path=fake_aplay(tmp_path / "bin", "kill -9 $$"))
    assert "status -9" in speaker.say("Welcome")
    speaker.process.communicate(timeout=60)


def test_missing_aplay_is_a_fault_with_its_remedy(tmp_path: Path) -> None:
    speaker = Speaker(path=str(tmp_path))
    assert "aplay is not installed; install the package alsa-utils" in speaker.say("Welcome")
    speaker.process.communicate(timeout=60)
