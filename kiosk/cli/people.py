"""kiosk enrol and kiosk people: add, list, change and erase people."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from kiosk.cli.faces import open_gallery, open_staff_services
from kiosk.cli.output import ConfigOption, GalleryOption, JsonOption, print_json, print_table
from kiosk.domain import display_name
from kiosk.door.matching import advice_for
from kiosk.door.services import StaffServices
from kiosk.errors import KioskError, PeopleError
from kiosk.names import first_of, person_key
from kiosk.people import archive, erasure, records
from kiosk.people.consent import read_consent
from kiosk.people.enrolment import Enrolment, Offered, agreed, check, require_all_good, save
from kiosk.people.folder import pictures_of
from kiosk.people.listing import PersonRow, list_people
from kiosk.people.register import PeopleRegister, people_file, record_as_json, today
from kiosk.people.snapshot import GallerySnapshot
from kiosk.people.staff import COMMAND_LINE


def enrol(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name that is shown and spoken.")],
    pictures: Annotated[list[Path], typer.Argument(metavar="PICTURE...", help="Photographs of only this person.")],
    *,
    consent: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The text that the person agreed to. Without it, no consent is recorded."),
    ] = None,
    as_json: JsonOption = False,
    gallery: GalleryOption = None,
    config: ConfigOption = None,
) -> int:
    """Check pictures and add them to the gallery: all of them, or none, with the reason for each.

    Example: kiosk enrol "Ada Lovelace" ada-1.jpg ada-2.jpg --consent consent.en.md
    """
    given = agreed(read_consent(consent), COMMAND_LINE) if consent is not None else None
    known = open_gallery(config, gallery)
    checked = check(
        known.folder,
        name,
        [Offered.file(picture) for picture in pictures],
        known.reader.one,
        known.gallery,
        threshold=known.threshold,
        margin=known.margin,
    )
    require_all_good(checked, name, known.gallery)
    alike = checked.duplicates.alike
    with closing(open_staff_services(config, gallery)) as services:
        done = save(services, Enrolment(name, checked.pictures, consent=given, alike=alike), COMMAND_LINE)
        recorded = services.people.record(done.person).consent is not None
    name = display_name(done.person)
    if not recorded:
        typer.echo(f"warning: no consent of {name} is recorded; give the text with --consent FILE", err=True)
    for other in alike:
        looks = f"{name} looks very much like {display_name(other.person)} (distance {other.distance:.2f})"
        typer.echo(f"warning: {looks}: the door may recognise neither; give more pictures of both", err=True)
    if done.fault:
        typer.echo(f"warning: {done.fault}", err=True)
    if as_json:
        shown = {"person": done.person, "name": name, "pictures": list(done.sources)}
        print_json({**shown, "new": done.is_new, "consent": recorded, "alike": [other.person for other in alike]})
    else:
        typer.echo(f"{name} {'is enrolled' if done.is_new else 'has more pictures'}: {', '.join(done.sources)}")
    return 0


Name = Annotated[str, typer.Argument(metavar="NAME", help="A name in the gallery; upper and lower case do not matter.")]


def people(
    context: typer.Context,
    *,
    as_json: JsonOption = False,
    gallery: GalleryOption = None,
    config: ConfigOption = None,
) -> None:
    """List the people in the gallery and the files that were skipped, or change a person's data.

    Example: kiosk people --gallery images
    """
    if context.invoked_subcommand is not None:
        return
    known = open_gallery(config, gallery)
    snapshot = known.gallery
    recorded = PeopleRegister(people_file(known.folder)).records()
    # Also people without pictures, who can still be erased.
    everybody = list_people(snapshot, recorded, granted={}, threshold=0.0, day=today())
    rows = sorted(everybody, key=lambda row: row.key)
    if as_json:
        listed = [
            {
                "person": row.person,
                "name": row.shown,
                "pictures": len(row.sources),
                "consent": row.record.consent.given_at.isoformat(timespec="seconds") if row.record.consent else None,
                "standing": row.standing.value,
            }
            for row in rows
        ]
        skipped = [{"file": entry.source, "reason": entry.reason} for entry in snapshot.skipped]
        print_json({"folder": str(known.folder), "people": listed, "skipped": skipped})
    else:
        _print(known.folder, snapshot, rows)


def show(name: Name, *, as_json: JsonOption = False, gallery: GalleryOption = None, config: ConfigOption = None) -> int:
    """Show everything that is stored about a person.

    Example: kiosk people show "Ada Lovelace"
    """
    services = open_staff_services(config, gallery)
    person = records.known_as(services, name)
    record = services.people.record(person)
    pictures = [picture.source for picture in pictures_of(services.folder, person)]
    last = max(filter(None, map(services.journal.last_granted().get, (person, *record.former))), default=None)
    seen = last.isoformat(timespec="seconds") if last is not None else None
    status = record.access_status(today()).value
    facts = {**record_as_json(record), "standing": status, "last_let_in": seen, "pictures": pictures}
    if as_json:
        print_json(facts)
    else:
        print_table(("", display_name(person)), [(key, _fact(value)) for key, value in facts.items()])
    return 0


def rename(
    name: Name,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The new name; the files are renamed too.")],
    *,
    gallery: GalleryOption = None,
    config: ConfigOption = None,
) -> int:
    """Give a person another name.

    Example: kiosk people rename "Ada Byron" "Ada Lovelace"
    """
    kept = records.rename(open_staff_services(config, gallery), name, new, COMMAND_LINE)
    typer.echo(f"{display_name(name)} is now called {display_name(kept)}")
    return 0


def suspend(
    name: Name,
    *,
    off: Annotated[bool, typer.Option("--off", help="Let the person in again.")] = False,
    gallery: GalleryOption = None,
    config: ConfigOption = None,
) -> int:
    """Suspend a person: the door stays shut, pictures and data are kept. In force within a second.

    Example: kiosk people suspend "Ada Lovelace"
    """
    record = records.suspend(open_staff_services(config, gallery), name, COMMAND_LINE, off=off)
    typer.echo(f"{record.shown_name} {'may enter again' if off else 'is suspended'}")
    return 0


def erase(
    name: Name,
    *,
    sure: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    gallery: GalleryOption = None,
    config: ConfigOption = None,
) -> int:
    """Erase everything about a person: pictures, templates, data, the name in the journal. This cannot be undone.

    Example: kiosk people erase "Ada Lovelace"
    """
    if not sure and not sys.stdin.isatty():
        raise PeopleError(display_name(name), "needs a confirmation", "add --yes")
    if not sure:
        typed = typer.prompt(f"Everything about {display_name(name)} will be erased. Type the name to go on", err=True)
        if person_key(typed) != person_key(name):
            typer.echo("kiosk: the names differ; nothing was erased", err=True)
            return 1
    services = open_staff_services(config, gallery)
    compared, within = _gallery_for_visitors(services, config, gallery)
    report = erasure.erase(services, name, COMMAND_LINE, known=compared, threshold=within)
    for number, what, rest in (
        (report.pictures, "picture", ""),
        (report.in_bins, "file", " in recycle bins of the image folder"),
        (report.cached, "stored template", ""),
        (report.records, "record", " of what was known"),
        (report.visitors, "kept face", " of visitors who look alike"),
        (report.journal_rows, "journal line", f" where {report.number} stands now"),
    ):
        typer.echo(f"{_count(number, what)}{rest}")
    for fault in report.left:
        typer.echo(f"kiosk: not removed yet: {fault}; then erase again", err=True)
    if report.unsearched:
        named = first_of(report.unsearched)
        typer.echo(f"kiosk: not searched: {named}; pictures of the person may still be there: delete them", err=True)
    return PeopleError.exit_code if report.left else 0


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The zip to write.")],
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One person. Default: everybody.")] = None,
    *,
    gallery: GalleryOption = None,
    config: ConfigOption = None,
) -> int:
    """Write a zip with everything about one person, or with all pictures and data, for another machine.

    Example: kiosk people export ada.zip "Ada Lovelace"
    """
    services = open_staff_services(config, gallery)
    if name is None:
        report = archive.export_gallery(services, file, COMMAND_LINE)
        typer.echo(f"{_people(report)}: {file}")
        return 0
    records.known_as(services, name)  # before the gallery is read
    pictures = archive.export_person(services, name, file, COMMAND_LINE, open_gallery(config, gallery).gallery)
    typer.echo(f"{display_name(name)} with {_count(pictures, 'picture')}: {file}")
    return 0


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A zip from `kiosk people export`.")],
    *,
    gallery: GalleryOption = None,
    config: ConfigOption = None,
) -> int:
    """Add the people of a zip: all of them, or none if anything in it is wrong.

    Example: kiosk people import all.zip
    """
    report = archive.import_archive(open_staff_services(config, gallery), file, COMMAND_LINE)
    typer.echo(f"added: {_people(report)}")
    return 0


def _gallery_for_visitors(
    services: StaffServices, config: Path | None, gallery: Path | None
) -> tuple[GallerySnapshot, float]:
    """Return the gallery and its threshold if faces of visitors are kept, which may be of the person; else nobody."""
    try:
        if services.visitors.count():
            known = open_gallery(config, gallery)
            return known.gallery, known.threshold
    except KioskError as fault:
        typer.echo(f"kiosk: kept faces of visitors were not compared: {fault}", err=True)
    return GallerySnapshot(""), 0.0


def _print(folder: Path, snapshot: GallerySnapshot, rows: list[PersonRow]) -> None:
    cells = []
    for row in rows:
        consent, status = row.record.consent, row.standing.value.replace("_", " ")
        given = consent.given_at.date().isoformat() if consent else "not recorded"
        cells.append((display_name(row.person), str(len(row.sources)), given, status))
    if cells:
        print_table(("person", "pictures", "consent", "standing"), cells)
    if not snapshot.people:
        typer.echo(f"Nobody is enrolled in {folder}. Add pictures with `kiosk enrol NAME PICTURE`.")
        if advice := advice_for(snapshot.encoder):
            typer.echo(f"{advice}.")
    if snapshot.skipped:
        print_table(("skipped", "reason"), [(entry.source, str(entry.reason)) for entry in snapshot.skipped])


def _fact(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(map(str, value)) or "-"
    if isinstance(value, dict):
        return "\n".join(f"{key}: {entry}" for key, entry in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value not in {None, ""} else "-"


def _people(report: archive.ArchiveReport) -> str:
    people = "1 person" if len(report.people) == 1 else f"{len(report.people)} people"
    return f"{people} with {_count(report.pictures, 'picture')}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
