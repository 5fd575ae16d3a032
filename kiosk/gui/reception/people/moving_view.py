"""The gallery as a whole is taken along, or brought in from another machine."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PyQt6.QtCore import pyqtSignal, pyqtSlot
from PyQt6.QtWidgets import QWidget

from kiosk.gui.controls import Button, Choice, Heading, Note, Panel, ScrollPage, column, flow, row
from kiosk.gui.reception.office import Office
from kiosk.station.archives import ArchiveReport, export_gallery, import_archive
from kiosk.station.places import export_folders
from kiosk.words import translate

_MOST_FILES = 50


class MovingView(QWidget):
    """Export of everybody, and import of a zip that lies where exports are put.

    Signals:
        closed: back to everybody.
        changed: people came in.
    """

    closed = pyqtSignal()
    changed = pyqtSignal()

    def __init__(self, office: Office) -> None:
        super().__init__()
        self._office = office
        self._path = Path()
        self.back = Button("", "arrow_left", "quiet", name=translate("people", "Back to everybody"))
        self.place = Choice(translate("people", "Where to"))
        self.export = Button(translate("people", "Export everybody"), "export", "primary")
        self.file = Choice(translate("people", "Which zip"))
        self.import_ = Button(translate("people", "Import"), "person_plus", deliberate=True)
        self._lay_out()
        self.back.clicked.connect(self.closed)
        self.export.clicked.connect(self.on_export)
        self.import_.clicked.connect(self.on_import)

    def open(self) -> None:
        """Looks for drives and archives anew."""
        folders = export_folders()
        self.place.set_options([(str(folder), folder) for folder in folders])
        self.file.set_options([(path.name, path) for folder in folders for path in _archives(folder)])
        self._enable(busy=False)
        self.back.setFocus()

    @pyqtSlot()
    def on_export(self) -> None:
        folder = self.place.value
        if isinstance(folder, Path):
            self._path = path = folder / f"kiosk {datetime.now().astimezone():%Y-%m-%d %H.%M.%S}.zip"
            self._enable(busy=True)
            office = self._office
            office.run(lambda: export_gallery(office.desk, path, office.member.name), self._exported, self._failed)

    @pyqtSlot()
    def on_import(self) -> None:
        path = self.file.value
        if isinstance(path, Path):
            self._enable(busy=True)
            office = self._office
            office.run(lambda: import_archive(office.desk, path, office.member.name), self._imported, self._failed)

    def _exported(self, report: ArchiveReport) -> None:
        told = translate("people", "%n people are exported to {file}", "", len(report.people))
        self._office.tell(told.format(file=self._path))
        self.open()

    def _imported(self, report: ArchiveReport) -> None:
        self._office.tell(translate("people", "%n people came in.", "", len(report.people)))
        self._enable(busy=False)
        self.changed.emit()

    def _failed(self, fault: str) -> None:
        self._enable(busy=False)
        self._office.tell_fault(fault)

    def _enable(self, *, busy: bool) -> None:
        self.export.setEnabled(not busy and self.place.value is not None)
        self.import_.setEnabled(not busy and self.file.value is not None)

    def _lay_out(self) -> None:
        out = translate("people", "Pictures and data of everybody, for another machine. The journal stays here.")
        into = translate("people", "All of a zip comes in, or nothing where anything about it is not as it should be.")
        content = column(
            Panel(Heading(translate("people", "Export")), Note(out, "muted"), self.place, flow(self.export), gap=10),
            Panel(Heading(translate("people", "Import")), Note(into, "muted"), self.file, flow(self.import_), gap=10),
            1,
            gap=12,
        )
        head = row(self.back, Heading(translate("people", "Export and import"), "title"), gap=8)
        head.setStretch(1, 1)
        self.setLayout(column(head, ScrollPage(content), gap=6))


def _archives(folder: Path) -> list[Path]:
    """The zips in a folder, newest first."""
    try:
        found = [path for path in folder.glob("*.zip") if path.is_file()]
        return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)[:_MOST_FILES]
    except OSError:
        return []
