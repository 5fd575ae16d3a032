"""What a staff page gets: who is signed in, the services, the camera and the rest of the screen."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from PyQt6.QtCore import QObject, QRunnable, QThreadPool, pyqtSignal, pyqtSlot
from PyQt6.QtWidgets import QWidget

from kiosk.errors import KioskError
from kiosk.gui.display import FaultLog
from kiosk.gui.feed import Feed
from kiosk.i18n import translate
from kiosk.people.staff import Role, StaffMember
from kiosk.store.journal import Action

if TYPE_CHECKING:
    from kiosk.door.services import StaffServices
    from kiosk.door.station import Station
    from kiosk.gui.reception.picker import Wanted


_THREADS = 2
_STOP_MS = 500


@dataclass(frozen=True, slots=True)
class _Order:
    work: Callable[[], Any]
    then: Callable[[Any], None]
    failed: Callable[[str], None]
    generation: int


class _Runnable(QRunnable):
    def __init__(self, order: _Order, done: Callable[[_Order, Any, Exception | None], None]) -> None:
        super().__init__()
        self._order, self._done = order, done

    def run(self) -> None:
        try:
            answer, fault = self._order.work(), None
        except Exception as error:
            answer, fault = None, error
        self._done(self._order, answer, fault)


class Jobs(QObject):
    """Runs work in a few threads; answers come in the GUI thread, and none after `forget`."""

    _finished = pyqtSignal(object, object, object)

    def __init__(self) -> None:
        super().__init__()
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(_THREADS)
        self._generation = 0
        self._waited_for = 0
        self._closed = False
        self._faults = FaultLog()
        self._finished.connect(self.on_finished)

    def run(self, work: Callable[[], Any], then: Callable[[Any], None], failed: Callable[[str], None]) -> None:
        """`work` in the background, then one of the others: with what it returned, or what it raised, in a line."""
        self._waited_for += 1
        self._pool.start(_Runnable(_Order(work, then, failed, self._generation), self._tell))

    @property
    def busy(self) -> bool:
        """Return whether an answer is still to come."""
        return self._waited_for > 0

    def forget(self) -> None:
        """Whoever waited for an answer has gone; work that has not begun is not begun."""
        self._generation += 1
        self._waited_for = 0
        self._pool.clear()

    def close(self, *, finish: bool = False) -> None:
        """End within half a second; work that hangs is left behind. With `finish`, what has not begun is still done."""
        self._closed = True
        self._generation += 1
        if not finish:
            self._pool.clear()
        self._pool.waitForDone(_STOP_MS)

    def _tell(self, order: _Order, answer: Any, fault: Exception | None) -> None:  # noqa: ANN401  (whatever work returns)
        if not self._closed:
            self._finished.emit(order, answer, fault)
        elif fault is not None:
            self._faults.note(fault)  # nobody is there to be told, so the log is

    @pyqtSlot(object, object, object)
    def on_finished(self, order: _Order, answer: object, fault: Exception | None) -> None:
        if order.generation != self._generation:
            return
        self._waited_for -= 1
        if fault is not None:
            order.failed(self._faults.note(fault))
        else:
            order.then(answer)


class Unsaved(enum.Enum):
    """What somebody has begun and not saved."""

    ENROLMENT = "enrolment"
    CHANGES = "changes"  # typed into a form


class Part(Protocol):
    """A page, or a part of one, that somebody may leave."""

    @property
    def unsaved(self) -> Unsaved | None: ...
    @property
    def saving(self) -> bool: ...


def leave_first(part: Part, screen: Screen, do: Callable[[], None]) -> None:
    """Call `do`, which leaves a part, after a question where something would be lost; not while it is being saved."""
    if part.saving:
        screen.tell(translate("staff", "One moment: this is not finished yet."), fault=False)
        return
    if part.unsaved is None:
        do()
        return
    if part.unsaved is Unsaved.ENROLMENT:
        question, detail = translate("staff", "Discard this enrolment?"), translate("staff", "It has not been saved.")
        keep = translate("staff", "Continue the enrolment")
    else:
        question, detail = translate("staff", "Discard the changes?"), translate("staff", "They have not been saved.")
        keep = translate("staff", "Keep editing")
    screen.ask(question, detail, [(translate("staff", "Discard"), do), (keep, lambda: None)], danger=True)


def warning(unsaved: Unsaved | None) -> str:
    """Return what will be discarded, in a sentence; "" = nothing."""
    if unsaved is None:
        return ""
    if unsaved is Unsaved.ENROLMENT:
        return translate("staff", "The enrolment is not saved and will be discarded.")
    return translate("staff", "The changes are not saved and will be discarded.")


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


class PageContext(QObject):
    """Made when somebody signs in, gone when they sign out; lives in the GUI thread.

    Signals:
        reported: every Report of the recognition.
        status_changed: the Status of the station.
    """

    reported = pyqtSignal(object)
    status_changed = pyqtSignal(object)

    def __init__(
        self, services: StaffServices, member: StaffMember, feed: Feed, screen: Screen, ask_station: Ask
    ) -> None:
        super().__init__()
        self.services = services
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
            self.services.journal.note(action, self.member.name, subject, detail, datetime.now(UTC))
        except KioskError as error:
            self.tell_fault(str(error))

    def forget_jobs(self) -> None:
        """The page was left."""
        self._jobs.forget()

    def close(self) -> None:
        """End: the person signed out. What they asked for is still done."""
        self._jobs.close()
        self._acts.close(finish=True)


EVERYBODY = frozenset(Role)
INSTALLERS = frozenset({Role.INSTALLER})


class StaffPage(QWidget):
    """One page; lives in the GUI thread, from the moment somebody goes there until they sign out."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.context = context

    def enter(self, **arguments: object) -> None:
        """It is shown now; the arguments come from PageContext.go."""

    def leave(self) -> None:
        """It is hidden: discard half-done work, stop timers, let go of the camera."""

    @property
    def unsaved(self) -> Unsaved | None:
        """Return what would be lost if the page were left now; None = nothing. A question comes first."""
        return None

    @property
    def saving(self) -> bool:
        """Return whether something is being saved or erased: the page stays until the answer comes."""
        return False

    @property
    def settled(self) -> bool:
        """Return whether the page may be replaced, as for another language, without losing anything."""
        return self.unsaved is None and not self.saving

    @property
    def resting(self) -> QWidget:
        """Return the widget that takes the focus when the focused one goes away; Enter must do no harm there."""
        return self


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A page as the navigation knows it."""

    name: str  # as PageContext.go takes it
    title: str  # English, context "staff"
    icon: str  # as in assets/icons
    roles: frozenset[Role]
    make: Callable[[PageContext], StaffPage]
