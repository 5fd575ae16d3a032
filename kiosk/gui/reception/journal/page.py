"""The journal page: what the door decided and why, and what the staff did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from PyQt6.QtCore import QModelIndex, Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QButtonGroup, QSizePolicy, QStackedWidget, QWidget

from kiosk.domain import Outcome, Reason, display_name
from kiosk.door.report import Report
from kiosk.gui.controls import Button, Choice, Heading, Note, ScrollPage
from kiosk.gui.layouts import FoldingRow, column, flow
from kiosk.gui.reception.dates import day_text
from kiosk.gui.reception.journal.lines import Line, LineList, Lines, figures_in_words, lines_of
from kiosk.gui.reception.page import PageContext, StaffPage
from kiosk.health.distances import Point, points_of
from kiosk.i18n import translate
from kiosk.store.journal import Filter, Journal, JournalEntry

if TYPE_CHECKING:
    from kiosk.gui.reception.journal.plot import DistancePlot

T = TypeVar("T")

_LETTERS = 7  # of a choice that are visible, at the least


class FilterBar(QWidget):
    """Four choices, those of a Filter."""

    changed = pyqtSignal()  # a person chose something; see `wanted`

    def __init__(self) -> None:
        super().__init__()
        outcomes = [
            (translate("journal", "All results"), None),
            (translate("journal", "Let in"), Outcome.GRANTED),
            (translate("journal", "Refused"), Outcome.REFUSED),
        ]
        reasons = [
            (translate("journal", "All reasons"), None),
            (translate("journal", "Recognised"), Reason.RECOGNISED),
            (translate("journal", "Came back soon"), Reason.RETURNED),
            (translate("journal", "Nobody enrolled"), Reason.NOBODY_ENROLLED),
            (translate("journal", "Not recognised"), Reason.TOO_FAR),
            (translate("journal", "Not clear who it is"), Reason.AMBIGUOUS),
            (translate("journal", "Suspended"), Reason.SUSPENDED),
            (translate("journal", "Not valid yet"), Reason.NOT_YET_VALID),
            (translate("journal", "Not valid any more"), Reason.EXPIRED),
            (translate("journal", "Door test"), Reason.TESTED),
            (translate("journal", "Fault"), Reason.FAULT),
        ]
        self.person, self.day = Choice(translate("journal", "Person")), Choice(translate("journal", "Day"))
        self.outcome = Choice(translate("journal", "Outcome"), outcomes)
        self.reason = Choice(translate("journal", "Reason"), reasons)
        self._choices = (self.person, self.outcome, self.reason, self.day)
        self.offer((), ())
        pairs = (self._choices[:2], self._choices[2:])
        self.setLayout(column(FoldingRow(*(FoldingRow(*pair, gap=8, equal=True) for pair in pairs), gap=8, equal=True)))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for choice in self._choices:
            choice.box.setMinimumContentsLength(_LETTERS)
            choice.label.hide()  # a choice says by itself what it is about, and the list needs the room
            choice.chosen.connect(lambda _value: self.changed.emit())

    @property
    def wanted(self) -> Filter:
        return Filter(*(cast("Any", choice.value) for choice in self._choices))

    def offer(self, people: Sequence[str], days: Sequence[date]) -> None:
        anybody, any_day = (translate("journal", "Everybody"), None), (translate("journal", "Every day"), None)
        self.person.set_options([anybody, *((display_name(person), person) for person in people)])
        self.day.set_options([any_day, *((day_text(day), day) for day in days)])

    def choose(self, wanted: Filter) -> None:
        """Set the filter; a person that is not offered yet is added."""
        if wanted.person is not None and self.person.box.findData(wanted.person) < 0:
            self.person.box.addItem(display_name(wanted.person), wanted.person)
        for choice, value in zip(self._choices, astuple(wanted), strict=True):
            choice.choose(value)


class Details(QWidget):
    """Everything about one row; shown in place of the list."""

    closed = pyqtSignal()  # back to the list
    listed = pyqtSignal(str)  # the name of the person whose rows are wanted
    plotted = pyqtSignal(str)  # the name of the person whose distances are wanted

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
        self.only.clicked.connect(lambda: self.listed.emit(self._person))
        self.plot.clicked.connect(lambda: self.plotted.emit(self._person))

    def show_line(self, line: Line) -> None:
        entry = line.entry if isinstance(line.entry, JournalEntry) else None
        self.when.setText(f"{line.day}   {line.time}")
        self.sentence.setText(line.words)
        self.figures.setText("\n".join(figures_in_words(entry)) if entry is not None else "")
        self._person = (entry.person or "") if entry is not None else ""
        for button in (self.only, self.plot):
            button.setVisible(bool(self._person))
        self.back.setAccessibleDescription(f"{line.whole}\n{self.figures.text()}")  # heard with the focus
        self.back.setFocus()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.closed.emit()  # one step back, not to the door
        else:
            super().keyPressEvent(event)


_AT_ONCE = 200
_MOST_POINTS = 1000


class JournalPage(StaffPage):
    """Two lists: the door's decisions, with filters and a plot, and the staff's actions."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.filters = FilterBar()
        self.decisions = Lines(lambda before: self._load(self.decisions, before))
        self.staff_actions = Lines(lambda before: self._load(self.staff_actions, before))
        self.door_list = LineList(self.decisions, translate("journal", "What the door decided, newest first"))
        self.staff_list = LineList(self.staff_actions, translate("journal", "What the staff did, newest first"))
        self.door = Button(translate("journal", "Door"), "lock_closed")
        self.staff = Button(translate("journal", "Staff"), "staff")
        self.plotted = Button(translate("journal", "Plot"), "plot")
        self.empty = Note("", "muted")
        self.details = Details()
        self.stack = QStackedWidget()
        self.plot: DistancePlot | None = None
        self._here = False
        self._asked = 0  # counts the questions: an answer is dropped if another question was asked meanwhile
        self._lay_out()
        self.filters.changed.connect(self._show)
        context.reported.connect(self.on_reported)
        self.details.closed.connect(self.on_closed)
        self.details.listed.connect(partial(self._show_person, plotted=False))
        self.details.plotted.connect(partial(self._show_person, plotted=True))
        for button in (self.door, self.staff, self.plotted):
            button.clicked.connect(self._show)
        for view in (self.door_list, self.staff_list):
            view.opened.connect(self.on_opened)

    def enter(self, **arguments: object) -> None:
        if arguments:
            self.filters.choose(Filter(**arguments))  # type: ignore[arg-type]  # they are its fields
            self.plotted.setChecked(False)
            self.door.setChecked(True)
        self.context.run(
            lambda: (self._journal.named(), self._journal.days()), lambda found: self.filters.offer(*found)
        )
        self._here = True
        self._show()

    @property
    def resting(self) -> QWidget:
        return self.stack.currentWidget() or self

    def leave(self) -> None:
        self._here = False
        self._asked += 1

    @pyqtSlot(object)
    def on_reported(self, report: Report) -> None:
        if self._here and report.settled and self.door.isChecked() and not self.plotted.isChecked():
            wanted = self.filters.wanted
            self._ask(lambda: lines_of(self._journal.page(wanted, limit=_AT_ONCE)), self._add_newest)

    @pyqtSlot(QModelIndex)
    def on_opened(self, index: QModelIndex) -> None:
        model = index.model()
        line = model.line(index) if isinstance(model, Lines) else None
        self._open_all([line] if line is not None else [])

    @pyqtSlot(int)
    def on_picked(self, row: int) -> None:
        self.context.run(lambda: lines_of(self._journal.page(Filter(), before=row + 1, limit=1)), self._open_all)

    @pyqtSlot()
    def on_closed(self) -> None:
        at_door = self.door.isChecked()
        view: QWidget = self.door_list if at_door else self.staff_list
        if self.plotted.isChecked() and self.plot is not None and at_door:
            view = self.plot
        self.filters.setVisible(at_door)
        self.stack.setCurrentWidget(view)
        view.setFocus()

    def _ask(self, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[], None] | None = None) -> None:
        """Look something up; the answer counts only if nothing else was asked meanwhile."""
        asked = self._asked

        def answered(answer: T) -> None:
            if asked == self._asked:
                then(answer)

        def refused(fault: str) -> None:
            if failed is not None:
                failed()
            self.context.notice(fault)

        self.context.run(work, answered, refused)

    def _show_person(self, person: str, *, plotted: bool) -> None:
        self.filters.choose(Filter(person))
        self.plotted.setChecked(plotted)
        self._show()

    def _open_all(self, lines: Sequence[Line]) -> None:
        for line in lines:
            self.filters.hide()
            self.details.show_line(line)
            self.stack.setCurrentWidget(self.details)

    @property
    def _journal(self) -> Journal:
        return self.context.services.journal

    def _show(self) -> None:
        self._asked += 1
        self.empty.hide()
        at_door = self.door.isChecked()
        self.filters.setVisible(at_door)
        self.plotted.setEnabled(at_door)
        if not at_door:
            self.stack.setCurrentWidget(self.staff_list)
            self.staff_actions.restart()
        elif self.plotted.isChecked():
            self._show_plot()
        else:
            self.stack.setCurrentWidget(self.door_list)
            self.decisions.restart()

    def _load(self, model: Lines, before: int | None) -> None:
        journal, wanted = self._journal, self.filters.wanted

        def read() -> list[Line]:
            if model is self.staff_actions:
                return lines_of(journal.actions(_AT_ONCE, before))
            return lines_of(journal.page(wanted, before=before, limit=_AT_ONCE))

        def append(lines: list[Line]) -> None:
            model.append(lines, complete=len(lines) < _AT_ONCE)
            self._show_empty_note(model)

        self._ask(read, append, model.give_up)

    def _add_newest(self, lines: Sequence[Line]) -> None:
        self.decisions.prepend(lines)
        self._show_empty_note(self.decisions)

    def _show_empty_note(self, lines: Lines) -> None:
        text = translate("journal", "Nothing here yet.")
        if lines is self.decisions and self.filters.wanted != Filter():
            text = translate("journal", "No decisions match these filters.")
        self.empty.setText(text)
        self.empty.setVisible(lines.rowCount() == 0)

    def _show_plot(self) -> None:
        if self.plot is None:
            from kiosk.gui.reception.journal.plot import DistancePlot  # noqa: PLC0415

            self.plot = DistancePlot()
            self.plot.picked.connect(self.on_picked)
            self.stack.addWidget(self.plot)
        wanted, plot = self.filters.wanted, self.plot

        def draw(points: list[Point]) -> None:
            plot.show_points(points)
            self.stack.setCurrentWidget(plot)

        self._ask(lambda: points_of(self._journal.page(wanted, limit=_MOST_POINTS), wanted.person), draw)

    def _lay_out(self) -> None:
        tabs = QButtonGroup(self)
        for button in (self.door, self.staff):
            button.setCheckable(True)
            tabs.addButton(button)
        self.door.setChecked(True)
        self.plotted.setCheckable(True)
        for view in (self.door_list, self.staff_list, self.details):
            self.stack.addWidget(view)
        self.empty.hide()
        # It takes what is left: a window that grew with the plot would not fit its screen.
        self.stack.setMinimumSize(1, 1)
        head = flow(self.door, self.staff, self.plotted)
        layout = column(head, self.filters, self.empty, self.stack, gap=8)
        layout.setStretch(3, 1)
        self.setLayout(layout)
