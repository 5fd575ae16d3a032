"""The voice speaks the newest sentence, and a child that hangs or dies is in nobody's way."""

import json
import os
import stat
import subprocess
import sys
import threading
import time
import unicodedata
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.door.voice import SPEAKER, TEXT_LENGTH, Voice, equipment_fault, probe_voice, speakable

ROOT = Path(__file__).parents[2]
WELCOME = "Welcome Ada, Grace and Lin, have a nice day!"

# A child that writes down what it was asked to say. Texts that are commands make it misbehave.
CHILD = """
import json, os, signal, subprocess, sys, time
log, gate = sys.argv[1:3]
signal.signal(signal.SIGTERM, signal.SIG_IGN)
request = json.loads(sys.stdin.readline())
text, grandchild = request["text"], 0
if text == "hang with a grandchild":
    grandchild = subprocess.Popen(["/bin/sleep", "1000"]).pid
with open(log, "a") as file:
    file.write(json.dumps({**request, "pid": os.getpid(), "sid": os.getsid(0), "grandchild": grandchild}) + "\\n")
if text.startswith("hang"):
    time.sleep(1000)
if text == "die":
    os._exit(3)
while text == "wait" and not os.path.exists(gate):
    time.sleep(0.01)
print('["espeak has a {what}", {"what": "cold"}, "drink tea"]' if text == "complain" else "null", flush=True)
"""


def wait_for(condition: Callable[[], object]) -> None:
    ends_at = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < ends_at, "nothing came of it within a minute"
        threading.Event().wait(0.01)


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


class Stage:
    """A voice with children that keep a log."""

    def __init__(self, folder: Path) -> None:
        self.log, self.gate = folder / "log", folder / "gate"
        self.voices: list[Voice] = []

    def voice(self, **settings: object) -> Voice:
        command = [sys.executable, "-I", "-S", "-c", CHILD, str(self.log), str(self.gate)]
        self.voices.append(Voice(**{"command": command, **settings}))
        return self.voices[-1]

    @property
    def entries(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []

    @property
    def texts(self) -> list[object]:
        return [entry["text"] for entry in self.entries]

    def say(self, voice: Voice, text: str) -> None:
        voice.say(text)
        wait_for(lambda: text in self.texts)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    for voice in stage.voices:
        voice.close()


def test_a_sentence_is_spoken_with_the_settings_of_the_moment_in_a_session_of_its_own(stage: Stage) -> None:
    voice = stage.voice()
    voice.rate_words_per_minute, voice.volume, voice.voice = 140, 0.5, "de"
    stage.say(voice, "Welcome Ada")
    voice.rate_words_per_minute, voice.volume, voice.voice = 200, 1.0, None
    stage.say(voice, "Welcome Siân 李")
    settings = [(entry["rate"], entry["volume"], entry["voice"]) for entry in stage.entries]
    assert settings == [(140, 0.5, "de"), (200, 1.0, None)]
    assert stage.entries[0]["sid"] == stage.entries[0]["pid"] != os.getsid(0)


def test_the_newest_sentence_is_spoken_next_and_nothing_while_it_is_switched_off(stage: Stage) -> None:
    voice = stage.voice(enabled=False)
    voice.say("unheard")
    voice.enabled = True
    stage.say(voice, "wait")
    for text in ("first", "second", "third", "\x00\n"):
        voice.say(text)
    stage.gate.touch()
    wait_for(lambda: "third" in stage.texts)
    assert stage.texts == ["wait", "third"]


def test_a_child_that_hangs_is_killed_with_its_children_and_the_next_sentence_is_spoken(stage: Stage) -> None:
    voice = stage.voice(deadline_seconds=0.5)
    stage.say(voice, "hang with a grandchild")
    stage.say(voice, "Welcome")
    assert stage.texts == ["hang with a grandchild", "Welcome"]
    hung = stage.entries[0]
    wait_for(lambda: gone(hung["pid"]) and gone(hung["grandchild"]))
    voice.say("hang")
    wait_for(lambda: "did not answer within 0.5 s" in (voice.fault or ""))


def test_a_fault_of_the_child_is_told_until_a_sentence_is_spoken(stage: Stage) -> None:
    voice = stage.voice()
    for text, fault in (("die", "the speaker died"), ("complain", "voice: espeak has a cold; drink tea")):
        voice.say(text)
        wait_for(lambda fault=fault: fault in (voice.fault or ""))
    voice.say("Welcome")
    wait_for(lambda: voice.fault is None)
    assert stage.texts == ["die", "complain", "Welcome"]
    for command in (["/no/such/speaker"], ["/"], [sys.executable, "-c", "raise SystemExit(1)"]):
        voice = Voice(command=command)
        voice.say("Welcome")
        wait_for(lambda voice=voice: voice.fault)
        assert (voice.fault or "").startswith("voice: the speaker ")
        voice.say("Welcome again")
        voice.close()


def test_close_ends_child_grandchild_and_thread(stage: Stage) -> None:
    threads, fds = threading.active_count(), psutil.Process().num_fds()
    for text in ("Welcome", "hang with a grandchild", "wait", "die"):
        voice = stage.voice(deadline_seconds=1000)
        stage.say(voice, text)
        voice.close()
        assert voice.fault is None or text == "die"
        entry = stage.entries[-1]
        wait_for(lambda entry=entry: gone(entry["pid"]) and (not entry["grandchild"] or gone(entry["grandchild"])))
        voice.say("after the end")
    for _ in range(10):
        stage.voice().close()
    assert threading.active_count() == threads
    stage.voices.clear()
    wait_for(lambda: psutil.Process().num_fds() <= fds)
    wait_for(lambda: all(gone(child.pid) for child in psutil.Process().children()))


def test_characters_that_are_no_text_are_left_out() -> None:
    for text, spoken in (
        ("Welcome Ada!", "Welcome Ada!"),
        ("a\x00b\tc\nd\x1b[31m\x7f", "a b c d [31m"),
        ("  two   spaces ", "two spaces"),
        ("right\u202eleft\u200b\ufeff\udcff\ue000", "rightleft"),
        ("Zoë Łukasz 李小龍 👋", "Zoë Łukasz 李小龍 👋"),
        ("line\u2028paragraph\u2029", "line paragraph"),
        ("x" * 10**6, "x" * TEXT_LENGTH),
    ):
        assert speakable(text) == spoken


@given(st.text(st.characters(codec=None), max_size=1000))
def test_speakable_text_is_short_encodable_and_has_no_control_characters(text: str) -> None:
    spoken = speakable(text)
    assert len(spoken.encode()) <= 4 * TEXT_LENGTH
    assert len(spoken) <= TEXT_LENGTH
    assert all(unicodedata.category(letter)[0] != "C" for letter in spoken)
    assert speakable(spoken) == spoken


# The real speaker.


def heard(path: Path) -> tuple[float, float]:
    """Seconds of sound, and its root mean square as a share of full scale."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16) / 32768
        return len(samples) / file.getframerate(), float(np.sqrt(np.mean(samples**2)))


def answer(
    *options: object, text: str = WELCOME, rate: int = 150, volume: float = 1.0, voice: str | None = None, **kept: str
) -> str:
    """What the speaker answers to one sentence."""
    line = json.dumps({"text": text, "rate": rate, "volume": volume, "voice": voice}) + "\n"
    command = [*SPEAKER, *map(str, options)]
    environment = {**os.environ, **kept}
    done = subprocess.run(command, input=line, capture_output=True, text=True, cwd=ROOT, env=environment, check=True)
    return done.stdout


def test_rate_volume_and_voice_are_obeyed_and_odd_text_is_spoken(tmp_path: Path) -> None:
    sound, heard_of = tmp_path / "sound.wav", {}
    for settings in ((150, 1.0, None), (250, 1.0, None), (250, 0.25, None), (150, 1.0, "de")):
        rate, volume, voice = settings
        assert answer("--to-file", sound, rate=rate, volume=volume, voice=voice) == "null\n"
        heard_of[settings] = heard(sound)
    seconds, loudness = heard_of[150, 1.0, None]
    assert 1 < seconds < 6
    assert loudness > 0.02
    assert seconds > 1.2 * heard_of[250, 1.0, None][0]
    assert heard_of[250, 1.0, None][1] > 2 * heard_of[250, 0.25, None][1] > 0
    assert seconds != pytest.approx(heard_of[150, 1.0, "de"][0], rel=0.02)
    sound.unlink()
    assert "klingon-parrot" in answer("--to-file", sound, voice="klingon-parrot")  # and the default one speaks
    assert heard(sound)[1] > 0.02
    for text in ("李小龍 👋", "<speak><break time='9s'/></speak>", "-h"):
        assert answer("--to-file", sound, text=text) == "null\n", text


@pytest.mark.slow
def test_no_sentence_is_lost_or_cut_short_on_a_busy_machine(tmp_path: Path) -> None:
    spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        lengths = []
        for _ in range(8):
            assert answer("--to-file", tmp_path / "sound.wav") == "null\n"
            lengths.append(heard(tmp_path / "sound.wav")[0])
    finally:
        for process in spinning:
            process.kill()
            process.wait()
    assert max(lengths) == pytest.approx(min(lengths), rel=0.02)


def fake_aplay(folder: Path, script: str) -> str:
    """A PATH on which aplay is this shell script: the sound card's edge."""
    folder.mkdir(exist_ok=True)
    (folder / "aplay").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "aplay").chmod(stat.S_IRWXU)
    return str(folder)


def test_the_sound_goes_to_aplay_and_its_faults_are_told(tmp_path: Path) -> None:
    sound, path = tmp_path / "sound.wav", tmp_path / "bin"
    assert answer(PATH=fake_aplay(path, f"exec /bin/cat > '{sound}'")) == "null\n"
    assert heard(sound)[1] > 0.02
    script = "echo noise >&2; echo 'aplay: audio open error' >&2; exit 1"
    assert "aplay: audio open error" in answer(PATH=fake_aplay(path, script))
    assert "status -9" in answer(PATH=fake_aplay(path, "kill -9 $$"))
    assert "aplay is not installed" in answer(PATH=str(tmp_path))


def test_any_failure_in_the_speaker_is_told() -> None:
    without_espeak = "import ctypes; ctypes.cdll.__class__.LoadLibrary = None; "
    empty = "import os; import kiosk.door.speaker as speaker; "
    empty += "speaker._run = lambda *_: os.memfd_create('x'); "
    request = json.dumps({"text": "a", "rate": 150, "volume": 1.0, "voice": None})
    for program, line, told in (
        (without_espeak, request, "install the package espeak-ng"),
        (empty, request, "espeak gave no sound"),
        ("", "rubbish", "the speaker failed"),
        ("", "{}", "the speaker failed"),
    ):
        command = [sys.executable, "-c", f"{program}import kiosk.door.speaker as speaker; speaker.main()"]
        done = subprocess.run(command, input=line + "\n", capture_output=True, text=True, cwd=ROOT, check=True)
        assert told in done.stdout


def test_the_speaker_is_found_from_any_folder_and_imports_nothing_that_lies_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("wave", "json", "kiosk", "argparse"):
        (tmp_path / f"{module}.py").write_text("raise SystemExit('hijacked')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    sound = tmp_path / "welcome.wav"
    voice = Voice(command=[*SPEAKER, "--to-file", str(sound)], deadline_seconds=60)
    voice.say("Welcome Ada, have a nice day!")
    wait_for(lambda: voice.fault or (sound.exists() and sound.stat().st_size > 44))
    voice.close()
    assert voice.fault is None


def test_doctor_says_why_the_voice_cannot_be_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cards = tmp_path / "cards"
    cards.write_text(" 0 [PCH            ]: HDA-Intel - HDA Intel PCH\n")
    monkeypatch.setenv("PATH", fake_aplay(tmp_path / "bin", ""))
    assert probe_voice(cards=cards, deadline_seconds=60) is None
    assert "No such file" in (probe_voice(["/no/such/speaker"], cards) or "")
    assert "the speaker died" in (probe_voice([sys.executable, "-c", "raise SystemExit(1)"], cards) or "")
    deaf = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(1000)"]
    assert "did not answer within 0.3 s" in (probe_voice(deaf, cards, deadline_seconds=0.3) or "")
    for listed in ("--- no soundcards ---\n", ""):
        cards.write_text(listed)
        assert (equipment_fault(cards) or "").startswith("voice: there is no sound card; ")
    (tmp_path / "bin" / "aplay").unlink()
    assert equipment_fault(cards) == "voice: aplay is not installed; install the package alsa-utils"
