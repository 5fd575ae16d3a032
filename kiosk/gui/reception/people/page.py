"""The page "people": the table, and each person's own page in its place."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PyQt6.QtCore import pyqtSignal, pyqtSlot
from PyQt6.QtWidgets import QStackedWidget, QWidget

from kiosk.gui.controls import Button, Heading, Note, Panel, ScrollPage, timer
from kiosk.gui.layouts import column, flow, row
from kiosk.gui.reception.page import PageContext, StaffPage, Unsaved
from kiosk.gui.reception.people.leaving_panel import Export
from kiosk.gui.reception.people.people_list import Gathered, PeopleList, gather
from kiosk.gui.reception.people.person_view import PersonView
from kiosk.gui.reception.picker import wanted_archive
from kiosk.gui.reception.portraits import Portraits, round_picture
from kiosk.i18n import translate
from kiosk.names import person_key, printable
from kiosk.people.archive import ArchiveReport, export_gallery, free_path, import_archive
from kiosk.people.listing import PersonRow
from kiosk.people.staff import Role


class MovingView(QWidget):
    """Export of everybody, and import of a zip that is picked."""

    closed = pyqtSignal()  # back to the list
    changed = pyqtSignal()  # people were imported

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self.back = Button("", "arrow_left", "quiet", name=translate("people", "Back to everybody"))
        self.import_ = Button(translate("people", "Choose a zip"), "archive")
        export = Button(translate("people", "Export everybody"), "export", "primary")
        self.export = Export(context, export, self._write, others=[self.import_])
        out = translate("people", "Pictures and data of everybody, for another machine. The journal stays here.")
        into = translate("people", "Everything in the zip is imported, or nothing if any part of it is invalid.")
        content = column(
            Panel(Heading(translate("people", "Export")), Note(out, "muted"), self.export, gap=10),
            Panel(Heading(translate("people", "Import")), Note(into, "muted"), flow(self.import_), gap=10),
            1,
            gap=12,
        )
        head = row(self.back, Heading(translate("people", "Export and import"), "title"), gap=8)
        head.setStretch(1, 1)
        self.setLayout(column(head, ScrollPage(content), gap=6))
        self.back.clicked.connect(self.closed)
        self.import_.clicked.connect(lambda: context.pick(wanted_archive(), self._picked, self.import_.setFocus))

    def _picked(self, paths: list[Path]) -> None:
        self.export.set_busy(busy=True)
        context, path, ended = self._context, paths[0], partial(self.export.set_busy, busy=False)

        def imported(report: ArchiveReport) -> None:
            context.tell(translate("people", "%n people came in.", "", len(report.people)))
            self.changed.emit()

        context.act(lambda: import_archive(context.services, path, context.member.name), imported, ended=ended)

    def _write(self, folder: Path) -> str:
        path = free_path(folder, "kiosk")
        people = export_gallery(self._context.services, path, self._context.member.name).people
        told = translate("people", "%n people are exported to {file}", "", len(people))
        return told.format(file=printable(path))


_LOOK_MS = 1000


class PeoplePage(StaffPage):
    """The list of everybody in the gallery; it follows changes within two seconds."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.portraits = Portraits(context.services.folder, context.run, round_picture)
        self.list = PeopleList(self.portraits)
        self._person: PersonView | None = None
        self._moving: MovingView | None = None
        self.stack = QStackedWidget()
        self.stack.addWidget(self.list)
        self.setLayout(column(self.stack))
        self._gathered: Gathered | None = None
        self._gathering = False
        self._looking = timer(self, self.on_look, _LOOK_MS)
        self.list.opened.connect(self.on_opened)
        self.list.enrolment_wanted.connect(lambda: context.go("enrol"))
        self.list.moving_wanted.connect(self.on_moving_wanted)
        self.list.move_all.setVisible(context.member.role is Role.INSTALLER)

    @property
    def person(self) -> PersonView:
        """The page of one person; made when first opened, so that the list is shown sooner."""
        if self._person is None:
            self._person = view = PersonView(self.context)
            self.stack.addWidget(view)
            view.closed.connect(self.on_person_closed)
            view.changed.connect(self.on_changed)
            view.erased.connect(self.on_erased)
        return self._person

    def enter(self, **arguments: object) -> None:
        person = arguments.get("person")
        self.stack.setCurrentWidget(self.list)
        if isinstance(person, str):
            self.on_opened(person)
        else:
            self.list.search.edit.setFocus()
        self._gather()
        self._looking.start()

    def leave(self) -> None:
        self._looking.stop()
        self._gathering = False
        self.portraits.stop()
        if self._person is not None:
            self._person.leave()
        self.stack.setCurrentWidget(self.list)

    @property
    def unsaved(self) -> Unsaved | None:
        shown = self.stack.currentWidget()
        return shown.unsaved if isinstance(shown, PersonView) else None

    @property
    def saving(self) -> bool:
        return self._person is not None and self._person.saving

    @property
    def settled(self) -> bool:
        return super().settled and self.stack.currentWidget() is self.list

    @property
    def resting(self) -> QWidget:
        shown = self.stack.currentWidget()
        return self.list.table if shown is self.list or shown is None else shown

    @pyqtSlot()
    def on_look(self) -> None:
        """Read the gallery, register and journal again: others change them too."""
        if not self._gathering:
            self._gather()

    @pyqtSlot(str)
    def on_opened(self, person: str) -> None:
        self.person.open(person)
        self.stack.setCurrentWidget(self.person)
        if self._gathered is not None and (known := _row_of(self._gathered, person)) is not None:
            self.person.show_row(known, self._gathered.snapshot)

    @pyqtSlot()
    def on_person_closed(self) -> None:
        self.stack.setCurrentWidget(self.list)
        self.list.table.setFocus()
        self.on_changed()

    @pyqtSlot()
    def on_moving_wanted(self) -> None:
        if self._moving is None:
            self._moving = MovingView(self.context)
            self.stack.addWidget(self._moving)
            self._moving.closed.connect(self.on_person_closed)
            self._moving.changed.connect(self.on_changed)
        self.stack.setCurrentWidget(self._moving)
        self._moving.back.setFocus()

    @pyqtSlot()
    def on_changed(self) -> None:
        if self._looking.isActive():  # the answer may come after the page was left
            self._gather()

    @pyqtSlot()
    def on_erased(self) -> None:
        self.portraits.forget()
        self._gathered = None
        self._gather()

    def _gather(self) -> None:
        self._gathering = True
        before = self._gathered
        self.context.run(lambda: gather(self.context.services, before), self._show, self._could_not)

    def _could_not(self, fault: str) -> None:
        self._gathering = False
        self.context.notice(fault)

    def _show(self, gathered: Gathered) -> None:
        self._gathering = False
        if gathered is not self._gathered:
            self._gathered = gathered
            self.list.show_people(gathered.rows)
        shown = self.stack.currentWidget()
        if isinstance(shown, PersonView):
            shown.show_row(_row_of(gathered, shown.name), gathered.snapshot)


def _row_of(gathered: Gathered, person: str) -> PersonRow | None:
    key = person_key(person)
    return next((row for row in gathered.rows if row.key == key), None)
