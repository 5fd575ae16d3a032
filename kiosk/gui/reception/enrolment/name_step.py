"""The first step: name and data of the person."""

from __future__ import annotations

import contextlib

from PyQt6.QtCore import pyqtSlot

from kiosk.domain import display_name
from kiosk.errors import KioskError
from kiosk.gui.controls import Button, Heading, Note, Panel, ScrollPage, TextField, breakable
from kiosk.gui.layouts import column, flow, row
from kiosk.gui.reception.enrolment.step import Draft, Step
from kiosk.gui.reception.page import PageContext
from kiosk.gui.reception.person_fields import PersonFields, read_name
from kiosk.i18n import translate
from kiosk.names import normal_name, person_key
from kiosk.people.records import in_gallery


class NameStep(Step):
    """The first step: name and data; only the name is required."""

    def __init__(self, context: PageContext, draft: Draft) -> None:
        super().__init__(context, draft)
        self._given = display_name(draft.person) if draft.person else ""
        hint = translate("enrolment", "The door greets the person with this name.")
        self.name = TextField(translate("enrolment", "Name"), hint=hint, required=True)
        self.known_heading = Heading("")
        self.add = Button(translate("enrolment", "Add pictures"), "camera", "primary", deliberate=True)
        self.other = Button(translate("enrolment", "Choose another name"))
        same = translate(
            "enrolment", "Is it the same person? Then new pictures are added. If not, choose another name."
        )
        self._known = Panel(self.known_heading, Note(same), flow(self.add, self.other))
        self.more = Button(translate("enrolment", "More about the person"), "plus")
        self.next = Button(translate("enrolment", "Next"), "arrow_right", "primary")
        self.details = PersonFields(lambda: self.name.text, context.say)
        self.details.hide()
        content = column(self.name, self._known, self.more, self.details, 1, gap=10)
        self.setLayout(column(ScrollPage(content), row(1, self.next), gap=8))
        self.name.entered.connect(self.on_next)
        self.name.changed.connect(self._known.hide)
        self.add.clicked.connect(self.on_add)
        self.other.clicked.connect(self.on_other)
        self.more.clicked.connect(self.on_more)
        self.next.clicked.connect(self.on_next)

    def enter(self) -> None:
        self._known.hide()
        self.name.set_text(display_name(self.draft.person) if self.draft.person else "")
        with contextlib.suppress(KioskError):
            records = self.context.services.people.records().values()
            self.details.offer_groups({record.group for record in records if record.group})
        self.name.edit.setFocus()

    @property
    def is_typed(self) -> bool:
        return self.name.text not in {"", self._given} or any(self.details.texts.values())

    @pyqtSlot()
    def on_more(self) -> None:
        show = not self.details.isVisible()
        self.details.setVisible(show)
        self.more.set_text(translate("enrolment", "More about the person"), "plus")
        if show:
            self.more.set_text(translate("enrolment", "Less about the person"), "minus")
            self.details.fields["shown"].edit.setFocus()

    @pyqtSlot()
    def on_next(self) -> None:
        name = read_name(self.name)
        values = self.details.read() if name else None
        if name is not None and values is not None:
            self.draft.data = values
            self.next.setEnabled(False)
            self.context.run(lambda: in_gallery(self.context.services, name), self._go_on, self._failed)

    @pyqtSlot()
    def on_add(self) -> None:
        self.draft.adding = True
        self.draft.data.clear()
        self.done.emit()

    @pyqtSlot()
    def on_other(self) -> None:
        self._known.hide()
        self.name.edit.setFocus()
        self.name.edit.selectAll()

    def _failed(self, fault: str) -> None:
        self.next.setEnabled(True)
        self.context.tell_fault(fault)

    def _go_on(self, known: str | None) -> None:
        self.next.setEnabled(True)
        name = normal_name(self.name.text)
        if known is not None and person_key(known) == person_key(name):
            self.draft.person = known
            text = translate("enrolment", "{name} is already enrolled.")
            self.known_heading.setText(breakable(text.format(name=display_name(known))))
            self._known.show()
            self.other.setFocus()
        else:
            self.draft.person, self.draft.adding = name, False
            self.done.emit()
