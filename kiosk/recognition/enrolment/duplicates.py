"""Is the person who is to be enrolled in the gallery already, under another name?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kiosk.domain import Candidate, Embedding
from kiosk.recognition.gallery.snapshot import GallerySnapshot
from kiosk.recognition.matching import identify


@dataclass(frozen=True, slots=True)
class DuplicateFinding:
    """Other people of the gallery who look like the person of a set of pictures, the likest first.

    `same`: at least half of the pictures lie within the threshold, so that the door would take one for the other.
    `alike`: any other with a picture within threshold + margin, where the door would sometimes know neither of them.
    The distance is the smallest of all pictures.
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
    nearest = sorted((min(distances), name) for name, distances in found.items())
    near = [Candidate(name, distance) for distance, name in nearest if distance <= threshold + margin]
    same = tuple(one for one in near if _is_same(found[one.person], threshold))
    return DuplicateFinding(same, tuple(one for one in near if one not in same))


def other_within(probe: Embedding, person: str, gallery: GallerySnapshot, threshold: float) -> Candidate | None:
    """Who else than `person` lies within the threshold of one picture, the nearest."""
    own = gallery.person(person)
    found = identify(probe, gallery, threshold=threshold, margin=0.0, keep=2)
    other = next((candidate for candidate in found.candidates if candidate.person != own), None)
    return other if other and other.distance <= threshold else None


def _is_same(distances: Sequence[float], threshold: float) -> bool:
    within = int(np.count_nonzero(np.asarray(distances) <= threshold))
    return within > 0 and 2 * within >= len(distances)
