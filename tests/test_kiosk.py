"""What the package says of itself, and the names that it offers."""

import importlib
import importlib.metadata
import json
import subprocess
import sys

import pytest

import kiosk
from kiosk import course

PUBLIC = [
    "img_to_encoding",
    "load_encoder",
    "pixel_distance",
    "prepare_database",
    "triplet_loss",
    "verify",
    "who_is_it",
]


def test_the_version_is_the_installed_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    for version, told in ((lambda name: f"{name} 1.2.3", "kiosk 1.2.3"), (unknown, "0")):
        monkeypatch.setattr(importlib.metadata, "version", version)
        assert importlib.reload(kiosk).__version__ == told
    monkeypatch.undo()
    importlib.reload(kiosk)
    asked = subprocess.run([sys.executable, "-m", "kiosk", "--version"], capture_output=True, text=True, check=True)
    assert asked.stdout == f"kiosk {kiosk.__version__}\n"


def test_functions_of_the_course_are_offered_under_their_names() -> None:
    assert kiosk.__all__ == course.__all__ == PUBLIC
    for name in PUBLIC:
        assert getattr(kiosk, name) is getattr(course, name)
        assert name in dir(kiosk)
    names: dict[str, object] = {}
    exec("from kiosk import *", names)  # noqa: S102 - as a student writes it
    assert sorted(names.keys() - {"__builtins__"}) == PUBLIC


def test_name_that_is_not_there_is_an_ordinary_error() -> None:
    with pytest.raises(AttributeError, match="module 'kiosk' has no attribute 'recognise'"):
        _ = kiosk.recognise
    with pytest.raises(ImportError, match="recognise"):
        exec("from kiosk import recognise")  # noqa: S102 - an import that fails, in one line


def _loaded_by(statement: str) -> set[str]:
    """The modules that a fresh process has after a statement."""
    program = (
        f"import json, sys; before = set(sys.modules); {statement}; print(json.dumps([*(set(sys.modules) - before)]))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    return set(json.loads(run.stdout))


def test_importing_kiosk_loads_nothing_but_the_standard_library() -> None:
    loaded = _loaded_by("import kiosk")
    assert "kiosk" in loaded
    assert {name for name in loaded if name.split(".")[0] not in sys.stdlib_module_names} == {"kiosk"}


def test_functions_of_the_course_load_neither_tensorflow_nor_the_window() -> None:
    loaded = {name.split(".")[0] for name in _loaded_by("from kiosk import verify, triplet_loss")}
    assert "numpy" in loaded
    assert loaded & {"tensorflow", "keras", "PyQt6"} == set()
