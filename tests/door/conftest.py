"""No picture of the demo is encoded again for each test of the door."""

import shutil
from pathlib import Path

import pytest

from kiosk.paths import cache_folder


@pytest.fixture(autouse=True)
def templates_are_known(own_user_folders: None, known_templates: Path) -> None:
    shutil.copytree(known_templates, cache_folder())
