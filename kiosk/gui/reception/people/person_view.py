"""One person's own page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from PyQt6.QtCore import QSize, Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QKeyEvent, QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QStackedWidget, QWidget

from kiosk.domain import display_name
from kiosk.gui.controls import Button, Heading, Note, Panel, ScrollPage, State, TextField, column, flow, row
from kiosk.gui.reception.enrolment.consent_step import ConsentStep
from kiosk.gui.reception.enrolment.name_step import read_day
from kiosk.gui.reception.enrolment.step import Draft
from kiosk.gui.reception.page import PageContext, Unsaved
from kiosk.gui.reception.people.leaving_panel import ErasureView, LeavingPanel
from kiosk.gui.reception.people.pictures_panel import PicturesPanel
from kiosk.gui.reception.people.rows import PersonRow
from kiosk.gui.reception.people.wording import consent_sentence, day_words, standing_sentence, standing_words
from kiosk.i18n import translate
from kiosk.names import name_fault, normal_name
from kiosk.people.erasure import ErasureReport
from kiosk.people.records import change, record_consent, rename, suspend
from kiosk.people.register import TEXT_FIELDS, AccessStatus, PersonRecord, clean_text, field_fault
from kiosk.people.snapshot import GallerySnapshot


class Pair(QWidget):
    """As narrow as the wider of its parts."""

    def __init__(self, first: QWidget, second: QWidget, *, gap: int = 12, equal: bool = True) -> None:
        super().__init__()
        self._parts = (first, second)
        self._row = row(first, second, gap=gap)
        self._row.setStretch(0, 1)
        if equal:
            self._row.setStretch(1, 1)
        else:
            self._row.setAlignment(second, Qt.AlignmentFlag.AlignBottom)
        self.setLayout(self._row)

    @property
    def folded(self) -> bool:
        """Whether the parts are below each other."""
        return self._row.direction() is QBoxLayout.Direction.TopToBottom

    def minimumSizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        widths = [part.minimumSizeHint().width() for part in self._parts]
        return QSize(max(widths), self._row.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().resizeEvent(event)
        wanted = sum(part.minimumSizeHint().width() for part in self._parts) + self._row.spacing()
        fold = self.width() < wanted
        if fold is not self.folded:
            ways = QBoxLayout.Direction
            self._row.setDirection(ways.TopToBottom if fold else ways.LeftToRight)
            self._row.activate()
            self.updateGeometry()


class AccessPanel(Panel):
    """Suspend and allow again; record a consent.

    Signals:
        changed: something else is in force.
        consent_wanted: the person is to read the text and agree.
    """

    changed = pyqtSignal()
    consent_wanted = pyqtSignal()

    def __init__(self, context: PageContext) -> None:
        self.sentence = Note("")
        self.suspend = Button("", "pause")
        self.visits = Button(translate("people", "What the door did"), "journal")
        self.consent = Note("")
        self.record_consent = Button(translate("people", "Record consent"), "tick_mark")
        super().__init__(
            Heading(translate("people", "Access and consent")),
            self.sentence,
            flow(self.suspend, self.visits),
            self.consent,
            flow(self.record_consent),
        )
        self._context = context
        self._record, self._person = PersonRecord(""), ""
        self.suspend.clicked.connect(self.on_suspend)
        self.visits.clicked.connect(self.on_visits)
        self.record_consent.clicked.connect(self.consent_wanted)

    def show_row(self, row: PersonRow) -> None:
        """What is in force."""
        self._record, self._person = row.record, row.person
        self.sentence.setText(standing_sentence(row))
        if row.record.suspended:
            self.suspend.set_text(translate("people", "Allow again"), "tick_mark")
        else:
            self.suspend.set_text(translate("people", "Suspend"), "pause")
        self.consent.setText(consent_sentence(row.record))
        self.record_consent.setVisible(row.record.consent is None)

    @pyqtSlot()
    def on_visits(self) -> None:
        self._context.go("journal", person=self._person)

    @pyqtSlot()
    def on_suspend(self) -> None:
        context, person, off = self._context, self._person, self._record.suspended
        self.suspend.setEnabled(False)
        context.act(lambda: suspend(context.services, person, context.member.name, off=off), self._done, self._failed)

    def _done(self, record: PersonRecord) -> None:
        self.suspend.setEnabled(True)
        if record.suspended:
            self._context.tell(translate("people", "{name} is kept out from now on.").format(name=record.shown_name))
        else:
            self._context.tell(translate("people", "{name} may come in again.").format(name=record.shown_name))
        self.changed.emit()

    def _failed(self, fault: str) -> None:
        self.suspend.setEnabled(True)
        self._context.tell_fault(fault)


_DAYS = ("valid_from", "valid_until")


class DataPanel(Panel):
    """Names, numbers and validity. What is being typed is never overwritten.

    Signals:
        saved: the person's name in the gallery, which may be another one now.
    """

    saved = pyqtSignal(str)

    def __init__(self, context: PageContext) -> None:
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
        self._context = context
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
        self._context.ask_station(lambda station: station.say(text))

    @pyqtSlot()
    def on_save(self) -> None:
        values = self._read()
        if values is None or self._saving:
            return
        self._saving = True
        self._enable()
        context, record, name = self._context, self._record, normal_name(self.name.text)
        # As it was shown, it is as it was: underscores of a file name stay.
        renamed = name != display_name(record.person)

        def work() -> str:
            person = rename(context.services, record.person, name, context.member.name) if renamed else record.person
            change(context.services, person, lambda known: replace(known, **values), context.member.name)
            return person

        context.act(work, self._done, self._failed)

    def _done(self, person: str) -> None:
        self._saving = False
        self._record = PersonRecord("")
        self._context.tell(translate("people", "The changes are saved."))
        self.saved.emit(person)

    def _failed(self, fault: str) -> None:
        self._saving = False
        self._enable()
        self._context.tell_fault(fault)

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


class PersonView(QWidget):
    """Pictures, access, data, and the way out of the gallery.

    Signals:
        closed: back to everybody.
        changed: something about the person is different now.
        erased: the person is gone.
    """

    closed = pyqtSignal()
    changed = pyqtSignal()
    erased = pyqtSignal()

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.name = ""
        self._context = context
        self._row: PersonRow | None = None
        self._snapshot: GallerySnapshot | None = None
        self.back = Button("", "arrow_left", "quiet", name=translate("people", "Back to everybody"))
        self.heading, self.state = Heading("", "title"), State("")
        self.pictures, self.access = PicturesPanel(context), AccessPanel(context)
        self.data, self.leaving = DataPanel(context), LeavingPanel(context)
        self.erasure = ErasureView()
        self.stack = QStackedWidget()
        self._consent: ConsentStep | None = None
        self._lay_out()
        self._connect()

    def open(self, person: str) -> None:
        """Another person; what is known comes with show_row."""
        self.name, self._row, self._snapshot = person, None, None
        self.heading.setText(display_name(person))
        self.state.hide()
        self.pictures.open(person)
        self.leaving.open(person)
        self._close_consent()
        self.stack.setCurrentWidget(self.page)
        bar = self.page.verticalScrollBar()
        if bar is not None:
            bar.setValue(0)
        self.back.setFocus()

    def show_row(self, row: PersonRow | None, snapshot: GallerySnapshot) -> None:
        """What the table knows of the person now; None = nothing any more."""
        if self.leaving.erasing or self.stack.currentWidget() is self.erasure:
            return  # the report tells what became of the person
        if row is None:
            self._context.tell(translate("people", "This person is not in the gallery any more."))
            self.closed.emit()
            return
        if row != self._row or snapshot is not self._snapshot:
            self.heading.setText(row.shown)
            in_force = row.standing is AccessStatus.IN_FORCE
            self.state.show_state(standing_words(row.standing), "good" if in_force else "warning")
            self.state.show()
            self.access.show_row(row)
            self.pictures.show_row(row)
            self.data.show_record(row.record, anew=self._row is None)
        self._row, self._snapshot = row, snapshot

    def leave(self) -> None:
        """The page is left: what was typed and not saved is discarded."""
        self.pictures.stop()
        self._close_consent()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Esc is one step back."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.on_back()
        else:
            super().keyPressEvent(event)

    @property
    def unsaved(self) -> Unsaved | None:
        """Return whether changes in the form would be lost."""
        typed = self.stack.currentWidget() is not self.erasure and self._row is not None and self.data.is_changed
        return Unsaved.CHANGES if typed else None

    @property
    def saving(self) -> bool:
        """Return whether something is being saved or erased."""
        return self.data.saving or self.leaving.erasing

    @pyqtSlot()
    def on_back(self) -> None:
        """Go back to everybody, after a question where changes would be lost."""
        self._context.leave_first(self, self.closed.emit)

    @pyqtSlot()
    def on_more_wanted(self) -> None:
        self._context.go("enrol", person=self.name)

    @pyqtSlot(str)
    def on_saved(self, person: str) -> None:
        self.name, self._row = person, None
        self.leaving.open(person)
        self.pictures.open(person)
        self.changed.emit()

    @pyqtSlot()
    def on_consent_wanted(self) -> None:
        draft = Draft(person=self.name, texts={"shown": self._row.shown if self._row is not None else ""})
        self._consent = step = ConsentStep(self._context, draft)
        step.done.connect(self.on_agreed)
        step.refused.connect(self.on_not_agreed)
        step.back.connect(self.on_not_agreed)
        self.stack.addWidget(step)
        self.stack.setCurrentWidget(step)
        step.enter()

    @pyqtSlot()
    def on_agreed(self) -> None:
        consent = self._consent.draft.consent if self._consent is not None else None
        self._close_consent()
        context, person = self._context, self.name
        if consent is not None:
            context.act(lambda: record_consent(context.services, person, consent, context.member.name), self._agreed)

    @pyqtSlot()
    def on_not_agreed(self) -> None:
        self._close_consent()

    @pyqtSlot()
    def on_asked(self) -> None:
        self.page.ensureWidgetVisible(self.leaving.erase)

    @pyqtSlot(object)
    def on_erased(self, report: ErasureReport) -> None:
        self.pictures.open("")
        self.heading.setText("")
        self.state.hide()
        self.erasure.show_report(report)
        self.stack.setCurrentWidget(self.erasure)
        self.erasure.setFocus()  # not its button: Enter may still be held down
        self.erased.emit()

    def _agreed(self, _: object) -> None:
        self._context.tell(translate("people", "The consent is recorded."))
        self.changed.emit()

    def _close_consent(self) -> None:
        if self._consent is not None:
            self._consent.leave()
            self.stack.removeWidget(self._consent)
            self._consent.deleteLater()
            self._consent = None
            self.stack.setCurrentWidget(self.page)

    def _lay_out(self) -> None:
        self.page = ScrollPage(column(self.pictures, self.access, self.data, self.leaving, 1, gap=12))
        for part in (self.page, self.erasure):
            self.stack.addWidget(part)
        head = row(self.back, self.heading, self.state, gap=8)
        head.setStretch(1, 1)
        head.setAlignment(self.state, Qt.AlignmentFlag.AlignVCenter)
        self.setLayout(column(head, self.stack, gap=6))

    def _connect(self) -> None:
        self.back.clicked.connect(self.on_back)
        self.erasure.closed.connect(self.closed)
        self.pictures.more_wanted.connect(self.on_more_wanted)
        for panel in (self.pictures, self.access):
            panel.changed.connect(self.changed)
        self.access.consent_wanted.connect(self.on_consent_wanted)
        self.data.saved.connect(self.on_saved)
        self.leaving.erased.connect(self.on_erased)
        self.leaving.asked.connect(self.on_asked)
