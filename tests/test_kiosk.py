"""What the package says of itself."""

import importlib
import importlib.metadata

import pytest

import kiosk


def test_version_is_the_installed_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda name: f"{name} 1.2.3")
    assert importlib.reload(kiosk).__version__ == "kiosk 1.2.3"
    monkeypatch.undo()
    importlib.reload(kiosk)


def test_checkout_that_was_never_installed_has_a_version_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", unknown)
    assert importlib.reload(kiosk).__version__ == "0"
    monkeypatch.undo()
    importlib.reload(kiosk)
