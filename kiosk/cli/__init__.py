"""The command line: parse, call, exit code. Commands import heavy modules when they run."""

import logging
import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from kiosk import __version__
from kiosk.cli import calibrating, evaluating, faces, health, people, running, staff, training, weights
from kiosk.cli.output import answering
from kiosk.errors import KioskError

app = typer.Typer(
    name="kiosk",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _command in (
    *(running.run, running.demo, faces.identify, faces.verify, people.enrol, training.train, evaluating.evaluate),
    *(calibrating.calibrate, health.doctor, health.encoders),
):
    app.command()(answering(_command))


def _add_group(name: str, commands: Sequence[Callable[..., int]], **options: Any) -> typer.Typer:  # noqa: ANN401
    group = typer.Typer(name=name, **options)
    for command in commands:
        group.command(command.__name__.partition("_")[0])(answering(command))  # list_staff is called list
    app.add_typer(group)
    return group


_people = (people.show, people.rename, people.suspend, people.erase, people.export, people.import_)
_add_group("people", _people, invoke_without_command=True).callback()(people.people)
_weights = (weights.list_weights, weights.fetch, weights.verify, weights.remove, weights.export, weights.cohort)
_add_group("weights", _weights, no_args_is_help=True, help="Encoders and detectors as files.")
_staff = (staff.list_staff, staff.add, staff.remove, staff.reset)
_add_group("staff", _staff, no_args_is_help=True, help="The staff and their PINs.")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"kiosk {__version__}")
        raise typer.Exit


@app.callback()
def kiosk(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """A screen beside an office door: it recognises people, welcomes them and opens the door.

    Exit codes: 0 done or yes, 1 no, 2 wrong usage, 10 and above: a fault, with its remedy in one line.
    Add --debug to any command to see the traceback of a fault.

    Example: kiosk run --source /dev/v4l/by-id/usb-door-camera
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    _log_to_stderr(debug=debug)
    try:
        app([argument for argument in given if argument != "--debug"])
    except Exception as error:
        if debug:
            raise
        fault = error
        if not isinstance(fault, KioskError):
            reason = f"{type(error).__name__}: {error}"
            fault = KioskError("kiosk", reason, "run the command again with --debug and report it")
        typer.echo(f"kiosk: {fault}", err=True)
        sys.exit(fault.exit_code)


def _log_to_stderr(*, debug: bool) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("kiosk: %(message)s") if debug else _OneLine("kiosk: %(message)s"))
    logging.basicConfig(level=logging.DEBUG if debug else logging.WARNING, handlers=[handler], force=True)


class _OneLine(logging.Formatter):
    """Formats a log record without its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        record.message = record.getMessage()
        return self.formatMessage(record)
