"""kiosk weights: list, fetch, verify, make and remove the files of encoders and detectors."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import DownloadColumn, TimeRemainingColumn, TransferSpeedColumn

from kiosk.cli.output import ConfigOption, JsonOption, print_json, print_table, progress_bar, read_config
from kiosk.health.encoder_table import check_specs
from kiosk.training import NetworkName
from kiosk.weights.catalogue import Installed, installed, read_catalogue
from kiosk.weights.manifest import FileState

OutOption = Annotated[
    Path | None, typer.Option(metavar="DIR", help="The folder to write to. Default: the weights folder.")
]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="A name from `kiosk weights list`.")]


def list_weights(*, as_json: JsonOption = False, config: ConfigOption = None) -> int:
    """List the files that are shipped and those that can be fetched, and verify them.

    Example: kiosk weights list
    """
    found = installed(read_catalogue(), _folder(config))
    if as_json:
        print_json([_as_json(each) for each in found])
    else:
        headings = ("name", "kind", "size", "licence", "state", "LFW", "measured by")
        print_table(headings, [_row(each) for each in found])
        for each in found:
            typer.echo(f"{each.known.name}: {each.known.note}")
    return 0


def fetch(name: NameArgument, *, config: ConfigOption = None) -> int:
    """Download a file into the weights folder and check it.

    HTTPS_PROXY, NO_PROXY and REQUESTS_CA_BUNDLE are honoured. Nothing is ever downloaded without this command.

    Example: kiosk weights fetch sface
    """
    from kiosk.weights.fetch import fetch as fetch_weights

    entry = read_catalogue().entry(name)
    folder = _folder(config)
    with progress_bar(name, DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn()) as show:
        fetched = fetch_weights(entry, folder, show)
    typer.echo(f"{name} is {'installed' if fetched else 'there already, verified'}: {folder / entry.file}")
    typer.echo(f"To use it, write `{entry.kind}: {name}` in config.yaml.")
    return 0


def verify(*, as_json: JsonOption = False, config: ConfigOption = None) -> int:
    """Check each installed file: its hash, and for encoders the golden vector.

    Exit code 1 if a file is altered, missing or gives other results. If an encoder's spec has no golden vector yet,
    the one to write there is printed.

    Example: kiosk weights verify
    """
    # A file that can be fetched may be missing; a shipped one may not.
    known = installed(read_catalogue(), _folder(config))
    files = [each for each in known if each.shipped or each.state is not FileState.MISSING]
    specs = list(check_specs(_folder(config)))
    if as_json:
        checked = [{**asdict(spec), "file": str(spec.file) if spec.file else None} for spec in specs]
        print_json({"files": [_as_json(each) for each in files], "specs": checked})
    else:
        for each in files:
            typer.echo(f"{each.known.name}: {each.state.value} ({each.path})")
        for spec in specs:
            typer.echo(f"{spec.kind} {spec.name}: {spec.fault or 'works as its spec says'}")
            if spec.golden:
                typer.echo(f"  golden: {{values: [{', '.join(f'{value:g}' for value in spec.golden)}]}}")
    sound = all(each.state is FileState.INTACT for each in files) and not any(spec.fault for spec in specs)
    return 0 if sound else 1


def export(
    name: Annotated[NetworkName, typer.Argument(metavar="openface|facenet", help="The network.")],
    *,
    weights: Annotated[Path, typer.Option(metavar="PATH", help="OpenFace: the folder of CSV files; FaceNet: the .h5.")],
    out: OutOption = None,
    course: Annotated[
        bool, typer.Option("--course", help="Build the network as in the course, not as it was trained.")
    ] = False,
    half: Annotated[bool, typer.Option("--half", help="Store the weights with half precision: half the size.")] = False,
    config: ConfigOption = None,
) -> int:
    """Make an encoder from the published weights of OpenFace or FaceNet: a LiteRT file and its spec.

    Example: kiosk weights export openface --weights openface-csv
    """
    folder = out or _folder(config)
    typer.echo("building the network and converting it takes up to a minute ...", err=True)
    from kiosk.training.export import export_known

    made = export_known(name, weights, folder, course=course, half=half)
    typer.echo(f"{name} is made: {made.file}, {made.spec}")
    typer.echo(f"largest difference from Keras: {made.difference:.1e}")
    typer.echo(f"To use it, write `encoder: {name}` in config.yaml.")
    return 0


def cohort(
    people: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="A folder with one folder of pictures for each person.")
    ],
    *,
    out: OutOption = None,
    config: ConfigOption = None,
) -> int:
    """Make a cohort for the configured encoder: 600 artificial strangers to compare distances with.

    Each is the mean of two people of FOLDER, drawn at random. One picture of each person is read. A thousand people
    are best.

    Example: kiosk weights cohort lfw
    """
    from kiosk.evaluation.statistics import make_cohort

    with progress_bar("reading the pictures") as show:
        path, strangers, used, left_out = make_cohort(read_config(config), people, out or _folder(config), show)
    typer.echo(f"{strangers} strangers, blends of {used} people, are in {path}")
    if left_out:
        typer.echo(f"{left_out} people are left out: their first picture shows no usable face")
    typer.echo("To use them, write `path: {cohort: auto}` in config.yaml.")
    return 0


def remove(name: NameArgument, *, config: ConfigOption = None) -> int:
    """Delete a fetched file.

    Example: kiosk weights remove sface
    """
    from kiosk.weights.fetch import remove as remove_weights

    typer.echo(f"{name} is removed: {remove_weights(read_catalogue().entry(name), _folder(config))}")
    return 0


def _folder(config: Path | None) -> Path:
    settings = read_config(config)
    return settings.below(settings.current.weights)


def _row(each: Installed) -> tuple[str, ...]:
    known = each.known
    size = f"{each.facts.size / 1e6:.1f} MB"
    state = {
        FileState.ALTERED: "altered!",
        FileState.INTACT: "shipped, verified" if each.shipped else "installed, verified",
        FileState.MISSING: "missing!" if each.shipped else "not installed",
    }[each.state]
    return (known.name, known.kind, size, each.facts.licence, state, known.figure or "", known.whose or "")


def _as_json(each: Installed) -> dict[str, Any]:
    known = each.known
    return {
        "name": known.name,
        "kind": known.kind,
        "file": str(each.path),
        "url": known.url,
        "size_bytes": each.facts.size,
        "sha256": each.facts.sha256,
        "licence": each.facts.licence,
        "shipped": each.shipped,
        "state": each.state.value,
        "fetched_bytes": 0,  # of an unfinished download, which version 0.1 kept
        "lfw": known.figure,
        "measured_by": known.whose,
        "note": known.note,
    }
