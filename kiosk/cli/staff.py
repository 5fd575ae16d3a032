"""kiosk staff: the people who may use the staff side of the screen, and their PINs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from kiosk.cli.output import ConfigOption, JsonOption, print_json, print_table, read_config
from kiosk.paths import journal_file, staff_file
from kiosk.people.staff import COMMAND_LINE, Role, StaffMember, StaffRegister
from kiosk.store.journal import Action, Journal

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The name in the journal.")]
_LONGEST_LINE = 1000  # bytes of a line with a PIN; more than any PIN has


RoleOption = Annotated[
    Role, typer.Option(help="reception: people, enrolment, journal; installer: also settings and staff.")
]


def list_staff(*, as_json: JsonOption = False, config: ConfigOption = None) -> int:
    """List the people who have a PIN.

    Example: kiosk staff list
    """
    with closing(StaffRegister(staff_file(read_config(config)))) as register:
        members = register.members()
    if as_json:
        print_json([{"name": member.name, "role": member.role.value} for member in members])
    elif members:
        print_table(("name", "role"), [(member.name, member.role.value) for member in members])
    else:
        typer.echo("Nobody has a PIN. Add the first one with `kiosk staff add NAME --role installer`.")
    return 0


def add(name: NameArgument, *, role: RoleOption, config: ConfigOption = None) -> int:
    """Give a person a PIN of 6 to 12 digits: you are asked for it, or it is the first line of standard input.

    Example: kiosk staff add "Grace Hopper" --role installer
    """
    member = _change(config, Action.STAFF_ADDED, lambda register: register.add(name, role, _asked_pin()))
    typer.echo(f"{member.name} can sign in now, with the role {member.role.value}.")
    return 0


def remove(name: NameArgument, *, config: ConfigOption = None) -> int:
    """Remove a person's PIN. The last installer cannot be removed.

    Example: kiosk staff remove "Grace Hopper"
    """
    member = _change(config, Action.STAFF_REMOVED, lambda register: register.remove(name))
    typer.echo(f"{member.name} cannot sign in any more.")
    return 0


def reset(name: NameArgument, *, config: ConfigOption = None) -> int:
    """Give a person a new PIN. If wrong PINs have locked the staff out, they can try again at once.

    Example: kiosk staff reset "Grace Hopper"
    """
    member = _change(config, Action.STAFF_RESET, lambda register: register.reset(name, _asked_pin()))
    typer.echo(f"{member.name} has a new PIN.")
    return 0


def _change(config: Path | None, action: Action, change: Callable[[StaffRegister], StaffMember]) -> StaffMember:
    """Make a change and note it in the journal; if the journal cannot be written, nothing is changed."""
    settings = read_config(config)
    with closing(Journal(journal_file(settings))) as journal, closing(StaffRegister(staff_file(settings))) as register:
        journal.check(whole=False)
        member = change(register)
        journal.note(action, COMMAND_LINE, member.name, member.role.value, datetime.now(UTC))
    return member


def _asked_pin() -> str:
    """Return a PIN that is typed twice, hidden, or the first line of a file or pipe."""
    if sys.stdin.isatty():
        typed: str = typer.prompt("PIN", hide_input=True, confirmation_prompt="Once more")
        return typed.strip()
    return sys.stdin.buffer.readline(_LONGEST_LINE).decode("utf-8", "replace").strip()
