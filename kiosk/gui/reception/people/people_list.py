"""The table of people, with search and filter."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QEvent, QModelIndex, QRect, QSize, Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPalette, QPixmap, QResizeEvent
from PyQt6.QtWidgets import QHeaderView, QStackedWidget, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from kiosk.gui.controls import Button, Choice, Note, Table, TextField
from kiosk.gui.layouts import SMALL, column, px, row, small
from kiosk.gui.reception.people.model import CELL_ROLE, ROW_ROLE, Cell, Column, PeopleModel, Show, samples
from kiosk.gui.reception.people.rows import Gathered
from kiosk.gui.reception.portraits import Portraits
from kiosk.gui.theme import icon
from kiosk.i18n import translate
from kiosk.people.listing import PersonRow

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
        # Not by the style, which asks the style sheet for each cell again and takes three times as long.
        role, active = QPalette.ColorRole.Text, QPalette.ColorGroup.Active
        if option.state & QStyle.StateFlag.State_Selected:
            role = QPalette.ColorRole.HighlightedText
            painter.fillRect(option.rect, option.palette.color(active, QPalette.ColorRole.Highlight))
        colour = option.palette.color(active, role)
        room = option.rect.adjusted(px(_GAP_UNITS), 0, -px(_GAP_UNITS) // 2, 0)
        painter.save()
        painter.setPen(colour)
        if index.column() == Column.NAME:
            room = self._portrait(painter, room, index.data(ROW_ROLE), colour)
        cell: Cell = index.data(CELL_ROLE)
        if cell.second:
            middle = room.top() + round(room.height() * 0.54)
            lower = QRect(room.left(), middle, room.width(), room.bottom() - middle - px(3))
            self._line(painter, lower, cell.second, small(option.font), colour, alert=cell.second_alert)
            room = QRect(room.left(), room.top() + px(4), room.width(), middle - room.top() - px(4))
        self._line(painter, room, cell.first, option.font, colour, alert=cell.alert)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802  (Qt's name)
        return QSize(px(60), row_height(option.font))

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
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(room, left | Qt.AlignmentFlag.AlignVCenter, shown)

    def _icon(self, name: str, colour: QColor, side: int) -> QPixmap:
        key = (name, colour.name(), side)
        if key not in self._icons:
            self._icons[key] = icon(*key)
        return self._icons[key]


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


class PeopleTable(Table):
    """Rows and columns as font and width want them."""

    def __init__(self, model: PeopleModel, name: str) -> None:
        self.people = model
        super().__init__(model, name)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().changeEvent(event)
        if event is not None and event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._fit()

    def _fit(self) -> None:
        rows, columns, viewport = self.verticalHeader(), self.horizontalHeader(), self.viewport()
        if rows is None or columns is None or viewport is None:
            return
        rows.setDefaultSectionSize(row_height(self.font()))
        columns.setStretchLastSection(False)
        columns.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        wanted = {column: wanted_width(self.font(), texts) for column, texts in samples().items()}
        # The names keep two fifths; whatever is cut off elsewhere stands on the person's page.
        room = 0.6 * viewport.width()
        compact = sum(wanted.values()) > 1.1 * room
        self.setColumnHidden(Column.SEEN, compact)
        self.people.compact = compact
        if compact:
            del wanted[Column.SEEN]
        share = min(room / sum(wanted.values()), 1.0)
        for number, width in wanted.items():
            columns.resizeSection(number, round(width * share))


class PeopleList(QWidget):
    """The table with what narrows it down."""

    opened = pyqtSignal(str)  # a person was chosen, by the name in the gallery
    enrolment_wanted = pyqtSignal()  # somebody new is to be enrolled
    moving_wanted = pyqtSignal()  # everybody is to be exported, or people are to be imported

    def __init__(self, portraits: Portraits) -> None:
        super().__init__()
        self.model = PeopleModel()
        self.search = TextField(translate("people", "Search"))
        self.search.edit.setClearButtonEnabled(True)
        self.search.edit.setPlaceholderText(translate("people", "Name, group or number"))
        kinds = [
            (translate("people", "Everybody"), Show.ALL),
            (translate("people", "Without consent"), Show.NO_CONSENT),
            (translate("people", "No access"), Show.KEPT_OUT),
            (translate("people", "Pictures to improve"), Show.POOR),
        ]
        self.show_only = Choice(translate("people", "Show"), kinds)
        self.enrol = Button(translate("people", "Enrol a person"), "person_plus", "primary")
        self.move_all = Button("", "export", name=translate("people", "Export and import"))
        self.nobody = Note("", "muted")
        self.nobody.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.table = PeopleTable(self.model, translate("people", "People"))
        self.model.setParent(self.table)  # which it is not to leave behind
        self._cells = PersonCells(portraits)
        self.table.setItemDelegate(self._cells)
        self._lay_out()
        self.search.changed.connect(self.on_searched)
        self.search.entered.connect(self.on_entered)
        self.show_only.chosen.connect(self.on_show_chosen)
        self.table.activated.connect(self.on_activated)
        self.table.clicked.connect(self.on_activated)
        self.model.modelReset.connect(self.on_reset)
        self.enrol.clicked.connect(self.enrolment_wanted)
        self.move_all.clicked.connect(self.moving_wanted)
        portraits.ready.connect(self.on_portrait)
        self.on_reset()

    def show_people(self, gathered: Gathered) -> None:
        """Show other people; selection and scroll position stay."""
        bar, chosen = self.table.verticalScrollBar(), self.table.currentIndex()
        scrolled = bar.value() if bar is not None else 0
        key = self.model.rows[chosen.row()].key if chosen.isValid() else ""
        self.model.set_people(gathered.rows)
        place = self.model.row_of(key)
        if place is not None:
            self.table.selectRow(place)
        if bar is not None:
            bar.setValue(scrolled)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Put what is typed anywhere on the page into the search; Esc clears it."""
        typed = event.text() if event is not None else ""
        if event is not None and event.key() == Qt.Key.Key_Escape and self.search.text:
            self.search.set_text("")
        elif typed.strip() and typed.isprintable():
            self.search.edit.setFocus()
            self.search.edit.insert(typed)
        else:
            super().keyPressEvent(event)

    @pyqtSlot(str)
    def on_searched(self, text: str) -> None:
        self.model.search(text)
        self.table.scrollToTop()

    @pyqtSlot(object)
    def on_show_chosen(self, show: Show) -> None:
        self.model.show_only(show)
        self.table.scrollToTop()

    @pyqtSlot(QModelIndex)
    def on_activated(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(self.model.rows[index.row()].person)

    @pyqtSlot()
    def on_entered(self) -> None:
        if len(self.model.rows) == 1:
            self.opened.emit(self.model.rows[0].person)
        elif self.model.rows:
            self.table.setFocus()
            self.table.selectRow(0)

    @pyqtSlot()
    def on_reset(self) -> None:
        empty = not self.model.everybody
        nobody = translate("people", "Nobody is enrolled yet.") if empty else translate("people", "Nobody found.")
        self.nobody.setText(nobody)
        self.enrol.setVisible(empty)
        self._stack.setCurrentIndex(0 if self.model.rows else 1)

    @pyqtSlot(str)
    def on_portrait(self, source: str) -> None:
        viewport = self.table.viewport()
        if viewport is not None:
            viewport.update()

    def _lay_out(self) -> None:
        empty = QWidget()
        empty.setLayout(column(1, self.nobody, row(1, self.enrol, 1), 2, gap=12))
        self._stack = QStackedWidget()  # no bare layout: that would show the table as a window of its own
        self._stack.addWidget(self.table)
        self._stack.addWidget(empty)
        tools = row(self.search, self.show_only, self.move_all, gap=8)
        tools.setAlignment(self.move_all, Qt.AlignmentFlag.AlignBottom)
        tools.setStretch(0, 3)
        tools.setStretch(1, 2)
        self.setLayout(column(tools, self._stack, gap=8))
        header = self.table.horizontalHeader()
        if header is not None:
            header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(Column.NAME, Qt.SortOrder.AscendingOrder)
