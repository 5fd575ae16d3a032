"""kiosk doctor and kiosk encoders: check every part; list the encoders."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Annotated, Any

import typer

from kiosk.cli.output import ConfigOption, GalleryOption, JsonOption, print_json, print_table, read_config
from kiosk.door.build import own_weights
from kiosk.health.checks import Finding, State, examine
from kiosk.health.doctor import examine_all
from kiosk.health.encoder_table import EncoderRow, crop_in_words, encoder_table

_QT_SECONDS = 60.0
_QT_CODE = "from PyQt6.QtGui import QGuiApplication as A; print(A(['kiosk']).platformName())"


def doctor(
    *,
    source: Annotated[str | None, typer.Option(metavar="S", help="The camera to check.")] = None,
    as_json: JsonOption = False,
    gallery: GalleryOption = None,
    config: ConfigOption = None,
) -> int:
    """Check every part, and say what to do about each fault. Exit code 1 if there is a fault.

    Example: kiosk doctor --source 0
    """
    findings = [*examine_all(lambda: read_config(config), source, gallery), examine("screen", _screen)]
    if as_json:
        print_json(
            [
                {"check": one.check, "state": one.state.value, "message": one.message, "remedy": one.remedy}
                for one in findings
            ]
        )
    else:
        for finding in findings:
            remedy = f"; {finding.remedy}" if finding.remedy else ""
            typer.echo(f"{finding.state.value:7}  {finding.check:8} {finding.message}{remedy}")
    return 1 if any(finding.state is State.FAULT for finding in findings) else 0


def _screen() -> Finding:
    from kiosk.gui.display import display_fault

    fault = display_fault(os.environ)
    if fault is not None:
        return Finding(State.WARNING, fault, "start it on a desktop; without one it runs without a window")
    # In a process of its own: Qt ends the process if its platform plug-in cannot be loaded.
    asked = subprocess.run(  # noqa: S603  (this interpreter, and the constant above)
        [sys.executable, "-c", _QT_CODE], capture_output=True, text=True, timeout=_QT_SECONDS, check=False
    )
    if asked.returncode != 0:
        reason = " ".join(asked.stderr.split())[:300] or f"ended with {asked.returncode}"
        return Finding(State.FAULT, f"Qt cannot open a window: {reason}", "run `make install` for its packages")
    return Finding(State.OK, f"Qt platform {asked.stdout.strip()}")


_HEADINGS = ("encoder", "parameters, size", "input", "ms a face", "threshold", "installed")


def encoders(*, as_json: JsonOption = False, config: ConfigOption = None) -> int:
    """List the encoders: parameters, size, input, milliseconds a face (measured now), threshold, licence.

    The configured one is marked *. Exit code 1 if it does not work.

    Example: kiosk encoders
    """
    settings = read_config(config)
    now = settings.current
    rows = encoder_table(now.encoder, now.matching, now.threads, own_weights(settings))
    if as_json:
        print_json([_encoder_fields(row) for row in rows])
    else:
        print_table(_HEADINGS, [_cells(row) for row in rows])
        for row in rows:
            if row.spec is not None:
                typer.echo(f"{row.name}: {row.spec.licence}; {row.spec.source}")
        for row in rows:
            if row.fault is not None:
                typer.echo(f"{row.name}: {row.fault}")
    return 1 if any(row.in_use and (row.fault or not row.installed) for row in rows) else 0


def _cells(row: EncoderRow) -> tuple[str, ...]:
    name = f"{row.name} *" if row.in_use else row.name
    installed = "no" if not row.installed else "faulty" if row.fault else "yes"
    spec = row.spec
    if spec is None:
        return (name, *["-"] * (len(_HEADINGS) - 2), installed)
    parameters = f"{spec.parameters / 1e6:.1f} M" if spec.parameters else ""
    size = f"{spec.size_bytes / 1e6:.1f} MB" if spec.size_bytes else ""
    return (
        name,
        ", ".join(filter(None, (parameters, size))),
        ", ".join(map(crop_in_words, spec.crops)),
        "-" if row.milliseconds is None else f"{row.milliseconds:.1f}",
        "-" if row.threshold is None else f"{row.threshold:.3g}",
        installed,
    )


def _encoder_fields(row: EncoderRow) -> dict[str, Any]:
    of_spec = ("parameters", "size_bytes", "dimension", "licence", "source")
    return {
        **{name: getattr(row, name) for name in ("name", "in_use", "installed", "fault", "threshold")},
        **{name: getattr(row.spec, name, None) for name in of_spec},
        "size_bytes": row.spec.size_bytes or None if row.spec else None,
        "input": [crop_in_words(crop) for crop in row.spec.crops] if row.spec else None,
        "milliseconds": None if row.milliseconds is None else round(row.milliseconds, 2),
    }
