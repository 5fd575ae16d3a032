"""kiosk identify and kiosk verify: recognise people on a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kiosk.cli.output import (
    ConfigOption,
    GalleryOption,
    JsonOption,
    answering,
    print_json,
    progress_bar,
    read_config,
    rounded,
)
from kiosk.domain import Face, Identification, Rejection, display_name
from kiosk.errors import PictureError, UnknownPersonError
from kiosk.vision.quality import in_words

if TYPE_CHECKING:
    from kiosk.domain import ByteImage, Embedding
    from kiosk.door.services import StaffServices
    from kiosk.people.snapshot import GallerySnapshot
    from kiosk.recognition.matching import Comparison
    from kiosk.recognition.pipeline import PhotographReader


@dataclass(frozen=True, slots=True)
class Known:
    """A loaded gallery, and the numbers and reader to compare pictures with it."""

    threshold: float
    margin: float
    comparison: Comparison
    folder: Path
    gallery: GallerySnapshot
    reader: PhotographReader


def open_gallery(config: Path | None, gallery: Path | None) -> Known:
    """Load the image folder `gallery`, or that of the configuration; raises KioskError."""
    from kiosk.door.build import (
        load_configured_encoder,
        make_gallery,
        make_landmarks,
        photograph_reader,
        weights_folders,
    )
    from kiosk.door.matching import comparison_of, matching_numbers
    from kiosk.paths import gallery_folder

    settings = read_config(config)
    folder = gallery or gallery_folder(settings)
    encoder, landmarks = load_configured_encoder(settings), make_landmarks()
    known = make_gallery(settings, folder, encoder, landmarks)
    comparison = comparison_of(settings.current.path, encoder.spec, weights_folders(settings))
    with progress_bar("reading the gallery") as show:
        known.load(show)
    reader = photograph_reader(settings, encoder, landmarks)
    numbers = matching_numbers(settings.current, encoder.spec, len(known.snapshot.people))
    return Known(*numbers, comparison, folder, known.snapshot, reader)


def open_staff_services(config: Path | None, gallery: Path | None) -> StaffServices:
    """Return registers and journal of the image folder `gallery`, or of the configured one; raises KioskError."""
    from kiosk.door.build import Choices
    from kiosk.door.services import open_services
    from kiosk.paths import gallery_folder

    settings = read_config(config)
    return open_services(Choices(settings, gallery or gallery_folder(settings), ""))


Picture = Annotated[Path, typer.Argument(metavar="PICTURE", help="A photograph: JPEG, PNG, WebP or BMP.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(answering(identify))
    app.command()(answering(verify))


def identify(
    picture: Picture, *, as_json: JsonOption = False, gallery: GalleryOption = None, config: ConfigOption = None
) -> int:
    """Recognise the people on a picture. Exit code 0: a person is recognised, 1: nobody is, other: a fault.

    Example: kiosk identify visitor.jpg --gallery images --json
    """
    image, known = _open(picture, config, gallery)
    answers = _identified(known, image)
    if as_json:
        faces = [_as_json(face, answer) for face, answer in answers]
        print_json({"picture": str(picture), "gallery_size": len(known.gallery.people), "faces": faces})
    else:
        for line in [_in_words(answer) for _, answer in answers] or [in_words(Rejection.NO_FACE)]:
            typer.echo(f"{picture}: {line}")
    accepted = any(isinstance(answer, Identification) and answer.match is not None for _, answer in answers)
    return 0 if accepted else 1


def verify(
    picture: Picture,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="A name in the gallery.")],
    *,
    as_json: JsonOption = False,
    gallery: GalleryOption = None,
    config: ConfigOption = None,
) -> int:
    """Check whether a picture shows PERSON. Exit code 0: yes, 1: no, other: a fault.

    Example: kiosk verify visitor.jpg "Ada Lovelace"
    """
    image, known = _open(picture, config, gallery)
    from kiosk.recognition.matching import verify as verify_probe

    claimed = known.gallery.person(person)
    if claimed is None:
        raise UnknownPersonError(person, "is not in the gallery", "see `kiosk people` for the names")
    probe = known.reader.one(image)
    if isinstance(probe, Rejection):
        raise PictureError(picture, in_words(probe), "take one that shows only this person, large and sharp")
    answer = verify_probe(probe, claimed, known.gallery, threshold=known.threshold, comparison=known.comparison)
    if as_json:
        print_json(
            {
                "picture": str(picture),
                "person": claimed,
                "distance": rounded(answer.distance),
                "threshold": answer.threshold,
                "accepted": answer.accepted,
            }
        )
    else:
        verdict = "it is" if answer.accepted else "it is not"
        typer.echo(
            f"{picture}: {verdict} {display_name(claimed)} "
            f"(distance {answer.distance:.3f}, threshold {answer.threshold:g})"
        )
    return 0 if answer.accepted else 1


def _open(picture: Path, config: Path | None, gallery: Path | None) -> tuple[ByteImage, Known]:
    """Read the picture first, so that nobody waits for the gallery if it is not one."""
    from kiosk.vision.pictures import read_picture

    image = read_picture(picture)
    known = open_gallery(config, gallery)
    if not known.gallery.people:
        typer.echo(f"kiosk: {known.folder}: nobody is enrolled; add pictures with `kiosk enrol NAME PICTURE`", err=True)
    return image, known


def _identified(known: Known, image: ByteImage) -> list[tuple[Face, Identification | Rejection]]:
    from kiosk.recognition.matching import identify as identify_probe

    def answer(found: Embedding | Rejection) -> Identification | Rejection:
        if isinstance(found, Rejection):
            return found
        return identify_probe(
            found, known.gallery, threshold=known.threshold, margin=known.margin, comparison=known.comparison
        )

    return [(face, answer(found)) for face, found in known.reader.all(image)]


def _as_json(face: Face, answer: Identification | Rejection) -> dict[str, Any]:
    box = [face.box.left, face.box.top, face.box.right, face.box.bottom]
    if isinstance(answer, Rejection):
        return {"person": None, "distance": None, "accepted": False, "reason": answer.value, "box": box}
    best, second = answer.best, answer.second
    return {
        "person": best.person if best else None,
        "name": display_name(best.person) if best else None,
        "distance": rounded(best.distance) if best else None,
        "accepted": answer.match is not None,
        "second": {"person": second.person, "distance": rounded(second.distance)} if second else None,
        "threshold": answer.threshold,
        "margin": answer.margin,
        "box": box,
    }


def _in_words(answer: Identification | Rejection) -> str:
    if isinstance(answer, Rejection):
        return in_words(answer)
    if answer.best is None:
        return "nobody is enrolled"
    nearest = f"{display_name(answer.best.person)} at distance {answer.best.distance:.3f}"
    second = f", then {display_name(answer.second.person)} at {answer.second.distance:.3f}" if answer.second else ""
    return f"it is {nearest}{second}" if answer.match else f"not recognised; closest: {nearest}{second}"
