"""Enrolment: check pictures of a person against each other and the gallery, then save them with the consent."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Candidate, Embedding, Rejection, display_name
from kiosk.errors import EnrolmentError, KioskError, PictureError
from kiosk.i18n import Message, Text
from kiosk.names import normal_name, person_key, printable
from kiosk.paths import cache_folder
from kiosk.people.changes import add_pictures, home_of
from kiosk.people.consent import ConsentText
from kiosk.people.records import PeopleStores, in_gallery
from kiosk.people.register import Consent, PersonRecord
from kiosk.people.snapshot import GallerySnapshot
from kiosk.people.staging import PictureFile
from kiosk.people.templates import EncodePicture, TemplateCache, digest_of
from kiosk.people.visitors import groups
from kiosk.recognition.matching import identify
from kiosk.store.journal import Action
from kiosk.vision.pictures import SUFFIXES, decode_picture, open_picture
from kiosk.vision.quality import reason_of

# Offered pictures ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offered:
    """A picture that is offered for enrolment."""

    name: str  # printable; its suffix says which kind of picture it is
    content: bytes | Path  # a path is opened for the check, and again to store it

    @classmethod
    def file(cls, path: Path) -> "Offered":
        """Offer a picture file."""
        return cls(printable(path), path)

    @property
    def suffix(self) -> str:
        """The suffix in lower case."""
        return Path(self.name).suffix.lower()


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """An offered picture that was read and encoded."""

    offered: Offered
    digest: str = ""  # sha256 of the content; "" if it could not be read
    embedding: Embedding | None = None
    fault: Text = ""  # why it cannot be enrolled, as a phrase

    @property
    def as_file(self) -> PictureFile:
        """The file to store; its name is from the content, so that two enrolments never choose the same one."""
        return PictureFile(self.digest[:16] + self.offered.suffix, self.digest, self.offered.content)


def examine(offered: Offered, encode: EncodePicture) -> Examined:
    """Read and encode a picture; a bad picture gets a fault. Raises only what `encode` raises."""
    if offered.suffix not in SUFFIXES:
        endings = ", ".join(sorted(SUFFIXES))
        return Examined(offered, fault=Message("the name ends in none of {endings}", endings=endings))
    try:
        with open_picture(offered.content) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            image = decode_picture(file, Path(offered.name))
    except PictureError as fault:
        return Examined(offered, fault=fault.why)
    outcome = encode(image)
    if isinstance(outcome, Rejection):
        return Examined(offered, digest, fault=reason_of(outcome))
    return Examined(offered, digest, outcome)


# The check -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Other people of the gallery who look like the person of a set of pictures, nearest first.

    There are two signs: at least half of the pictures are within the threshold, and one is nearer than the threshold
    by the margin. A person with both signs is in `same`, one with a single sign in `alike`. The distance is the
    smallest of all pictures.

    Measured: see docs/limits.md.
    """

    same: tuple[Candidate, ...] = ()
    alike: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """The result of a check of offered pictures; numbers count the pictures from 0."""

    pictures: tuple[Examined, ...] = ()
    outliers: frozenset[int] = frozenset()  # pictures that show a different person than the others
    repeated: Mapping[int, str] = field(default_factory=dict)  # pictures that are there already -> as which file
    duplicates: Duplicates = field(default_factory=Duplicates)
    others: Mapping[int, Candidate] = field(default_factory=dict)  # the nearest other person within the threshold

    @property
    def good(self) -> tuple[Examined, ...]:
        """The pictures that may be saved."""
        return tuple(one for number, one in enumerate(self.pictures) if self.is_good(number))

    def is_good(self, number: int) -> bool:
        """Return whether a picture may be saved."""
        is_bad = number in self.outliers or number in self.repeated
        return self.pictures[number].embedding is not None and not is_bad

    @property
    def may_be_saved(self) -> bool:
        """Return whether there is a good picture, and all show one person who is not enrolled under another name."""
        return bool(self.good) and not self.outliers and not self.duplicates.same


def check(
    folder: Path,
    name: str,
    offered: Sequence[Offered],
    encode: EncodePicture,
    gallery: GallerySnapshot,
    *,
    threshold: float,
    margin: float,
    examined: Sequence[Examined] = (),
) -> Check:
    """Check pictures of one person: readable, one good face each, one person, not enrolled yet. Writes nothing.

    `offered` are examined with `encode`, the encoder of `gallery`; `examined` come from an earlier check; for `margin`
    see Duplicates. Raises EnrolmentError for the name, EncoderError for the gallery, and what `encode` raises.
    """
    home = home_of(folder, name)
    own = gallery.person(home.name)
    pictures = [*examined, *(examine(one, encode) for one in offered)]
    repeated = _repeated(pictures, home)
    embeddings = {
        number: one.embedding
        for number, one in enumerate(pictures)
        if one.embedding is not None and number not in repeated
    }
    numbers, new = list(embeddings), list(embeddings.values())
    stored = [template.embedding for template in gallery.templates_of(own or "")]
    outliers = frozenset(numbers[index] for index in find_outliers(new, stored, threshold))
    right = [embedding for number, embedding in embeddings.items() if number not in outliers]
    others = {}
    for number, embedding in embeddings.items():
        found = identify(embedding, gallery, threshold=threshold, margin=0.0, keep=2).candidates
        other = next((candidate for candidate in found if candidate.person != own), None)
        if other is not None and other.distance <= threshold:
            others[number] = other
    duplicates = find_duplicates(right or new, home.name, gallery, threshold=threshold, margin=margin)
    return Check(tuple(pictures), outliers, repeated, duplicates, others)


def require_all_good(checked: Check, person: str, gallery: GallerySnapshot) -> None:
    """Raise EnrolmentError, with the reason for each picture, unless every picture of a check may be saved."""
    if not checked.pictures:
        raise EnrolmentError(display_name(person), "no picture is given", "give at least one picture of the person")
    is_known = gallery.person(person) is not None
    faults = [(picture, _fault_of(checked, number, is_known)) for number, picture in enumerate(checked.pictures)]
    each = [Message("{picture}: {fault}", picture=one.offered.name, fault=fault) for one, fault in faults if fault]
    if each:
        reason = Message(
            "{faults} of {examined} pictures cannot be enrolled: {each}",
            faults=len(each),
            examined=len(faults),
            each=each,
        )
        raise EnrolmentError(display_name(person), reason, "nothing was changed: replace or leave out what is named")


def _fault_of(checked: Check, number: int, is_known: bool) -> Text | None:
    picture, other = checked.pictures[number], checked.others.get(number)
    if picture.fault:
        return picture.fault
    if number in checked.repeated:
        return Message("the same picture as {name}", name=checked.repeated[number])
    same = {candidate.person for candidate in checked.duplicates.same}
    if other is not None and (number in checked.outliers or other.person in same):
        told = {"name": display_name(other.person), "distance": other.distance}
        return Message("shows {name}, who is already enrolled (distance {distance:.2f})", **told)
    if number not in checked.outliers:
        return None
    if is_known:
        return Message("shows a different person than the pictures already enrolled")
    return Message("shows a different person than the other pictures")


def find_duplicates(
    offered: Sequence[Embedding], person: str, gallery: GallerySnapshot, *, threshold: float, margin: float
) -> Duplicates:
    """Search the gallery for other people who look like `person`. Raises EncoderError for another encoder."""
    own = gallery.person(person)
    found: dict[str, list[float]] = {}
    for probe in offered:
        searched = identify(probe, gallery, threshold=threshold, margin=margin, keep=len(gallery.people))
        for candidate in searched.candidates:
            if candidate.person != own:
                found.setdefault(candidate.person, []).append(candidate.distance)
    by_signs: dict[int, list[Candidate]] = {0: [], 1: [], 2: []}
    for name, distances in sorted(found.items(), key=lambda item: (min(item[1]), item[0])):
        within = sum(distance <= threshold for distance in distances)
        signs = (within > 0 and 2 * within >= len(distances)) + (min(distances) <= threshold - margin)
        by_signs[signs].append(Candidate(name, min(distances)))
    return Duplicates(tuple(by_signs[2]), tuple(by_signs[1]))


def find_outliers(offered: Sequence[Embedding], stored: Sequence[Embedding], threshold: float) -> set[int]:
    """Return the pictures that no chain of similar ones connects with the stored ones, else with the largest group."""
    vectors = [embedding.vector for embedding in (*stored, *offered)]
    if not vectors:
        return set()
    found = groups(np.array(vectors, np.float32), threshold)
    if stored:
        right = [group for group in found if min(group) < len(stored)]
    else:
        size = max(map(len, found))
        right = [group for group in found if len(group) == size]
        right = right if len(right) == 1 else []
    return {index for index in range(len(offered)) if not any(len(stored) + index in group for group in right)}


def nearest_distances(embeddings: Sequence[Embedding]) -> NDArray[np.float32]:
    """Return the distance of each picture of a set to the nearest other one; infinite if there is none."""
    if len(embeddings) < 2:
        return np.full(len(embeddings), np.inf, np.float32)
    vectors = np.array([embedding.vector for embedding in embeddings], np.float32)
    apart = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    return np.asarray(apart.min(axis=1), np.float32)


def _repeated(examined: Sequence[Examined], home: Path) -> dict[int, str]:
    """Return the pictures that are given twice or that the person already has, and the file they are equal to."""
    stored = sorted(home.iterdir()) if home.is_dir() else ()
    first = {digest_of(path): f"{home.name}/{path.name}" for path in stored}
    found = {}
    for number, picture in enumerate(examined):
        if picture.digest in first:
            found[number] = printable(first[picture.digest])
        elif picture.digest:
            first[picture.digest] = picture.offered.name
    return found


# Saving --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A person's pictures and data to save."""

    person: str
    pictures: Sequence[Examined]  # all of them good
    change: Callable[[PersonRecord], PersonRecord] = lambda record: record  # of the person's record
    consent: Consent | None = None  # None = keep the recorded one
    alike: Sequence[Candidate] = ()  # look-alikes that the staff was warned of


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The result of an enrolment."""

    person: str  # as the image folder spells the name
    sources: tuple[str, ...]  # the new files, relative to the image folder
    is_new: bool  # the person had no pictures before
    fault: str = ""  # why the journal does not hold it


def agreed(text: ConsentText, staff: str) -> Consent:
    """Return the record that a person agrees to a text now; `staff` is who asked."""
    return Consent(datetime.now(UTC), text.version, text.sha256, text.language, staff)


def save(stores: PeopleStores, enrolment: Enrolment, staff: str, *, version: str = "") -> Enrolled:
    """Save consent, pictures and a journal entry; killed half-way, the gallery is as before, or has all pictures.

    With the `version` of the encoder that examined the pictures, the gallery need not encode them again.
    Raises EnrolmentError, GalleryError or PeopleError; then all is as before.
    """
    person = normal_name(home_of(stores.folder, enrolment.person).name)
    before = in_gallery(stores, person)
    known = stores.people.records().get(person_key(person))

    def changed(record: PersonRecord) -> PersonRecord:
        after = enrolment.change(record)
        return replace(after, consent=enrolment.consent or after.consent)

    # The consent comes first: pictures without it must not exist, not even for a moment.
    stores.people.change(person, changed)
    try:
        sources = add_pictures(stores.folder, person, [picture.as_file for picture in enrolment.pictures])
    except KioskError:
        stores.people.put_back([(person, known)])
        raise
    for picture in enrolment.pictures:
        if version and picture.embedding is not None:
            TemplateCache(cache_folder(), picture.embedding.encoder, version).put(picture.digest, picture.embedding)
    fault = ""
    try:
        action = Action.ENROLLED if before is None else Action.PICTURES_ADDED
        stores.journal.note(action, staff, person, f"{len(sources)} pictures")
        for other in enrolment.alike:
            detail = f"{display_name(other.person)} at {other.distance:.2f}"
            stores.journal.note(Action.LOOKALIKE_ACCEPTED, staff, person, detail)
    except KioskError as error:  # the pictures stay saved
        fault = str(error)
    return Enrolled(person, sources, before is None, fault)
