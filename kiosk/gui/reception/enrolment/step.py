"""The base of the steps, and the data that they fill in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QWidget

from kiosk.door.report import Report
from kiosk.gui.reception.page import PageContext
from kiosk.people.enrolment import Examined, Offered
from kiosk.people.register import Consent, PersonRecord


@dataclass(slots=True)
class Draft:
    """The data of an enrolment that is not saved yet."""

    person: str = ""
    adding: bool = False  # the pictures are for a person who is in the gallery already
    data: dict[str, Any] = field(default_factory=dict)  # by field of PersonRecord: texts, and the days of validity
    consent: Consent | None = None
    offered: list[Offered] = field(default_factory=list)  # not examined yet
    pictures: list[Examined] = field(default_factory=list)
    from_camera: bool = False  # each of the pictures may be taken again
    kept: list[Examined] = field(default_factory=list)  # to which more are taken

    def changed(self, record: PersonRecord) -> PersonRecord:
        """Return the record with the values of this draft; fields that are empty here stay."""
        return replace(record, **{name: value for name, value in self.data.items() if value})


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
        """Process the report of a frame; called while the step is shown."""
