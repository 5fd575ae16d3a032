"""Is the person who is to be enrolled in the gallery already, under another name?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kiosk.domain import Candidate, Embedding
from kiosk.people.gallery.snapshot import GallerySnapshot
from kiosk.recognition.matching import identify


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
