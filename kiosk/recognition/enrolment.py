"""Photographs become somebody's pictures in the image folder: all of them, or none and the reason for each."""

import contextlib
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Embedding, Rejection, display_name
from kiosk.errors import EnrolmentError, GalleryError, PictureError
from kiosk.recognition.gallery.names import name_fault, normal_name, person_key
from kiosk.recognition.gallery.reading import EncodePicture
from kiosk.recognition.gallery.snapshot import GallerySnapshot
from kiosk.recognition.matching import distances, identify
from kiosk.recognition.reasons import in_words
from kiosk.vision.pictures import SUFFIXES, decode_picture, open_picture, printable

# Hidden, so that no gallery takes a picture from it before all are there.
_UNFINISHED = ".enrol-"
_ABANDONED_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class EnrolmentReport:
    """What an enrolment added."""

    person: str  # as the image folder spells the name
    sources: tuple[str, ...]  # the new files, relative to the image folder
    is_new: bool  # nobody of that name was in force before


@dataclass(frozen=True, slots=True, eq=False)
class _Checked:
    path: Path
    digest: str
    embedding: Embedding

    @property
    def stored_name(self) -> str:
        # Named by content: two enrolments at once cannot take a name from each other.
        return self.digest[:16] + self.path.suffix.lower()


def enrol(
    folder: Path,
    name: str,
    pictures: Sequence[Path],
    encode: EncodePicture,
    gallery: GallerySnapshot,
    *,
    threshold: float,
) -> EnrolmentReport:
    """Copies the pictures of one person into the image folder, as they are.

    `gallery` is what is in force for `folder`; two pictures within `threshold` show the same person. Raises
    EnrolmentError, naming each picture that may not be enrolled, and GalleryError where the folder cannot be written;
    then the gallery is as before. What `encode` raises passes through.
    """
    home = _home(folder, name, gallery)
    person = home.name
    if not pictures:
        raise EnrolmentError(display_name(person), "no picture is given", "give at least one picture of the person")
    checked, faults = _check_each(pictures, encode)
    faults |= _repeated(checked, home) | _of_others(checked, person, gallery, threshold)
    rest = [picture for picture in checked if picture.path not in faults]
    faults |= _strangers(rest, person, gallery, threshold)
    if faults:
        raise _refusal(person, faults, len(pictures))
    try:
        _store(folder, home, checked)
    except OSError as fault:
        reason = f"cannot be written ({fault.strerror or fault})"
        raise GalleryError(printable(folder), reason, "check its permissions and the free space") from fault
    sources = tuple(f"{person}/{picture.stored_name}" for picture in checked)
    return EnrolmentReport(person, sources, is_new=gallery.person(person) is None)


def _home(folder: Path, name: str, gallery: GallerySnapshot) -> Path:
    """The person's own folder, existing or not, in the spelling that is already in use."""
    person = normal_name(name)
    fault = name_fault(person)
    if fault:
        raise EnrolmentError(f"the name {printable(person)!r}", fault, "give the person's name as it is to be greeted")
    key = person_key(person)
    with contextlib.suppress(OSError):
        for path in sorted(folder.iterdir()):
            if person_key(path.name) == key and path.is_dir() and not path.is_symlink():
                return path
    home = folder / (gallery.person(person) or person)
    if os.path.lexists(home):
        raise EnrolmentError(printable(home), "is in the way of the person's folder", "move it away")
    return home


def _check_each(pictures: Sequence[Path], encode: EncodePicture) -> tuple[list[_Checked], dict[Path, str]]:
    """The good ones, and what is wrong with each other one."""
    good: list[_Checked] = []
    faults: dict[Path, str] = {}
    for path in pictures:
        found = _check(path, encode)
        if isinstance(found, str):
            faults[path] = found
        else:
            good.append(found)
    return good, faults


def _check(path: Path, encode: EncodePicture) -> _Checked | str:
    if path.suffix.lower() not in SUFFIXES:
        return f"the name ends in none of {', '.join(sorted(SUFFIXES))}"
    try:
        with open_picture(path) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            image = decode_picture(file, path)
    except PictureError as fault:
        return fault.reason
    outcome = encode(image)
    if isinstance(outcome, Rejection):
        return in_words(outcome)
    return _Checked(path, digest, outcome) if np.isfinite(outcome.vector).all() else "gave no usable embedding"


def _repeated(checked: Sequence[_Checked], home: Path) -> dict[Path, str]:
    """Pictures that are given twice, or that the person already has."""
    first: dict[str, str] = {}
    for stored in sorted(home.iterdir()) if home.is_dir() else ():
        with contextlib.suppress(PictureError, OSError), open_picture(stored) as file:
            first[hashlib.file_digest(file, "sha256").hexdigest()] = f"{home.name}/{stored.name}"
    faults = {}
    for picture in checked:
        if picture.digest in first:
            faults[picture.path] = f"the same picture as {printable(first[picture.digest])}"
        first.setdefault(picture.digest, str(picture.path))
    return faults


def _of_others(checked: Sequence[_Checked], person: str, gallery: GallerySnapshot, threshold: float) -> dict[Path, str]:
    """Pictures of somebody who is already enrolled under another name."""
    faults = {}
    own = gallery.person(person)
    for picture in checked:
        found = identify(picture.embedding, gallery, threshold=threshold, margin=0.0, keep=2)
        other = next((candidate for candidate in found.candidates if candidate.person != own), None)
        if other and other.distance <= threshold:
            known_as = display_name(other.person)
            faults[picture.path] = f"shows {known_as}, who is already enrolled (distance {other.distance:.2f})"
    return faults


def _strangers(checked: Sequence[_Checked], person: str, gallery: GallerySnapshot, threshold: float) -> dict[Path, str]:
    """Pictures that no chain of similar pictures connects with the person's other ones."""
    stored = [template.embedding.vector for template in gallery.templates_of(gallery.person(person) or "")]
    vectors = np.array([*stored, *(picture.embedding.vector for picture in checked)], np.float32)
    groups = _groups(vectors, threshold)
    if stored:
        right = {number for group in groups if min(group) < len(stored) for number in group}
        reason = "shows somebody else than the pictures already enrolled"
    else:
        largest = [group for group in groups if len(group) == max(map(len, groups))]
        right = largest[0] if len(largest) == 1 else set()
        reason = "shows somebody else than the other pictures"
    outside = (index for index in range(len(checked)) if len(stored) + index not in right)
    return {checked[index].path: reason for index in outside}


def _groups(vectors: NDArray[np.float32], threshold: float) -> list[set[int]]:
    """Row numbers, in groups connected by distances within the threshold (single linkage)."""
    groups: list[set[int]] = []
    for number, vector in enumerate(vectors):
        near = set(np.flatnonzero(distances(vector, vectors[:number]) <= threshold).tolist())
        touched = [group for group in groups if group & near]
        groups = [group for group in groups if not group & near]
        groups.append({number}.union(*touched))
    return groups


def _refusal(person: str, faults: dict[Path, str], given: int) -> EnrolmentError:
    each = "; ".join(f"{printable(path)}: {reason}" for path, reason in faults.items())
    reason = f"{len(faults)} of {given} pictures cannot be enrolled: {each}"
    return EnrolmentError(display_name(person), reason, "nothing was changed: replace or leave out what is named")


def _store(folder: Path, home: Path, checked: Sequence[_Checked]) -> None:
    """Puts the pictures in place by renaming: a gallery sees each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    _clear_abandoned(folder)
    unfinished = folder / f"{_UNFINISHED}{secrets.token_hex(8)}"
    unfinished.mkdir()
    try:
        for picture in checked:
            _copy(picture, unfinished / picture.stored_name)
        _sync_folder(unfinished)
        if home.exists():
            _put_in_place(unfinished, home, checked)
            _sync_folder(home)
        else:
            unfinished.rename(home)
        _sync_folder(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _put_in_place(unfinished: Path, home: Path, checked: Sequence[_Checked]) -> None:
    """Moves the pictures into a folder that is already there; takes them out again where one cannot be moved."""
    with contextlib.ExitStack() as undo:
        for picture in checked:
            target = home / picture.stored_name
            # A file that was there before is not ours to remove.
            if not os.path.lexists(target):
                undo.callback(target.unlink, missing_ok=True)
            (unfinished / picture.stored_name).replace(target)
        undo.pop_all()


def _copy(picture: _Checked, target: Path) -> None:
    with open_picture(picture.path) as source, target.open("w+b") as copy:
        shutil.copyfileobj(source, copy)
        copy.flush()
        os.fsync(copy.fileno())
        copy.seek(0)
        if hashlib.file_digest(copy, "sha256").hexdigest() != picture.digest:
            raise EnrolmentError(printable(picture.path), "changed while it was enrolled", "enrol it again")


def _sync_folder(folder: Path) -> None:
    """Makes renames in a folder last through a power cut, where the file system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _clear_abandoned(folder: Path) -> None:
    """Removes the photographs that a crash left behind."""
    for path in folder.glob(f"{_UNFINISHED}*"):
        with contextlib.suppress(OSError):
            if time.time() - path.lstat().st_mtime > _ABANDONED_SECONDS:
                shutil.rmtree(path)
