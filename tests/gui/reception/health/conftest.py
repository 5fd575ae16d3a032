"""Findings of every kind."""

import pytest

from kiosk.health.checks import Finding, State


@pytest.fixture
def fault() -> Finding:
    details = tuple(f"Ada {number}.jpg: is empty" for number in range(9))
    return Finding("gallery", State.FAULT, "/home/ada/images: cannot be read", "check its permissions", details, "gone")


@pytest.fixture
def fine() -> Finding:
    return Finding("gallery", State.OK, "people 3", public="people 3")
