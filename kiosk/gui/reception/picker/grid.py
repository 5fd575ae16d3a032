"""Pictures and folders in large squares, to be touched."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QModelIndex, QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QBrush, QColor, QFontMetrics, QKeyEvent, QPainter, QPalette, QPen, QResizeEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QScroller,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from kiosk.gui.controls import px
from kiosk.gui.controls.scale import small
from kiosk.gui.icons import icon
from kiosk.gui.reception.picker.model import CHOSEN_ROLE, ENTRY_ROLE, EntryModel
from kiosk.gui.reception.portraits import Portraits
from kiosk.i18n import translate
from kiosk.people.browsing import Entry
from kiosk.vision.pictures import SUFFIXES

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
        """All of the room that the grid leaves."""
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


class Grid(QListView):
    """As many columns as there is room for.

    Signals:
        touched: the index of an entry that was tapped, or chosen with Enter or the space bar.
    """

    touched = pyqtSignal(QModelIndex)

    def __init__(self, model: EntryModel, portraits: Portraits) -> None:
        super().__init__()
        self.setModel(model)
        self.setAccessibleName(translate("picker", "Files and folders"))
        self._cells = Cells(portraits)
        self.setItemDelegate(self._cells)
        self.setViewMode(QListView.ViewMode.IconMode)
        # Nothing can be dragged, either: Qt runs an event loop for that.
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        viewport = self.viewport()
        if viewport is not None:
            QScroller.grabGesture(viewport, QScroller.ScrollerGestureType.TouchGesture)
        self.clicked.connect(self.touched)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        key = event.key() if event is not None else None
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space} and self.currentIndex().isValid():
            self.touched.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)

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
    """A circle in the corner: empty, or filled with a tick."""
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
