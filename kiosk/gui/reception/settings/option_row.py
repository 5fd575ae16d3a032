"""One option of the form: title, editor, effect, range and default, and the way back to it."""

from dataclasses import replace

from PyQt6.QtCore import pyqtSignal, pyqtSlot

from kiosk.config.schema import Applies, OptionInfo, Value
from kiosk.gui.controls import Button, Heading, Note, Panel, State, row
from kiosk.gui.reception.settings.draft import Draft
from kiosk.gui.reception.settings.editors import Editor
from kiosk.gui.reception.settings.shown import range_text, value_text
from kiosk.i18n import translate


class OptionRow(Panel):
    """Shows one option of a draft and tells what is changed in it.

    Signals:
        changed: the new value.
        reset: the default is wanted.
    """

    changed = pyqtSignal(object)
    reset = pyqtSignal()

    def __init__(self, info: OptionInfo, editor: Editor) -> None:
        self.info = info
        self.editor = editor
        self.title = Heading(translate("settings", info.title), "option")
        self.title.setBuddy(editor.target)
        self.state = State("", "warning")
        self.state.hide()
        self.back = Button(translate("settings", "Reset"), "undo", "quiet")
        self.fault = Note("", "error")
        self.fault.hide()
        self._default = Note("", "hint")
        foot = row(self._default, self.back, gap=8)
        foot.setStretch(0, 1)
        super().__init__(
            self.title,
            row(self.state, 1),
            editor,
            self.fault,
            Note(translate("settings", info.effect), "hint"),
            foot,
            gap=4,
        )
        self._describe()
        editor.changed.connect(self.on_changed)
        editor.refused.connect(self.on_refused)
        self.back.clicked.connect(self.reset)

    @property
    def broken(self) -> bool:
        """Whether what stands there is no value."""
        return not self.fault.isHidden()

    def show_draft(self, draft: Draft) -> None:
        """Take over value and state."""
        self.editor.show_value(draft.value(self.info.key))
        self.show_state(draft)

    def show_state(self, draft: Draft) -> None:
        """Whether it is changed, and whether there is a way back."""
        changed = self.info.key in draft.changes
        self.state.setVisible(changed)
        if changed:
            self.state.setText(_when(self.info))
        self.back.setVisible(not draft.is_default(self.info))

    @pyqtSlot(object)
    def on_changed(self, value: Value) -> None:
        self.changed.emit(value)

    @pyqtSlot(str)
    def on_refused(self, why: str) -> None:
        self.fault.setText(why)
        self.fault.setVisible(bool(why))

    def _describe(self) -> None:
        title = translate("settings", self.info.title)
        default = translate("settings", "Normally: {value}.").format(value=_default(self.info))
        limits = range_text(self.info)
        self._default.setText(f"{limits} {default}".strip())
        self.editor.describe(title, f"{translate('settings', self.info.effect)} {self._default.text()}")
        self.back.setAccessibleName(translate("settings", "Reset: {option}").format(option=title))


def _default(info: OptionInfo) -> str:
    """Without the unit, which stands beside the number."""
    return value_text(replace(info, unit=""), info.default)


def _when(info: OptionInfo) -> str:
    """When a changed option will be in force."""
    if info.applies is Applies.RESTART:
        return translate("settings", "changed, needs a restart")
    if info.applies is Applies.RELOAD:
        return translate("settings", "changed, reloads the recognition")
    return translate("settings", "changed")
