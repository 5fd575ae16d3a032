"""The command line as it is called, in this process."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.cli import main, running
from kiosk.files import asset
from kiosk.paths import cache_folder


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


@pytest.fixture
def kiosk(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """kiosk("people", "--json"): its exit code and what it printed; in a folder without a configuration."""
    monkeypatch.setattr(running, "_leave", sys.exit)  # the tests' own process has to go on
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)

    def run(*arguments: object) -> Result:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Result(int(ended.value.code or 0), out, err)

    return run


@pytest.fixture
def images(tmp_path: Path, known_templates: Path) -> Path:
    """A gallery in which Grace Hopper is enrolled."""
    folder = tmp_path / "images"
    folder.mkdir()
    shutil.copytree(known_templates, cache_folder())
    shutil.copy(asset("demo", "gallery", "Grace_Hopper.jpg"), folder)
    return folder


@pytest.fixture
def grace() -> Path:
    return asset("demo", "grace_hopper.jpg")


@pytest.fixture
def eileen() -> Path:
    return asset("demo", "eileen_collins.jpg")
