"""What the steps of the wizard have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QLabel, QWidget

from kiosk.door.report import Report
from kiosk.door.services import StaffServices
from kiosk.errors import KioskError
from kiosk.gui.controls import flow, polish_again
from kiosk.gui.reception.page import PageContext
from kiosk.i18n import translate
from kiosk.paths import cache_folder
from kiosk.people.changes import home_of
from kiosk.people.enrolment import (
    DuplicateFinding,
    Enrolled,
    Enrolment,
    Examined,
    Offered,
    examine,
    find_duplicates,
    odd_ones_out,
    repeated,
    save,
    stored_of,
)
from kiosk.people.register import Consent, PersonRecord
from kiosk.people.templates import TemplateCache


@dataclass(slots=True)
class Draft:
    """Discarded whole when the page is left."""

    person: str = ""
    adding: bool = False  # pictures for somebody who is in the gallery already
    texts: dict[str, str] = field(
        default_factory=dict
    )  # by access.people.record.TEXT_FIELDS, only those that were given
    valid_from: date | None = None
    valid_until: date | None = None
    consent: Consent | None = None
    offered: list[Offered] = field(default_factory=list)  # not examined yet
    pictures: list[Examined] = field(default_factory=list)
    from_camera: bool = False  # each of the pictures may be taken again
    kept: list[Examined] = field(default_factory=list)  # to which more are taken

    def changed(self, record: PersonRecord) -> PersonRecord:
        """What is known of the person with what was given here; what was not given stays."""
        record = replace(record, **{name: text for name, text in self.texts.items() if text})  # type: ignore[arg-type]
        return replace(
            record,
            valid_from=self.valid_from or record.valid_from,
            valid_until=self.valid_until or record.valid_until,
        )

    def order(self, checked: Checked) -> Enrolment:
        """What is to be saved once everything is right."""
        return Enrolment(self.person, checked.good, self.changed, self.consent, checked.finding.alike)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found about the pictures of a draft."""

    pictures: tuple[Examined, ...] = ()
    odd: frozenset[int] = frozenset()  # numbers of pictures that show somebody else than the others
    repeated: frozenset[int] = frozenset()  # numbers of pictures that are there already
    finding: DuplicateFinding = field(default_factory=DuplicateFinding)

    @property
    def good(self) -> tuple[Examined, ...]:
        """Those that may be saved."""
        return tuple(one for number, one in enumerate(self.pictures) if self.is_good(number))

    def is_good(self, number: int) -> bool:
        """Whether a picture may be saved."""
        return self.pictures[number].embedding is not None and number not in self.odd | self.repeated

    @property
    def may_be_saved(self) -> bool:
        """Whether there is a picture, none of somebody else, and nobody of the gallery under another name."""
        return bool(self.good) and not self.odd and not self.finding.same


def check(services: StaffServices, person: str, offered: Sequence[Offered], pictures: Sequence[Examined]) -> Checked:
    """Examines what is offered and looks for strangers and duplicates; for a background thread. Raises KioskError."""
    snapshot, threshold, margin = services.snapshot, services.threshold, services.margin
    with services.reader() as reader:
        read = [*pictures, *(examine(one, reader.one) for one in offered)]
    again = frozenset(repeated(read, home_of(services.folder, person)))
    numbers = [number for number, one in enumerate(read) if one.embedding is not None and number not in again]
    embeddings = [embedding for number in numbers if (embedding := read[number].embedding) is not None]
    odd = odd_ones_out(embeddings, stored_of(snapshot, person), threshold)
    right = [embedding for index, embedding in enumerate(embeddings) if index not in odd]
    finding = find_duplicates(right or embeddings, person, snapshot, threshold=threshold, margin=margin)
    return Checked(tuple(read), frozenset(numbers[index] for index in odd), again, finding)


def picture_of(services: StaffServices, person: str) -> Path | None:
    """A picture of somebody in the gallery."""
    templates = services.snapshot.templates_of(person)
    return services.folder / templates[0].source if templates else None


def warm_up(services: StaffServices) -> str:
    """Has the reader of photographs made before the first picture is taken; the fault, if there is one."""
    try:
        with services.reader():
            return ""
    except KioskError as fault:
        return str(fault)


def save_draft(services: StaffServices, draft: Draft, checked: Checked, staff: str) -> Enrolled:
    """All or nothing; for a background thread. Raises KioskError."""
    with services.reader() as reader:
        caches = [
            (TemplateCache(cache_folder(), picture.embedding.encoder, reader.key), picture)
            for picture in checked.good
            if picture.embedding is not None
        ]
    # Spares the gallery the work that was done here: whoever is saved is in force the sooner.
    for cache, picture in caches:
        if picture.embedding is not None:
            cache.put(picture.digest, picture.embedding)
    try:
        return save(services, draft.order(checked), staff)
    except KioskError:
        for cache, picture in caches:
            cache.forget(picture.digest)
        raise


class Step(QWidget):
    """One step; lives in the GUI thread.

    Signals:
        done: go on.
        back: to the step before.
    """

    done = pyqtSignal()
    back = pyqtSignal()

    def __init__(self, context: PageContext, draft: Draft) -> None:
        super().__init__()
        self.context = context
        self.draft = draft

    def enter(self) -> None:
        """It is shown now."""

    def leave(self) -> None:
        """It is hidden: stop timers, let go of the camera."""

    def on_report(self, report: Report) -> None:
        """What the recognition found in a frame, while the step is shown."""


class Steps(QWidget):
    """The way of the wizard: which step this is, and which there are."""

    def __init__(self) -> None:
        super().__init__()
        self._names = [
            translate("enrolment", "Name"),
            translate("enrolment", "Consent"),
            translate("enrolment", "Pictures"),
            translate("enrolment", "Check"),
            translate("enrolment", "Test"),
        ]
        self._labels = [QLabel() for _ in self._names]
        self.setLayout(flow(*self._labels, gap=2))
        self.show_step(0)

    def show_step(self, number: int) -> None:
        """Mark this one; those before it are done."""
        for index, (label, name) in enumerate(zip(self._labels, self._names, strict=True)):
            here = index == number
            words = f"{index + 1} {name}" if index >= number else f"✓ {name}"
            label.setText(words)
            label.setProperty("role", "step_here" if here else "step")
            polish_again(label)
        where = translate("enrolment", "Step {number} of {total}: {name}")
        self.setAccessibleName(
            where.format(number=number + 1, total=len(self._names), name=self._names[number]),
        )
