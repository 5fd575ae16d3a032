"""Pictures of somebody, and what is known of them, saved together: consent, then pictures, then the journal."""

import contextlib
import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Candidate, Embedding, Rejection, display_name
from kiosk.errors import EnrolmentError, KioskError, PictureError
from kiosk.i18n import Message, Text
from kiosk.names import normal_name, person_key
from kiosk.people.changes import add_pictures, home_of
from kiosk.people.consent import ConsentText
from kiosk.people.records import in_gallery
from kiosk.people.register import Consent, PersonRecord
from kiosk.people.snapshot import GallerySnapshot
from kiosk.people.staging import PictureFile
from kiosk.people.stores import PeopleStores
from kiosk.people.templates import EncodePicture
from kiosk.people.visitors import groups
from kiosk.recognition.matching import identify
from kiosk.store.journal import Action
from kiosk.vision.pictures import MAX_BYTES, SUFFIXES, decode_picture, open_picture, printable
from kiosk.vision.quality import reason_of


@dataclass(frozen=True, slots=True)
class DuplicateFinding:
    """Other people of the gallery who look like the person of a set of pictures, the likest first.

    There are two signs: at least half of the pictures lie within the threshold; one lies nearer than that by the
    margin. Who shows both is the `same`, who shows one is `alike`; the distance is the smallest of all pictures.

    Measured with dlib_resnet on LFW's development view (71 people with four or five pictures, galleries of one
    picture a person): somebody new is stopped as the same in 0, 3, 6 and 13 % at 50, 100, 300 and 1,000 people, and
    stopped or warned of in 3, 6, 11 and 28 %; somebody who is there under another name is stopped in 97 % and stopped
    or warned of in 99 %. Any single picture within the threshold would stop 13, 30, 55 and 82 % of the new.
    """

    same: tuple[Candidate, ...] = ()
    alike: tuple[Candidate, ...] = ()


def find_duplicates(
    offered: Sequence[Embedding], person: str, gallery: GallerySnapshot, *, threshold: float, margin: float
) -> DuplicateFinding:
    """Searches everybody but `person`, 1:N. Raises EncoderError where the embeddings are not the gallery's."""
    own = gallery.person(person)
    found: dict[str, list[float]] = {}
    for probe in offered:
        searched = identify(probe, gallery, threshold=threshold, margin=margin, keep=len(gallery.people))
        for candidate in searched.candidates:
            if candidate.person != own:
                found.setdefault(candidate.person, []).append(candidate.distance)
    signs = {name: _signs(distances, threshold, margin) for name, distances in found.items()}
    nearest = sorted((min(found[name]), name) for name in signs if signs[name])
    candidates = [Candidate(name, distance) for distance, name in nearest]
    same = tuple(one for one in candidates if signs[one.person] == 2)
    return DuplicateFinding(same, tuple(one for one in candidates if one not in same))


def other_within(probe: Embedding, person: str, gallery: GallerySnapshot, threshold: float) -> Candidate | None:
    """Who else than `person` lies within the threshold of one picture, the nearest."""
    own = gallery.person(person)
    found = identify(probe, gallery, threshold=threshold, margin=0.0, keep=2)
    other = next((candidate for candidate in found.candidates if candidate.person != own), None)
    return other if other and other.distance <= threshold else None


def _signs(distances: Sequence[float], threshold: float, margin: float) -> int:
    """How many of the two signs there are."""
    within = int(np.count_nonzero(np.asarray(distances) <= threshold))
    return int(within > 0 and 2 * within >= len(distances)) + int(min(distances) <= threshold - margin)


@dataclass(frozen=True, slots=True)
class Offered:
    """A picture that somebody wants to be enrolled."""

    name: str  # as people know it; its ending says what kind of picture it is
    content: bytes | Path  # a path is opened when it is examined, and again when it is stored

    @classmethod
    def file(cls, path: Path) -> "Offered":
        """A picture file, to be read where it lies."""
        return cls(printable(path), path)

    @property
    def suffix(self) -> str:
        """What the file's name ends in, in lower case."""
        return Path(self.name).suffix.lower()


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """What a picture that is offered is like."""

    offered: Offered
    digest: str = ""  # sha256 of the content; "" where it could not be read
    embedding: Embedding | None = None
    fault: Text = ""  # why it cannot be enrolled, as a phrase for people

    @property
    def as_file(self) -> PictureFile:
        """How it is stored: named by content, so that two enrolments at once cannot take a name from each other."""
        return PictureFile(self.digest[:16] + self.offered.suffix, self.digest, self.offered.content)


def examine(offered: Offered, encode: EncodePicture) -> Examined:
    """Reads and encodes a picture; nothing that is wrong with it raises, what `encode` raises passes through."""
    if offered.suffix not in SUFFIXES:
        endings = ", ".join(sorted(SUFFIXES))
        return Examined(offered, fault=Message("the name ends in none of {endings}", endings=endings))
    try:
        with _opened(offered) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
            image = decode_picture(file, Path(offered.name))
    except PictureError as fault:
        return Examined(offered, fault=fault.why)
    outcome = encode(image)
    if isinstance(outcome, Rejection):
        return Examined(offered, digest, fault=reason_of(outcome))
    if not np.isfinite(outcome.vector).all():
        return Examined(offered, digest, fault=Message("gave no usable embedding"))
    return Examined(offered, digest, outcome)


def _opened(offered: Offered) -> BinaryIO:
    if isinstance(offered.content, Path):
        return open_picture(offered.content)
    if not offered.content:
        raise PictureError(offered.name, "is empty", "copy it again")
    if len(offered.content) > MAX_BYTES:
        raise PictureError(offered.name, "is too large a file", "save it smaller")
    return io.BytesIO(offered.content)


def odd_ones_out(offered: Sequence[Embedding], stored: Sequence[Embedding], threshold: float) -> set[int]:
    """Numbers of the pictures that no chain of similar pictures connects with the person's other ones.

    Those already stored are right; where there are none, the largest group is, and nobody where two are as large.
    """
    vectors = [embedding.vector for embedding in (*stored, *offered)]
    if not vectors:
        return set()
    found = groups(np.array(vectors, np.float32), threshold)
    right = _of_the_stored(found, len(stored)) if stored else _largest(found)
    return {index for index in range(len(offered)) if len(stored) + index not in right}


def stored_of(gallery: GallerySnapshot, person: str) -> list[Embedding]:
    """What is in force for a person, however the name is spelt."""
    return [template.embedding for template in gallery.templates_of(gallery.person(person) or "")]


def spread(embeddings: Sequence[Embedding]) -> NDArray[np.float32]:
    """Distance of each picture of a set to the nearest other one; infinite where there is none."""
    if len(embeddings) < 2:
        return np.full(len(embeddings), np.inf, np.float32)
    vectors = np.array([embedding.vector for embedding in embeddings], np.float32)
    apart = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    return np.asarray(apart.min(axis=1), np.float32)


def _of_the_stored(found: Sequence[set[int]], stored: int) -> set[int]:
    return {number for group in found if min(group) < stored for number in group}


def _largest(found: Sequence[set[int]]) -> set[int]:
    size = max(map(len, found))
    largest = [group for group in found if len(group) == size]
    return largest[0] if len(largest) == 1 else set()


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
            "no picture is given",
            "give at least one picture of the person",
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
) -> Mapping[int, Text]:
    """What is wrong with each picture that may not be enrolled."""
    faults = {number: picture.fault for number, picture in enumerate(examined) if picture.fault}
    for number, same in repeated(examined, home).items():
        faults.setdefault(number, Message("the same picture as {name}", name=same))
    good = [(number, one.embedding) for number, one in enumerate(examined) if one.embedding is not None]
    others = {number: other_within(embedding, home.name, gallery, threshold) for number, embedding in good}
    probes = [embedding for _, embedding in good]
    finding = find_duplicates(probes, home.name, gallery, threshold=threshold, margin=margin)
    known = {candidate.person for candidate in finding.same}
    faults |= {number: _shows(other) for number, other in others.items() if other and other.person in known}
    rest = [(number, embedding) for number, embedding in good if number not in faults]
    stored = stored_of(gallery, home.name)
    unlike_stored = Message("shows somebody else than the pictures already enrolled")
    unlike = unlike_stored if stored else Message("shows somebody else than the other pictures")
    for index in odd_ones_out([embedding for _, embedding in rest], stored, threshold):
        other = others[rest[index][0]]
        faults[rest[index][0]] = _shows(other) if other else unlike
    return faults


def _shows(other: Candidate) -> Message:
    return Message(
        "shows {name}, who is already enrolled (distance {distance:.2f})",
        name=display_name(other.person),
        distance=other.distance,
    )


def _stored_digests(home: Path) -> dict[str, str]:
    found = {}
    for path in sorted(home.iterdir()) if home.is_dir() else ():
        with contextlib.suppress(PictureError, OSError), open_picture(path) as file:
            found[hashlib.file_digest(file, "sha256").hexdigest()] = path.name
    return found


def _refusal(person: str, faults: Mapping[int, Text], examined: Sequence[Examined]) -> EnrolmentError:
    each = [
        Message("{picture}: {fault}", picture=examined[number].offered.name, fault=faults[number])
        for number in sorted(faults)
    ]
    reason = Message(
        "{faults} of {examined} pictures cannot be enrolled: {each}",
        faults=len(faults),
        examined=len(examined),
        each=each,
    )
    return EnrolmentError(display_name(person), reason, "nothing was changed: replace or leave out what is named")


Change = Callable[[PersonRecord], PersonRecord]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What is to be saved."""

    person: str
    pictures: Sequence[Examined]  # all of them good
    change: Change = lambda record: record  # what is known of the person from now on
    consent: Consent | None = None  # None = what is recorded stays
    alike: Sequence[Candidate] = ()  # look-alikes that the staff was warned of


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What was saved."""

    person: str  # as the image folder spells the name
    sources: tuple[str, ...]  # the new files, relative to the image folder
    is_new: bool  # nobody of that name had pictures before
    fault: str = ""  # why the journal does not hold it


def agreed(text: ConsentText, staff: str) -> Consent:
    """That a person agrees to a text now, in front of a member of the staff."""
    return Consent(datetime.now(UTC), text.version, text.sha256, text.language, staff)


def save(stores: PeopleStores, enrolment: Enrolment, staff: str) -> Enrolled:
    """All or nothing: killed half-way, the gallery is as it was, or it has the pictures and the consent.

    Raises EnrolmentError, GalleryError or PeopleError; then all is as before.
    """
    person = normal_name(home_of(stores.folder, enrolment.person).name)
    before = in_gallery(stores, person)
    known = stores.people.records().get(person_key(person))
    # Consent comes first: pictures without it must not be there, not even for a moment.
    stores.people.change(person, lambda record: _with_consent(enrolment.change(record), enrolment.consent))
    try:
        sources = add_pictures(stores.folder, person, [picture.as_file for picture in enrolment.pictures])
    except KioskError:
        if known is None:
            stores.people.forget(person)
        else:
            stores.people.save(known)
        raise
    done = Enrolled(person, sources, before is None)
    return replace(done, fault=_write_down(stores, done, enrolment.alike, staff))


def _with_consent(record: PersonRecord, consent: Consent | None) -> PersonRecord:
    return record if consent is None else replace(record, consent=consent)


def _write_down(stores: PeopleStores, done: Enrolled, alike: Sequence[Candidate], staff: str) -> str:
    """The fault of a journal that does not take it: what is saved stays saved."""
    now = datetime.now(UTC)
    try:
        action = Action.ENROLLED if done.is_new else Action.PICTURES_ADDED
        stores.journal.note(action, staff, done.person, f"{len(done.sources)} pictures", now)
        for other in alike:
            detail = f"{display_name(other.person)} at {other.distance:.2f}"
            stores.journal.note(Action.LOOKALIKE_ACCEPTED, staff, done.person, detail, now)
    except KioskError as fault:
        return str(fault)
    return ""
