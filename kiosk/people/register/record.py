"""What is known of one person: names, numbers, validity, consent."""

import enum
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, datetime

from kiosk.domain import Reason, display_name
from kiosk.errors import PeopleError
from kiosk.i18n import translate
from kiosk.names import MAX_NAME_CHARACTERS, is_printable
from kiosk.vision.pictures import printable

# The fields that hold free text, and the most characters that each may have.
TEXT_FIELDS = {
    "shown": MAX_NAME_CHARACTERS,
    "spoken": MAX_NAME_CHARACTERS,
    "staff_number": 64,
    "card_id": 64,
    "email": 254,
    "group": 64,
}
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")


class Standing(enum.Enum):
    """Whether a person who is recognised may enter."""

    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"

    @property
    def reason(self) -> Reason | None:
        """Why the person is refused; None where nothing is against it."""
        return None if self is Standing.IN_FORCE else Reason(self.value)


@dataclass(frozen=True, slots=True)
class Consent:
    """That a person agreed to a text."""

    given_at: datetime  # with a time zone
    version: str  # of the text
    sha256: str  # of the text's file
    language: str
    recorded_by: str  # a member of the staff, or "command line"


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """One person; what is not known is empty."""

    person: str  # the name in the gallery
    shown: str = ""  # the name on the screen; empty = that of the gallery
    spoken: str = ""  # the name as the voice says it; empty = as shown
    staff_number: str = ""
    card_id: str = ""
    email: str = ""
    valid_from: date | None = None  # the first day on which the person may enter
    valid_until: date | None = None  # the last one
    group: str = ""
    suspended: bool = False
    consent: Consent | None = None  # None = not recorded
    former: tuple[str, ...] = ()  # names in the gallery before, oldest first

    @property
    def shown_name(self) -> str:
        """The name as people read it."""
        return self.shown or display_name(self.person)

    @property
    def spoken_name(self) -> str:
        """The name as people hear it."""
        return self.spoken or self.shown_name

    def standing(self, on: date) -> Standing:
        """Whether the person may enter on that day."""
        if self.suspended:
            return Standing.SUSPENDED
        if self.valid_from is not None and on < self.valid_from:
            return Standing.NOT_YET_VALID
        if self.valid_until is not None and on > self.valid_until:
            return Standing.EXPIRED
        return Standing.IN_FORCE


def today() -> date:
    """The day that it is here."""
    return datetime.now().astimezone().date()


def clean_text(text: str) -> str:
    """In Unicode's composed form, with single blanks and none around it."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def field_fault(name: str, text: str) -> str | None:
    """Why a clean text cannot stand in a field, as the end of a sentence; None where it can."""
    if len(text) > TEXT_FIELDS[name]:
        return translate("faults", "is longer than {count} characters").format(count=TEXT_FIELDS[name])
    if not all(is_printable(character) for character in text):
        return translate("faults", "holds characters that cannot be shown")
    if name == "email" and text and not _EMAIL.fullmatch(text):
        return translate("faults", "is no e-mail address")
    return None


def cleaned(record: PersonRecord) -> PersonRecord:
    """The record as it may be saved; raises PeopleError where a field holds what it must not."""
    texts = {name: clean_text(getattr(record, name)) for name in TEXT_FIELDS}
    for name, text in texts.items():
        fault = field_fault(name, text)
        if fault is not None:
            raise PeopleError(
                printable(record.person),
                translate("faults", "the field {name} {fault}").format(name=name, fault=fault),
                translate("faults", "give another value"),
            )
    if record.valid_from and record.valid_until and record.valid_until < record.valid_from:
        raise PeopleError(
            printable(record.person),
            translate("faults", "the validity ends before it begins"),
            translate("faults", "give other days"),
        )
    return replace(record, **texts)  # type: ignore[arg-type]  # TEXT_FIELDS are str
