"""kiosk enrol: who is to be known?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.cli.exits import answering
from kiosk.cli.known import open_desk_of, open_gallery
from kiosk.cli.options import ConfigOption, GalleryOption, JsonOption
from kiosk.cli.output import print_json
from kiosk.domain import display_name

if TYPE_CHECKING:
    from kiosk.domain import Candidate
    from kiosk.people.services.enrolment import Enrolled


def add_to(app: typer.Typer) -> None:
    """Registers the commands."""
    app.command()(answering(enrol))


def enrol(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name as it is shown and spoken.")],
    pictures: Annotated[list[Path], typer.Argument(metavar="PICTURE...", help="Photographs of that person alone.")],
    *,
    consent: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The text that the person has agreed to; without it no consent is recorded."),
    ] = None,
    as_json: JsonOption = False,
    gallery: GalleryOption = None,
    config: ConfigOption = None,
) -> int:
    """Checks pictures and adds them to the gallery: all, or none and the reason for each.

    Example: kiosk enrol "Ada Lovelace" ada-1.jpg ada-2.jpg --consent consent.en.md
    """
    from kiosk.people.enrolment import check_pictures, find_duplicates
    from kiosk.people.register import read_consent
    from kiosk.people.services.enrolment import Enrolment, agreed, save
    from kiosk.people.staff import COMMAND_LINE

    given = agreed(read_consent(consent), COMMAND_LINE) if consent is not None else None
    known = open_gallery(config, gallery)
    encode, threshold, margin = known.reader.template, known.threshold, known.margin
    checked = check_pictures(known.folder, name, pictures, encode, known.gallery, threshold=threshold, margin=margin)
    embeddings = [picture.embedding for picture in checked if picture.embedding is not None]
    alike = find_duplicates(embeddings, name, known.gallery, threshold=threshold, margin=margin).alike
    desk = open_desk_of(config, gallery)
    try:
        done = save(desk, Enrolment(name, checked, consent=given, alike=alike), COMMAND_LINE)
        recorded = desk.people.record(done.person).consent is not None
    finally:
        desk.close()
    _warn(done, alike, recorded=recorded)
    if as_json:
        shown = {"person": done.person, "name": display_name(done.person), "pictures": list(done.sources)}
        print_json({**shown, "new": done.is_new, "consent": recorded, "alike": [other.person for other in alike]})
    else:
        kind = "is enrolled" if done.is_new else "has more pictures"
        typer.echo(f"{display_name(done.person)} {kind}: {', '.join(done.sources)}")
    return 0


def _warn(done: Enrolled, alike: Sequence[Candidate], *, recorded: bool) -> None:
    """What whoever enrols has to know, though it is no fault."""
    name = display_name(done.person)
    if not recorded:
        typer.echo(f"warning: no consent of {name} is recorded; give the text agreed to with --consent FILE", err=True)
    for other in alike:
        looks = f"{name} looks much like {display_name(other.person)} (distance {other.distance:.2f})"
        typer.echo(f"warning: {looks}: the door may know neither; give more pictures of both", err=True)
    if done.fault:
        typer.echo(f"warning: {done.fault}", err=True)
