"""The form made from the schema: one section at a time, or what a search finds."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from PyQt6.QtCore import pyqtSignal, pyqtSlot
from PyQt6.QtWidgets import QWidget

from kiosk.config.options import SECTIONS, Applies
from kiosk.config.saving import Draft
from kiosk.config.schema import OptionInfo, Value, options
from kiosk.gui.controls import Button, Heading, Note, Panel, ScrollPage, StateLabel
from kiosk.gui.layouts import column, discard, row
from kiosk.gui.reception.settings.editors import Editor, range_text, value_text
from kiosk.i18n import translate


class OptionRow(Panel):
    """Shows and changes one option of a draft."""

    changed = pyqtSignal()  # the draft has another value now

    def __init__(self, info: OptionInfo, editor: Editor) -> None:
        self.info = info
        self.editor = editor
        title, effect = translate("settings", info.title), translate("settings", info.effect)
        self.title = Heading(title, "option")
        self.title.setBuddy(editor.target)
        self.state = StateLabel("", "warning")
        self.back = Button(translate("settings", "Reset"), "undo", "quiet")
        self.fault = Note("", "error")
        self.fault.hide()
        self.back.setAccessibleName(translate("settings", "Reset: {option}").format(option=title))
        # The unit stands beside the number already.
        default = value_text(replace(info, unit=""), info.default)
        normally = translate("settings", "Normally: {value}.").format(value=default)
        normally = f"{range_text(info)} {normally}".strip()
        editor.describe(title, f"{effect} {normally}")
        foot = row(Note(normally, "hint"), self.back, gap=8)
        foot.setStretch(0, 1)
        super().__init__(self.title, row(self.state, 1), editor, self.fault, Note(effect, "hint"), foot, gap=4)
        editor.changed.connect(self.on_changed)
        editor.refused.connect(self.fault.show_text)
        self.back.clicked.connect(self.on_reset)

    @property
    def broken(self) -> bool:
        return not self.fault.isHidden()

    def show_draft(self, draft: Draft) -> None:
        self._draft = draft
        self.editor.show_value(draft.value(self.info.key))
        self._show_state()

    def _show_state(self) -> None:
        self.state.setVisible(self.info.key in self._draft.changes)
        self.state.setText(
            {
                Applies.RESTART: translate("settings", "changed, needs a restart"),
                Applies.RELOAD: translate("settings", "changed, reloads the recognition"),
            }.get(self.info.applies, translate("settings", "changed"))
        )
        self.back.setVisible(self._draft.value(self.info.key) != self.info.default)

    @pyqtSlot(object)
    def on_changed(self, value: Value) -> None:
        self._draft.set(self.info.key, value)
        self._show_state()
        self.changed.emit()

    @pyqtSlot()
    def on_reset(self) -> None:
        self._draft.set(self.info.key, self.info.default)
        self.show_draft(self._draft)
        self.changed.emit()


class Form(QWidget):
    """The rows of the options, each made when it is first seen.

    Args:
        draft: the values that are shown and changed.
        make_editor: the editor for an option.
        extras: the widget above the options of a section.
    """

    changed = pyqtSignal()  # something of the draft is another value now

    def __init__(
        self, draft: Draft, make_editor: Callable[[OptionInfo], Editor], extras: Mapping[str, QWidget]
    ) -> None:
        super().__init__()
        self.draft = draft
        self.rows: dict[str, OptionRow] = {}
        self.section = next(iter(SECTIONS))
        order = list(SECTIONS)
        self._infos = sorted(options().values(), key=lambda info: order.index(info.section))
        self._make_editor, self._extras = make_editor, extras
        self._searched = ""
        self._nothing = Note(translate("settings", "No options found."), "muted")
        self._column = column(self._nothing, *extras.values(), 1, gap=8)
        self._scroll = ScrollPage(self._column)
        self.setLayout(column(self._scroll))

    def show_section(self, section: str) -> None:
        self.section = section
        self.search("")

    @pyqtSlot(str)
    def search(self, text: str) -> None:
        """Show the options of all sections whose words contain the text; "" = back to the section."""
        self._searched = " ".join(text.split()).casefold()
        self.show_rows()
        bar = self._scroll.verticalScrollBar()
        if bar is not None:
            bar.setValue(0)

    def show_draft(self, draft: Draft) -> None:
        self.draft = draft
        for option in self.rows.values():
            option.show_draft(draft)

    def forget(self, keys: Collection[str]) -> None:
        """Delete rows whose editors depend on something that has changed; show_rows makes them again."""
        for key in self.rows.keys() & keys:
            self.rows[key].editor.stop()
            discard(self._column, self.rows.pop(key))

    @property
    def broken(self) -> OptionInfo | None:
        return next((row.info for row in self.rows.values() if row.broken), None)

    def show_rows(self) -> None:
        """Show the rows of the section, or those that the search finds."""
        wanted = {info.key for info in self._infos if self._is_wanted(info)}
        for section, extra in self._extras.items():
            extra.setVisible(not self._searched and section == self.section)
        for info in self._infos:
            if info.key in wanted or info.key in self.rows:
                self._row(info).setVisible(info.key in wanted)
        self._nothing.setVisible(not wanted)

    def _is_wanted(self, info: OptionInfo) -> bool:
        if not self._searched:
            return info.section == self.section
        words = (translate("settings", text) for text in (info.title, info.effect, SECTIONS[info.section]))
        return self._searched in " ".join((*words, info.key)).casefold()

    def _row(self, info: OptionInfo) -> OptionRow:
        row = self.rows.get(info.key)
        if row is None:
            row = self.rows[info.key] = OptionRow(info, self._make_editor(info))
            row.changed.connect(self.changed)
            row.show_draft(self.draft)
            before = [each.key in self.rows for each in self._infos[: self._infos.index(info)]]
            self._column.insertWidget(1 + len(self._extras) + sum(before), row)
        return row
