"""What the staff works with, below the window: the registers, the journal, the gallery and a reader of photographs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from kiosk.config import Config, ConfigFile
from kiosk.door.build import Choices, load_configured_encoder, make_landmarks, photograph_reader
from kiosk.door.station import Station
from kiosk.errors import EncoderError
from kiosk.paths import journal_file, staff_file, visitors_file
from kiosk.people.erasure import ErasureReport, erase
from kiosk.people.register import PeopleRegister, people_file
from kiosk.people.snapshot import GallerySnapshot
from kiosk.people.staff import Refused, StaffMember, StaffRegister
from kiosk.people.stores import PeopleStores
from kiosk.people.visitors import VisitorStore
from kiosk.recognition.pipeline import PhotographReader
from kiosk.store.journal import Action, Journal
from kiosk.vision.camera import WatchedCamera

UNKNOWN_STAFF = "?"  # in the journal, where a PIN was nobody's
_NOBODY = GallerySnapshot("")


@dataclass(slots=True, eq=False)
class StaffServices(PeopleStores):
    """The stores, and the door that runs beside them. May be used from any thread.

    Attributes:
        station: the one in force, None while it is being built; set by whoever builds it.
        camera: the one that looks at the door; set by whoever opened it. None = nobody looks.
    """

    config: ConfigFile
    staff: StaffRegister
    demo: bool = False
    source: str = ""  # of the camera, as it was chosen
    camera: WatchedCamera | None = None
    station: Station | None = None
    started_with: Config = field(default_factory=Config)  # what waits for the next start is measured against it
    _reader: tuple[object, PhotographReader] | None = None
    _reading: threading.Lock = field(default_factory=threading.Lock)

    @property
    def snapshot(self) -> GallerySnapshot:
        """Who is in force now; nobody while the station is being built."""
        station = self.station
        return station.snapshot if station is not None else _NOBODY

    @property
    def threshold(self) -> float:
        """The distance in force; raises EncoderError while the station is being built."""
        return self._station.threshold

    @property
    def margin(self) -> float:
        """The margin in force; raises EncoderError while the station is being built."""
        return self._station.margin

    @property
    def _station(self) -> Station:
        if self.station is None:
            raise EncoderError(
                "recognition",
                "is being loaded",
                "wait a moment and try again",
            )
        return self.station

    @contextmanager
    def reader(self) -> Iterator[PhotographReader]:
        """A reader of photographs, for one thread at a time; made at first use, a second of work. Raises KioskError."""
        with self._reading:
            wanted = _what_reads(self.config.current)
            if self._reader is None or self._reader[0] != wanted:
                self._reader = wanted, self.new_reader()
            yield self._reader[1]

    def new_reader(self) -> PhotographReader:
        """Return a reader for one thread alone, so that the recognition thread waits for nobody. Raises KioskError."""
        return photograph_reader(self.config, load_configured_encoder(self.config), make_landmarks())

    def enter(self, pin: str) -> StaffMember | Refused:
        """Whose PIN it is; a wrong one stands in the journal. Raises StaffError, JournalError."""
        answer = self.staff.enter(pin)
        if isinstance(answer, Refused) and answer.tried:
            action = Action.LOCKED_OUT if answer.locked else Action.WRONG_PIN
            self.journal.note(action, UNKNOWN_STAFF, None, None, datetime.now(UTC))
        return answer

    def erase(self, person: str, staff: str) -> ErasureReport:
        """Erase a person here and in the station that runs; see kiosk.people.erasure."""
        running = self.station is not None
        return erase(
            self,
            person,
            staff,
            known=self.snapshot,
            threshold=self.threshold if running else 0.0,
            in_force=(lambda: self.snapshot) if running else None,
        )

    def close(self) -> None:
        """Lets go of the files."""
        with ExitStack() as stack:
            for part in (self.staff, self.journal, self.visitors):
                stack.callback(part.close)


def open_services(choices: Choices) -> StaffServices:
    """The services beside the station of these choices; nothing is opened before it is used."""
    config = choices.config
    return StaffServices(
        choices.gallery,
        PeopleRegister(people_file(choices.gallery)),
        Journal(journal_file(config, demo=choices.demo)),
        VisitorStore(visitors_file(demo=choices.demo)),
        config,
        StaffRegister(staff_file(config)),
        demo=choices.demo,
        source=choices.source,
        started_with=config.current,
    )


def _what_reads(config: Config) -> object:
    """Another one when photographs are to be read otherwise."""
    return repr((config.encoder, config.detector, config.weights, config.threads, config.path))
