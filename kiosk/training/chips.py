"""Chips of people for training: cut from a folder of pictures, cached, checked and split."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import ByteImage, Crop
from kiosk.errors import EncoderError, KioskError, PictureError, in_one_line
from kiosk.evaluation.samples import Show
from kiosk.names import first_of, folder_fault, is_litter, is_system_folder, normal_name, printable
from kiosk.training.checkpoint import NPZ_DAMAGE, write_arrays
from kiosk.vision.alignment import cut
from kiosk.vision.detector import HaarDetector
from kiosk.vision.landmarks import LandmarkModel, shipped_landmarks
from kiosk.vision.pictures import SUFFIXES, read_picture

PEOPLE_IN_A_FOLD = 2  # fewer make no pair of two people
FEWEST_HELD_OUT = 2 * PEOPLE_IN_A_FOLD  # a threshold is chosen on one fold and tested on another
# Enough for a validation of some seconds.
MOST_HELD_OUT, _PICTURES_HELD_OUT = 500, 10


@dataclass(frozen=True, slots=True, eq=False)
class PeopleChips:
    """Chips and their people."""

    images: ByteImage  # (N, S, S, 3) RGB
    owners: NDArray[np.intp]  # (N,) index into people
    people: tuple[str, ...]

    def of(self, chosen: NDArray[np.bool_]) -> PeopleChips:
        """Return the chips of the chosen people; `chosen` has an entry for each person."""
        kept = np.flatnonzero(chosen)
        mine = chosen[self.owners]
        owners = np.searchsorted(kept, self.owners[mine])
        return PeopleChips(self.images[mine], owners, tuple(self.people[one] for one in kept))

    def at_most(self, pictures: int) -> PeopleChips:
        """Return the first chips of each person."""
        order = np.argsort(self.owners, kind="stable")
        rising = self.owners[order]
        kept = np.sort(order[np.arange(len(rising)) - np.searchsorted(rising, rising) < pictures])
        return PeopleChips(self.images[kept], self.owners[kept], self.people)


def usable(chips: PeopleChips) -> tuple[PeopleChips, tuple[str, ...]]:
    """Return the people with two or more chips, and the names of the others.

    Raises EncoderError when too few people are left.
    """
    enough = np.bincount(chips.owners, minlength=len(chips.people)) > 1
    kept = chips.of(enough)
    single = tuple(person for person, is_kept in zip(chips.people, enough, strict=True) if not is_kept)
    if len(chips.people) == 1:
        reason = "a network learns from differences between people"
        raise EncoderError(f"pictures of {chips.people[0]} alone", reason, "add more people")
    if not kept.people:
        reason = "each has one usable picture: none shows what stays the same"
        raise EncoderError(f"{len(chips.people)} people ({first_of(chips.people)})", reason, "add pictures of each")
    return kept, single


def split(chips: PeopleChips, held_out: float, in_a_batch: int, seed: int) -> tuple[PeopleChips, PeopleChips]:
    """Return the people to learn from, and some pictures of those held out; raises EncoderError for too few people."""
    everybody = len(chips.people)
    apart = min(max(round(everybody * held_out), FEWEST_HELD_OUT), MOST_HELD_OUT)
    left = everybody - apart
    if left < in_a_batch:
        raise EncoderError(
            f"{everybody} people with two pictures and more",
            f"{apart} are held out, which leaves fewer than the {in_a_batch} of a batch",
            f"add people, or set --people to {left} or less"
            if left >= 2
            else f"add people: {FEWEST_HELD_OUT + 2} are the fewest",
        )
    chosen = np.zeros(everybody, bool)
    chosen[np.random.default_rng(seed).permutation(everybody)[:apart]] = True
    return chips.of(~chosen), chips.of(chosen).at_most(_PICTURES_HELD_OUT)


CACHE = "chips.npz"
_PATH_VERSION = 1  # increase it when the computation from picture to chip changes
_REMEDY = "give a folder with a folder of pictures for each person"


@dataclass(frozen=True, slots=True)
class Unused:
    """A picture that is left out, and the reason."""

    picture: str  # relative to the folder
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class FolderChips:
    """Chips of a folder; `key` changes with the pictures and the crop."""

    chips: PeopleChips
    unused: tuple[Unused, ...]
    key: str


def folder_chips(folder: Path, crop: Crop, cache: Path, show: Show) -> FolderChips:
    """Return the largest face of each picture in <folder>/<person>/, on all processors; from `cache` when unchanged.

    Raises PictureError when the folder cannot be read or no picture shows a face.
    """
    pictures = list(_pictures(folder))
    if not pictures:
        raise PictureError(printable(folder), "holds no pictures of people", _REMEDY)
    landmarks, detector = shipped_landmarks(), HaarDetector()
    way = [_PATH_VERSION, crop.kind.value, crop.size_px, crop.margin, landmarks.key, detector.key]
    key = hashlib.sha256(json.dumps([way, [_stamp(folder, one) for one in pictures]]).encode()).hexdigest()[:16]
    known = _remembered(cache, key)
    if known is None:
        known = FolderChips(*_cut_all(folder, pictures, crop, landmarks, show), key)
        _remember(cache, known)
    return replace(known, unused=(*_skipped(folder), *known.unused))


def _pictures(folder: Path) -> Iterator[Path]:
    try:
        for person in sorted(folder.iterdir()):
            if person.is_dir() and folder_fault(person.name) is None:
                for path in sorted(person.iterdir()):
                    if path.suffix.lower() in SUFFIXES and not is_litter(path.name):
                        yield path
    except OSError as error:
        raise PictureError(printable(folder), f"cannot be read ({error.strerror})", _REMEDY) from error


def _skipped(folder: Path) -> Iterator[Unused]:
    """Yield folders that could be a person's but have an unusable name."""
    for path in sorted(folder.iterdir()):
        fault = folder_fault(path.name)
        if fault and path.is_dir() and not is_litter(path.name) and not is_system_folder(path.name):
            yield Unused(printable(path.name), f"the name {fault}")


def _stamp(folder: Path, path: Path) -> list[str | int]:
    size, changed = 0, 0
    with suppress(OSError):
        size, changed = path.stat().st_size, path.stat().st_mtime_ns
    return [os.fsencode(path.relative_to(folder)).hex(), size, changed]


def _cut_all(
    folder: Path, pictures: list[Path], crop: Crop, landmarks: LandmarkModel, show: Show
) -> tuple[PeopleChips, tuple[Unused, ...]]:
    found: list[tuple[str, ByteImage]] = []
    unused: list[Unused] = []
    own = threading.local()
    with ThreadPoolExecutor(os.cpu_count(), initializer=lambda: setattr(own, "detector", HaarDetector())) as pool:
        outcomes = pool.map(lambda path: _chip(path, crop, landmarks, own.detector), pictures)
        for path, outcome in zip(pictures, outcomes, strict=True):
            if isinstance(outcome, str):
                unused.append(Unused(printable(path.relative_to(folder)), outcome))
            else:
                found.append((normal_name(printable(path.parent.name)), outcome))
            show(len(found) + len(unused), len(pictures))
    if not found:
        first = f"{unused[0].picture} {unused[0].reason}"
        reason = f"none of its {len(pictures)} pictures shows a face ({first})"
        raise PictureError(printable(folder), reason, "use photographs of faces, 100 px and larger")
    people, owners = np.unique([person for person, _ in found], return_inverse=True)
    images = np.stack([image for _, image in found])
    return PeopleChips(images, owners.astype(np.intp), tuple(people.tolist())), tuple(unused)


def _chip(path: Path, crop: Crop, landmarks: LandmarkModel, detector: HaarDetector) -> ByteImage | str:
    try:
        image = read_picture(path)
        faces = detector.find_thoroughly(image)
        if not faces:
            return "shows no face"
        face = replace(faces[0], landmarks=landmarks.locate(image, faces[0].box))
        return cut(image, face, crop).image
    except KioskError as error:
        return error.reason
    except Exception as error:  # OpenCV fails on this picture; use the others
        return in_one_line(error)


def _remembered(cache: Path, key: str) -> FolderChips | None:
    try:
        with np.load(cache, allow_pickle=False) as file:
            if str(file["key"]) != key:
                return None
            chips = PeopleChips(file["images"], file["owners"].astype(np.intp), tuple(file["people"].tolist()))
            return FolderChips(chips, tuple(Unused(*row) for row in file["unused"].tolist()), key)
    except NPZ_DAMAGE:
        return None


def _remember(cache: Path, known: FolderChips) -> None:
    chips = known.chips
    arrays = {
        "key": np.array(known.key),
        "images": chips.images,
        "owners": chips.owners,
        "people": np.array(chips.people),
        "unused": np.array([[one.picture, one.reason] for one in known.unused], str).reshape(-1, 2),
    }
    write_arrays(cache, arrays)
