"""What the door asks the register of people: may this person enter, and what are they called?"""

from collections.abc import Callable, Iterable
from datetime import date

from kiosk.domain import Decision, Reason
from kiosk.errors import PeopleError
from kiosk.people.register import PeopleRegister, PersonRecord, today


class KnownPeople:
    """Answers for every frame, from what the last look at the register gave; used by one thread.

    While the register could never be read, nobody may enter: who is suspended is not known.
    """

    def __init__(self, register: PeopleRegister, day: Callable[[], date] = today) -> None:
        self._register = register
        self._day = day

    @property
    def fault(self) -> str | None:
        """Why the register cannot be read; None where it can."""
        return self._register.fault

    def refresh(self) -> None:
        """Takes over what changed; to be called about once a second."""
        self._register.refresh()

    def against(self, person: str) -> Reason | None:
        """Why somebody who is recognised may not enter all the same; None = nothing."""
        try:
            return self._register.standing(person, self._day()).reason
        except PeopleError:
            return Reason.FAULT

    def shown(self, person: str) -> str:
        """The name as people read it."""
        return self._record(person).shown_name

    def spoken(self, person: str) -> str:
        """The name as people hear it."""
        return self._record(person).spoken_name

    def shown_in(self, decisions: Iterable[Decision]) -> dict[str, str]:
        """The names to be read of everybody whom the decisions name."""
        return {each.person: self.shown(each.person) for each in decisions if each.person is not None}

    def _record(self, person: str) -> PersonRecord:
        try:
            return self._register.known(person)
        except PeopleError:
            return PersonRecord(person)
