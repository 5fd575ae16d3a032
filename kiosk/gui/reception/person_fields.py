"""The form for a person's data beside the name; part of the enrolment and of the person's own page."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from PyQt6.QtCore import Qt, pyqtSignal, pyqtSlot
from PyQt6.QtWidgets import QCompleter, QWidget

from kiosk.gui.controls import Button, TextField
from kiosk.gui.layouts import FoldingRow, column
from kiosk.gui.reception.dates import day_text, read_day
from kiosk.i18n import translate
from kiosk.names import name_fault, normal_name
from kiosk.people.register import TEXT_FIELDS, PersonRecord, clean_text, field_fault, is_period

_DAYS = ("valid_from", "valid_until")


class PersonFields(QWidget):
    """Names, numbers and the days between which the person may enter; `name` is spoken where nothing is typed."""

    changed = pyqtSignal()  # something was typed

    def __init__(self, name: Callable[[], str], say: Callable[[str], None]) -> None:
        super().__init__()
        self._name, self._say = name, say
        differs = translate("people", "Only where it differs.")
        day = translate("people", "Such as {day}; empty = no limit.").format(day=day_text(date(2026, 12, 31)))
        self.fields = {
            "shown": TextField(translate("people", "Name on the screen"), hint=differs),
            "spoken": TextField(translate("people", "Name as it is spoken")),
            "staff_number": TextField(translate("people", "Staff number")),
            "card_id": TextField(translate("people", "Card number")),
            "email": TextField(translate("people", "E-mail")),
            "group": TextField(translate("people", "Group")),
            "valid_from": TextField(translate("people", "Valid from"), hint=day),
            "valid_until": TextField(translate("people", "Valid until"), hint=day),
        }
        self.hear = Button(translate("people", "Hear it"), "sound")
        self.hear.clicked.connect(self.on_hear)
        pairs = [
            FoldingRow(self.fields[one], self.fields[other], gap=12, equal=True)
            for one, other in (("staff_number", "card_id"), ("email", "group"), _DAYS)
        ]
        spoken = FoldingRow(self.fields["spoken"], self.hear, gap=8)
        self.setLayout(column(self.fields["shown"], spoken, *pairs, gap=10))
        for field in self.fields.values():
            field.changed.connect(self.changed)

    @property
    def texts(self) -> dict[str, str]:
        """Return what is typed, by the name of the field."""
        return {name: field.text for name, field in self.fields.items()}

    def show_record(self, record: PersonRecord) -> None:
        for name, text in texts_of(record).items():
            self.fields[name].set_text(text)
            self.fields[name].edit.home(False)

    def offer_groups(self, groups: Collection[str]) -> None:
        completer = QCompleter(sorted(groups), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.InlineCompletion)
        self.fields["group"].edit.setCompleter(completer)

    def read(self) -> dict[str, Any] | None:
        """Return the values by field, or None if one is invalid; its fault is then shown below it."""
        texts = self.texts
        values: dict[str, Any] = {name: clean_text(texts[name]) for name in TEXT_FIELDS}
        values |= {name: read_day(texts[name]) for name in _DAYS}
        unusable = translate("people", "This cannot be used. Check it, or leave it empty.")
        faults = {name: unusable for name in TEXT_FIELDS if field_fault(name, values[name])}
        faults |= {
            name: translate("people", "This is not a date.") for name in _DAYS if texts[name] and values[name] is None
        }
        if not is_period(values["valid_from"], values["valid_until"]):
            faults["valid_until"] = translate("people", "The last day is before the first one.")
        if not faults:
            return values
        for name, fault in faults.items():
            self.fields[name].show_fault(fault)
        self.show()
        self.fields[next(iter(faults))].edit.setFocus()
        return None

    @pyqtSlot()
    def on_hear(self) -> None:
        text = self.fields["spoken"].text or self.fields["shown"].text or self._name()
        if text:
            self._say(text)
        else:
            self.fields["spoken"].show_fault(translate("people", "Type a name first."))


def read_name(field: TextField) -> str | None:
    """Return the name in its normal form, or None if it is invalid; its fault is then shown below the field."""
    name = normal_name(field.text)
    fault = name_fault(name)
    if not fault:
        return name
    text = (
        translate("people", "The name {fault}. Please type another.")
        if name
        else translate("people", "Please type the name.")
    )
    field.show_fault(text.format(fault=fault))
    field.edit.setFocus()
    return None


def texts_of(record: PersonRecord) -> dict[str, str]:
    """Return the texts of the fields for a record."""
    texts = {name: getattr(record, name) for name in (*TEXT_FIELDS, *_DAYS)}
    return {name: day_text(text) if isinstance(text, date) else text or "" for name, text in texts.items()}
