"""kiosk enrol: who is to be known?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kiosk.cli.exits import answering
from kiosk.cli.known import open_gallery
from kiosk.cli.options import ConfigOption, GalleryOption, JsonOption
from kiosk.cli.output import print_json
from kiosk.domain import display_name


def add_to(app: typer.Typer) -> None:
    """Registers the commands."""
    app.command()(answering(enrol))


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
