"""A picker for pictures on sticks that are plugged in and out."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.files import asset
from kiosk.gui.reception.picker import Picker, Wanted, wanted_pictures


@pytest.fixture
def fill() -> Callable[..., None]:
    """fill(folder, "a.jpg", "b.jpg"): real pictures under these names."""

    def fill(folder: Path, *names: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            shutil.copy(asset("demo", "gallery", "Grace_Hopper.jpg"), folder / name)

    return fill


@pytest.fixture
def open_picker(context, shown, sticks) -> Iterator[Callable[..., Picker]]:
    """open_picker(size=(800, 480)): on the screen, looking for sticks."""
    pickers: list[Picker] = []

    def open_picker(wanted: Wanted | None = None, size: tuple[int, int] = (800, 480)) -> Picker:
        pickers.append(shown(Picker(context, wanted or wanted_pictures()), size))
        return pickers[-1]

    yield open_picker
    for picker in pickers:
        picker.close_up()
