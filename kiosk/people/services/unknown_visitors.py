"""The kept faces of refused visitors, one visitor after the other, with who of the people enrolled is most alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from kiosk.domain import Candidate
from kiosk.people.gallery import GallerySnapshot
from kiosk.people.grouping import groups
from kiosk.people.visitors import Visitor, VisitorStore
from kiosk.recognition.matching import identify


@dataclass(frozen=True, slots=True)
class UnknownVisitor:
    """Faces that show one person, as far as the encoder can tell."""

    faces: tuple[Visitor, ...]  # newest first, without pictures
    nearest: Candidate | None = None  # of the people enrolled, to any of the faces

    @property
    def ids(self) -> frozenset[int]:
        """The faces as the store knows them."""
        return frozenset(face.id for face in self.faces)

    @property
    def first_seen(self) -> datetime:
        return self.faces[-1].time

    @property
    def last_seen(self) -> datetime:
        return self.faces[0].time


def unknown_visitors(store: VisitorStore, gallery: GallerySnapshot, threshold: float) -> list[UnknownVisitor]:
    """Everybody who is kept, whoever came last first. Raises VisitorsError.

    Faces within `threshold` are one visitor; those of another encoder than the gallery's are each one of their own.
    """
    kept = store.visitors(with_pictures=False)
    comparable = [face for face in kept if _is_comparable(face, gallery)]
    others = [UnknownVisitor((face,)) for face in kept if not _is_comparable(face, gallery)]
    found = [UnknownVisitor(faces, _nearest(faces, gallery)) for faces in _grouped(comparable, threshold)]
    return sorted([*found, *others], key=lambda visitor: visitor.last_seen, reverse=True)


def _is_comparable(face: Visitor, gallery: GallerySnapshot) -> bool:
    """Whether distances to the gallery and to other faces mean something."""
    vector = face.embedding.vector
    fits = not gallery.people or vector.size == gallery.matrix.shape[1]
    return face.embedding.encoder == gallery.encoder and fits and bool(np.isfinite(vector).all())


def _grouped(faces: Sequence[Visitor], threshold: float) -> list[tuple[Visitor, ...]]:
    by_size: dict[int, list[Visitor]] = {}
    for face in faces:
        by_size.setdefault(face.embedding.vector.size, []).append(face)
    found = []
    for same in by_size.values():
        vectors = np.stack([face.embedding.vector for face in same])
        found += [tuple(same[index] for index in sorted(group)) for group in groups(vectors, threshold)]
    return found


def _nearest(faces: Sequence[Visitor], gallery: GallerySnapshot) -> Candidate | None:
    looks = (identify(face.embedding, gallery, threshold=0.0, margin=0.0, keep=1).best for face in faces)
    return min((best for best in looks if best is not None), key=lambda best: best.distance, default=None)
