"""A station at work, and values as a form sees them."""

from collections.abc import Callable, Iterator

import pytest

from kiosk.config import Config, ConfigFile
from kiosk.config.saving import Seen
from kiosk.config.schema import OptionInfo, options, values
from kiosk.domain import Box, Candidate, Face, Identification, Observation, TrackedFace
from kiosk.door.build import Choices, build_station
from kiosk.door.report import Report
from kiosk.door.services import StaffServices
from kiosk.door.station import Station
from kiosk.gui.reception.settings.form import Draft

INFOS = {info.key: info for info in options()}


@pytest.fixture
def info() -> Callable[[str], OptionInfo]:
    return INFOS.__getitem__


@pytest.fixture
def draft() -> Draft:
    """Nothing changed, everything as it is without a file."""
    return Draft(Seen(values(Config()), "digest"))


@pytest.fixture
def station(services: StaffServices, home) -> Iterator[Station]:
    """A real one, on the services."""
    choices = Choices(ConfigFile(home / "config.yaml"), home / "images", "demo", fast=True)
    built = build_station(choices, lambda *_: None)
    services.station = built
    yield built
    built.close()


@pytest.fixture
def report() -> Callable[..., Report]:
    """report(0.31, 0.6): Ada so far away, and Bo; report(): a face that could not be compared."""

    def make(*distances: float, size: int = 100) -> Report:
        candidates = tuple(Candidate(name, at) for name, at in zip(("Ada", "Bo_Li"), distances, strict=False))
        found = Identification(candidates, 0.4, 0.05, len(candidates)) if distances else None
        face = TrackedFace(1, Face(Box(0, 0, size, size), 1.0), None, found)
        return Report(Observation(1, 1.0, (face,)), (), (), "", {}, {"Ada": "Ada Lovelace"})

    return make
