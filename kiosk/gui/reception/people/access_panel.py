"""Whether a person may enter, and whether they agreed."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal, pyqtSlot

from kiosk.gui.controls import Button, Heading, Note, Panel, flow
from kiosk.gui.reception.office import Office
from kiosk.gui.reception.people.rows import PersonRow
from kiosk.gui.reception.people.wording import consent_sentence, standing_sentence
from kiosk.i18n import translate
from kiosk.people.register import PersonRecord
from kiosk.people.services.people_changes import suspend


class AccessPanel(Panel):
    """Suspend and allow again; record a consent.

    Signals:
        changed: something else is in force.
        consent_wanted: the person is to read the text and agree.
    """

    changed = pyqtSignal()
    consent_wanted = pyqtSignal()

    def __init__(self, office: Office) -> None:
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
        self._office = office
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
        self._office.go("journal", person=self._person)

    @pyqtSlot()
    def on_suspend(self) -> None:
        office, person, off = self._office, self._person, self._record.suspended
        self.suspend.setEnabled(False)
        office.act(lambda: suspend(office.desk, person, office.member.name, off=off), self._done, self._failed)

    def _done(self, record: PersonRecord) -> None:
        self.suspend.setEnabled(True)
        if record.suspended:
            self._office.tell(translate("people", "{name} is kept out from now on.").format(name=record.shown_name))
        else:
            self._office.tell(translate("people", "{name} may come in again.").format(name=record.shown_name))
        self.changed.emit()

    def _failed(self, fault: str) -> None:
        self.suspend.setEnabled(True)
        self._office.tell_fault(fault)
