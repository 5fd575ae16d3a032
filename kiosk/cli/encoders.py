"""kiosk encoders: which networks there are, and what each costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from kiosk.cli.exits import answering
from kiosk.cli.options import ConfigOption, JsonOption, read_config
from kiosk.cli.output import print_json, print_table

if TYPE_CHECKING:
    from kiosk.health.encoder_table import EncoderRow

_HEADINGS = ("encoder", "parameters, size", "input", "ms a face", "threshold", "installed")


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command()(answering(encoders))


def encoders(*, as_json: JsonOption = False, config: ConfigOption = None) -> int:
    """Every encoder: parameters, size, input, milliseconds a face measured now, threshold, whether installed; licences.

    Exit code 1 where the one of the configuration (marked *) does not work.

    Example: kiosk encoders
    """
    from kiosk.health.encoder_table import encoder_table

    rows = encoder_table(read_config(config))
    if as_json:
        print_json([_fields(row) for row in rows])
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
    from kiosk.health.encoder_table import crop_in_words

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


def _fields(row: EncoderRow) -> dict[str, Any]:
    from kiosk.health.encoder_table import crop_in_words

    spec = row.spec
    return {
        "name": row.name,
        "in_use": row.in_use,
        "installed": row.installed,
        "fault": row.fault,
        "parameters": spec.parameters if spec else None,
        "size_bytes": spec.size_bytes or None if spec else None,
        "input": [crop_in_words(crop) for crop in spec.crops] if spec else None,
        "dimension": spec.dimension if spec else None,
        "milliseconds": None if row.milliseconds is None else round(row.milliseconds, 2),
        "threshold": row.threshold,
        "licence": spec.licence if spec else None,
        "source": spec.source if spec else None,
    }
