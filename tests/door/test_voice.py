"""The voice speaks the newest sentence, and no child that hangs, dies or babbles is on anybody's way."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
import unicodedata
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.door.voice import SPEAKER, TEXT_LENGTH, Voice, probe_voice, speakable, voice_of

# A child that writes down who was asked to say what. Texts that are commands make it misbehave.
CHILD = """
import json, os, signal, subprocess, sys, time
log, gate = sys.argv[1:3]
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for line in sys.stdin:
    request = json.loads(line)
    text, grandchild = request["text"], 0
    if text == "hang with a grandchild":
        grandchild = subprocess.Popen(["/bin/sleep", "1000"]).pid
    with open(log, "a") as file:
        file.write(json.dumps({**request, "pid": os.getpid(), "sid": os.getsid(0), "grandchild": grandchild}) + "\\n")
    if text.startswith("hang"):
        time.sleep(1000)
    if text == "die":
        os._exit(3)
    if text.startswith("wait"):
        while not os.path.exists(gate):
            time.sleep(0.01)
    if text.endswith("complain"):
        print("fault espeak: has a cold; drink tea", flush=True)
    elif text.startswith("babble "):
        os.write(1, eval(text.removeprefix("babble ")))
    elif text == "never stop":
        while True:
            os.write(1, b"la" * 1000)
    else:
        print("done", flush=True)
"""
DEAF_CHILD = "import time; time.sleep(1000)"


def wait_for(condition: Callable[[], object]) -> None:
    ends_at = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < ends_at, "nothing came of it within a minute"
        threading.Event().wait(0.01)


def gone(pid: int) -> bool:
    """Whether the process has ended, reaped or not."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


class Stage:
    """A voice with a child that keeps a log."""

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

    def wait_for_text(self, text: str) -> None:
        wait_for(lambda: text in self.texts)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    for voice in stage.voices:
        voice.close()


def test_sentence_reaches_the_child_with_the_settings_of_the_moment(stage: Stage) -> None:
    voice = stage.voice(rate_words_per_minute=140, volume=0.5, voice="de")
    voice.say("Welcome Ada")
    stage.wait_for_text("Welcome Ada")
    voice.rate_words_per_minute, voice.volume, voice.voice = 200, 1.0, None
    voice.say("Welcome Siân 李")
    stage.wait_for_text("Welcome Siân 李")
    settings = [(entry["rate"], entry["volume"], entry["voice"]) for entry in stage.entries]
    assert settings == [(140, 0.5, "de"), (200, 1.0, None)]
    assert len({entry["pid"] for entry in stage.entries}) == 1


def test_newest_sentence_wins_while_one_is_spoken(stage: Stage) -> None:
    voice = stage.voice()
    voice.say("wait")
    stage.wait_for_text("wait")
    for text in ("first", "second", "third"):
        voice.say(text)
    stage.gate.touch()
    stage.wait_for_text("third")
    assert stage.texts == ["wait", "third"]


def test_child_has_a_session_of_its_own_so_that_ctrl_c_passes_it_by(stage: Stage) -> None:
    stage.voice().say("Welcome")
    stage.wait_for_text("Welcome")
    assert stage.entries[0]["sid"] == stage.entries[0]["pid"] != os.getsid(0)


def test_child_that_hangs_is_replaced_after_the_deadline(stage: Stage) -> None:
    voice = stage.voice(deadline_seconds=0.5)
    voice.say("hang with a grandchild")
    wait_for(lambda: voice.fault)
    assert "did not answer within 0.5 s" in (voice.fault or "")
    voice.say("Welcome")
    stage.wait_for_text("Welcome")
    hung, spoken = stage.entries
    assert hung["pid"] != spoken["pid"]
    wait_for(lambda: gone(hung["pid"]) and gone(hung["grandchild"]))
    wait_for(lambda: voice.fault is None)


def test_sentence_said_to_a_hanging_child_is_spoken_by_the_next_one(stage: Stage) -> None:
    voice = stage.voice(deadline_seconds=0.5)
    voice.say("hang")
    stage.wait_for_text("hang")
    voice.say("Welcome")
    stage.wait_for_text("Welcome")
    assert stage.texts == ["hang", "Welcome"]


def test_child_that_dies_is_replaced(stage: Stage) -> None:
    voice = stage.voice()
    voice.say("die")
    wait_for(lambda: voice.fault)
    assert "the speaker died" in (voice.fault or "")
    voice.say("Welcome")
    stage.wait_for_text("Welcome")
    assert stage.texts == ["die", "Welcome"]


def test_child_that_died_between_two_sentences_costs_neither(stage: Stage) -> None:
    voice = stage.voice()
    voice.say("first")
    stage.wait_for_text("first")
    os.kill(stage.entries[0]["pid"], signal.SIGKILL)
    wait_for(lambda: gone(stage.entries[0]["pid"]))
    voice.say("second")
    stage.wait_for_text("second")
    wait_for(lambda: voice.fault is None)
    assert stage.texts == ["first", "second"]


@pytest.mark.parametrize(
    "output",
    [
        b"yes\n",
        b"\n",
        b"done \n",
        b"fault\n",
        b"DONE\n",
        b"\xff\xfe\x00\n",
        b"done\r\n",
        b"done\nfault x\n",
        b"x" * 5000,
    ],
)
def test_child_that_babbles_is_replaced(stage: Stage, output: bytes) -> None:
    voice = stage.voice()
    voice.say(f"babble b'x' * {len(output)}" if len(output) > 100 else f"babble {output!r}")
    wait_for(lambda: voice.fault)
    assert "the speaker" in (voice.fault or "")
    voice.say("Welcome")
    stage.wait_for_text("Welcome")
    assert stage.entries[0]["pid"] != stage.entries[1]["pid"]


def test_child_that_never_stops_talking_is_replaced(stage: Stage) -> None:
    voice = stage.voice()
    voice.say("never stop")
    wait_for(lambda: voice.fault)
    assert "talks without end" in (voice.fault or "")
    voice.say("Welcome")
    stage.wait_for_text("Welcome")


def test_complaint_of_the_child_is_shown_until_a_sentence_is_spoken(stage: Stage) -> None:
    voice = stage.voice()
    voice.say("complain")
    wait_for(lambda: voice.fault)
    assert voice.fault == "espeak: has a cold; drink tea"
    voice.say("Welcome")
    wait_for(lambda: voice.fault is None)
    assert len({entry["pid"] for entry in stage.entries}) == 1


def test_child_that_never_listens_holds_up_nobody() -> None:
    voice = Voice(command=[sys.executable, "-I", "-S", "-c", DEAF_CHILD], deadline_seconds=1000)
    for number in range(1000):
        voice.say(f"Welcome number {number}")
    voice.close()
    assert voice.fault is None


@pytest.mark.parametrize("command", [["/no/such/speaker"], ["/"], [sys.executable, "-c", "raise SystemExit(1)"]])
def test_speaker_that_cannot_start_is_a_fault_and_nothing_more(command: list[str]) -> None:
    voice = Voice(command=command)
    voice.say("Welcome")
    wait_for(lambda: voice.fault)
    assert (voice.fault or "").startswith("voice: the speaker ")
    voice.say("Welcome again")
    voice.close()


def test_disabled_voice_says_nothing_until_it_is_enabled(stage: Stage) -> None:
    voice = stage.voice(enabled=False)
    voice.say("unheard")
    assert not voice.enabled
    voice.enabled = True
    voice.say("Welcome")
    stage.wait_for_text("Welcome")
    assert stage.texts == ["Welcome"]


def test_voice_that_is_switched_on_starts_its_child_before_anybody_speaks(tmp_path: Path, monkeypatch) -> None:
    waits, started = threading.Event(), tmp_path / "started"
    wait_for_a_sentence = Voice._next

    def wait(voice: Voice) -> str | None:
        waits.set()
        return wait_for_a_sentence(voice)

    monkeypatch.setattr(Voice, "_next", wait)
    child = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); time.sleep(1000)"
    voice = Voice(enabled=False, command=[sys.executable, "-I", "-S", "-c", child, str(started)])
    assert waits.wait(60)
    voice.enabled = True
    try:
        wait_for(started.exists)
    finally:
        voice.close()


def test_speaker_that_cannot_start_is_tried_once_for_each_switching_on(monkeypatch) -> None:
    tries, waits = [], threading.Semaphore(0)
    wait_for_a_sentence, adopt = Voice._next, Voice._adopt

    def wait(voice: Voice) -> str | None:
        waits.release()
        return wait_for_a_sentence(voice)

    def count(voice: Voice) -> None:
        tries.append(1)
        adopt(voice)

    monkeypatch.setattr(Voice, "_next", wait)
    monkeypatch.setattr(Voice, "_adopt", count)
    voice = Voice(enabled=False, command=["/no/such/speaker"])
    assert waits.acquire(timeout=60)
    voice.enabled = True
    assert waits.acquire(timeout=60)
    voice.enabled = True
    assert not waits.acquire(timeout=0.2)
    assert (len(tries), "cannot start" in (voice.fault or "")) == (1, True)
    voice.close()


def test_disabling_drops_the_sentence_that_waits(stage: Stage) -> None:
    voice = stage.voice()
    voice.say("wait and complain")
    stage.wait_for_text("wait and complain")
    voice.say("unheard")
    voice.enabled = False
    voice.enabled = True
    stage.gate.touch()
    wait_for(lambda: voice.fault)
    voice.say("Welcome")
    stage.wait_for_text("Welcome")
    assert stage.texts == ["wait and complain", "Welcome"]


def voice_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "voice"]


@pytest.mark.parametrize("text", ["Welcome", "hang with a grandchild", "wait", "die"])
def test_close_ends_child_grandchilds_and_thread_whatever_they_do(stage: Stage, text: str) -> None:
    before = voice_threads()
    voice = stage.voice(deadline_seconds=1000)
    voice.say(text)
    stage.wait_for_text(text)
    voice.close()
    assert voice_threads() == before
    assert voice.fault is None or text == "die"
    entry = stage.entries[0]
    wait_for(lambda: gone(entry["pid"]) and (not entry["grandchild"] or gone(entry["grandchild"])))
    voice.close()
    voice.say("after the end")
    assert stage.texts == [text]


def test_close_right_after_the_start_leaves_nothing_behind(stage: Stage) -> None:
    before, threads = {child.pid for child in psutil.Process().children()}, voice_threads()
    for _ in range(20):
        stage.voice().close()
    assert voice_threads() == threads
    left = [child for child in psutil.Process().children() if child.pid not in before]
    wait_for(lambda: all(gone(child.pid) for child in left))


def test_voices_give_back_their_file_descriptors(stage: Stage) -> None:
    stage.voice().close()
    before = psutil.Process().num_fds()
    for number in range(5):
        voice = stage.voice()
        voice.say("die")
        wait_for(lambda number=number: len(stage.texts) > number)
        voice.close()
    assert psutil.Process().num_fds() <= before


def test_threads_that_speak_at_once_do_no_harm(stage: Stage) -> None:
    voice = stage.voice()
    threads = [threading.Thread(target=lambda: [voice.say("crowd") for _ in range(200)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    voice.say("last")
    stage.wait_for_text("last")
    assert voice.fault is None


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Welcome Ada!", "Welcome Ada!"),
        ("a\x00b\tc\nd\x1b[31m\x7f", "a b c d [31m"),
        ("  two   spaces ", "two spaces"),
        ("right\u202eleft\u200b\ufeff\udcff\ue000", "rightleft"),
        ("Zoë Łukasz 李小龍 👋", "Zoë Łukasz 李小龍 👋"),
        ("line\u2028paragraph\u2029", "line paragraph"),
        ("\n\x00", ""),
        ("x" * 10**6, "x" * TEXT_LENGTH),
        ("", ""),
    ],
)
def test_what_is_no_text_is_left_out(text: str, spoken: str) -> None:
    assert speakable(text) == spoken


@given(st.text(st.characters(codec=None), max_size=1000))
def test_speakable_text_is_short_encodable_and_has_no_control_characters(text: str) -> None:
    spoken = speakable(text)
    assert len(spoken.encode()) <= 4 * TEXT_LENGTH
    assert len(spoken) <= TEXT_LENGTH
    assert all(unicodedata.category(letter)[0] != "C" for letter in spoken)
    assert speakable(spoken) == spoken


def test_text_of_nothing_is_not_sent(stage: Stage) -> None:
    voice = stage.voice()
    voice.say("wait")
    stage.wait_for_text("wait")
    voice.say("Welcome")
    voice.say("\x00\n")
    stage.gate.touch()
    stage.wait_for_text("Welcome")


def test_real_speaker_makes_the_sound_of_the_welcome(tmp_path: Path) -> None:
    sound = tmp_path / "welcome.wav"
    voice = Voice(command=[*SPEAKER, "--to-file", str(sound)], deadline_seconds=60)
    voice.say("Welcome Ada, have a nice day!")
    wait_for(lambda: voice.fault or (sound.exists() and sound.stat().st_size > 44))
    voice.close()
    assert voice.fault is None
    with wave.open(str(sound)) as file:
        assert 1 < file.getnframes() / file.getframerate() < 6


def test_speaker_is_found_from_any_folder_and_imports_nothing_that_lies_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("wave", "json", "kiosk", "argparse"):
        (tmp_path / f"{module}.py").write_text("raise SystemExit('hijacked')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    test_real_speaker_makes_the_sound_of_the_welcome(tmp_path)


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    (tmp_path / "cards").write_text(" 0 [PCH            ]: HDA-Intel - HDA Intel PCH\n")
    return tmp_path / "cards"


@pytest.fixture
def aplay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "aplay").write_text("#!/bin/sh\n")
    (folder / "aplay").chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", str(folder))
    return folder / "aplay"


def test_probe_finds_nothing_where_all_is_there(cards: Path, aplay: Path) -> None:
    assert aplay.exists()
    assert probe_voice(cards=cards, deadline_seconds=60) is None


def test_probe_names_a_missing_aplay(cards: Path, aplay: Path) -> None:
    aplay.unlink()
    fault = probe_voice(cards=cards, deadline_seconds=60)
    assert fault == "voice: aplay is not installed; install the package alsa-utils"


@pytest.mark.usefixtures("aplay")
@pytest.mark.parametrize("listed", ["--- no soundcards ---\n", "", None])
def test_probe_names_a_missing_sound_card(cards: Path, listed: str | None) -> None:
    cards.unlink() if listed is None else cards.write_text(listed)
    fault = probe_voice(cards=cards, deadline_seconds=60)
    assert (fault or "").startswith("voice: there is no sound card; ")


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("raise SystemExit(1)", "died"),
        (DEAF_CHILD, "did not answer within 0.3 s"),
        ("print('fault voice: espeak is missing; install espeak-ng')", "espeak is missing; install espeak-ng"),
    ],
)
def test_probe_says_why_there_is_no_speech(cards: Path, program: str, reason: str) -> None:
    command = [sys.executable, "-I", "-S", "-c", program]
    assert reason in (probe_voice(command, cards, deadline_seconds=0.3 if program == DEAF_CHILD else 60) or "")


def test_probe_says_that_the_speaker_cannot_start(cards: Path) -> None:
    assert "No such file" in (probe_voice(["/no/such/speaker"], cards) or "")


def test_the_speech_engine_has_the_german_voice(tmp_path: Path) -> None:
    request = json.dumps({"text": "Willkommen Ada", "rate": 165, "volume": 1.0, "voice": voice_of("de")})
    command = [*SPEAKER, "--to-file", str(tmp_path / "welcome.wav")]
    said = subprocess.run(command, input=request + "\n", capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout == "done\n"
