"""The table of people as Qt's views want it: searched, sorted, a thousand rows."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from PyQt6.QtCore import QAbstractTableModel, QLocale, QModelIndex, Qt

from kiosk.gui.reception.dates import day_text, time_text
from kiosk.gui.reception.people import wording
from kiosk.i18n import translate
from kiosk.people.listing import PersonRow, Quality, matches, words_of
from kiosk.people.register import AccessStatus, Consent, PersonRecord, today

ROW_ROLE = Qt.ItemDataRole.UserRole
CELL_ROLE = Qt.ItemDataRole.UserRole + 1

_NO_INDEX = QModelIndex()
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


class Cell(NamedTuple):
    """Content of a cell: two lines, and whether each of them wants attention."""

    first: str
    second: str
    alert: bool = False
    second_alert: bool = False


class Column(enum.IntEnum):
    """Each shows two things, one below the other."""

    NAME = 0  # and group
    PICTURES = 1  # and quality
    SEEN = 2
    VALIDITY = 3  # and consent


class Show(enum.Enum):
    """The kinds of people that can be shown."""

    ALL = "all"
    NO_CONSENT = "no_consent"
    KEPT_OUT = "kept_out"
    POOR = "poor"


_SHOWN: dict[Show, Callable[[PersonRow], bool]] = {
    Show.ALL: lambda row: True,
    Show.NO_CONSENT: lambda row: row.record.consent is None,
    Show.KEPT_OUT: lambda row: row.standing is not AccessStatus.IN_FORCE,
    Show.POOR: lambda row: row.quality is not Quality.GOOD,
}
_SORTED: dict[Column, Callable[[PersonRow], Any]] = {
    Column.NAME: lambda row: row.indexed,
    Column.PICTURES: lambda row: len(row.sources),
    Column.SEEN: lambda row: row.last_seen or _LONG_AGO,
    Column.VALIDITY: lambda row: (row.standing is AccessStatus.IN_FORCE, row.record.consent is not None),
}


class PeopleModel(QAbstractTableModel):
    """Rows of the people that the search and the choice let through."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[PersonRow] = []
        self.compact = False  # the column of the last visit is hidden: it stands below the name
        self.everybody: Sequence[PersonRow] = ()
        self._query: tuple[str, ...] = ()
        self._show = Show.ALL
        self._sorted_by, self._descending = Column.NAME, False

    def set_people(self, people: Sequence[PersonRow]) -> None:
        self.everybody = people
        self._take()

    def search(self, query: str) -> None:
        words = words_of(query)
        if words != self._query:
            self._query = words
            self._take()

    def show_only(self, show: Show) -> None:
        self._show = show
        self._take()

    def row_of(self, key: str) -> int | None:
        return next((number for number, row in enumerate(self.rows) if row.key == key), None)

    def rowCount(self, parent: QModelIndex = _NO_INDEX) -> int:  # noqa: N802  (Qt's name, as those that follow)
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex = _NO_INDEX) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(Column)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        if role != Qt.ItemDataRole.DisplayRole or orientation is not Qt.Orientation.Horizontal:
            return None
        shown, total = len(self.rows), len(self.everybody)
        names = translate("people", "%n people", "", total)
        if shown != total:
            names = translate("people", "{shown} of %n people", "", total).format(shown=shown)
        return {
            Column.NAME: names,
            Column.PICTURES: translate("people", "Pictures"),
            Column.SEEN: translate("people", "Last seen"),
            Column.VALIDITY: translate("people", "Access"),
        }[Column(section)]

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], Column(index.column())
        if role == ROW_ROLE:
            return row
        if role == CELL_ROLE:
            return self._cell(row, column)
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole}:
            cell = self._cell(row, column)
            return cell.first if role == Qt.ItemDataRole.DisplayRole else ", ".join(filter(None, cell[:2]))
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted_by, self._descending = Column(column), order is Qt.SortOrder.DescendingOrder
        self._take()

    def _take(self) -> None:
        self.beginResetModel()
        shown = _SHOWN[self._show]
        self.rows = [row for row in self.everybody if shown(row) and matches(self._query, row.indexed)]
        self.rows.sort(key=_SORTED[self._sorted_by], reverse=self._descending)
        self.endResetModel()

    def _cell(self, row: PersonRow, column: Column) -> Cell:
        if column is Column.NAME:
            return Cell(row.shown, wording.group_and_seen_words(row, today()) if self.compact else row.record.group)
        if column is Column.PICTURES:
            poor = row.quality in {Quality.DIFFER, Quality.NONE}
            return Cell(QLocale().toString(len(row.sources)), wording.quality_words(row.quality), second_alert=poor)
        if column is Column.SEEN:
            time = time_text(row.last_seen) if row.last_seen is not None else ""
            return Cell(wording.seen_words(row.last_seen, today()), time)
        kept_out = row.standing is not AccessStatus.IN_FORCE
        validity = "" if kept_out else wording.validity_words(row.record)
        access = validity or wording.standing_words(row.standing)
        return Cell(access, wording.consent_words(row.record), kept_out, row.record.consent is None)


def samples() -> dict[Column, tuple[list[str], list[str]]]:
    """Return sample texts for the first and second lines of the columns beside the name, for their widths."""
    agreed = Consent(datetime.now(UTC), "", "", "", "")
    records = (PersonRecord(""), PersonRecord("", consent=agreed))
    standings = [wording.standing_words(standing) for standing in AccessStatus]
    return {
        Column.PICTURES: ([translate("people", "Pictures")], [wording.quality_words(quality) for quality in Quality]),
        Column.SEEN: ([translate("people", "Last seen"), day_text(today())], [""]),
        Column.VALIDITY: ([*standings, "⚠ " + standings[1]], [wording.consent_words(record) for record in records]),
    }
