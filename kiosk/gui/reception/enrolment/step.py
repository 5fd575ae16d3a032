"""The base of the steps, the data that they fill in, and the check of the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QLabel, QWidget

from kiosk.door.report import Report
from kiosk.door.services import StaffServices
from kiosk.gui.controls import polish_again
from kiosk.gui.layouts import flow
from kiosk.gui.reception.page import PageContext
from kiosk.i18n import translate
from kiosk.people.enrolment import Check, Enrolled, Enrolment, Examined, Offered, check, save
from kiosk.people.register import Consent, PersonRecord


@dataclass(slots=True)
class Draft:
    """The data of an enrolment that is not saved yet."""

    person: str = ""
    adding: bool = False  # pictures for somebody who is in the gallery already
    texts: dict[str, str] = field(default_factory=dict)  # by TEXT_FIELDS of people.register, only those that were given
    valid_from: date | None = None
    valid_until: date | None = None
    consent: Consent | None = None
    offered: list[Offered] = field(default_factory=list)  # not examined yet
    pictures: list[Examined] = field(default_factory=list)
    from_camera: bool = False  # each of the pictures may be taken again
    kept: list[Examined] = field(default_factory=list)  # to which more are taken

    def changed(self, record: PersonRecord) -> PersonRecord:
        """Return the record with the values of this draft; fields that are empty here stay."""
        record = replace(record, **{name: text for name, text in self.texts.items() if text})  # type: ignore[arg-type]
        return replace(
            record,
            valid_from=self.valid_from or record.valid_from,
            valid_until=self.valid_until or record.valid_until,
        )


def check_pictures(
    services: StaffServices, person: str, offered: Sequence[Offered], examined: Sequence[Examined]
) -> Check:
    """Check the pictures of a draft; for a background thread. Raises KioskError."""
    gallery, limits = services.snapshot, {"threshold": services.threshold, "margin": services.margin}
    with services.reader() as reader:
        return check(services.folder, person, offered, reader.one, gallery, examined=examined, **limits)


def picture_of(services: StaffServices, person: str) -> Path | None:
    """Return the path of a picture of a person in the gallery."""
    templates = services.snapshot.templates_of(person)
    return services.folder / templates[0].source if templates else None


def save_draft(services: StaffServices, draft: Draft, checked: Check, staff: str) -> Enrolled:
    """Save pictures, data and consent; for a background thread. Raises KioskError."""
    with services.reader() as reader:
        version = reader.key
    order = Enrolment(draft.person, checked.good, draft.changed, draft.consent, checked.duplicates.alike)
    return save(services, order, staff, version=version)


class Step(QWidget):
    """One step; lives in the GUI thread."""

    done = pyqtSignal()  # go on
    back = pyqtSignal()  # to the step before

    def __init__(self, context: PageContext, draft: Draft) -> None:
        super().__init__()
        self.context = context
        self.draft = draft

    def enter(self) -> None:
        """Prepare what is shown."""

    def leave(self) -> None:
        """Stop timers and release the camera; called when it is hidden."""

    def on_report(self, report: Report) -> None:
        """Take over what the recognition found in a frame; called while the step is shown."""


class Steps(QWidget):
    """The steps of the wizard, with a mark on the present one."""

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
        """Mark the present step; those before it are done."""
        for index, (label, name) in enumerate(zip(self._labels, self._names, strict=True)):
            label.setText(f"{index + 1} {name}" if index >= number else f"✓ {name}")
            label.setProperty("role", "step_here" if index == number else "step")
            polish_again(label)
        where = translate("enrolment", "Step {number} of {total}: {name}")
        self.setAccessibleName(where.format(number=number + 1, total=len(self._names), name=self._names[number]))
