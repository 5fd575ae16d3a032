"""The gallery as a whole is taken along, or brought in from another machine."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import pyqtSignal, pyqtSlot
from PyQt6.QtWidgets import QWidget

from kiosk.gui.controls import Button, Heading, Note, Panel, ScrollPage, column, flow, row
from kiosk.gui.reception.office import Office
from kiosk.gui.reception.people.destination import Destination
from kiosk.gui.reception.picker import wanted_archive
from kiosk.i18n import translate
from kiosk.people.services.archives import ArchiveReport, export_gallery, free_path, import_archive
from kiosk.vision.pictures import printable


class MovingView(QWidget):
    """Export of everybody, and import of a zip that is picked.

    Signals:
        closed: back to everybody.
        changed: people came in.
    """

    closed = pyqtSignal()
    changed = pyqtSignal()

    def __init__(self, office: Office) -> None:
        super().__init__()
        self._office, self._busy = office, False
        self.back = Button("", "arrow_left", "quiet", name=translate("people", "Back to everybody"))
        self.place = Destination(office)
        self.export = Button(translate("people", "Export everybody"), "export", "primary")
        self.import_ = Button(translate("people", "Choose a zip"), "archive")
        self._lay_out()
        self.back.clicked.connect(self.closed)
        self.place.changed.connect(self.on_places)
        self.export.clicked.connect(self.on_export)
        self.import_.clicked.connect(self.on_import)

    def open(self) -> None:
        """It is shown now."""
        self._enable(busy=False)

    @pyqtSlot()
    def on_places(self) -> None:
        self._enable(busy=self._busy)

    @pyqtSlot()
    def on_export(self) -> None:
        folder = self.place.folder
        if folder is None:
            return
        self._enable(busy=True)
        office = self._office

        def work() -> tuple[ArchiveReport, Path]:
            path = free_path(folder, "kiosk")
            return export_gallery(office.desk, path, office.member.name), path

        office.act(work, self._exported, self._failed)

    @pyqtSlot()
    def on_import(self) -> None:
        self._office.pick(wanted_archive(), self._picked, self.import_.setFocus)

    def _picked(self, paths: list[Path]) -> None:
        self._enable(busy=True)
        office, path = self._office, paths[0]
        office.act(lambda: import_archive(office.desk, path, office.member.name), self._imported, self._failed)

    def _exported(self, answer: tuple[ArchiveReport, Path]) -> None:
        report, path = answer
        told = translate("people", "%n people are exported to {file}", "", len(report.people))
        self._office.tell(told.format(file=printable(path)))
        self._enable(busy=False)

    def _imported(self, report: ArchiveReport) -> None:
        self._office.tell(translate("people", "%n people came in.", "", len(report.people)))
        self._enable(busy=False)
        self.changed.emit()

    def _failed(self, fault: str) -> None:
        self._enable(busy=False)
        self._office.tell_fault(fault)

    def _enable(self, *, busy: bool) -> None:
        self._busy = busy
        self.export.setEnabled(not busy and self.place.folder is not None)
        self.import_.setEnabled(not busy)

    def _lay_out(self) -> None:
        out = translate("people", "Pictures and data of everybody, for another machine. The journal stays here.")
        into = translate("people", "All of a zip comes in, or nothing where anything about it is not as it should be.")
        content = column(
            Panel(Heading(translate("people", "Export")), Note(out, "muted"), self.place, flow(self.export), gap=10),
            Panel(Heading(translate("people", "Import")), Note(into, "muted"), flow(self.import_), gap=10),
            1,
            gap=12,
        )
        head = row(self.back, Heading(translate("people", "Export and import"), "title"), gap=8)
        head.setStretch(1, 1)
        self.setLayout(column(head, ScrollPage(content), gap=6))
