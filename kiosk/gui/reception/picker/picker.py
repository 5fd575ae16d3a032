"""The page on which files are chosen: a USB stick or the exchange folder, folder by folder. It only reads."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeAlias, TypeVar

from PyQt6.QtCore import QModelIndex, Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QStackedLayout, QWidget

from kiosk.gui.controls import Bar, Button, Note, column, flow, row
from kiosk.gui.controls.labels import breakable
from kiosk.gui.reception.office import Office
from kiosk.gui.reception.picker.grid import Grid
from kiosk.gui.reception.picker.model import ENTRY_ROLE, EntryModel
from kiosk.gui.reception.picker.wanted import Wanted
from kiosk.gui.reception.place_watch import PlaceWatch, place_words
from kiosk.gui.reception.portraits import Portraits, square_picture
from kiosk.i18n import number, translate
from kiosk.paths import Place
from kiosk.people.browsing import MOST_FILES, Listing, list_files
from kiosk.vision.pictures import printable

T = TypeVar("T")
Failed: TypeAlias = Callable[[str], None]


class Picker(QWidget):
    """Made when files are asked for, gone when they are chosen or the page is left.

    Signals:
        picked: the paths that were chosen.
        cancelled: none is wanted.
    """

    picked = pyqtSignal(list)
    cancelled = pyqtSignal()

    def __init__(self, office: Office, wanted: Wanted) -> None:
        super().__init__()
        self._office, self._wanted, self._closed = office, wanted, False
        self._places: list[Place] = []
        self._place: Place | None = None
        self._folder, self._former, self._is_cut = Path(), Path(), False
        self.portraits = Portraits(Path(), self._run, square_picture, at_once=1)
        self.model = EntryModel(several=wanted.several)
        self.grid = Grid(self.model, self.portraits)
        self.message, self.where = Note("", "muted"), Note("", "hint")
        self.up = Button("", "arrow_left", "quiet", name=translate("picker", "Back to the folder above"))
        self.place_buttons: list[Button] = []
        self._buttons = QWidget()  # which holds them
        self._head = row(self.up, self._buttons, gap=6)
        self._stack = QStackedLayout()
        self.cancel = Button(translate("picker", "Cancel"), "cross")
        self.add = Button(wanted.add(0), "tick_mark", "primary")
        self._watch = PlaceWatch(self._run)
        self._lay_out()
        self._connect()
        self._show_chosen()
        self._say(translate("picker", "Looking for USB sticks …"))
        self._watch.start()

    def close_up(self) -> None:
        """Stop; what is still being read is not waited for."""
        self._closed = True
        self._watch.stop()

    @pyqtSlot(list, list)
    def on_places(self, places: list[Place], came: list[Place]) -> None:
        """Follow the sticks that come and go; a new one is opened, unless somebody has begun to choose elsewhere."""
        gone = self._place is not None and self._place not in places
        self._places = places
        self.model.keep(lambda path: any(path.is_relative_to(place.path) for place in places))
        self._show_chosen()
        if gone:
            self.portraits.forget()  # the next stick may hold other pictures under the same names
            self._office.tell(translate("picker", "The USB stick was removed."))
        if not places:
            self._place = None
            self._show_places()
            self._say(translate("picker", "Insert a USB stick."))
            return
        self._show_places()
        if gone or self._place is None or (came and self._is_untouched):
            place = (came or places)[0]
            self._open(place, place.path)

    @pyqtSlot()
    def on_up(self) -> None:
        if self._place is not None and self._folder != self._place.path:
            self._former = self._folder
            self._open(self._place, self._folder.parent)

    @pyqtSlot(QModelIndex)
    def on_touched(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY_ROLE)
        if entry.is_folder and self._place is not None:
            self._open(self._place, entry.path)
        elif fault := self.portraits.fault(str(entry.path)):
            self._office.tell_fault(fault)
        else:
            self.model.toggle(entry.path)
            self._show_chosen()

    @pyqtSlot(str)
    def on_read(self, source: str) -> None:
        """Show a picture that was read, or drop it from what is chosen where it cannot be used."""
        fault = self.portraits.fault(source)
        if fault and Path(source) in self.model.chosen:
            self.model.toggle(Path(source))
            self._show_chosen()
            self._office.tell_fault(fault)
        viewport = self.grid.viewport()
        if viewport is not None:
            viewport.update()

    @pyqtSlot()
    def on_add(self) -> None:
        self.picked.emit(self.model.chosen)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        key = event.key() if event is not None else None
        if key == Qt.Key.Key_Escape:
            self.cancelled.emit()
        elif key == Qt.Key.Key_Backspace:
            self.on_up()
        else:
            super().keyPressEvent(event)

    @property
    def _is_untouched(self) -> bool:
        place = self._place
        return place is not None and not (place.is_stick or self.model.chosen or self._folder != place.path)

    def _run(self, work: Callable[[], T], then: Callable[[T], None], failed: Failed | None = None) -> None:
        """Run work in the background; no answer comes once the picker is closed."""
        self._office.run(work, self._unless_closed(then), self._unless_closed(failed or self._office.tell_fault))

    def _unless_closed(self, do: Callable[[T], None]) -> Callable[[T], None]:
        return lambda answer: None if self._closed else do(answer)

    def _open(self, place: Place, folder: Path) -> None:
        self._place, self._folder = place, folder
        suffixes = self._wanted.suffixes
        self.portraits.stop()
        for button, other in zip(self.place_buttons, self._places, strict=True):
            button.setChecked(other == place)
        self._say(translate("picker", "Reading the folder …"))
        self._run(
            lambda: list_files(place.path, folder, suffixes), partial(self._came, folder), partial(self._failed, folder)
        )

    def _came(self, folder: Path, listing: Listing) -> None:
        if folder != self._folder:
            return
        if not listing.entries:
            self._failed(folder, self._nothing())
            return
        self.model.show_entries(listing.entries)
        self._stack.setCurrentWidget(self.grid)
        self._is_cut = listing.is_cut
        self._show_where()
        current = self.model.index(self.model.row_of(self._former))
        self.grid.setCurrentIndex(current)
        self.grid.scrollTo(current)
        self.grid.setFocus()

    def _failed(self, folder: Path, words: str) -> None:
        if folder == self._folder:
            self._say(words)
            (self.up if self.up.isVisible() else self.cancel).setFocus()

    def _nothing(self) -> str:
        """Return what to do where there is nothing to choose."""
        place, none = self._place, self._wanted.none
        if place is None or place.is_stick or self._folder != place.path:
            return none
        advice = translate("picker", "Insert a USB stick, or copy files into {folder} on this computer.")
        return f"{none}\n{advice.format(folder=printable(place.path))}"

    def _say(self, words: str) -> None:
        """Show words in place of the files."""
        self.model.show_entries(())
        self.message.setText(breakable(words))
        self._stack.setCurrentIndex(1)
        self._is_cut = False
        self._show_where()

    def _show_where(self) -> None:
        """Show the folders above this one, and the whole name where one file is wanted."""
        place = self._place
        below = self._folder.relative_to(place.path).parts if place is not None else ()
        lines = [" / ".join(map(printable, below))]
        if not self._wanted.several:
            lines += [printable(path.name) for path in self.model.chosen]
        if self._is_cut:
            text = translate("picker", "Only the first {count} files of this folder are shown.")
            lines.append(text.format(count=number(MOST_FILES)))
        self.where.setText(breakable("\n".join(filter(None, lines))))
        self.where.setVisible(bool(self.where.text()))
        self.up.setVisible(bool(below))

    def _show_places(self) -> None:
        old, self._buttons = self._buttons, QWidget()
        self.place_buttons = [self._button(place) for place in self._places]
        self._buttons.setLayout(flow(*self.place_buttons))
        self._head.replaceWidget(old, self._buttons)
        old.hide()
        old.deleteLater()

    def _button(self, place: Place) -> Button:
        button = Button(place_words(place), "usb" if place.is_stick else "folder")
        button.setCheckable(True)
        button.setChecked(place == self._place)
        button.clicked.connect(lambda: self._open(place, place.path))
        return button

    def _show_chosen(self) -> None:
        count = len(self.model.chosen)
        self.add.set_text(self._wanted.add(count))
        self.add.setEnabled(count > 0)
        self._show_where()

    def _lay_out(self) -> None:
        self._head.setStretch(1, 1)
        self._head.setAlignment(self.up, Qt.AlignmentFlag.AlignTop)
        self._stack.addWidget(self.grid)
        middle = QWidget()
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        middle.setLayout(column(1, self.message, 2))
        self._stack.addWidget(middle)
        layout = column(self._head, self.where, self._stack, Bar(self.cancel, self.add), gap=6)
        layout.setStretch(2, 1)
        self.setLayout(layout)

    def _connect(self) -> None:
        self._watch.changed.connect(self.on_places)
        self.portraits.ready.connect(self.on_read)
        self.grid.touched.connect(self.on_touched)
        self.up.clicked.connect(self.on_up)
        self.cancel.clicked.connect(self.cancelled)
        self.add.clicked.connect(self.on_add)
