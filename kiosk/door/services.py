"""The services of the staff side: registers, journal, gallery, and a reader of photographs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from kiosk.config import Config, ConfigFile
from kiosk.door.build import Choices, load_configured_encoder, make_landmarks, photograph_reader
from kiosk.door.station import Station
from kiosk.errors import EncoderError
from kiosk.paths import journal_file, staff_file, visitors_file
from kiosk.people.erasure import ErasureReport, erase
from kiosk.people.records import PeopleStores
from kiosk.people.register import PeopleRegister, people_file
from kiosk.people.snapshot import GallerySnapshot
from kiosk.people.staff import Refused, StaffMember, StaffRegister
from kiosk.people.visitors import VisitorStore
from kiosk.recognition.pipeline import PhotographReader
from kiosk.store.journal import Action, Journal
from kiosk.vision.camera import WatchedCamera

UNKNOWN_STAFF = "?"  # in the journal, for a wrong PIN
_NOBODY = GallerySnapshot("")


@dataclass(slots=True, eq=False)
class StaffServices(PeopleStores):
    """The stores of people, and the door that runs beside them; for any thread.

    Attributes:
        station: the running station, None while it is being built; set by the window.
        camera: the door's camera, set by the window; None = there is none.
    """

    config: ConfigFile
    staff: StaffRegister
    demo: bool = False
    source: str = ""  # of the camera
    camera: WatchedCamera | None = None
    station: Station | None = None
    started_with: Config = field(default_factory=Config)  # to find the options that need a restart
    _reader: tuple[object, PhotographReader] | None = None
    _reading: threading.Lock = field(default_factory=threading.Lock)

    @property
    def snapshot(self) -> GallerySnapshot:
        """Return the people in force; nobody while the station is being built."""
        station = self.station
        return station.snapshot if station is not None else _NOBODY

    @property
    def threshold(self) -> float:
        """Return the threshold in force; raises EncoderError while the station is being built."""
        return self._station.threshold

    @property
    def margin(self) -> float:
        """Return the margin in force; raises EncoderError while the station is being built."""
        return self._station.margin

    @property
    def _station(self) -> Station:
        if self.station is None:
            raise EncoderError("recognition", "is being loaded", "wait a moment and try again")
        return self.station

    @contextmanager
    def reader(self) -> Iterator[PhotographReader]:
        """Lend the reader of photographs to one thread at a time; the first use takes a second. Raises KioskError.

        The recognition thread has another reader: the door does not wait for the staff side.
        """
        with self._reading:
            now = self.config.current
            wanted = repr((now.encoder, now.detector, now.weights, now.threads, now.path))  # all that changes a reading
            if self._reader is None or self._reader[0] != wanted:
                encoder = load_configured_encoder(self.config)
                self._reader = wanted, photograph_reader(self.config, encoder, make_landmarks())
            yield self._reader[1]

    def enter(self, pin: str) -> StaffMember | Refused:
        """Return the member with this PIN; a wrong PIN is noted in the journal. Raises StaffError, JournalError."""
        answer = self.staff.enter(pin)
        if isinstance(answer, Refused) and answer.tried:
            action = Action.LOCKED_OUT if answer.locked else Action.WRONG_PIN
            self.journal.note(action, UNKNOWN_STAFF)
        return answer

    def erase(self, person: str, staff: str) -> ErasureReport:
        """Erase a person here and in the running station; see kiosk.people.erasure."""
        if self.station is None:
            return erase(self, person, staff, known=_NOBODY, threshold=0.0)
        return erase(self, person, staff, known=self.snapshot, threshold=self.threshold, in_force=lambda: self.snapshot)

    def close(self) -> None:
        """Close the files."""
        with ExitStack() as stack:
            for part in (self.staff, self.journal, self.visitors):
                stack.callback(part.close)


def open_services(choices: Choices) -> StaffServices:
    """Return the services for these choices; no file is opened before it is used."""
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
