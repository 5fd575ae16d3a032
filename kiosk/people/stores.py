"""The stores that a change to a person touches: image folder, register, journal, visitors."""

from dataclasses import dataclass
from pathlib import Path

from kiosk.people.register import PeopleRegister
from kiosk.people.visitors import VisitorStore
from kiosk.store.journal import Journal


@dataclass(slots=True, eq=False)
class PeopleStores:
    """The image folder and the records beside it; may be used from any thread."""

    folder: Path  # the image folder
    people: PeopleRegister
    journal: Journal
    visitors: VisitorStore
