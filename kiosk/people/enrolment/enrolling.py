"""One call from picture files to the image folder, for whoever has no screen to ask questions on."""

import contextlib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kiosk.domain import Candidate, display_name
from kiosk.errors import EnrolmentError, PictureError
from kiosk.i18n import translate
from kiosk.people.enrolment.duplicates import find_duplicates, other_within
from kiosk.people.enrolment.examination import Examined, Offered, examine
from kiosk.people.enrolment.likeness import odd_ones_out, stored_of
from kiosk.people.gallery.changes import add_pictures, home_of
from kiosk.people.gallery.reading import EncodePicture
from kiosk.people.gallery.snapshot import GallerySnapshot
from kiosk.vision.pictures import open_picture, printable


@dataclass(frozen=True, slots=True)
class EnrolmentReport:
    """What an enrolment added."""

    person: str  # as the image folder spells the name
    sources: tuple[str, ...]  # the new files, relative to the image folder
    is_new: bool  # nobody of that name was in force before
    alike: tuple[Candidate, ...] = ()  # others who look so much like the person that the door may know neither


def enrol(
    folder: Path,
    name: str,
    pictures: Sequence[Path],
    encode: EncodePicture,
    gallery: GallerySnapshot,
    *,
    threshold: float,
    margin: float = 0.0,
) -> EnrolmentReport:
    """Copies the pictures of one person into the image folder, as they are.

    `gallery` is what is in force for `folder`; two pictures within `threshold` show the same person. Raises
    EnrolmentError, naming each picture that may not be enrolled, and GalleryError where the folder cannot be written;
    then the gallery is as before. What `encode` raises passes through.
    """
    checked = check_pictures(folder, name, pictures, encode, gallery, threshold=threshold, margin=margin)
    person = home_of(folder, name).name
    sources = add_pictures(folder, person, [picture.as_file for picture in checked])
    embeddings = [picture.embedding for picture in checked if picture.embedding is not None]
    alike = find_duplicates(embeddings, person, gallery, threshold=threshold, margin=margin).alike
    return EnrolmentReport(person, sources, gallery.person(person) is None, alike)


def check_pictures(
    folder: Path,
    name: str,
    pictures: Sequence[Path],
    encode: EncodePicture,
    gallery: GallerySnapshot,
    *,
    threshold: float,
    margin: float = 0.0,
) -> list[Examined]:
    """The pictures, read and found good; raises as `enrol` does, and writes nothing."""
    home = home_of(folder, name)
    if not pictures:
        raise EnrolmentError(
            display_name(home.name),
            translate("faults", "no picture is given"),
            translate("faults", "give at least one picture of the person"),
        )
    examined = [examine(Offered.file(path), encode) for path in pictures]
    faults = _faults(examined, home, gallery, threshold, margin)
    if faults:
        raise _refusal(home.name, faults, examined)
    return examined


def repeated(examined: Sequence[Examined], home: Path) -> dict[int, str]:
    """Numbers of pictures that are given twice, or that the person already has, and what they are the same as."""
    first = {digest: f"{home.name}/{name}" for digest, name in _stored_digests(home).items()}
    faults = {}
    for number, picture in enumerate(examined):
        if picture.digest in first:
            faults[number] = printable(first[picture.digest])
        elif picture.digest:
            first[picture.digest] = picture.offered.name
    return faults


def _faults(
    examined: Sequence[Examined], home: Path, gallery: GallerySnapshot, threshold: float, margin: float
) -> Mapping[int, str]:
    """What is wrong with each picture that may not be enrolled."""
    faults = {number: picture.fault for number, picture in enumerate(examined) if picture.fault}
    for number, same in repeated(examined, home).items():
        faults.setdefault(number, translate("faults", "the same picture as {name}").format(name=same))
    good = [(number, one.embedding) for number, one in enumerate(examined) if one.embedding is not None]
    others = {number: other_within(embedding, home.name, gallery, threshold) for number, embedding in good}
    probes = [embedding for _, embedding in good]
    finding = find_duplicates(probes, home.name, gallery, threshold=threshold, margin=margin)
    known = {candidate.person for candidate in finding.same}
    faults |= {number: _shows(other) for number, other in others.items() if other and other.person in known}
    rest = [(number, embedding) for number, embedding in good if number not in faults]
    stored = stored_of(gallery, home.name)
    unlike_stored = translate("faults", "shows somebody else than the pictures already enrolled")
    unlike = unlike_stored if stored else translate("faults", "shows somebody else than the other pictures")
    for index in odd_ones_out([embedding for _, embedding in rest], stored, threshold):
        other = others[rest[index][0]]
        faults[rest[index][0]] = _shows(other) if other else unlike
    return faults


def _shows(other: Candidate) -> str:
    text = translate("faults", "shows {name}, who is already enrolled (distance {distance:.2f})")
    return text.format(name=display_name(other.person), distance=other.distance)


def _stored_digests(home: Path) -> dict[str, str]:
    found = {}
    for path in sorted(home.iterdir()) if home.is_dir() else ():
        with contextlib.suppress(PictureError, OSError), open_picture(path) as file:
            found[hashlib.file_digest(file, "sha256").hexdigest()] = path.name
    return found


def _refusal(person: str, faults: Mapping[int, str], examined: Sequence[Examined]) -> EnrolmentError:
    each = "; ".join(f"{examined[number].offered.name}: {faults[number]}" for number in sorted(faults))
    reason = translate("faults", "{faults} of {examined} pictures cannot be enrolled: {each}").format(
        faults=len(faults), examined=len(examined), each=each
    )
    return EnrolmentError(
        display_name(person), reason, translate("faults", "nothing was changed: replace or leave out what is named")
    )
