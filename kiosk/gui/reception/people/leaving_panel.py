"""A person's data are taken along, or all of it is erased."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QTimer, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QHideEvent, QShowEvent
from PyQt6.QtWidgets import QWidget

from kiosk.domain import display_name
from kiosk.gui.controls import Button, Choice, Heading, Note, Panel, TextField
from kiosk.gui.layouts import column, flow
from kiosk.gui.reception.page import PageContext
from kiosk.gui.reception.people.wording import erasure_words, unsearched_words
from kiosk.gui.reception.picker import PlaceWatch, place_words
from kiosk.i18n import translate
from kiosk.names import person_key, printable
from kiosk.paths import Place
from kiosk.people.archive import export_person, free_path
from kiosk.people.erasure import ErasureReport


class Destination(QWidget):
    """A choice that follows the sticks that are plugged in and out while it is on the screen."""

    changed = pyqtSignal()  # there are other places than before

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.choice = Choice(translate("people", "Where to"))
        hint = translate("people", "Insert a USB stick to take the zip with you; otherwise it stays on this computer.")
        self.hint = Note(hint, "hint")
        self.setLayout(column(self.choice, self.hint, gap=3))
        self._watch = PlaceWatch(context.run)
        self._watch.changed.connect(self.on_places)

    @property
    def folder(self) -> Path | None:
        place = self.choice.value
        return place.path if isinstance(place, Place) else None

    @pyqtSlot(list, list)
    def on_places(self, places: list[Place], came: list[Place]) -> None:
        self.choice.set_options([(place_words(place), place) for place in places])
        if came:
            self.choice.choose(came[0])
        self.hint.setVisible(not any(place.is_stick for place in places))
        self.changed.emit()

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().showEvent(event)
        self._watch.start()

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().hideEvent(event)
        self._watch.stop()


class LeavingPanel(Panel):
    """Export, and erase after the name was typed."""

    erased = pyqtSignal(object)  # the report of what was removed
    asked = pyqtSignal()  # the question whether to erase is to be seen

    def __init__(self, context: PageContext) -> None:
        self.place = Destination(context)
        self.export = Button(translate("people", "Export all data"), "export")
        self.begin = Button(translate("people", "Erase this person …"), "erase", "danger")
        self.typed = TextField(translate("people", "Type the name to confirm"))
        self.erase = Button(translate("people", "Erase for good"), "erase", "danger", deliberate=True)
        self.keep = Button(translate("people", "Do not erase"))
        self.question = QWidget()
        warning = translate(
            "people",
            "Pictures, templates, data and consent are removed, and a number takes the place of the name in the "
            "journal. This cannot be undone.",
        )
        self.question.setLayout(column(Note(warning), self.typed, flow(self.keep, self.erase), gap=8))
        super().__init__(
            Heading(translate("people", "Export and erase")),
            Note(translate("people", "A zip with pictures, data and journal lines, for the person."), "muted"),
            self.place,
            flow(self.export),
            self.begin,
            self.question,
            gap=10,
        )
        self.erasing = False
        self._context, self._person, self._exporting = context, "", False
        self.place.changed.connect(self.on_places)
        self.export.clicked.connect(self.on_export)
        self.begin.clicked.connect(self.on_begin)
        self.keep.clicked.connect(self.on_keep)
        self.typed.changed.connect(self.on_typed)
        self.erase.clicked.connect(self.on_erase)

    def open(self, person: str) -> None:
        self._person, self._exporting = person, False
        self.on_places()
        self.on_keep()

    @pyqtSlot()
    def on_places(self) -> None:
        self.export.setEnabled(self.place.folder is not None and not self._exporting)

    @pyqtSlot()
    def on_export(self) -> None:
        folder = self.place.folder
        if folder is None:
            return
        context, person = self._context, self._person
        self._exporting = True
        self.on_places()

        def work() -> str:
            path = free_path(folder, display_name(person))
            export_person(context.services, person, path, context.member.name, context.services.snapshot)
            return translate("people", "Exported to {file}").format(file=printable(path))

        context.act(work, context.tell, ended=self._export_ended)

    @pyqtSlot()
    def on_begin(self) -> None:
        self.begin.hide()
        self.question.show()
        # Once it has its place: what gets the focus is scrolled into view.
        QTimer.singleShot(0, self.on_asked)

    @pyqtSlot()
    def on_asked(self) -> None:
        self.typed.edit.setFocus()
        self.asked.emit()

    @pyqtSlot()
    def on_keep(self) -> None:
        self.typed.set_text("")
        self.erase.setEnabled(False)
        self.question.hide()
        self.begin.show()

    @pyqtSlot(str)
    def on_typed(self, text: str) -> None:
        self.erase.setEnabled(bool(self._person) and person_key(text) == person_key(self._person))

    @pyqtSlot()
    def on_erase(self) -> None:
        context, person = self._context, self._person
        self._set_erasing(erasing=True)
        context.act(
            lambda: context.services.erase(person, context.member.name), self._erased, ended=self._erasure_ended
        )

    def _set_erasing(self, *, erasing: bool) -> None:
        self.erasing = erasing
        for part in (self.erase, self.keep, self.typed):
            part.setEnabled(not erasing)

    def _export_ended(self) -> None:
        self._exporting = False
        self.on_places()

    def _erasure_ended(self) -> None:
        self._set_erasing(erasing=False)
        self.on_typed(self.typed.text)

    def _erased(self, report: ErasureReport) -> None:
        self.on_keep()
        self.erased.emit(report)


class ErasureView(QWidget):
    """The report of an erasure."""

    closed = pyqtSignal()  # it was read

    def __init__(self) -> None:
        super().__init__()
        self.heading, self.lines, self.left = Heading("", "title"), Note(""), Note("", "error")
        self.unsearched = Note("")
        self.done = Button(translate("people", "Done"), "tick_mark", "primary")
        panel = Panel(self.heading, self.lines, self.unsearched, self.left, flow(self.done), gap=12, margin=18)
        self.setLayout(column(panel, 1))
        self.done.clicked.connect(self.closed)

    def show_report(self, report: ErasureReport) -> None:
        heading = translate("people", "The person is erased. This was removed:")
        if report.left:
            heading = translate("people", "Not everything could be erased. This was removed:")
        self.heading.setText(heading)
        self.lines.setText("\n".join(f"• {line}" for line in erasure_words(report)))
        self.unsearched.setText(unsearched_words(report.unsearched))
        self.unsearched.setVisible(bool(report.unsearched))
        again = translate("people", "Fix what is listed here, then erase the person again.")
        self.left.setText("\n".join([*report.left, again]))
        self.left.setVisible(bool(report.left))
        self.setAccessibleName(heading)
        self.setAccessibleDescription(self.lines.text())
