"""What several tests need: the public test material, and folders of their own instead of the user's."""

import os
import runpy
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def pytest_configure() -> None:
    """A translation that was changed since the kiosk was installed is the one that is tested."""
    runpy.run_path(str(Path(__file__).parents[1] / ".ci" / "compile_translations.py"))["compile_all"]()


@pytest.fixture(scope="session")
def data() -> Path:
    """The test material: $KIOSK_TEST_DATA or ../shared/data beside the checkout; without it the test is skipped."""
    folder = Path(os.environ.get("KIOSK_TEST_DATA") or Path(__file__).parents[2] / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no test material at {folder}; set KIOSK_TEST_DATA to the folder that holds it")
    return folder


@pytest.fixture(autouse=True)
def own_user_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cache, data and configuration of a test never touch the user's."""
    for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "user" / name))
    monkeypatch.delenv("KIOSK_CONFIG", raising=False)
