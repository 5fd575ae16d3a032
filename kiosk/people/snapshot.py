"""The gallery at one moment, frozen: any thread may search it while the next one is made."""

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
    """A file, or the folder itself, that gives no template."""

    source: str  # printable, relative to the image folder
    reason: Text  # a phrase for people
    settling: bool = False  # young enough to be half copied: read again in a moment, not yet a fault
    harmless: bool = False  # a system's own folder, such as a recycle bin: said, and nothing has to be done


@dataclass(frozen=True, eq=False)
class GallerySnapshot:
    """Everybody in force, as arrays for the search and as templates."""

    encoder: str
    templates: tuple[Template, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    people: tuple[str, ...] = field(init=False)
    owners: NDArray[np.intp] = field(init=False)  # (T,) index into people
    matrix: NDArray[np.float32] = field(init=False)  # (T, D); (0, 0) where nobody is enrolled

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
        """What is skipped though it may be meant to be used."""
        return tuple(one for one in self.skipped if not one.harmless)

    def person(self, name: str) -> str | None:
        """The person meant by a name, however it is spelt; None where there is nobody."""
        return self._by_key.get(person_key(name))

    @cached_property
    def means(self) -> PeopleMeans:
        """Each person's templates as one."""
        return PeopleMeans.of(self.matrix, self.owners, len(self.people))

    @cached_property
    def _by_key(self) -> dict[str, str]:
        return {person_key(person): person for person in self.people}

    def templates_of(self, person: str) -> tuple[Template, ...]:
        """What is stored of one person."""
        return tuple(template for template in self.templates if template.person == person)
