"""A wizard on real parts: real registers, gallery, cascade and network; only camera and clock are a test's."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain import ByteImage, Frame
from kiosk.door.build import Choices, build_station
from kiosk.door.services import StaffServices
from kiosk.door.station import Station
from kiosk.gui.reception.enrolment import EnrolmentPage
from kiosk.gui.reception.page import PageContext
from kiosk.vision.opencv import cv2

RATE_HZ = 10


@pytest.fixture
def station(services: StaffServices) -> Iterator[Station]:
    """The station of the services's folder, on video time."""
    choices = Choices(services.config, services.folder, "demo", fast=True)
    with closing(build_station(choices, lambda what, done, total: None)) as built:
        services.station = built
        yield built
        services.station = None


@pytest.fixture
def page(context: PageContext, station: Station, shown: Callable[..., EnrolmentPage]) -> EnrolmentPage:
    found = EnrolmentPage(context)
    shown(found)
    return found


class Camera:
    """Shows pictures of people to the station, ten frames a second of video time, and tells the context."""

    def __init__(self, station: Station, context: PageContext) -> None:
        self._station, self._context, self.number = station, context, 0

    def show(self, *pictures: Path, seconds: float = 1.0) -> None:
        """The pictures beside each other; none = an empty room."""
        for _ in range(round(seconds * RATE_HZ)):
            frame = Frame(scene(pictures, self.number), self.number / RATE_HZ, self.number)
            self._context.reported.emit(self._station.process(frame))
            self.number += 1


def scene(pictures: tuple[Path, ...], seed: int) -> ByteImage:
    """640 x 480 px, with noise: never the same twice."""
    image = np.full((480, 640, 3), 90, np.uint8)
    for place, path in enumerate(pictures):
        side = 480 if len(pictures) == 1 else 320
        left = 80 if len(pictures) == 1 else place * 320
        image[480 - side :, left : left + side] = cv2.resize(cv2.imread(str(path)), (side, side))
    noise = np.random.default_rng(seed).integers(-3, 4, image.shape)
    return (image + noise).clip(0, 255).astype(np.uint8)


@pytest.fixture
def camera(station: Station, context: PageContext) -> Camera:
    return Camera(station, context)


@pytest.fixture
def pictures(data: Path) -> Callable[[str], list[Path]]:
    """pictures(name): those of a person of the test material."""
    return lambda name: sorted((data / "lfw-view1" / name).glob("*.jpg"))


class StationOfTests:
    """Takes what the wizard hands over."""

    def __init__(self) -> None:
        self.capture = None
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)


@pytest.fixture
def bare(services: StaffServices) -> StationOfTests:
    """A station that recognises nothing."""
    services.station = StationOfTests()  # type: ignore[assignment]
    return services.station  # type: ignore[return-value]
