"""Shared by the tests of people: records, what a change left, and a change that is struck at each of its steps."""

import errno
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kiosk.door.services import StaffServices
from kiosk.errors import KioskError
from kiosk.people.register import Consent, PersonRecord
from kiosk.people.staging import recover

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
CONSENT = Consent(NOW, "1", "ab" * 32, "en", "Eve")
FULL = PersonRecord(
    person="Zoë_李",
    shown="Zoë",
    spoken="Zo-ey",
    staff_number="007",
    card_id="04:A2",
    email="zoe@example.org",
    valid_from=date(2026, 1, 1),
    valid_until=date(2026, 12, 31),
    group="عمال",
    suspended=True,
    consent=CONSENT,
    former=("Augusta", "李"),
)

# What Python tells before it changes anything on a disk; opening counts where it is for writing.
CHANGES = {"os.mkdir", "os.rename", "os.link", "os.symlink", "os.remove", "os.rmdir", "os.chmod", "shutil.copyfile"}
CHANGES |= {"sqlite3.connect"}
DONE, SURVIVED, FAILED, UNFORESEEN = 0, 1, 3, 4


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """An empty image folder."""
    folder = tmp_path / "images"
    folder.mkdir()
    return folder


def files(folder: Path) -> list[str]:
    """The files and links below a folder."""
    found = (path for path in folder.rglob("*") if path.is_symlink() or path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in found)


def told(services: StaffServices) -> list[tuple[str, str, str | None, str | None]]:
    """The actions in the journal, newest first."""
    return [(row.action, row.staff, row.subject, row.detail) for row in services.journal.actions(20)]


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def run_apart(change: Callable[[], object], at_step: int, strike: Callable[[], None]) -> int | None:
    """Run a change in a child process, struck at one of its steps; return its exit code, None if it was killed."""
    child = os.fork()
    if child:
        status = os.waitpid(child, 0)[1]
        return os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else None
    left, sync = at_step, os.fsync

    def step() -> None:
        nonlocal left
        left -= 1
        if left == -1:
            strike()

    def on_event(event: str, arguments: tuple[object, ...]) -> None:
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if writes or event in CHANGES:
            step()

    def counted_sync(descriptor: int) -> None:
        step()
        sync(descriptor)

    try:
        os.fsync = counted_sync
        sys.addaudithook(on_event)
        change()
    except KioskError:
        os._exit(FAILED)
    except BaseException:
        os._exit(UNFORESEEN)
    os._exit(DONE if left >= 0 else SURVIVED)


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fill_up() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def struck_at_every_step(tmp_path: Path) -> Callable[..., int]:
    """Run a change again and again, killed or out of space at step after step; return the number of steps.

    Each time the gallery is as before or as after: at once if the change lives, and after the next start if it does
    not. Nothing is left over then.
    """

    def run(prepare: Callable[[Path], None], change: Callable[[Path], object], seen: Callable[[Path], object]) -> int:
        before, after = tmp_path / "before", tmp_path / "after"
        for folder in (before, after):
            folder.mkdir()
            prepare(folder)
        change(after)
        expected = [seen(before), seen(after)]
        assert expected[0] != expected[1]
        assert leftovers(after) == []
        steps = 0
        for strike in (kill, fill_up):
            for step in range(300):
                folder = tmp_path / f"{strike.__name__}-{step}"
                folder.mkdir()
                prepare(folder)
                code = run_apart(lambda folder=folder: change(folder), step, strike)
                assert code != UNFORESEEN
                at_once = seen(folder)
                recover(folder)
                assert seen(folder) in expected, (strike.__name__, step)
                assert code is None or seen(folder) == at_once
                assert leftovers(folder) == []
                if code == DONE:
                    steps = max(steps, step)
                    break
            else:
                pytest.fail("never came to an end")
        return steps

    return run
