"""Export of a person's data, and erasure with its report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QTimer, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QHideEvent, QShowEvent
from PyQt6.QtWidgets import QWidget

from kiosk.domain import display_name
from kiosk.gui.controls import Button, Choice, Heading, Note, Panel, TextField
from kiosk.gui.layouts import column, flow
from kiosk.gui.reception.page import PageContext
from kiosk.gui.reception.picker import PlaceWatch, place_words
from kiosk.i18n import translate
from kiosk.names import person_key, printable
from kiosk.paths import Place
from kiosk.people.archive import export_person, free_path
from kiosk.people.erasure import ErasureReport


class Export(QWidget):
    """A choice of places that follows the sticks plugged in and out, and a button for an export to the chosen one."""

    def __init__(
        self,
        context: PageContext,
        button: Button,
        write: Callable[[Path], str],
        *,
        others: Sequence[QWidget] = (),
    ) -> None:
        """`write` exports to a folder, in the background, and returns a message; `others` are disabled meanwhile."""
        super().__init__()
        self.write, self.button = write, button
        self.choice = Choice(translate("people", "Where to"))
        hint = translate("people", "Insert a USB stick to take the zip with you; otherwise it stays on this computer.")
        self.hint = Note(hint, "hint")
        self.setLayout(column(column(self.choice, self.hint, gap=3), flow(button), gap=10))
        self._context, self._others, self._busy = context, others, False
        self._watch = PlaceWatch(context.run)
        self._watch.changed.connect(self.on_places)
        button.clicked.connect(self.on_export)
        self.set_busy(busy=False)

    @property
    def folder(self) -> Path | None:
        place = self.choice.value
        return place.path if isinstance(place, Place) else None

    def set_busy(self, *, busy: bool) -> None:
        self._busy = busy
        self.button.setEnabled(not busy and self.folder is not None)
        for other in self._others:
            other.setEnabled(not busy)

    @pyqtSlot(list, list)
    def on_places(self, places: list[Place], came: list[Place]) -> None:
        self.choice.set_options([(place_words(place), place) for place in places])
        if came:
            self.choice.choose(came[0])
        self.hint.setVisible(not any(place.is_stick for place in places))
        self.set_busy(busy=self._busy)

    @pyqtSlot()
    def on_export(self) -> None:
        folder = self.folder
        if folder is not None:
            self.set_busy(busy=True)
            ended = partial(self.set_busy, busy=False)
            self._context.act(partial(self.write, folder), self._context.tell, ended=ended)

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().showEvent(event)
        self._watch.start()

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().hideEvent(event)
        self._watch.stop()


class LeavingPanel(Panel):
    """Export, and erase after the name was typed."""

    erased = pyqtSignal(object)  # the report of what was removed
    asked = pyqtSignal()  # the question is open, and is to be scrolled into view

    def __init__(self, context: PageContext) -> None:
        self._context, self._person = context, ""
        self.export = Export(
            context, Button(translate("people", "Export all data"), "export"), partial(self._write, "")
        )
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
            self.export,
            self.begin,
            self.question,
            gap=10,
        )
        self.erasing = False
        self.begin.clicked.connect(self.on_begin)
        self.keep.clicked.connect(self.on_keep)
        self.typed.changed.connect(self.on_typed)
        self.erase.clicked.connect(self.on_erase)

    def open(self, person: str) -> None:
        self._person = person
        self.export.write = partial(self._write, person)
        self.export.set_busy(busy=False)
        self.on_keep()

    @pyqtSlot()
    def on_begin(self) -> None:
        self.begin.hide()
        self.question.show()
        # Later, once it has its place: the widget that gets the focus is scrolled into view.
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
        ended = partial(self._set_erasing, erasing=False)
        context.act(lambda: context.services.erase(person, context.member.name), self._erased, ended=ended)

    def _write(self, person: str, folder: Path) -> str:
        services = self._context.services
        path = free_path(folder, display_name(person))
        export_person(services, person, path, self._context.member.name, services.snapshot)
        return translate("people", "Exported to {file}").format(file=printable(path))

    def _set_erasing(self, *, erasing: bool) -> None:
        self.erasing = erasing
        for part in (self.erase, self.keep, self.typed):
            part.setEnabled(not erasing)

    def _erased(self, report: ErasureReport) -> None:
        self.on_keep()
        self.erased.emit(report)


_NAMED = 3  # folders; a NAS may have one of its own in each


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
        journal = translate("people", "%n lines of the journal, where {number} stands instead", "", report.journal_rows)
        lines = [
            translate("people", "%n pictures", "", report.pictures),
            translate("people", "%n files in recycle bins of the image folder", "", report.in_bins),
            translate("people", "%n stored templates", "", report.cached),
            translate("people", "%n records of name, data and consent", "", report.records),
            translate("people", "%n kept faces of visitors who look alike", "", report.visitors),
            journal.format(number=report.number),
        ]
        self.lines.setText("\n".join(f"• {line}" for line in lines))
        folders = ", ".join(report.unsearched[:_NAMED]) + (", …" if len(report.unsearched) > _NAMED else "")
        text = translate("people", "Not searched: {folders}. Pictures of the person may be there: delete them by hand.")
        self.unsearched.setText(text.format(folders=folders))
        self.unsearched.setVisible(bool(report.unsearched))
        again = translate("people", "Fix what is listed here, then erase the person again.")
        self.left.setText("\n".join([*report.left, again]))
        self.left.setVisible(bool(report.left))
        self.setAccessibleName(heading)
        self.setAccessibleDescription(self.lines.text())
