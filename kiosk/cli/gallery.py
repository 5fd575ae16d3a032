"""kiosk enrol and kiosk people: who is known?"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.cli.exits import answering
from kiosk.cli.known import open_gallery
from kiosk.cli.options import ConfigOption, GalleryOption, JsonOption
from kiosk.cli.output import print_json, print_table
from kiosk.domain import display_name

if TYPE_CHECKING:
    from kiosk.recognition.gallery import GallerySnapshot


def add_to(app: typer.Typer) -> None:
    """Registers the commands."""
    app.command()(answering(enrol))
    app.command()(answering(people))


def enrol(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name as it is shown and spoken.")],
    pictures: Annotated[list[Path], typer.Argument(metavar="PICTURE...", help="Photographs of that person alone.")],
    *,
    as_json: JsonOption = False,
    gallery: GalleryOption = None,
    config: ConfigOption = None,
) -> int:
    """Checks pictures and adds them to the gallery: all, or none and the reason for each.

    Example: kiosk enrol "Ada Lovelace" ada-1.jpg ada-2.jpg
    """
    from kiosk.recognition.enrolment import enrol as enrol_pictures

    known = open_gallery(config, gallery)
    threshold = known.threshold
    report = enrol_pictures(known.folder, name, pictures, known.reader.one, known.gallery, threshold=threshold)
    if as_json:
        print_json(
            {
                "person": report.person,
                "name": display_name(report.person),
                "pictures": list(report.sources),
                "new": report.is_new,
            }
        )
    else:
        kind = "is enrolled" if report.is_new else "has more pictures"
        typer.echo(f"{display_name(report.person)} {kind}: {', '.join(report.sources)}")
    return 0


def people(*, as_json: JsonOption = False, gallery: GalleryOption = None, config: ConfigOption = None) -> int:
    """Who is in the gallery, with how many pictures, and which files were skipped and why.

    Example: kiosk people --gallery images
    """
    known = open_gallery(config, gallery)
    snapshot = known.gallery
    counts = Counter(template.person for template in snapshot.templates)
    if as_json:
        rows = [
            {"person": person, "name": display_name(person), "pictures": counts[person]} for person in snapshot.people
        ]
        skipped = [{"file": entry.source, "reason": entry.reason} for entry in snapshot.skipped]
        print_json({"folder": str(known.folder), "people": rows, "skipped": skipped})
    else:
        _print(known.folder, snapshot, counts)
    return 0


def _print(folder: Path, snapshot: GallerySnapshot, counts: Counter[str]) -> None:
    from kiosk.station.advice import advice_for

    if snapshot.people:
        print_table(("person", "pictures"), [(display_name(person), str(counts[person])) for person in snapshot.people])
    else:
        typer.echo(f"Nobody is enrolled in {folder}. Add pictures with `kiosk enrol NAME PICTURE`.")
        if advice := advice_for(snapshot.encoder):
            typer.echo(f"{advice}.")
    if snapshot.skipped:
        print_table(("skipped", "reason"), [(entry.source, entry.reason) for entry in snapshot.skipped])
