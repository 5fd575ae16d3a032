"""kiosk doctor: is everything in order?"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.cli.exits import answering
from kiosk.cli.options import ConfigOption, GalleryOption, JsonOption, read_config
from kiosk.cli.output import print_json

if TYPE_CHECKING:
    from kiosk.health.findings import Finding

_QT_SECONDS = 60.0
_QT_CODE = "from PyQt6.QtGui import QGuiApplication as A; print(A(['kiosk']).platformName())"


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command()(answering(doctor))


def doctor(
    *,
    source: Annotated[str | None, typer.Option("--source", metavar="S", help="The camera to look at.")] = None,
    as_json: JsonOption = False,
    gallery: GalleryOption = None,
    config: ConfigOption = None,
) -> int:
    """Looks at every part and says what to do about what it finds. Exit code 1 where there is a fault.

    Example: kiosk doctor --source 0
    """
    from kiosk.health.doctor import examine_all
    from kiosk.health.findings import State, examine

    findings = [
        *examine_all(lambda: read_config(config), source, gallery),
        examine("screen", _screen),
    ]
    if as_json:
        print_json([_fields(finding) for finding in findings])
    else:
        for finding in findings:
            remedy = f"; {finding.remedy}" if finding.remedy else ""
            typer.echo(f"{finding.state.value:7}  {finding.check:8} {finding.message}{remedy}")
    return 1 if any(finding.state is State.FAULT for finding in findings) else 0


def _fields(finding: Finding) -> dict[str, str]:
    return {
        "check": finding.check,
        "state": finding.state.value,
        "message": finding.message,
        "remedy": finding.remedy,
    }


def _screen() -> Finding:
    from kiosk.gui.display import display_fault
    from kiosk.health.findings import Finding, State

    fault = display_fault(os.environ)
    if fault is not None:
        return Finding("screen", State.WARNING, fault, "start it on a desktop; without one it runs without a window")
    # In a process of its own, because Qt ends the process where its platform plug-in cannot be loaded.
    asked = subprocess.run(  # noqa: S603  (this interpreter, and the constant above)
        [sys.executable, "-c", _QT_CODE], capture_output=True, text=True, timeout=_QT_SECONDS, check=False
    )
    if asked.returncode != 0:
        reason = " ".join(asked.stderr.split())[:300] or f"ended with {asked.returncode}"
        return Finding(
            "screen", State.FAULT, f"Qt cannot open a window: {reason}", "run `make install` for its packages"
        )
    return Finding("screen", State.OK, f"Qt platform {asked.stdout.strip()}")
