"""One person's own page."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QStackedWidget, QWidget

from kiosk.domain import display_name
from kiosk.gui.controls import Button, Heading, ScrollPage, State, column, row
from kiosk.gui.reception.enrolment.consent_step import ConsentStep
from kiosk.gui.reception.enrolment.draft import Draft
from kiosk.gui.reception.office import Office
from kiosk.gui.reception.people.access_panel import AccessPanel
from kiosk.gui.reception.people.data_panel import DataPanel
from kiosk.gui.reception.people.leaving_panel import ErasureView, LeavingPanel
from kiosk.gui.reception.people.pictures_panel import PicturesPanel
from kiosk.gui.reception.people.rows import PersonRow
from kiosk.gui.reception.people.wording import standing_words
from kiosk.gui.reception.unsaved import Unsaved
from kiosk.i18n import translate
from kiosk.people.gallery import GallerySnapshot
from kiosk.people.register import Standing
from kiosk.people.services.erasure import ErasureReport
from kiosk.people.services.people_changes import record_consent


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

    def __init__(self, office: Office) -> None:
        super().__init__()
        self.name = ""
        self._office = office
        self._row: PersonRow | None = None
        self._snapshot: GallerySnapshot | None = None
        self.back = Button("", "arrow_left", "quiet", name=translate("people", "Back to everybody"))
        self.heading, self.state = Heading("", "title"), State("")
        self.pictures, self.access = PicturesPanel(office), AccessPanel(office)
        self.data, self.leaving = DataPanel(office), LeavingPanel(office)
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
            self._office.tell(translate("people", "This person is not in the gallery any more."))
            self.closed.emit()
            return
        if row != self._row or snapshot is not self._snapshot:
            self.heading.setText(row.shown)
            in_force = row.standing is Standing.IN_FORCE
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
        self._office.leave_first(self, self.closed.emit)

    @pyqtSlot()
    def on_more_wanted(self) -> None:
        self._office.go("enrol", person=self.name)

    @pyqtSlot(str)
    def on_saved(self, person: str) -> None:
        self.name, self._row = person, None
        self.leaving.open(person)
        self.pictures.open(person)
        self.changed.emit()

    @pyqtSlot()
    def on_consent_wanted(self) -> None:
        draft = Draft(person=self.name, texts={"shown": self._row.shown if self._row is not None else ""})
        self._consent = step = ConsentStep(self._office, draft)
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
        office, person = self._office, self.name
        if consent is not None:
            office.act(lambda: record_consent(office.desk, person, consent, office.member.name), self._agreed)

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
        self._office.tell(translate("people", "The consent is recorded."))
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
