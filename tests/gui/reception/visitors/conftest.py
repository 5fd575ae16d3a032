"""A services beside a station that knows Grace Hopper, and faces in the store."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from kiosk.domain import Embedding
from kiosk.door.build import Choices, build_station
from kiosk.door.services import StaffServices
from kiosk.files import asset
from kiosk.vision.alignment import as_png
from kiosk.vision.opencv import cv2
from kiosk.vision.pictures import read_picture


@pytest.fixture
def running(services: StaffServices) -> Iterator[StaffServices]:
    path = services.config.path
    path.write_text(path.read_text().replace("reception: {", "reception: {keep_refused_hours: 24, "))
    services.config.changed()
    station = build_station(Choices(services.config, services.folder, "demo", fast=True), lambda *_: None)
    services.station = station
    yield services
    services.station = None
    station.close()


@pytest.fixture
def looks() -> Callable[..., Embedding]:
    """looks(person, shot): the same person number gives embeddings within the threshold, another one does not."""

    def make(person: int, shot: int = 0, encoder: str = "sface_fp16") -> Embedding:
        vector = np.random.default_rng(person).normal(size=128)
        vector = vector / np.linalg.norm(vector)
        vector += np.random.default_rng([person, shot]).normal(size=128) * 0.01
        return Embedding((vector / np.linalg.norm(vector)).astype(np.float32), encoder)

    return make


@pytest.fixture
def keep(running: StaffServices, looks: Callable[..., Embedding]) -> Callable[..., int]:
    """keep(person, shot, minutes_ago=0): another face in the store; returns its id."""
    picture = as_png(cv2.resize(read_picture(asset("demo", "eileen_collins.jpg")), (200, 200)))

    def store(person: int, shot: int = 0, minutes_ago: int = 0, embedding: Embedding | None = None) -> int:
        when = datetime.now(UTC) - timedelta(minutes=minutes_ago)
        return running.visitors.keep(picture, embedding or looks(person, shot), when)

    return store
