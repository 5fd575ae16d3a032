"""The first step: who is it?"""

from __future__ import annotations

from datetime import date

from PyQt6.QtCore import QDate, QLocale, Qt, pyqtSlot
from PyQt6.QtWidgets import QCompleter, QWidget

from kiosk.domain import display_name
from kiosk.errors import KioskError
from kiosk.gui.controls import Button, Heading, Note, Panel, ScrollPage, TextField, breakable, column, flow, row
from kiosk.gui.reception.enrolment.step import Draft, Step
from kiosk.gui.reception.page import PageContext
from kiosk.i18n import translate
from kiosk.names import name_fault, normal_name, person_key
from kiosk.people.records import in_gallery
from kiosk.people.register import clean_text, field_fault


class NameStep(Step):
    """Name, and whatever else is to be known; only the name is needed."""

    def __init__(self, context: PageContext, draft: Draft) -> None:
        super().__init__(context, draft)
        self._given = display_name(draft.person) if draft.person else ""
        self.name = TextField(
            translate("enrolment", "Name"),
            hint=translate("enrolment", "As the person is to be greeted."),
            required=True,
        )
        self.more = Button(translate("enrolment", "More about the person"), "plus")
        self.next = Button(translate("enrolment", "Next"), "arrow_right", "primary")
        self.details = Details(context)
        self._known = self._known_panel()
        self.details.hide()
        content = column(self.name, self._known, self.more, self.details, 1, gap=10)
        self.setLayout(column(ScrollPage(content), row(1, self.next), gap=8))
        self.name.entered.connect(self.on_next)
        self.next.clicked.connect(self.on_next)
        self.more.clicked.connect(self.on_more)
        self.name.changed.connect(self.on_changed)

    def enter(self) -> None:
        self._known.hide()
        self.name.set_text(display_name(self.draft.person) if self.draft.person else "")
        self.details.show_groups()
        self.name.edit.setFocus()

    @property
    def is_typed(self) -> bool:
        """Return whether something was typed that would be lost."""
        return self.name.text not in {"", self._given} or self.details.is_typed

    @pyqtSlot()
    def on_more(self) -> None:
        self.details.setVisible(not self.details.isVisible())
        if self.details.isVisible():
            self.more.set_text(translate("enrolment", "Less about the person"), "minus")
            self.details.first.edit.setFocus()
        else:
            self.more.set_text(translate("enrolment", "More about the person"), "plus")

    @pyqtSlot(str)
    def on_changed(self, text: str) -> None:
        self._known.hide()

    @pyqtSlot()
    def on_next(self) -> None:
        name = normal_name(self.name.text)
        if not name:
            self.name.show_fault(translate("enrolment", "Please type the name."))
            self.name.edit.setFocus()
        elif fault := name_fault(name):
            self.name.show_fault(translate("enrolment", "The name {fault}. Please type another.").format(fault=fault))
            self.name.edit.setFocus()
        elif self.details.read(self.draft):
            self.next.setEnabled(False)
            self.context.run(lambda: in_gallery(self.context.services, name), self._go_on, self._failed)

    @pyqtSlot()
    def on_add(self) -> None:
        self.draft.adding = True
        self.draft.texts.clear()
        self.done.emit()

    @pyqtSlot()
    def on_other(self) -> None:
        self._known.hide()
        self.name.edit.setFocus()
        self.name.edit.selectAll()

    def _go_on(self, known: str | None) -> None:
        self.next.setEnabled(True)
        name = normal_name(self.name.text)
        if known is not None and person_key(known) == person_key(name):
            self.draft.person = known
            self._show_known(known)
            return
        self.draft.person, self.draft.adding = name, False
        self.done.emit()

    def _failed(self, fault: str) -> None:
        self.next.setEnabled(True)
        self.context.tell_fault(fault)

    def _known_panel(self) -> Panel:
        self.known_heading = Heading("")
        self.add = Button(translate("enrolment", "Add pictures"), "camera", "primary", deliberate=True)
        self.other = Button(translate("enrolment", "Choose another name"))
        self.add.clicked.connect(self.on_add)
        self.other.clicked.connect(self.on_other)
        note = Note(
            translate("enrolment", "Is it the same person? Then new pictures are added. If not, choose another name.")
        )
        return Panel(self.known_heading, note, flow(self.add, self.other))

    def _show_known(self, known: str) -> None:
        name = display_name(known)
        known_as = translate("enrolment", "{name} is already enrolled.").format(name=name)
        self.known_heading.setText(breakable(known_as))
        self._known.show()
        self.other.setFocus()


class Details(QWidget):
    """What may be known of a person beside the name."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self.fields = {
            "shown": TextField(translate("enrolment", "Name on the screen"), hint=_only_where_it_differs()),
            "spoken": TextField(translate("enrolment", "Name as it is spoken"), hint=_only_where_it_differs()),
            "staff_number": TextField(translate("enrolment", "Staff number")),
            "card_id": TextField(translate("enrolment", "Card number")),
            "email": TextField(translate("enrolment", "E-mail")),
            "group": TextField(translate("enrolment", "Group")),
        }
        self.first = self.fields["shown"]
        example = QLocale().toString(QDate(2026, 12, 31), QLocale.FormatType.ShortFormat)
        day = translate("enrolment", "Such as {date}; empty = no limit.").format(date=example)
        self.valid_from = TextField(translate("enrolment", "Valid from"), hint=day)
        self.valid_until = TextField(translate("enrolment", "Valid until"), hint=day)
        self.hear = Button(translate("enrolment", "Hear it"), "sound")
        self.hear.clicked.connect(self.on_hear)
        spoken = row(self.fields["spoken"], self.hear)
        spoken.setStretch(0, 1)
        spoken.setAlignment(self.hear, Qt.AlignmentFlag.AlignVCenter)
        numbers = row(self.fields["staff_number"], self.fields["card_id"], gap=10)
        others = row(self.fields["email"], self.fields["group"], gap=10)
        days = row(self.valid_from, self.valid_until, gap=10)
        self.setLayout(column(self.fields["shown"], spoken, numbers, others, days, gap=8))

    def show_groups(self) -> None:
        """Offer the groups that there are while one is typed."""
        try:
            groups = {record.group for record in self._context.services.people.records().values() if record.group}
        except KioskError:
            groups = set()
        completer = QCompleter(sorted(groups), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.InlineCompletion)
        self.fields["group"].edit.setCompleter(completer)

    @property
    def is_typed(self) -> bool:
        """Return whether any field has text."""
        return any(field.text for field in (*self.fields.values(), self.valid_from, self.valid_until))

    @pyqtSlot()
    def on_hear(self) -> None:
        text = self.fields["spoken"].text or self.fields["shown"].text
        if not text:
            self.fields["spoken"].show_fault(translate("enrolment", "Type how the name is spoken, then listen."))
            return
        self._context.ask_station(lambda station: station.say(text))

    def _day(self, field: TextField) -> tuple[bool, date | None]:
        """Whether it can be read, and the day."""
        if not field.text:
            return True, None
        day = read_day(field.text)
        if day is None:
            field.show_fault(translate("enrolment", "This is no day of the calendar."))
        return day is not None, day

    def read(self, draft: Draft) -> bool:
        """Takes over what was typed; says beside the field what cannot be used."""
        draft.texts = {name: clean_text(field.text) for name, field in self.fields.items()}
        faulty = [self.fields[name] for name, text in draft.texts.items() if field_fault(name, text)]
        for field in faulty:
            field.show_fault(translate("enrolment", "This cannot be used. Please check it, or leave it empty."))
        days = [self._day(field) for field in (self.valid_from, self.valid_until)]
        draft.valid_from, draft.valid_until = (day for _, day in days)
        faulty += [
            field for field, (fine, _) in zip((self.valid_from, self.valid_until), days, strict=True) if not fine
        ]
        if not faulty and draft.valid_from and draft.valid_until and draft.valid_until < draft.valid_from:
            self.valid_until.show_fault(translate("enrolment", "The last day is before the first one."))
            faulty = [self.valid_until]
        if faulty:
            self.show()
            faulty[0].edit.setFocus()
        return not faulty


def read_day(text: str) -> date | None:
    """A day as people here write it, or as 2026-12-31."""
    locale = QLocale()
    for form in (QLocale.FormatType.ShortFormat, QLocale.FormatType.LongFormat):
        day = _with_century(locale.toDate(text, form))
        if day.isValid():
            return date(day.year(), day.month(), day.day())
    for pattern in ("yyyy-MM-dd", "d.M.yyyy", "d/M/yyyy"):
        day = QDate.fromString(text, pattern)
        if day.isValid():
            return date(day.year(), day.month(), day.day())
    return None


def _with_century(day: QDate) -> QDate:
    """Short forms have two digits for the year, which Qt takes for those of 1900."""
    return day.addYears(100) if day.isValid() and day.year() < 1970 else day


def _only_where_it_differs() -> str:
    return translate("enrolment", "Only where it differs.")
