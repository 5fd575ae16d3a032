"""What a staff page works with: who is signed in, the desk below the window, the camera, and the rest of the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from PyQt6.QtCore import QObject, pyqtSignal

from kiosk.errors import KioskError
from kiosk.gui.feed import Feed
from kiosk.gui.reception.jobs import Jobs
from kiosk.gui.reception.unsaved import Part, leave_first
from kiosk.people.staff import StaffMember
from kiosk.store.journal import Action

if TYPE_CHECKING:  # the window is on the screen before what they need is loaded
    from kiosk.door.desk import Desk
    from kiosk.door.station import Station
    from kiosk.gui.reception.picker import Wanted

T = TypeVar("T")
Ask: TypeAlias = "Callable[[Callable[[Station], object], Callable[[object], None] | None], None]"
Answers: TypeAlias = Sequence[tuple[str, Callable[[], None]]]


class Screen(Protocol):
    """What the shell does for a page."""

    def go(self, name: str, **arguments: object) -> None: ...
    def tell(self, text: str, *, fault: bool) -> None: ...
    def notice(self, text: str) -> None: ...
    def ask(self, question: str, detail: str, answers: Answers, *, danger: bool) -> None: ...
    def pick(self, wanted: Wanted, then: Callable[[list[Path]], None], cancelled: Callable[[], None]) -> None: ...
    def stay(self) -> None: ...
    def restart(self) -> None: ...


class Office(QObject):
    """Made when somebody signs in, gone when they sign out; lives in the GUI thread.

    Signals:
        reported: every Report of the recognition.
        status_changed: the Status of the station.
    """

    reported = pyqtSignal(object)
    status_changed = pyqtSignal(object)

    def __init__(self, desk: Desk, member: StaffMember, feed: Feed, screen: Screen, ask_station: Ask) -> None:
        super().__init__()
        self.desk = desk
        self.member = member
        self.feed = feed
        self._screen = screen
        self._ask_station = ask_station
        self._jobs, self._acts = Jobs(), Jobs()

    def ask_station(self, do: Callable[[Station], object], then: Callable[[object], None] | None = None) -> None:
        """Have `do` called in the recognition thread between two frames; `then` hears the answer in this thread."""
        self._ask_station(do, then)

    def run(
        self, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[str], None] | None = None
    ) -> None:
        """Look something up in the background; the answer is dropped once the page is left."""
        self._jobs.run(work, then, failed or self.notice)

    def act(
        self, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[str], None] | None = None
    ) -> None:
        """Do in the background what somebody asked for; the answer also comes after the page is left."""
        self._acts.run(work, then, failed or self.tell_fault)

    @property
    def acting(self) -> bool:
        """Return whether the answer of an act is still to come."""
        return self._acts.busy

    def go(self, name: str, **arguments: object) -> None:
        """Another page."""
        self._screen.go(name, **arguments)

    def tell(self, text: str, *, fault: bool = False) -> None:
        """Answer what somebody did, with a line that stays for some seconds."""
        self._screen.tell(text, fault=fault)

    def tell_fault(self, message: str) -> None:
        """Say what went wrong with something that somebody did."""
        self.tell(message, fault=True)

    def notice(self, message: str) -> None:
        """Show a fault that nobody caused here; it does not replace an answer."""
        self._screen.notice(message)

    def ask(self, question: str, detail: str, answers: Answers, *, danger: bool = False) -> None:
        """A question over the page; the last answer is the one that changes nothing."""
        self._screen.ask(question, detail, answers, danger=danger)

    def pick(self, wanted: Wanted, then: Callable[[list[Path]], None], cancelled: Callable[[], None]) -> None:
        """Have files chosen in place of the page; neither is called where the page is left meanwhile."""
        self._screen.pick(wanted, then, cancelled)

    def leave_first(self, part: Part, do: Callable[[], None]) -> None:
        """Call `do`, which leaves a part of a page, after a question where something would be lost."""
        leave_first(part, self._screen, do)

    def stay(self) -> None:
        """Somebody is still at work, though nothing is touched: the way back to the door waits anew."""
        self._screen.stay()

    def restart(self) -> None:
        """Close the kiosk and start it again, for options that need it."""
        self._screen.restart()

    def note(self, action: Action, subject: str | None = None, detail: str | None = None) -> None:
        """Into the journal, under the name of who is signed in; a journal that does not take it is told."""
        try:
            self.desk.journal.note(action, self.member.name, subject, detail, datetime.now(UTC))
        except KioskError as error:
            self.tell_fault(str(error))

    def forget_jobs(self) -> None:
        """The page was left."""
        self._jobs.forget()

    def close(self) -> None:
        """End: the person signed out. What they asked for is still done."""
        self._jobs.close()
        self._acts.close(finish=True)
