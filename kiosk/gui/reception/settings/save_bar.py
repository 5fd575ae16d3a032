"""What is not saved yet, and what waits for the next start, with the buttons for it."""

from collections.abc import Sequence

from PyQt6.QtCore import pyqtSignal

from kiosk.gui.controls import Button, Note, Panel, row
from kiosk.i18n import translate


class SaveBar(Panel):
    """Stays below the form.

    Signals:
        save: the changes are to be saved.
        discard: they are to be forgotten.
        restart: the kiosk is to be started anew.
    """

    save = pyqtSignal()
    discard = pyqtSignal()
    restart = pyqtSignal()

    def __init__(self) -> None:
        self.words = Note("")
        self.save_button = Button(translate("settings", "Save"), kind="primary")
        self.discard_button = Button(translate("settings", "Discard"))
        self.restart_button = Button(translate("settings", "Restart now"))
        line = row(self.words, self.restart_button, self.discard_button, self.save_button, gap=8)
        line.setStretch(0, 1)
        super().__init__(line, gap=0, margin=6)
        self.save_button.clicked.connect(self.save)
        self.discard_button.clicked.connect(self.discard)
        self.restart_button.clicked.connect(self.restart)

    def show_state(self, changes: int, objection: str, waiting: Sequence[str]) -> None:
        """So many changes, why they cannot be saved, and the titles of what waits for the next start."""
        self.save_button.setVisible(changes > 0)
        self.save_button.setEnabled(not objection)
        self.discard_button.setVisible(changes > 0)
        self.restart_button.setVisible(not changes and bool(waiting))
        if objection:
            self.words.setText(objection)
        elif changes:
            self.words.setText(translate("settings", "Not saved yet: {count}").format(count=changes))
        else:
            told = translate("settings", "Saved, and in force after a restart: {options}")
            self.words.setText(told.format(options=", ".join(waiting)))
        self.setVisible(changes > 0 or bool(waiting))
