"""Rows of a journal."""

from collections.abc import Callable

import pytest

from kiosk.store.journal import JournalEntry


def entry(number: int = 1, **changes: object) -> JournalEntry:
    """A row that let Ada in, `number` minutes after noon."""
    values: dict[str, object] = {
        "id": number,
        "time": f"2026-03-01T{12 + number // 60:02}:{number % 60:02}:00.000+00:00",
        "outcome": "granted",
        "reason": "recognised",
        "person": "Ada",
        "distance": 0.3,
        "second_person": None,
        "second_distance": None,
        "threshold": 0.39,
        "margin": 0.04,
        "encoder": "dlib_resnet",
        "frame": number,
        "track": 1,
        "gallery_size": 3,
        "detail": None,
    }
    return JournalEntry(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def make_entry() -> Callable[..., JournalEntry]:
    return entry
