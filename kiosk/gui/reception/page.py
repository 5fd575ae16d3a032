"""The base of the staff pages, and what a page may use: services, camera, background jobs, the rest of the screen."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from PyQt6.QtCore import QObject, QThreadPool, pyqtSignal, pyqtSlot
from PyQt6.QtWidgets import QWidget

from kiosk.door.supervisor import FaultLog
from kiosk.errors import KioskError
from kiosk.gui.feed import Feed
from kiosk.i18n import translate
from kiosk.people.staff import Role, StaffMember
from kiosk.store.journal import Action

if TYPE_CHECKING:
    from kiosk.door.services import StaffServices
    from kiosk.door.station import Station
    from kiosk.gui.reception.shell import Reception


_THREADS = 2
_STOP_MS = 500


class Jobs(QObject):
    """Runs work in a few threads; answers come in the GUI thread, and none after `forget`."""

    _finished = pyqtSignal(object, int)

    def __init__(self) -> None:
        super().__init__()
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(_THREADS)
        self._generation, self._waited_for, self._closed = 0, 0, False
        self._faults = FaultLog()
        self._finished.connect(self.on_finished)

    def run(self, work: Callable[[], Any], then: Callable[[Any], None], failed: Callable[[str], None]) -> None:
        """Do `work` in the background, then call `then` with its result, or `failed` with one line about its fault."""
        self._waited_for += 1
        generation = self._generation

        def job() -> None:
            try:
                do = partial(then, work())
            except Exception as fault:
                do = partial(failed, self._faults.note(fault))
            if not self._closed:
                self._finished.emit(do, generation)

        self._pool.start(job)

    @property
    def busy(self) -> bool:
        """Return whether an answer is still to come."""
        return self._waited_for > 0

    def forget(self) -> None:
        """Drop answers that are still to come, and work that has not started."""
        self._generation += 1
        self._waited_for = 0
        self._pool.clear()

    def close(self, *, finish: bool = False) -> None:
        """Stop within half a second; work that hangs is left behind. `finish` also does what has not started."""
        self._closed = True
        self._generation += 1
        if not finish:
            self._pool.clear()
        self._pool.waitForDone(_STOP_MS)

    @pyqtSlot(object, int)
    def on_finished(self, do: Callable[[], None], generation: int) -> None:
        if generation == self._generation:
            self._waited_for -= 1
            do()


class Unsaved(enum.Enum):
    """The kind of work that was begun and not saved."""

    ENROLMENT = "enrolment"
    CHANGES = "changes"  # typed into a form


class Leavable(Protocol):
    """A page, or a part of one, that can be left."""

    @property
    def unsaved(self) -> Unsaved | None: ...
    @property
    def saving(self) -> bool: ...


def warning(unsaved: Unsaved | None) -> str:
    """Return what will be discarded, in a sentence; "" = nothing."""
    if unsaved is Unsaved.ENROLMENT:
        return translate("staff", "The enrolment is not saved and will be discarded.")
    return translate("staff", "The changes are not saved and will be discarded.") if unsaved is not None else ""


T = TypeVar("T")
Ask: TypeAlias = "Callable[[Callable[[Station], object], Callable[[object], None] | None], None]"


class PageContext(QObject):
    """Everything a page may use; made at sign-in, closed at sign-out. Lives in the GUI thread."""

    reported = pyqtSignal(object)  # every Report of the recognition
    status_changed = pyqtSignal(object)  # the Status of the station

    def __init__(
        self, services: StaffServices, member: StaffMember, feed: Feed, screen: Reception, ask_station: Ask
    ) -> None:
        super().__init__()
        self.services, self.member, self.feed = services, member, feed
        self._ask_station = ask_station
        self._jobs, self._acts = Jobs(), Jobs()
        self.go, self.tell, self.notice, self.ask = screen.go, screen.tell, screen.notice, screen.ask
        self.pick, self.stay, self.restart = screen.pick, screen.stay, screen.restart

    def ask_station(self, do: Callable[[Station], object], then: Callable[[object], None] | None = None) -> None:
        """Call `do` in the recognition thread between two frames; `then` gets the answer in this thread."""
        self._ask_station(do, then)

    def say(self, text: str) -> None:
        """Speak a text at the door."""
        self.ask_station(lambda station: station.voice.say(text))

    def confirm(
        self, question: str, detail: str, yes: str, no: str, do: Callable[[], None], *, danger: bool = True
    ) -> None:
        """Call `do` after a question with the answers `yes` and `no`; danger = it cannot be undone."""
        self.ask(question, detail, [(yes, do), (no, lambda: None)], danger=danger)

    def run(
        self, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[str], None] | None = None
    ) -> None:
        """Look something up in the background; the answer is dropped once the page is left."""
        self._jobs.run(work, then, failed or self.notice)

    def act(
        self,
        work: Callable[[], T],
        then: Callable[[T], None],
        *,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        """Do something in the background; the answer, or its fault, also comes after the page was left.

        `ended` is called before either.
        """

        def answered(do: Callable[[Any], None], answer: object) -> None:
            ended()
            do(answer)

        self._acts.run(work, partial(answered, then), partial(answered, self.tell_fault))

    @property
    def acting(self) -> bool:
        """Return whether the answer of an act is still to come."""
        return self._acts.busy

    def tell_fault(self, message: str) -> None:
        self.tell(message, fault=True)

    def leave_first(self, part: Leavable, do: Callable[[], None]) -> None:
        """Call `do`, which leaves a page or a part of it; ask first where something would be lost."""
        if part.saving:
            self.tell(translate("staff", "One moment, please. This is still being saved."))
            return
        if part.unsaved is None:
            do()
            return
        if part.unsaved is Unsaved.ENROLMENT:
            question = translate("staff", "Discard this enrolment?")
            detail = translate("staff", "The enrolment is not saved.")
            keep = translate("staff", "Continue the enrolment")
        else:
            question = translate("staff", "Discard the changes?")
            detail = translate("staff", "The changes are not saved.")
            keep = translate("staff", "Keep editing")
        self.confirm(question, detail, translate("staff", "Discard"), keep, do)

    def note(self, action: Action, subject: str | None = None, detail: str | None = None) -> None:
        """Write an action into the journal, under the name of the person signed in; tell a fault of the journal."""
        try:
            self.services.journal.note(action, self.member.name, subject, detail, datetime.now(UTC))
        except KioskError as error:
            self.tell_fault(str(error))

    def forget_jobs(self) -> None:
        self._jobs.forget()

    def close(self) -> None:
        """Stop at sign-out; acts that were asked for are still done."""
        self._jobs.close()
        self._acts.close(finish=True)


EVERYBODY = frozenset(Role)
INSTALLERS = frozenset({Role.INSTALLER})


class StaffPage(QWidget):
    """One page; made when it is first opened, deleted at sign-out. Lives in the GUI thread."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.context = context

    def enter(self, **arguments: object) -> None:
        """Prepare the page; called when it is shown. The arguments come from PageContext.go."""

    def leave(self) -> None:
        """Discard half-done work, stop timers, release the camera; called when it is hidden."""

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
