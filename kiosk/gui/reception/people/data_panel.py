"""What is known of a person, to be changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from PyQt6.QtCore import pyqtSignal, pyqtSlot

from kiosk.domain import display_name
from kiosk.gui.controls import Button, Heading, Panel, TextField, flow
from kiosk.gui.reception.enrolment.name_step import read_day
from kiosk.gui.reception.office import Office
from kiosk.gui.reception.people.pair import Pair
from kiosk.gui.reception.people.wording import day_words
from kiosk.i18n import translate
from kiosk.names import name_fault, normal_name
from kiosk.people.register import PersonRecord, field_fault
from kiosk.people.register.record import TEXT_FIELDS, clean_text
from kiosk.people.services.people_changes import change, rename

_DAYS = ("valid_from", "valid_until")


class DataPanel(Panel):
    """Names, numbers and validity. What is being typed is never overwritten.

    Signals:
        saved: the person's name in the gallery, which may be another one now.
    """

    saved = pyqtSignal(str)

    def __init__(self, office: Office) -> None:
        self.name = TextField(translate("people", "Name"), required=True)
        self.fields = _fields()
        self.hear = Button(translate("people", "Hear it"), "sound")
        self.save = Button(translate("people", "Save changes"), "save", "primary")
        self.undo = Button(translate("people", "Undo"), "undo")
        spoken = Pair(self.fields["spoken"], self.hear, gap=8, equal=False)
        pairs = [
            Pair(self.fields[one], self.fields[other])
            for one, other in (("staff_number", "card_id"), ("email", "group"), _DAYS)
        ]
        heading = Heading(translate("people", "Data"))
        super().__init__(heading, self.name, self.fields["shown"], spoken, *pairs, flow(self.save, self.undo), gap=10)
        self._office = office
        self._record = PersonRecord("")
        self._saving = False
        for field in (self.name, *self.fields.values()):
            field.changed.connect(self.on_typed)
        self.save.clicked.connect(self.on_save)
        self.undo.clicked.connect(self.on_undo)
        self.hear.clicked.connect(self.on_hear)

    def show_record(self, record: PersonRecord, *, anew: bool = False) -> None:
        """What is known; kept off while somebody is typing, unless it is another person."""
        if anew or (not self.is_changed and record != self._record):
            self._record = record
            self.on_undo()

    @property
    def is_changed(self) -> bool:
        """Whether something was typed that is not saved."""
        return any(field.text != text for field, text in self._shown())

    @property
    def saving(self) -> bool:
        """Return whether the changes are being saved."""
        return self._saving

    @pyqtSlot()
    def on_undo(self) -> None:
        for field, text in self._shown():
            field.set_text(text)
            field.edit.home(False)
        self._enable()

    @pyqtSlot(str)
    def on_typed(self, text: str) -> None:
        self._enable()

    @pyqtSlot()
    def on_hear(self) -> None:
        text = self.fields["spoken"].text or self.fields["shown"].text or self.name.text
        self._office.ask_station(lambda station: station.say(text))

    @pyqtSlot()
    def on_save(self) -> None:
        values = self._read()
        if values is None or self._saving:
            return
        self._saving = True
        self._enable()
        office, record, name = self._office, self._record, normal_name(self.name.text)
        # As it was shown, it is as it was: underscores of a file name stay.
        renamed = name != display_name(record.person)

        def work() -> str:
            person = rename(office.desk, record.person, name, office.member.name) if renamed else record.person
            change(office.desk, person, lambda known: replace(known, **values), office.member.name)
            return person

        office.act(work, self._done, self._failed)

    def _done(self, person: str) -> None:
        self._saving = False
        self._record = PersonRecord("")
        self._office.tell(translate("people", "The changes are saved."))
        self.saved.emit(person)

    def _failed(self, fault: str) -> None:
        self._saving = False
        self._enable()
        self._office.tell_fault(fault)

    def _read(self) -> dict[str, Any] | None:
        """The values, or None where one cannot be used, which is said beside it."""
        faulty: list[TextField] = []
        values: dict[str, Any] = {}
        if fault := name_fault(normal_name(self.name.text)):
            self.name.show_fault(translate("people", "The name {fault}. Please type another.").format(fault=fault))
            faulty.append(self.name)
        for name in TEXT_FIELDS:
            values[name] = clean_text(self.fields[name].text)
            if field_fault(name, values[name]):
                self.fields[name].show_fault(translate("people", "This cannot be used. Check it, or leave it empty."))
                faulty.append(self.fields[name])
        for name in _DAYS:
            text = self.fields[name].text
            values[name] = read_day(text) if text else None
            if text and values[name] is None:
                self.fields[name].show_fault(translate("people", "This is no day of the calendar."))
                faulty.append(self.fields[name])
        if (
            not faulty
            and values["valid_from"]
            and values["valid_until"]
            and values["valid_until"] < values["valid_from"]
        ):
            self.fields["valid_until"].show_fault(translate("people", "The last day is before the first one."))
            faulty.append(self.fields["valid_until"])
        if faulty:
            faulty[0].edit.setFocus()
        return None if faulty else values

    def _shown(self) -> list[tuple[TextField, str]]:
        """Each field with what would stand in it if nobody had typed."""
        record = self._record
        texts = [(self.fields[name], getattr(record, name)) for name in TEXT_FIELDS]
        days: list[tuple[str, date | None]] = [(name, getattr(record, name)) for name in _DAYS]
        named = [(self.name, display_name(record.person))]
        return [*named, *texts, *((self.fields[name], day_words(day) if day else "") for name, day in days)]

    def _enable(self) -> None:
        for button in (self.save, self.undo):
            button.setEnabled(self.is_changed and not self._saving)


def _fields() -> dict[str, TextField]:
    day = translate("people", "Such as {day}; empty = no limit.").format(day=day_words(date(2026, 12, 31)))
    differs = translate("people", "Only where it differs.")
    return {
        "shown": TextField(translate("people", "Name on the screen"), hint=differs),
        "spoken": TextField(translate("people", "Name as it is spoken")),
        "staff_number": TextField(translate("people", "Staff number")),
        "card_id": TextField(translate("people", "Card number")),
        "email": TextField(translate("people", "E-mail")),
        "group": TextField(translate("people", "Group")),
        "valid_from": TextField(translate("people", "Valid from"), hint=day),
        "valid_until": TextField(translate("people", "Valid until"), hint=day),
    }
