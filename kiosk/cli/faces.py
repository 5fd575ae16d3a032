"""kiosk identify and kiosk verify: recognise people on a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from kiosk.cli.output import ConfigOption, GalleryOption, JsonOption, print_json, progress_bar, read_config, rounded
from kiosk.domain import ByteImage, Embedding, Face, Identification, Rejection, display_name
from kiosk.door import build
from kiosk.door.matching import comparison_of, matching_numbers
from kiosk.door.services import StaffServices, open_services
from kiosk.errors import PictureError, UnknownPersonError
from kiosk.paths import gallery_folder
from kiosk.people.snapshot import GallerySnapshot
from kiosk.recognition import matching
from kiosk.recognition.pipeline import PhotographReader
from kiosk.vision.pictures import read_picture
from kiosk.vision.quality import in_words


@dataclass(frozen=True, slots=True)
class Known:
    """A loaded gallery, and the numbers and reader to compare pictures with it."""

    threshold: float
    margin: float
    comparison: matching.Comparison
    folder: Path
    gallery: GallerySnapshot
    reader: PhotographReader


def open_gallery(config: Path | None, gallery: Path | None) -> Known:
    """Load the image folder `gallery`, or that of the configuration; raises KioskError."""
    settings = read_config(config)
    folder = gallery or gallery_folder(settings)
    encoder, landmarks = build.load_configured_encoder(settings), build.make_landmarks()
    known = build.make_gallery(settings, folder, encoder, landmarks)
    comparison = comparison_of(settings.current.path, encoder.spec, build.weights_folders(settings))
    with progress_bar("reading the gallery") as show:
        known.load(show)
    reader = build.photograph_reader(settings, encoder, landmarks)
    numbers = matching_numbers(settings.current.matching, encoder.spec, len(known.snapshot.people))
    return Known(*numbers, comparison, folder, known.snapshot, reader)


def open_staff_services(config: Path | None, gallery: Path | None) -> StaffServices:
    """Return registers and journal of the image folder `gallery`, or of the configured one; raises KioskError."""
    settings = read_config(config)
    return open_services(build.Choices(settings, gallery or gallery_folder(settings), ""))


Picture = Annotated[Path, typer.Argument(metavar="PICTURE", help="A photograph: JPEG, PNG, WebP or BMP.")]


def identify(
    picture: Picture, *, as_json: JsonOption = False, gallery: GalleryOption = None, config: ConfigOption = None
) -> int:
    """Recognise the people on a picture. Exit code 0: a person is recognised, 1: nobody is, other: a fault.

    Example: kiosk identify visitor.jpg --gallery images --json
    """
    image, known = _open(picture, config, gallery)
    answers = [(face, _answer(found, known)) for face, found in known.reader.all(image)]
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
    claimed = known.gallery.person(person)
    if claimed is None:
        raise UnknownPersonError(person, "is not in the gallery", "see `kiosk people` for the names")
    probe = known.reader.one(image)
    if isinstance(probe, Rejection):
        raise PictureError(picture, in_words(probe), "take one that shows only this person, large and sharp")
    answer = matching.verify(probe, claimed, known.gallery, threshold=known.threshold, comparison=known.comparison)
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
        told = f"it is {'' if answer.accepted else 'not '}{display_name(claimed)}"
        typer.echo(f"{picture}: {told} (distance {answer.distance:.3f}, threshold {answer.threshold:g})")
    return 0 if answer.accepted else 1


def _open(picture: Path, config: Path | None, gallery: Path | None) -> tuple[ByteImage, Known]:
    """Read the picture first, so that nobody waits for the gallery if it is not one."""
    image = read_picture(picture)
    known = open_gallery(config, gallery)
    if not known.gallery.people:
        typer.echo(f"kiosk: {known.folder}: nobody is enrolled; add pictures with `kiosk enrol NAME PICTURE`", err=True)
    return image, known


def _answer(found: Embedding | Rejection, known: Known) -> Identification | Rejection:
    if isinstance(found, Rejection):
        return found
    return matching.identify(
        found, known.gallery, threshold=known.threshold, margin=known.margin, comparison=known.comparison
    )


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
