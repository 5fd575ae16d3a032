"""The page of one person."""

from __future__ import annotations

from dataclasses import replace

from PyQt6.QtCore import Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QStackedWidget, QWidget

from kiosk.domain import display_name
from kiosk.gui.controls import Button, Heading, Note, Panel, ScrollPage, StateLabel, TextField
from kiosk.gui.layouts import column, flow, row
from kiosk.gui.reception.dates import day_text
from kiosk.gui.reception.enrolment.consent_step import ConsentStep
from kiosk.gui.reception.enrolment.step import Draft
from kiosk.gui.reception.page import PageContext, Unsaved
from kiosk.gui.reception.people.leaving_panel import ErasureView, LeavingPanel
from kiosk.gui.reception.people.people_list import ACCESS
from kiosk.gui.reception.people.pictures_panel import PicturesPanel
from kiosk.gui.reception.person_fields import PersonFields, read_name, texts_of
from kiosk.i18n import translate
from kiosk.people.erasure import ErasureReport
from kiosk.people.listing import PersonRow
from kiosk.people.records import change, record_consent, rename, suspend
from kiosk.people.register import AccessStatus, Consent, PersonRecord
from kiosk.people.snapshot import GallerySnapshot


class AccessPanel(Panel):
    """Suspend and allow again; record a consent."""

    changed = pyqtSignal()  # the person was suspended, or allowed again
    consent_wanted = pyqtSignal()  # the person is to read the text and agree

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
        self._record = PersonRecord("")
        self.suspend.clicked.connect(self.on_suspend)
        self.visits.clicked.connect(lambda: context.go("journal", person=self._record.person))
        self.record_consent.clicked.connect(self.consent_wanted)

    def show_row(self, row: PersonRow) -> None:
        self._record = row.record
        self.sentence.setText(_standing(row))
        self.suspend.set_text(translate("people", "Suspend"), "pause")
        if row.record.suspended:
            self.suspend.set_text(translate("people", "Allow again"), "tick_mark")
        self.consent.setText(_consent(row.record.consent))
        self.record_consent.setVisible(row.record.consent is None)

    @pyqtSlot()
    def on_suspend(self) -> None:
        context, person, off = self._context, self._record.person, self._record.suspended
        self.suspend.setEnabled(False)
        context.act(
            lambda: suspend(context.services, person, context.member.name, off=off),
            self._done,
            ended=lambda: self.suspend.setEnabled(True),
        )

    def _done(self, record: PersonRecord) -> None:
        text = translate("people", "{name} may enter again.")
        if record.suspended:
            text = translate("people", "{name} is suspended. The door stays locked for this person.")
        self._context.tell(text.format(name=record.shown_name))
        self.changed.emit()


def _standing(row: PersonRow) -> str:
    first, last = (day_text(day) if day else "" for day in (row.record.valid_from, row.record.valid_until))
    text = {
        AccessStatus.IN_FORCE: translate("people", "The door opens for this person."),
        AccessStatus.SUSPENDED: translate("people", "Suspended. The door stays locked for this person."),
        AccessStatus.NOT_YET_VALID: translate("people", "The door opens for this person from {day} on."),
        AccessStatus.EXPIRED: translate("people", "Expired on {day}. The door stays locked for this person."),
    }[row.standing]
    return text.format(day=last if row.standing is AccessStatus.EXPIRED else first)


def _consent(consent: Consent | None) -> str:
    if consent is None:
        return translate(
            "people", "No consent is recorded. Ask the person to read the text and agree, or erase the pictures."
        )
    words = translate("people", "Agreed on {day} to version {version} of the text ({language}). Recorded by {staff}.")
    return words.format(
        day=day_text(consent.given_at.astimezone().date()),
        version=consent.version,
        language=consent.language.upper(),
        staff=consent.recorded_by,
    )


class DataPanel(Panel):
    """Names, numbers and validity. What is being typed is never overwritten."""

    saved = pyqtSignal(str)  # the person's name in the gallery, which may have changed

    def __init__(self, context: PageContext) -> None:
        self.name = TextField(translate("people", "Name"), required=True)
        self.form = PersonFields(lambda: self.name.text, context.say)
        self.save = Button(translate("people", "Save changes"), "save", "primary")
        self.undo = Button(translate("people", "Undo"), "undo")
        super().__init__(Heading(translate("people", "Data")), self.name, self.form, flow(self.save, self.undo), gap=10)
        self._context = context
        self._record = PersonRecord("")
        self.saving = False
        self.name.changed.connect(self.on_typed)
        self.form.changed.connect(self.on_typed)
        self.save.clicked.connect(self.on_save)
        self.undo.clicked.connect(self.on_undo)

    def show_record(self, record: PersonRecord, *, another: bool = False) -> None:
        """Show a record, unless changes to it are typed and not saved; always that of `another` person."""
        if another or (not self.is_changed and record != self._record):
            self._record = record
            self.on_undo()

    @property
    def is_changed(self) -> bool:
        return self.name.text != display_name(self._record.person) or self.form.texts != texts_of(self._record)

    @pyqtSlot()
    def on_undo(self) -> None:
        self.name.set_text(display_name(self._record.person))
        self.form.show_record(self._record)
        self.on_typed()

    @pyqtSlot()
    def on_typed(self) -> None:
        for button in (self.save, self.undo):
            button.setEnabled(self.is_changed and not self.saving)

    @pyqtSlot()
    def on_save(self) -> None:
        values, name = self.form.read(), read_name(self.name)
        if values is None or name is None or self.saving:
            return
        self._set_saving(saving=True)
        context, record = self._context, self._record
        # Underscores of a file name stay where the name is still as it was shown.
        renamed = name != display_name(record.person)

        def work() -> str:
            person = rename(context.services, record.person, name, context.member.name) if renamed else record.person
            change(context.services, person, lambda known: replace(known, **values), context.member.name)
            return person

        context.act(work, self._saved, ended=lambda: self._set_saving(saving=False))

    def _set_saving(self, *, saving: bool) -> None:
        self.saving = saving
        self.on_typed()

    def _saved(self, person: str) -> None:
        self._record = PersonRecord("")
        self._context.tell(translate("people", "The changes are saved."))
        self.saved.emit(person)


class PersonView(QWidget):
    """The page of one person: pictures, access, data, export and erasure."""

    closed = pyqtSignal()  # back to the list
    changed = pyqtSignal()  # something about the person is different now
    erased = pyqtSignal()  # the person is gone

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.name = ""
        self._context = context
        self._row: PersonRow | None = None
        self._snapshot: GallerySnapshot | None = None
        self.back = Button("", "arrow_left", "quiet", name=translate("people", "Back to everybody"))
        self.heading, self.state = Heading("", "title"), StateLabel("")
        self.pictures, self.access = PicturesPanel(context), AccessPanel(context)
        self.data, self.leaving = DataPanel(context), LeavingPanel(context)
        self.erasure = ErasureView()
        self.stack = QStackedWidget()
        self._consent: ConsentStep | None = None
        self.page = ScrollPage(column(self.pictures, self.access, self.data, self.leaving, 1, gap=12))
        self.stack.addWidget(self.page)
        self.stack.addWidget(self.erasure)
        head = row(self.back, self.heading, self.state, gap=8)
        head.setStretch(1, 1)
        head.setAlignment(self.state, Qt.AlignmentFlag.AlignVCenter)
        self.setLayout(column(head, self.stack, gap=6))
        self.back.clicked.connect(self.on_back)
        self.erasure.closed.connect(self.closed)
        self.pictures.more_wanted.connect(lambda: context.go("enrol", person=self.name))
        for panel in (self.pictures, self.access):
            panel.changed.connect(self.changed)
        self.access.consent_wanted.connect(self.on_consent_wanted)
        self.data.saved.connect(self.on_saved)
        self.leaving.erased.connect(self.on_erased)
        self.leaving.asked.connect(lambda: self.page.ensureWidgetVisible(self.leaving.erase))

    def open(self, person: str) -> None:
        self.name, self._row, self._snapshot = person, None, None
        self.heading.setText(display_name(person))
        self.state.hide()
        self.pictures.open(person)
        self.leaving.open(person)
        self._close_consent()
        self.stack.setCurrentWidget(self.page)
        self.page.setEnabled(False)  # until it shows this person, and not the one before
        bar = self.page.verticalScrollBar()
        if bar is not None:
            bar.setValue(0)
        self.back.setFocus()

    def show_row(self, row: PersonRow | None, snapshot: GallerySnapshot) -> None:
        if self.leaving.erasing or self.stack.currentWidget() is self.erasure:
            return  # the report of the erasure is shown
        if row is None:
            self._context.tell(translate("people", "This person is not in the gallery any more."))
            self.closed.emit()
            return
        if row != self._row or snapshot is not self._snapshot:
            self.heading.setText(row.shown)
            in_force = row.standing is AccessStatus.IN_FORCE
            self.state.show_state(translate("people", ACCESS[row.standing]), "good" if in_force else "warning")
            self.state.show()
            self.access.show_row(row)
            self.pictures.show_row(row)
            self.data.show_record(row.record, another=self._row is None)
            self.page.setEnabled(True)
        self._row, self._snapshot = row, snapshot

    def leave(self) -> None:
        self.pictures.stop()
        self._close_consent()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Take one step back for Esc."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.on_back()
        else:
            super().keyPressEvent(event)

    @property
    def unsaved(self) -> Unsaved | None:
        typed = self.stack.currentWidget() is not self.erasure and self._row is not None and self.data.is_changed
        return Unsaved.CHANGES if typed else None

    @property
    def saving(self) -> bool:
        return self.data.saving or self.leaving.erasing

    @pyqtSlot()
    def on_back(self) -> None:
        self._context.leave_first(self, self.closed.emit)

    @pyqtSlot(str)
    def on_saved(self, person: str) -> None:
        self.name, self._row = person, None
        self.leaving.open(person)
        self.pictures.open(person)
        self.changed.emit()

    @pyqtSlot()
    def on_consent_wanted(self) -> None:
        draft = Draft(person=self.name, data={"shown": self._row.shown if self._row is not None else ""})
        self._consent = step = ConsentStep(self._context, draft)
        step.done.connect(lambda: self._record_consent(draft))
        for no in (step.refused, step.back):
            no.connect(self._close_consent)
        self.stack.addWidget(step)
        self.stack.setCurrentWidget(step)
        step.enter()

    def _record_consent(self, draft: Draft) -> None:
        self._close_consent()
        context, consent = self._context, draft.consent

        def then(record: PersonRecord) -> None:
            context.tell(translate("people", "The consent is recorded."))
            self.changed.emit()

        if consent is not None:
            context.act(lambda: record_consent(context.services, draft.person, consent, context.member.name), then)

    @pyqtSlot(object)
    def on_erased(self, report: ErasureReport) -> None:
        self.pictures.open("")
        self.heading.setText("")
        self.state.hide()
        self.erasure.show_report(report)
        self.stack.setCurrentWidget(self.erasure)
        self.erasure.setFocus()  # not its button: Enter may still be held down
        self.erased.emit()

    def _close_consent(self) -> None:
        if self._consent is not None:
            self._consent.leave()
            self.stack.removeWidget(self._consent)
            self._consent.deleteLater()
            self._consent = None
            self.stack.setCurrentWidget(self.page)
