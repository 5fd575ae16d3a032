"""A folder of people as chips for training: found, cut out, kept, and what could not be used named."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kiosk.domain import ByteImage, Crop
from kiosk.errors import KioskError, PictureError, in_one_line
from kiosk.names import folder_fault, is_litter, is_system_folder, normal_name
from kiosk.training.loop.checkpoint import NPZ_DAMAGE, write_whole
from kiosk.training.loop.chips import PeopleChips
from kiosk.vision.alignment import cut
from kiosk.vision.detector import HaarDetector
from kiosk.vision.landmarks import LandmarkModel, shipped_landmarks
from kiosk.vision.pictures import SUFFIXES, printable, read_picture

CACHE = "chips.npz"
_PATH_VERSION = 1  # counts up when the way from picture to chip changes
_REMEDY = "give a folder with a folder of pictures for each person"

Show = Callable[[int, int], None]  # done, total


@dataclass(frozen=True, slots=True)
class Unused:
    """A picture that is left out, and why."""

    picture: str  # relative to the folder
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class FolderChips:
    """What a folder of people gave; `key` is another one for other pictures or another crop."""

    chips: PeopleChips
    unused: tuple[Unused, ...]
    key: str


def folder_chips(folder: Path, crop: Crop, cache: Path, show: Show) -> FolderChips:
    """The largest face of each picture of <folder>/<person>/, by all processors; from `cache` where nothing changed.

    Raises PictureError where the folder cannot be read or shows no face at all, and what landmarks or cache raise.
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
                yield from (path for path in sorted(person.iterdir()) if _is_picture(path))
    except OSError as error:
        raise PictureError(printable(folder), f"cannot be read ({error.strerror})", _REMEDY) from error


def _skipped(folder: Path) -> Iterator[Unused]:
    """Folders that may be meant as a person's, and have a name that only systems use."""
    for path in sorted(folder.iterdir()):
        fault = folder_fault(path.name)
        if fault and path.is_dir() and not is_litter(path.name) and not is_system_folder(path.name):
            yield Unused(printable(path.name), f"the name {fault}")


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not is_litter(path.name)


def _stamp(folder: Path, path: Path) -> list[str | int]:
    try:
        status = path.stat()
    except OSError:
        return [os.fsencode(path.relative_to(folder)).hex(), 0, 0]
    return [os.fsencode(path.relative_to(folder)).hex(), status.st_size, status.st_mtime_ns]


def _cut_all(
    folder: Path, pictures: list[Path], crop: Crop, landmarks: LandmarkModel, show: Show
) -> tuple[PeopleChips, tuple[Unused, ...]]:
    found: list[tuple[str, ByteImage]] = []
    unused: list[Unused] = []
    cutter = _Cutter(crop, landmarks)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, outcome in zip(pictures, pool.map(cutter.cut, pictures), strict=True):
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


class _Cutter:
    """Cuts in any number of threads, each with a detector of its own."""

    def __init__(self, crop: Crop, landmarks: LandmarkModel) -> None:
        self._crop = crop
        self._landmarks = landmarks
        self._own = threading.local()

    def cut(self, path: Path) -> ByteImage | str:
        """The chip of a picture's largest face, or why there is none."""
        if not hasattr(self._own, "detector"):
            self._own.detector = HaarDetector()
        try:
            image = read_picture(path)
            faces = self._own.detector.find_thoroughly(image)
            if not faces:
                return "shows no face"
            face = replace(faces[0], landmarks=self._landmarks.locate(image, faces[0].box))
            return cut(image, face, self._crop).image
        except KioskError as error:
            return error.reason
        except Exception as error:  # one picture that upsets OpenCV does not cost all the others
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

    def write(partial: Path) -> None:
        with partial.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)

    write_whole(cache, write)
