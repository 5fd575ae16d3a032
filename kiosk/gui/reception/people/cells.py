"""How a cell of the table is painted: two lines, a portrait before the name, a mark where attention is wanted."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QModelIndex, QRect, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QPixmap
from PyQt6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from kiosk.gui.controls import px
from kiosk.gui.controls.scale import SMALL, small
from kiosk.gui.icons import icon
from kiosk.gui.reception.people.model import ALERT_ROLE, ROW_ROLE, SECOND_ALERT_ROLE, SECOND_ROLE, Column
from kiosk.gui.reception.people.rows import PersonRow
from kiosk.gui.reception.portraits import Portraits

_PORTRAIT_UNITS = 40
_GAP_UNITS = 8


class PersonCells(QStyledItemDelegate):
    """Paints from the roles of PeopleModel; colours are those of the view's palette."""

    def __init__(self, portraits: Portraits) -> None:
        super().__init__()
        self._portraits = portraits
        self._icons: dict[tuple[str, str, int], QPixmap] = {}

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        if painter is None:
            return
        # Not by the style, which asks the style sheet for each cell anew and takes three times as long.
        colour, text = self._colour(option), str(index.data())
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(
                option.rect, option.palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Highlight)
            )
        room = option.rect.adjusted(px(_GAP_UNITS), 0, -px(_GAP_UNITS) // 2, 0)
        painter.save()
        painter.setPen(colour)
        if index.column() == Column.NAME:
            room = self._portrait(painter, room, index.data(ROW_ROLE), colour)
        second = index.data(SECOND_ROLE)
        upper, lower = _halves(room, painter, option.font, whole=not second)
        self._line(painter, upper, text, option.font, colour, alert=bool(index.data(ALERT_ROLE)))
        if second:
            self._line(painter, lower, second, small(option.font), colour, alert=bool(index.data(SECOND_ALERT_ROLE)))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802  (Qt's name)
        return QSize(px(60), row_height(option.font))

    def _colour(self, option: QStyleOptionViewItem) -> QColor:
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        return option.palette.color(QPalette.ColorGroup.Active, role)

    def _portrait(self, painter: QPainter, room: QRect, row: PersonRow, colour: QColor) -> QRect:
        side = px(_PORTRAIT_UNITS)
        place = QRect(room.left(), room.center().y() - side // 2, side, side)
        rest = room.adjusted(side + px(_GAP_UNITS), 0, 0, 0)
        if painter.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            place.moveRight(room.right())
            rest = room.adjusted(0, 0, -side - px(_GAP_UNITS), 0)
        picture = self._portraits.get(row.sources[0], side) if row.sources else None
        if picture is None or picture.isNull():
            picture = self._icon("person", colour, side)
        painter.drawPixmap(place, picture)
        return rest

    def _line(self, painter: QPainter, room: QRect, text: str, font: QFont, colour: QColor, *, alert: bool) -> None:
        painter.setFont(font)
        if alert:
            side = painter.fontMetrics().height()
            painter.drawPixmap(room.left(), room.center().y() - side // 2, self._icon("alert", colour, side))
            room = room.adjusted(side + px(3), 0, 0, 0)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        # A name that is written from right to left stays beside its portrait.
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute | _LEFT, shown)

    def _icon(self, name: str, colour: QColor, side: int) -> QPixmap:
        key = (name, colour.name(), side)
        if key not in self._icons:
            self._icons[key] = icon(*key)
        return self._icons[key]


_LEFT = Qt.AlignmentFlag.AlignLeft


def row_height(font: QFont) -> int:
    """Two lines and a portrait, and never less than a finger wants, px."""
    size = font.pixelSize() if font.pixelSize() > 0 else px(16)
    return max(px(56), round(size * (1.3 + 1.3 * SMALL)) + px(8))


def wanted_width(font: QFont, texts: tuple[Sequence[str], Sequence[str]]) -> int:
    """Room for the longest of the first lines, and of the second ones with their mark, px."""
    first, second = QFontMetrics(font), QFontMetrics(small(font))
    widths = [first.horizontalAdvance(text) for text in texts[0]]
    widths += [second.horizontalAdvance(text) + second.height() + px(3) for text in texts[1]]
    return max(widths) + 2 * px(_GAP_UNITS)


def _halves(room: QRect, painter: QPainter, font: QFont, *, whole: bool) -> tuple[QRect, QRect]:
    if whole:
        return room, QRect()
    middle = room.top() + round(room.height() * 0.54)
    upper = QRect(room.left(), room.top() + px(4), room.width(), middle - room.top() - px(4))
    return upper, QRect(room.left(), middle, room.width(), room.bottom() - middle - px(3))
