"""The form made from the schema: one section at a time, or what a search finds."""

from collections.abc import Callable, Mapping

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QWidget

from kiosk.config.schema import OptionInfo, options
from kiosk.config.wording import SECTIONS
from kiosk.gui.controls import Note, ScrollPage, column
from kiosk.gui.reception.settings.draft import Draft
from kiosk.gui.reception.settings.editors import Editor
from kiosk.gui.reception.settings.option_row import OptionRow
from kiosk.i18n import translate


class Form(QWidget):
    """Rows are made when they are first seen.

    Signals:
        changed: something of the draft is another value now.

    Args:
        draft: what is shown and changed.
        make_editor: the editor for an option.
        extras: what stands above the options of a section.
    """

    changed = pyqtSignal()

    def __init__(
        self, draft: Draft, make_editor: Callable[[OptionInfo], Editor], extras: Mapping[str, QWidget]
    ) -> None:
        super().__init__()
        self.draft = draft
        self.rows: dict[str, OptionRow] = {}
        self.section = next(iter(SECTIONS))
        self._infos = options()
        self._make_editor, self._extras = make_editor, extras
        self._searched = ""
        self._nothing = Note(translate("settings", "No option is called so."), "muted")
        self._column = column(self._nothing, *extras.values(), gap=8)
        self._column.addStretch(1)
        self._scroll = ScrollPage(self._column)
        self.setLayout(column(self._scroll))
        self.show_section(self.section)

    def show_section(self, section: str) -> None:
        """The options of one section."""
        self.section, self._searched = section, ""
        self._show()
        self._to_the_top()

    def search(self, text: str) -> None:
        """The options of all sections in whose words the text stands; "" = back to the section."""
        self._searched = " ".join(text.split()).casefold()
        self._show()
        self._to_the_top()

    def show_draft(self, draft: Draft) -> None:
        """Other values."""
        self.draft = draft
        for row in self.rows.values():
            row.show_draft(draft)

    def forget(self, keys: list[str]) -> None:
        """These rows are made anew: what their editors were made from has changed."""
        for key in keys:
            row = self.rows.pop(key, None)
            if row is not None:
                self._column.removeWidget(row)
                row.hide()
                row.deleteLater()
        self._show()

    @property
    def broken(self) -> OptionInfo | None:
        """The first option in which something stands that is no value."""
        return next((row.info for row in self.rows.values() if row.broken), None)

    @property
    def visible_keys(self) -> list[str]:
        """The options that are shown, in order."""
        return [info.key for info in self._ordered() if self._is_wanted(info)]

    def _show(self) -> None:
        wanted = self.visible_keys
        for section, extra in self._extras.items():
            extra.setVisible(not self._searched and section == self.section)
        for info in self._ordered():
            if info.key in wanted:
                self._row(info).show()
            elif info.key in self.rows:
                self.rows[info.key].hide()
        self._nothing.setVisible(not wanted)

    def _to_the_top(self) -> None:
        bar = self._scroll.verticalScrollBar()
        if bar is not None:
            bar.setValue(0)

    def _ordered(self) -> list[OptionInfo]:
        order = list(SECTIONS)
        return sorted(self._infos, key=lambda info: order.index(info.section))

    def _is_wanted(self, info: OptionInfo) -> bool:
        if not self._searched:
            return info.section == self.section
        words = (translate("settings", text) for text in (info.title, info.effect, SECTIONS[info.section]))
        return self._searched in " ".join((*words, info.key)).casefold()

    def _row(self, info: OptionInfo) -> OptionRow:
        row = self.rows.get(info.key)
        if row is None:
            row = self.rows[info.key] = OptionRow(info, self._make_editor(info))
            row.changed.connect(lambda value, row=row: self._take(row, value))
            row.reset.connect(lambda row=row: self._reset(row))
            row.show_draft(self.draft)
            self._column.insertWidget(self._place(info), row)
        return row

    def _place(self, info: OptionInfo) -> int:
        """Below the rows of the options that come before it."""
        order = [each.key for each in self._ordered()]
        before = sum(order.index(key) < order.index(info.key) for key in self.rows if key != info.key)
        return 1 + len(self._extras) + before

    def _take(self, row: OptionRow, value: object) -> None:
        self.draft.set(row.info.key, value)  # type: ignore[arg-type]  # an editor gives the values of its option
        row.show_state(self.draft)
        self.changed.emit()

    def _reset(self, row: OptionRow) -> None:
        self.draft.reset(row.info)
        row.show_draft(self.draft)
        self.changed.emit()
