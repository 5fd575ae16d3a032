"""A frozen snapshot of the gallery, which any thread may search."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import Template
from kiosk.i18n import Text
from kiosk.names import person_key
from kiosk.recognition.matching import PeopleMeans


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that gives no template."""

    source: str  # printable, relative to the image folder
    reason: Text  # a phrase for people
    settling: bool = False  # young, maybe half copied: it is read again in a moment
    harmless: bool = False  # a folder of the system, such as a recycle bin


@dataclass(frozen=True, eq=False)
class GallerySnapshot:
    """The templates in force, also as arrays for the search."""

    encoder: str
    templates: tuple[Template, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    people: tuple[str, ...] = field(init=False)
    owners: NDArray[np.intp] = field(init=False)  # (T,) index into people
    matrix: NDArray[np.float32] = field(init=False)  # (T, D); (0, 0) if it is empty

    def __post_init__(self) -> None:
        people = sorted({template.person for template in self.templates}, key=lambda name: (person_key(name), name))
        index = {person: number for number, person in enumerate(people)}
        owners = np.array([index[template.person] for template in self.templates], np.intp)
        vectors = [template.embedding.vector for template in self.templates]
        matrix = np.stack(vectors).astype(np.float32) if vectors else np.zeros((0, 0), np.float32)
        for array in (owners, matrix):
            array.setflags(write=False)
        object.__setattr__(self, "people", tuple(people))
        object.__setattr__(self, "owners", owners)
        object.__setattr__(self, "matrix", matrix)

    @property
    def unused(self) -> tuple[Skipped, ...]:
        """The skipped files that may be meant to be used."""
        return tuple(one for one in self.skipped if not one.harmless)

    def person(self, name: str) -> str | None:
        """Return the person of a name in any spelling; None if there is none."""
        return self._by_key.get(person_key(name))

    @cached_property
    def means(self) -> PeopleMeans:
        """The mean template of each person."""
        return PeopleMeans.of(self.matrix, self.owners, len(self.people))

    @cached_property
    def _by_key(self) -> dict[str, str]:
        return {person_key(person): person for person in self.people}

    def templates_of(self, person: str) -> tuple[Template, ...]:
        """Return the templates of a person."""
        return tuple(template for template in self.templates if template.person == person)
