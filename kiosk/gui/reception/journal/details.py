"""One row of the journal with everything that stands in it."""

from PyQt6.QtCore import Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QWidget

from kiosk.gui.controls import Button, Heading, Note, ScrollPage, column, flow
from kiosk.gui.reception.journal.lines import Line
from kiosk.gui.reception.journal.wording import figures_in_words
from kiosk.i18n import translate
from kiosk.store.journal import JournalEntry


class Details(QWidget):
    """Takes the place of the list until somebody goes back.

    Signals:
        closed: back to the list.
        listed: the name of the person whose rows are wanted.
        plotted: the name of the person whose distances are wanted.
    """

    closed = pyqtSignal()
    listed = pyqtSignal(str)
    plotted = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.when, self.sentence, self.figures = Note("", "muted"), Heading(""), Note("")
        self.back = Button(translate("journal", "Back to the list"), "arrow_left")
        self.only = Button(icon_name="journal", text=translate("journal", "Only this person"))
        self.plot = Button(icon_name="plot", text=translate("journal", "Distances of this person"))
        self._person = ""
        text = column(self.when, self.sentence, self.figures, flow(self.only, self.plot), 1, gap=10)
        self.setLayout(column(flow(self.back), ScrollPage(text), gap=8))
        self.back.clicked.connect(self.closed)
        self.only.clicked.connect(self.on_only)
        self.plot.clicked.connect(self.on_plot)

    def show_line(self, line: Line) -> None:
        """Everything about this row."""
        entry = line.entry
        self.when.setText(f"{line.day}   {line.time}")
        self.sentence.setText(line.words)
        self.figures.setText("\n".join(figures_in_words(entry)) if isinstance(entry, JournalEntry) else "")
        self._person = entry.person or "" if isinstance(entry, JournalEntry) else ""
        for button in (self.only, self.plot):
            button.setVisible(bool(self._person))
        self.back.setAccessibleDescription(f"{line.whole}\n{self.figures.text()}")  # heard with the focus
        self.back.setFocus()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.closed.emit()  # one step back, not to the door
        else:
            super().keyPressEvent(event)

    @pyqtSlot()
    def on_only(self) -> None:
        self.listed.emit(self._person)

    @pyqtSlot()
    def on_plot(self) -> None:
        self.plotted.emit(self._person)
