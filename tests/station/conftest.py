"""A whole station on the demo's scene: real cascade, network, gallery, journal; only the voice is left out."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from kiosk.config import ConfigFile
from kiosk.domain import Frame
from kiosk.resources import asset, weights
from kiosk.station.build import Choices, build_station
from kiosk.station.desk import Desk, open_desk
from kiosk.station.station import Station
from kiosk.vision.sources.demo import RATE_HZ, draw

# Without golden vector; its file is found among what is shipped.
SPEC = YAML(typ="safe").load(weights("dlib_resnet.yaml"))
del SPEC["golden"], SPEC["statistics"]  # those of the shipped file
CONFIG = """\
gallery: {folder: images}
journal: {file: journal.sqlite3}
voice: {enabled: false}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a config.yaml and an image folder in which Grace Hopper is enrolled."""
    folder = tmp_path / "home"
    (folder / "images").mkdir(parents=True)
    (folder / "config.yaml").write_text(CONFIG)
    portrait = asset("demo", "gallery", "Grace_Hopper.jpg")
    (folder / "images" / portrait.name).write_bytes(portrait.read_bytes())
    return folder


@pytest.fixture
def save_spec(home: Path) -> Callable[..., Path]:
    """save_spec("other", key=value): an encoder below home on the shipped network, one that takes few changes."""

    def save(name: str, **changes: object) -> Path:
        path = home / "weights" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        with path.open("wb") as opened:
            YAML(typ="safe").dump({**SPEC, **changes}, opened)
        return path

    return save


@pytest.fixture
def build(home: Path) -> Iterator[Callable[[], Station]]:
    """build(): a station on home's configuration, with video time as the clock."""
    built: list[Station] = []

    def make() -> Station:
        config = ConfigFile(home / "config.yaml")
        choices = Choices(config, home / "images", "demo", fast=True)
        built.append(build_station(choices, lambda what, done, total: None))
        return built[-1]

    yield make
    for station in built:
        station.close()


@pytest.fixture
def desk(home: Path) -> Iterator[Desk]:
    """The staff's desk on home's configuration, without a station beside it."""
    config = ConfigFile(home / "config.yaml")
    opened = open_desk(Choices(config, home / "images", "demo", fast=True))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def scene() -> Callable[[float, float], list[Frame]]:
    """scene(from, to): the demo's frames between two moments of its cycle, in s, every third as a live kiosk has it."""

    def frames(first: float, last: float) -> list[Frame]:
        return [
            Frame(draw(index), index / RATE_HZ, index)
            for index in range(round(first * RATE_HZ), round(last * RATE_HZ), 3)
        ]

    return frames
