"""What several tests need: the public test material, and folders of their own instead of the user's."""

import os
import runpy
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import words
from kiosk.station import places

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


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """No test leaves the language of its window to the next one."""
    yield
    words.install(None)


class Sticks:
    """USB sticks that are plugged in and out: folders, and a mount table as Linux writes it."""

    def __init__(self, folder: Path) -> None:
        self.root, self.table = folder / "media", folder / "mounts"
        self.root.mkdir()
        self._mounted: list[Path] = []
        self._write()

    def plug(self, name: str = "KINGSTON") -> Path:
        """Mount a stick; its folder, to be filled."""
        folder = self.root / name
        folder.mkdir()
        self._mounted.append(folder)
        self._write()
        return folder

    def pull(self, folder: Path) -> None:
        """Pull a stick out: what was on it is gone."""
        shutil.rmtree(folder)
        self._mounted.remove(folder)
        self._write()

    def _write(self) -> None:
        lines = [b"proc /proc proc rw 0 0", b"/dev/sda2 / ext4 rw 0 0"]
        for number, folder in enumerate(self._mounted):
            escaped = os.fsencode(folder).replace(b" ", b"\\040").replace(b"\n", b"\\012")
            lines.append(b"/dev/sdb%d %s vfat rw,nosuid 0 0" % (number, escaped))
        self.table.write_bytes(b"\n".join(lines) + b"\n")


@pytest.fixture
def sticks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sticks:
    found = Sticks(tmp_path)
    monkeypatch.setattr(places, "_MOUNTS", found.table)
    monkeypatch.setattr(places, "_STICK_ROOTS", (found.root,))
    return found
