"""The whole kiosk on real parts while it runs: only camera and loudspeaker are stand-ins."""

import hashlib
import shutil
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from PyQt6.QtCore import QTimer
from ruamel.yaml import YAML

from kiosk.config import ConfigFile
from kiosk.config.options import ScreenSection
from kiosk.domain import Frame
from kiosk.door import build as building
from kiosk.door import supervisor
from kiosk.door.build import Choices, build_station
from kiosk.door.services import open_services
from kiosk.door.station import Station
from kiosk.door.voice import Voice
from kiosk.files import asset, shipped_weights
from kiosk.gui.app import Kiosk
from kiosk.gui.window import KioskWindow
from kiosk.people.gallery import Gallery
from kiosk.recognition.pipeline import PhotographReader
from kiosk.store.journal import Journal, JournalEntry
from kiosk.vision.camera import WatchedCamera
from kiosk.vision.demo import RATE_HZ, draw


def own_processes() -> list[psutil.Process]:
    """Return the children of this process without the resource tracker, which multiprocessing keeps for later tests."""
    children = psutil.Process().children(recursive=True)
    return [child for child in children if "resource_tracker" not in " ".join(child.cmdline())]


def headline(window: KioskWindow) -> str:
    assert window.banner.headline.isVisible()
    return window.banner.headline.text()


# Of the demo's cycle, in frames: Grace Hopper near the camera, nobody, Eileen Collins near the camera.
SCENE = [*range(70, 130), *range(222, 252), *range(330, 420)]
ENGLISH = ScreenSection(language="en")
MUTE_FOR_EVER = [sys.executable, "-c", "import threading; print('ready', flush=True); threading.Event().wait()"]


class Scene:
    """The demo at its pace without the waits; then `read` blocks, as with a camera that was pulled out."""

    name, endless = "camera 7", True

    def __init__(self) -> None:
        self.left = list(SCENE)
        self.sequence = 0
        self.unplugged = threading.Event()

    def read(self) -> Frame | None:
        if not self.left:
            self.unplugged.wait()
            return None
        threading.Event().wait(1 / RATE_HZ)
        self.sequence += 1
        return Frame(draw(self.left.pop(0)), time.monotonic(), self.sequence)

    def close(self) -> None:
        """A driver that hangs does not hear it."""


@pytest.fixture
def whole(qtbot, tmp_path, monkeypatch):
    """The kiosk on the demo's scene and gallery, with a voice that hangs in every sentence."""
    spoken: list[str] = []

    class Hanging(Voice):
        def __init__(self, **options) -> None:
            super().__init__(command=MUTE_FOR_EVER, **options)

        def say(self, text: str) -> None:
            spoken.append(text)
            super().say(text)

    monkeypatch.setattr(building, "Voice", Hanging)
    (tmp_path / "config.yaml").write_text("journal: {file: journal.sqlite3}\ndoor: {open_seconds: 1.5}\n")
    choices = Choices(ConfigFile(tmp_path / "config.yaml"), asset("demo", "gallery"), "0")
    scene = Scene()
    camera = WatchedCamera(lambda: scene, lost_after_seconds=1.0)
    with closing(open_services(choices)) as services:
        kiosk = Kiosk(
            camera, lambda show: build_station(choices, show), lambda: ENGLISH, services, mirror=True, notice=""
        )
        qtbot.addWidget(kiosk.window)
        kiosk.start(full_screen=False)
        yield kiosk, spoken
        scene.unplugged.set()


@pytest.mark.slow
def test_the_whole_kiosk_goes_from_state_to_state_and_ends_while_camera_and_voice_hang(qtbot, whole):
    kiosk, spoken = whole
    seen: list[str] = []

    def look() -> None:
        if not seen or seen[-1] != headline(kiosk.window):
            seen.append(headline(kiosk.window))

    watching = QTimer()
    watching.timeout.connect(look)
    look()
    watching.start(10)
    qtbot.waitUntil(lambda: seen[-1] == "Camera unavailable", timeout=120_000)
    watching.stop()
    states = [text for text in seen if text in {"Welcome Grace Hopper, have a nice day!", "Locked", "Not recognised"}]
    welcomed, refused = states.index("Welcome Grace Hopper, have a nice day!"), states.index("Not recognised")
    assert seen[0].startswith("Starting")
    assert welcomed < refused
    assert "Locked" in states[welcomed:refused]
    assert spoken == ["Welcome Grace Hopper, have a nice day!"]
    kiosk.window.end()
    assert kiosk.stop()
    assert own_processes() == []


# Another encoder while the whole kiosk runs.


class Corridor(Scene):
    """Grace Hopper at the door, then nobody, for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.left = []

    def read(self) -> Frame | None:
        self.left = self.left or [*range(80, 125, 2), *range(222, 246, 2)]
        return super().read()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A kiosk with Grace Hopper enrolled, that looks at its files ten times a second."""
    monkeypatch.setattr(supervisor, "REFRESH_SECONDS", 0.1)
    monkeypatch.setattr(supervisor, "RETRY_SECONDS", 0.1)
    (tmp_path / "images").mkdir()
    shutil.copy(asset("demo", "gallery", "Grace_Hopper.jpg"), tmp_path / "images")
    (tmp_path / "weights").mkdir()
    choose(tmp_path, "dlib_resnet")
    return tmp_path


@pytest.fixture
def running(qtbot, home, services):
    """The whole kiosk in that home, and each headline since its start with whether the door was open."""
    config = ConfigFile(home / "config.yaml")
    choices = Choices(config, home / "images", "0")
    kiosk = Kiosk(
        WatchedCamera(Corridor, lost_after_seconds=3600, open_within_seconds=3600),
        lambda show: build_station(choices, show),
        lambda: config.current.screen,
        services,
        mirror=True,
        notice="",
    )
    stations: list[Station] = []
    kiosk.recognition.built.connect(stations.append)
    seen: list[tuple[str, bool]] = []

    def look() -> None:
        if not kiosk.window.isVisible():
            return
        now = headline(kiosk.window), bool(stations) and stations[-1].door.unlocked
        if now not in seen[-1:]:
            seen.append(now)

    watching = QTimer()
    watching.timeout.connect(look)
    watching.start(5)
    qtbot.addWidget(kiosk.window)
    kiosk.start(full_screen=False)
    yield Running(kiosk, stations, seen)
    watching.stop()
    kiosk.window.end()
    assert kiosk.stop()


@dataclass(frozen=True)
class Running:
    kiosk: Kiosk
    stations: list[Station]
    seen: list[tuple[str, bool]]

    @property
    def detail(self) -> str:
        return self.kiosk.window.banner.detail.text()


def choose(home: Path, encoder: str, more: str = "") -> None:
    """Write the configuration as an editor does: whole."""
    fresh = home / "fresh.yaml"
    fresh.write_text(
        f"encoder: {encoder}\njournal: {{file: journal.sqlite3}}\nvoice: {{enabled: false}}\n"
        f"decision: {{away_seconds: 0.2, cool_down_seconds: 0.0}}\ndoor: {{open_seconds: 30.0}}\n{more}"
    )
    fresh.replace(home / "config.yaml")


def test_a_language_is_spoken_without_a_restart_and_a_window_closed_during_a_change_ends_at_once(
    qtbot, running, home, monkeypatch
):
    choose(home, "dlib_resnet", "screen: {language: en}\n")
    qtbot.waitUntil(lambda: ("Locked", False) in running.seen, timeout=60_000)
    choose(home, "dlib_resnet", "screen: {language: de}\n")
    qtbot.waitUntil(lambda: "Willkommen Grace Hopper, einen schönen Tag!" in dict(running.seen), timeout=60_000)
    reads = threading.Event()

    def read_for_ever(gallery, progress):
        while True:
            reads.set()
            progress(3, 300)

    monkeypatch.setattr(Gallery, "load", read_for_ever)
    add_encoder(home, "other", mirror=False)
    choose(home, "other")
    qtbot.waitUntil(reads.is_set)
    qtbot.waitUntil(lambda: headline(running.kiosk.window) == "Updating face recognition")
    running.kiosk.window.end()
    assert running.kiosk.stop()
    assert "gallery watch" not in [thread.name for thread in threading.enumerate()]
    assert len(running.stations) == 1


def add_encoder(home: Path, name: str, content: bytes | None = None, **changes: object) -> None:
    """An encoder below home; without a file of its own on the shipped network."""
    spec = YAML(typ="safe").load(shipped_weights("dlib_resnet.yaml"))
    del spec["golden"]
    if content is not None:
        sha256 = hashlib.sha256(content).hexdigest()
        spec |= {"file": f"{name}.tflite", "size": len(content), "sha256": sha256}
    with (home / "weights" / f"{name}.yaml").open("wb") as opened:
        YAML(typ="safe").dump({**spec, **changes}, opened)
    if content is not None:
        (home / "weights" / f"{name}.tflite").write_bytes(content)


def add_mobilefacenet(home: Path, data: Path) -> None:
    file = data / "encoders" / "mobilefacenet.onnx"
    means, deviations = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    add_encoder(
        home,
        "mobilefacenet",
        file="mobilefacenet.onnx",
        size=file.stat().st_size,
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        input={
            "size_px": 112,
            "layout": "channels_first",
            "mean": [255 * mean for mean in means],
            "scale": [1 / 255 / deviation for deviation in deviations],
        },
        crop={"kind": "arcface"},
        threshold=1.0,
        margin=0.05,
    )
    shutil.copy(file, home / "weights")


def rows(home: Path) -> list[JournalEntry]:
    with closing(Journal(home / "journal.sqlite3")) as journal:
        return journal.entries(100)


def is_let_in(running: Running, encoder: str) -> bool:
    """Whether the newest station is of that encoder and its door stands open."""
    station = running.stations[-1] if running.stations else None
    return station is not None and station.encoder.name == encoder and station.door.unlocked


@pytest.mark.slow
@pytest.mark.data
def test_another_encoder_is_taken_over_while_the_door_stays_shut(*, qtbot, home, data, running, monkeypatch):
    add_encoder(home, "other", mirror=False)
    add_mobilefacenet(home, data)
    qtbot.waitUntil(lambda: is_let_in(running, "dlib_resnet"))
    names = ["dlib_resnet"]
    for encoder, name in (
        ("other", "other"),
        ("mobilefacenet", "mobilefacenet"),
        ("[dlib_resnet, other]", "dlib_resnet+other"),
    ):
        qtbot.waitUntil(lambda: headline(running.kiosk.window).startswith("Welcome Grace Hopper"))
        before, old = len(running.seen), running.stations[-1]
        choose(home, encoder)
        qtbot.waitUntil(lambda name=name: is_let_in(running, name))
        assert not old.door.unlocked
        change = running.seen[before:]
        assert {is_open for told, is_open in change if told == "Updating face recognition"} == {False}
        # The door was open when the change began. It is shut from then on until a person is recognised again.
        opened = [is_open for _, is_open in change]
        shut_at = opened.index(False)
        assert opened[shut_at:] == sorted(opened[shut_at:])
        templates = running.stations[-1]._parts.gallery.snapshot.templates
        assert {template.embedding.encoder for template in templates} == {name}
        names.append(name)
        assert [row.encoder for row in rows(home)] == names[::-1]
    read: list[object] = []
    with monkeypatch.context() as patched:
        patched.setattr(PhotographReader, "one", lambda reader, image: read.append(image))
        choose(home, "dlib_resnet")
        qtbot.waitUntil(lambda: is_let_in(running, "dlib_resnet"))
    assert read == [], "nothing is read again on the way back"
    threads = [thread.name for thread in threading.enumerate()]
    assert (threads.count("gallery watch"), threads.count("voice")) == (1, 1)
    assert own_processes() == []
    # One that does not load is explained, none takes its place, and it is taken over once it is whole.
    content = shipped_weights("dlib_resnet.tflite").read_bytes()
    add_encoder(home, "altered", content)
    altered = home / "weights" / "altered.tflite"
    altered.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    for encoder, told in (
        ("altered", "SHA-256 is not the one expected"),
        ("[dlib_resnet, gone]", "gone"),
        ("otherr", "'otherr' is not known"),
    ):
        before = len(running.stations)
        choose(home, encoder)
        qtbot.waitUntil(lambda told=told: headline(running.kiosk.window) == "Out of order" and told in running.detail)
        assert running.detail.startswith("The door stays locked.")
        assert (len(running.stations), running.stations[-1].door.unlocked) == (before, False)
    altered.write_bytes(content)
    choose(home, "altered")
    qtbot.waitUntil(lambda: is_let_in(running, "altered"))
