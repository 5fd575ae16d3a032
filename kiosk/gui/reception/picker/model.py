"""The files of a folder as a model: which there are, and which are chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QAbstractListModel, QModelIndex, Qt

from kiosk.i18n import translate
from kiosk.people.browsing import Entry

ENTRY_ROLE = Qt.ItemDataRole.UserRole
CHOSEN_ROLE = Qt.ItemDataRole.UserRole + 1


class EntryModel(QAbstractListModel):
    """What is chosen stays so in other folders, in the order in which it was chosen."""

    def __init__(self, *, several: bool) -> None:
        super().__init__()
        self.entries: Sequence[Entry] = ()
        self.chosen: list[Path] = []
        self._several = several

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Another folder."""
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def toggle(self, path: Path) -> None:
        """Choose a file, or no longer; where one is wanted, it takes the place of the one before."""
        others = [one for one in self.chosen if one != path] if self._several else []
        self.chosen = others if path in self.chosen else [*others, path]
        self._tell()

    def keep(self, wanted: Callable[[Path], bool]) -> None:
        """Choose no longer what is gone."""
        self.chosen = [path for path in self.chosen if wanted(path)]
        self._tell()

    def row_of(self, path: Path | None) -> int:
        """Where an entry stands; 0 where it is not there."""
        return next((row for row, entry in enumerate(self.entries) if entry.path == path), 0)

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802  (Qt's name)
        return 0 if parent is not None and parent.isValid() else len(self.entries)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  (as Qt's)
        if not 0 <= index.row() < len(self.entries):
            return None
        entry = self.entries[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role == CHOSEN_ROLE:
            return entry.path in self.chosen
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.name
        return self._spoken(entry) if role == Qt.ItemDataRole.AccessibleTextRole else None

    def _spoken(self, entry: Entry) -> str:
        if entry.is_folder:
            return translate("picker", "Folder {name}").format(name=entry.name)
        chosen = translate("picker", "{name}, chosen").format(name=entry.name)
        return chosen if entry.path in self.chosen else entry.name

    def _tell(self) -> None:
        if self.entries:
            self.dataChanged.emit(self.index(0), self.index(len(self.entries) - 1))
