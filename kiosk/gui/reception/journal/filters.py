"""Which decisions are wanted: by person, outcome, reason and day."""

from collections.abc import Sequence
from datetime import date
from typing import cast

from PyQt6.QtCore import QLocale, QSize, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QGridLayout, QLabel, QLayout, QSizePolicy, QWidget

from kiosk.domain import Outcome, Reason, display_name
from kiosk.gui.controls import Choice, px, spaced
from kiosk.gui.reception.journal.wording import outcome_in_words, reason_in_words
from kiosk.i18n import translate
from kiosk.store.journal import Filter

_LETTERS = 7  # that are seen of a choice, at the least
_GAP_UNITS = 8
_NEVER_SETTLED = {Reason.GATHERING, Reason.PRESENT}


class FilterBar(QWidget):
    """Four choices.

    Signals:
        changed: one of them was made; see `wanted`.
    """

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        anybody = (translate("journal", "Everybody"), None)
        any_day = (translate("journal", "Every day"), None)
        self.person = Choice(translate("journal", "Person"), [anybody])
        self.outcome = Choice(
            translate("journal", "Outcome"),
            [
                (translate("journal", "All results"), None),
                *((outcome_in_words(outcome), outcome) for outcome in (Outcome.GRANTED, Outcome.REFUSED)),
            ],
        )
        self.reason = Choice(
            translate("journal", "Reason"),
            [
                (translate("journal", "All reasons"), None),
                *((reason_in_words(reason), reason) for reason in Reason if reason not in _NEVER_SETTLED),
            ],
        )
        self.day = Choice(translate("journal", "Day"), [any_day])
        self._choices = (self.person, self.outcome, self.reason, self.day)
        self._anybody, self._any_day = anybody, any_day
        self._columns = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._grid = spaced(QGridLayout(self), gap=_GAP_UNITS)
        # Its width is given to it: four beside each other are not to press the rest of the screen aside.
        self._grid.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._arrange(2)
        for choice in self._choices:
            choice.box.setMinimumContentsLength(_LETTERS)
            label = choice.findChild(QLabel)
            if label is not None:  # a choice says by itself what it is about, and the list needs the room
                label.hide()
            choice.chosen.connect(self.on_chosen)

    @property
    def wanted(self) -> Filter:
        """The choices that are made."""
        return Filter(
            cast("str | None", self.person.value),
            cast("Outcome | None", self.outcome.value),
            cast("Reason | None", self.reason.value),
            cast("date | None", self.day.value),
        )

    def offer(self, people: Sequence[str], days: Sequence[date]) -> None:
        """Whom and which days there is something about; choices that were made stay."""
        locale = QLocale()
        self.person.set_options([self._anybody, *((display_name(person), person) for person in people)])
        self.day.set_options(
            [
                self._any_day,
                *((locale.toString(day, QLocale.FormatType.ShortFormat), day) for day in days),
            ]
        )

    def choose(self, wanted: Filter) -> None:
        """Make all four choices; a person or day that is not offered yet is added."""
        if wanted.person is not None and self.person.box.findData(wanted.person) < 0:
            self.person.box.addItem(display_name(wanted.person), wanted.person)
        self.person.choose(wanted.person)
        self.outcome.choose(wanted.outcome)
        self.reason.choose(wanted.reason)
        self.day.choose(wanted.day)

    @pyqtSlot(object)
    def on_chosen(self, value: object) -> None:
        self.changed.emit()

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        lines = len(self._choices) // self._columns
        height = max(choice.minimumSizeHint().height() for choice in self._choices)
        return QSize(0, lines * height + (lines - 1) * px(_GAP_UNITS))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().resizeEvent(event)
        gaps = px(_GAP_UNITS) * (len(self._choices) - 1)
        needed = max(choice.minimumSizeHint().width() for choice in self._choices) * len(self._choices) + gaps
        self._arrange(len(self._choices) if self.width() >= needed else 2)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for index, choice in enumerate(self._choices):
            self._grid.removeWidget(choice)
            self._grid.addWidget(choice, index // columns, index % columns)
        for column in range(len(self._choices)):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        self.updateGeometry()
