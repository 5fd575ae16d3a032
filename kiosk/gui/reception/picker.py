"""The page on which files are chosen: a USB stick or the exchange folder, folder by folder. It only reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from PyQt6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPoint,
    QRect,
    QSize,
    Qt,
    pyqtSignal,
    pyqtSlot,
)
from PyQt6.QtGui import QBrush, QColor, QFontMetrics, QKeyEvent, QPainter, QPalette, QPen, QResizeEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStackedLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from kiosk.files import MOST_FILES, Entry, Listing, list_files
from kiosk.gui.controls import Button, Note, TouchList, breakable, timer
from kiosk.gui.layouts import Bar, column, discard, flow, px, row, small
from kiosk.gui.reception.page import PageContext
from kiosk.gui.reception.portraits import Portraits, square_picture
from kiosk.gui.theme import icon
from kiosk.i18n import number, translate
from kiosk.names import printable
from kiosk.paths import Place, exchange_places
from kiosk.vision.pictures import SUFFIXES


@dataclass(frozen=True, slots=True)
class Wanted:
    """Files of one kind, in words of the screen's language."""

    suffixes: frozenset[str]
    several: bool
    none: str  # what is said of a folder without any
    add: Callable[[int], str]  # the words of the button, by how many are chosen


def wanted_pictures() -> Wanted:
    """Return the request for any number of pictures."""

    def add(count: int) -> str:
        return translate("picker", "Add %n pictures", "", count) if count else translate("picker", "Add pictures")

    return Wanted(SUFFIXES, several=True, none=translate("picker", "No pictures in this folder"), add=add)


def wanted_archive() -> Wanted:
    """Return the request for one archive of people."""
    none = translate("picker", "No zip files in this folder")
    return Wanted(frozenset({".zip"}), several=False, none=none, add=lambda count: translate("picker", "Import"))


_LOOK_MS = 1000
_LONGEST_NAME = 24  # letters
Run = Callable[[Callable[[], list[Place]], Callable[[list[Place]], None]], None]


class PlaceWatch(QObject):
    """Looks for USB sticks once a second, in the background, from `start` to `stop`."""

    # all places, and the sticks that have come; the first time, and whenever one comes or goes
    changed = pyqtSignal(list, list)

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run
        self._places: list[Place] | None = None
        self._looking = False
        self._timer = timer(self, self.on_look, _LOOK_MS)

    def start(self) -> None:
        self._places, self._looking = None, False
        self._timer.start()
        self.on_look()

    def stop(self) -> None:
        self._timer.stop()

    @pyqtSlot()
    def on_look(self) -> None:
        if not self._looking:
            self._looking = True
            self._run(exchange_places, self._came)

    def _came(self, places: list[Place]) -> None:
        self._looking = False
        if places != self._places:
            before, self._places = self._places or [], places
            self.changed.emit(places, [place for place in places if place.is_stick and place not in before])


def place_words(place: Place) -> str:
    """Return the name of a place; a long name of a stick is shortened."""
    if not place.is_stick:
        return translate("picker", "Exchange folder")
    name = printable(place.path.name)
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


ENTRY_ROLE = Qt.ItemDataRole.UserRole
CHOSEN_ROLE = Qt.ItemDataRole.UserRole + 1


class EntryModel(QAbstractListModel):
    """The files of a folder, and the chosen files of all folders in the order of choice."""

    def __init__(self, *, several: bool) -> None:
        super().__init__()
        self.entries: Sequence[Entry] = ()
        self.chosen: list[Path] = []
        self._several = several

    def show_entries(self, entries: Sequence[Entry]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def toggle(self, path: Path) -> None:
        """Choose a file, or drop one that is chosen; where one is wanted, it replaces the one before."""
        others = [one for one in self.chosen if one != path] if self._several else []
        self.chosen = others if path in self.chosen else [*others, path]
        self._tell()

    def keep(self, wanted: Callable[[Path], bool]) -> None:
        self.chosen = [path for path in self.chosen if wanted(path)]
        self._tell()

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802  (Qt's name)
        return 0 if parent is not None and parent.isValid() else len(self.entries)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  (as Qt's)
        if not 0 <= index.row() < len(self.entries):
            return None
        entry = self.entries[index.row()]
        chosen, spoken = entry.path in self.chosen, entry.name
        if entry.is_folder:
            spoken = translate("picker", "Folder {name}").format(name=entry.name)
        elif chosen:
            spoken = translate("picker", "{name}, chosen").format(name=entry.name)
        values = {ENTRY_ROLE: entry, CHOSEN_ROLE: chosen, Qt.ItemDataRole.DisplayRole: entry.name}
        return spoken if role == Qt.ItemDataRole.AccessibleTextRole else values.get(role)

    def _tell(self) -> None:
        if self.entries:
            self.dataChanged.emit(self.index(0), self.index(len(self.entries) - 1))


_PICTURE_UNITS, _CELL_UNITS, _GAP_UNITS, _MARK_UNITS = 84, 104, 5, 28
_FEWEST_COLUMNS = 2
_USUAL_NAME = "IMG_0000.jpg"  # is shown whole
_TILE_ALPHA = 28


class Cells(QStyledItemDelegate):
    """A picture or an icon, its name, and a mark on what is chosen; colours are those of the view's palette."""

    def __init__(self, portraits: Portraits) -> None:
        super().__init__()
        self._portraits = portraits

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        if painter is None:
            return
        entry, side = index.data(ENTRY_ROLE), px(_PICTURE_UNITS)
        colours = option.palette
        room = QRect(option.rect.center().x() - side // 2, option.rect.top() + px(_GAP_UNITS), side, side)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._picture(painter, room, entry, colours)
        if not entry.is_folder and not self._portraits.fault(str(entry.path)):
            _mark(painter, room, colours, chosen=bool(index.data(CHOSEN_ROLE)))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(colours.color(QPalette.ColorRole.Text), px(2), Qt.PenStyle.DashLine))
            frame = option.rect.adjusted(px(2), px(2), -px(2), -px(2))
            painter.drawRoundedRect(frame, px(8), px(8))
        painter.setFont(small(option.font))
        painter.setPen(colours.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Text))
        line = option.rect.adjusted(px(_GAP_UNITS), side + px(_GAP_UNITS), -px(_GAP_UNITS), 0)
        name = painter.fontMetrics().elidedText(entry.name, Qt.TextElideMode.ElideMiddle, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, name)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802  (Qt's name)
        """Return the size of a cell of the grid."""
        return option.widget.gridSize() if isinstance(option.widget, QListView) else QSize()

    def _picture(self, painter: QPainter, room: QRect, entry: Entry, colours: QPalette) -> None:
        name = "folder" if entry.is_folder else "archive"
        if not entry.is_folder and entry.path.suffix.lower() in SUFFIXES:
            picture = self._portraits.get(str(entry.path), room.width())
            if picture is not None and not picture.isNull():
                painter.drawPixmap(room, picture)
                return
            name = "" if picture is None else "picture_file"
        if not entry.is_folder:
            tile = colours.color(QPalette.ColorRole.Text)
            tile.setAlpha(_TILE_ALPHA)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tile)
            painter.drawRoundedRect(room, room.width() / 8, room.width() / 8)
            painter.setBrush(QBrush())
        if name:
            side = room.width() * 3 // (4 if entry.is_folder else 6)
            drawn = icon(name, colours.color(QPalette.ColorRole.Text).name(), side)
            painter.drawPixmap(room.center() - QPoint(side // 2, side // 2), drawn)


class Grid(TouchList):
    """The files as a grid with the columns that fit."""

    def __init__(self, model: EntryModel, portraits: Portraits) -> None:
        super().__init__(model, translate("picker", "Files and folders"))
        self._cells = Cells(portraits)
        self.setItemDelegate(self._cells)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)  # nothing can be dragged: Qt would run an event loop for that
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        self._fit()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        viewport = self.viewport()
        width = viewport.width() - 1 if viewport is not None else 0
        letters = QFontMetrics(small(self.font()))
        columns = width // max(px(_CELL_UNITS), letters.horizontalAdvance(_USUAL_NAME) + 2 * px(_GAP_UNITS))
        cell = max(width // max(columns, _FEWEST_COLUMNS), 1)
        self.setGridSize(QSize(cell, px(_PICTURE_UNITS + 3 * _GAP_UNITS) + letters.height()))


def _mark(painter: QPainter, room: QRect, colours: QPalette, *, chosen: bool) -> None:
    """Draw a circle in the corner: empty, or filled with a tick."""
    side = px(_MARK_UNITS)
    circle = QRect(room.right() - side - px(2), room.top() + px(3), side, side)
    ring = colours.color(QPalette.ColorRole.HighlightedText) if chosen else QColor("#ffffff")
    painter.setPen(QPen(ring, px(2)))
    painter.setBrush(colours.color(QPalette.ColorRole.Highlight) if chosen else QColor(0, 0, 0, 110))
    painter.drawEllipse(circle)
    painter.setBrush(QBrush())
    if chosen:
        inner = circle.adjusted(px(5), px(5), -px(5), -px(5))
        painter.drawPixmap(inner, icon("tick_mark", ring.name(), inner.width()))
        painter.setPen(QPen(colours.color(QPalette.ColorRole.Highlight), px(4)))
        painter.drawRoundedRect(room, px(10), px(10))


T = TypeVar("T")


class Picker(QWidget):
    """Lets files be chosen; made when they are asked for, deleted when they are chosen or the page is left."""

    picked = pyqtSignal(list)  # the paths that were chosen
    cancelled = pyqtSignal()  # none is wanted

    def __init__(self, context: PageContext, wanted: Wanted) -> None:
        super().__init__()
        self._context, self._wanted, self._closed = context, wanted, False
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
        self._watch.changed.connect(self.on_places)
        self.portraits.ready.connect(self.on_read)
        self.grid.opened.connect(self.on_touched)
        self.up.clicked.connect(self.on_up)
        self.cancel.clicked.connect(self.cancelled)
        self.add.clicked.connect(lambda: self.picked.emit(self.model.chosen))
        self._show_chosen()
        self._say(translate("picker", "Looking for USB sticks …"))
        self._watch.start()

    def close_up(self) -> None:
        """Stop without waiting for files that are being read."""
        self._closed = True
        self._watch.stop()

    @pyqtSlot(list, list)
    def on_places(self, places: list[Place], came: list[Place]) -> None:
        """Follow the sticks; a new one is opened unless the person has begun to choose elsewhere."""
        gone = self._place is not None and self._place not in places
        self._places = places
        self.model.keep(lambda path: any(path.is_relative_to(place.path) for place in places))
        self._show_chosen()
        if gone:
            self.portraits.forget()  # the next stick may hold other pictures under the same names
            self._context.tell(translate("picker", "The USB stick was removed."))
        place = self._place = self._place if places else None
        self._show_places()
        if place is None and not places:
            self._say(translate("picker", "Insert a USB stick."))
            return
        touched = place is not None and (place.is_stick or self.model.chosen or self._folder != place.path)
        if gone or place is None or (came and not touched):
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
            self._context.tell_fault(fault)
        else:
            self.model.toggle(entry.path)
            self._show_chosen()

    @pyqtSlot(str)
    def on_read(self, source: str) -> None:
        """Show a picture that was read, or drop it from the chosen ones if it cannot be used."""
        fault = self.portraits.fault(source)
        if fault and Path(source) in self.model.chosen:
            self.model.toggle(Path(source))
            self._show_chosen()
            self._context.tell_fault(fault)
        viewport = self.grid.viewport()
        if viewport is not None:
            viewport.update()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        key = event.key() if event is not None else None
        if key == Qt.Key.Key_Escape:
            self.cancelled.emit()
        elif key == Qt.Key.Key_Backspace:
            self.on_up()
        else:
            super().keyPressEvent(event)

    def _run(
        self, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[str], None] | None = None
    ) -> None:
        """Run work in the background; no answer comes once the picker is closed."""
        failed = failed or self._context.tell_fault

        def answered(do: Callable[[Any], None], answer: object) -> None:
            if not self._closed:
                do(answer)

        self._context.run(work, partial(answered, then), partial(answered, failed))

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
        place = self._place
        if not listing.entries or folder != self._folder:
            words = self._wanted.none
            if place is not None and not place.is_stick and folder == place.path:
                advice = translate("picker", "Insert a USB stick, or copy files into {folder} on this computer.")
                words = f"{words}\n{advice.format(folder=printable(place.path))}"
            self._failed(folder, words)
            return
        self.model.show_entries(listing.entries)
        self._stack.setCurrentWidget(self.grid)
        self._is_cut = listing.is_cut
        self._show_where()
        rows = [row for row, entry in enumerate(listing.entries) if entry.path == self._former]
        current = self.model.index(rows[0] if rows else 0)
        self.grid.setCurrentIndex(current)
        self.grid.scrollTo(current)
        self.grid.setFocus()

    def _failed(self, folder: Path, words: str) -> None:
        if folder == self._folder:
            self._say(words)
            (self.up if self.up.isVisible() else self.cancel).setFocus()

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
        self.where.show_text(breakable("\n".join(filter(None, lines))))
        self.up.setVisible(bool(below))

    def _show_places(self) -> None:
        discard(self._head, self._buttons)
        self._buttons, self.place_buttons = QWidget(), []
        for place in self._places:
            button = Button(place_words(place), "usb" if place.is_stick else "folder")
            button.setCheckable(True)
            button.setChecked(place == self._place)
            button.clicked.connect(partial(self._open, place, place.path))
            self.place_buttons.append(button)
        self._buttons.setLayout(flow(*self.place_buttons))
        self._head.addWidget(self._buttons, 1)

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
