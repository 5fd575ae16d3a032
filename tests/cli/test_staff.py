"""The first PIN comes from the command line; what is done there stands in the journal."""

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.config import ConfigFile
from kiosk.paths import journal_file, staff_file
from kiosk.people.staff import Refused, StaffMember, StaffRegister
from kiosk.store.journal import Journal


@pytest.fixture
def pin(monkeypatch):
    """pin("402913") is what the next command reads from standard input."""

    def give(line: str | bytes) -> None:
        content = line if isinstance(line, bytes) else f"{line}\n".encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    return give


@pytest.fixture
def grace(kiosk, pin):
    """An installer."""
    pin("402913")
    assert kiosk("staff", "add", "Grace", "--role", "installer").code == 0


def entered(pin: str) -> StaffMember | Refused:
    return StaffRegister(staff_file(ConfigFile(None))).enter(pin)


def journal() -> list[tuple[str, str, str | None, str | None]]:
    entries = Journal(journal_file(ConfigFile(None))).actions(99)
    return [(entry.staff, entry.action, entry.subject, entry.detail) for entry in entries]


def test_staff_are_added_reset_and_removed_and_the_journal_has_it_all_but_no_pin(kiosk, pin):
    shown = kiosk("staff", "list")
    assert (shown.code, "kiosk staff add NAME --role installer" in shown.out) == (0, True)
    assert json.loads(kiosk("staff", "list", "--json").out) == []
    pin("402913")
    assert kiosk("staff", "add", "Grace", "--role", "installer").code == 0
    pin("77120984")
    assert kiosk("staff", "add", "Bo", "--role", "reception").out.startswith("Bo can sign in")
    assert json.loads(kiosk("staff", "list", "--json").out) == [
        {"name": "Bo", "role": "reception"},
        {"name": "Grace", "role": "installer"},
    ]
    assert kiosk("staff", "list").out.split()[-2:] == ["Grace", "installer"]
    assert entered("77120984").name == "Bo"
    entered("000000")
    assert not entered("402913").tried  # a wrong PIN locks the staff out for a while; a new one ends that
    pin("648201")
    assert kiosk("staff", "reset", "GRACE").code == 0
    assert entered("648201").name == "Grace"
    kiosk("staff", "remove", "Bo")
    assert journal() == [
        ("command line", "staff_removed", "Bo", "reception"),
        ("command line", "staff_reset", "Grace", "installer"),
        ("command line", "staff_added", "Bo", "reception"),
        ("command line", "staff_added", "Grace", "installer"),
    ]


def test_a_change_that_cannot_be_made_is_told_in_a_line_and_not_journalled(kiosk, grace, pin):
    bo = ("add", "Bo", "--role", "reception")
    for arguments, line, reason in (
        (bo, "123456", "too easy to guess"),
        (bo, "", "6 to 12 digits"),
        (bo, b"\xff" * 5000, "6 to 12 digits"),
        (bo, "402913", "cannot be used"),
        (("add", "grace", "--role", "reception"), "648201", "already a member"),
        (("add", "a/b", "--role", "reception"), "648201", "slash"),
        (("remove", "Grace"), "", "last installer"),
        (("remove", "Grac"), "", "did you mean 'Grace'"),
        (("reset", "Nobody"), "648201", "no member of the staff"),
    ):
        pin(line)
        refused = kiosk("staff", *arguments)
        assert (refused.code, reason in refused.err, refused.err.count("\n")) == (24, True, 1), reason
        assert len(journal()) == 1


def test_nothing_changes_where_the_journal_takes_nothing(kiosk, grace, pin):
    file = journal_file(ConfigFile(None))
    for part in file.parent.glob(f"{file.name}*"):
        part.unlink()
    file.write_bytes(b"no database\n" * 500)
    pin("648201")
    assert kiosk("staff", "add", "Bo", "--role", "reception").code == 20
    assert isinstance(entered("648201"), Refused)


def test_pin_typed_at_a_terminal_is_asked_twice_and_not_shown(tmp_path):
    """A real terminal: only there is the PIN hidden."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "kiosk", "staff", "add", "Grace", "--role", "installer"]
    root = str(Path(__file__).parents[2])
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": root},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    for prompt in (b"PIN: ", b"Once more: "):
        while not shown.endswith(prompt):
            shown += os.read(ours, 100)
        os.write(ours, b"402913\n")
    assert process.wait(60) == 0
    while b"can sign in" not in shown:
        shown += os.read(ours, 100)
    os.close(ours)
    assert b"402913" not in shown
    assert entered("402913").name == "Grace"
