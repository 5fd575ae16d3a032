"""The second step: the person reads what the pictures are for, and agrees."""

from __future__ import annotations

import re
from pathlib import Path

from PyQt6.QtCore import QTimer, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QResizeEvent, QTextBlockFormat, QTextCursor
from PyQt6.QtWidgets import QScroller, QTextBrowser

from kiosk import words
from kiosk.access.people import ConsentText, consent_text
from kiosk.domain import display_name
from kiosk.errors import KioskError
from kiosk.gui.controls import Button, Note, column, px
from kiosk.gui.reception.enrolment.draft import Draft
from kiosk.gui.reception.enrolment.step import Bar, Step
from kiosk.gui.reception.enrolment.wording import breakable
from kiosk.gui.reception.office import Office
from kiosk.resources import asset
from kiosk.station.enrolment import agreed
from kiosk.words import translate

# Whoever reads touches nothing: for so long the way back to the door waits.
_READING_MS, _READINGS = 25_000, 8
_LEAST_LINES = 14  # high: below that the heading gives way


class ConsentStep(Step):
    """The text, and the answer to it.

    Signals:
        refused: the person does not agree, so nothing is kept.
    """

    refused = pyqtSignal()

    def __init__(self, office: Office, draft: Draft) -> None:
        super().__init__(office, draft)
        self.text: ConsentText | None = None
        self.heading = Note("", "heading")
        self.page = QTextBrowser()
        self.page.setAccessibleName(translate("enrolment", "What the person agrees to"))
        self.page.setOpenLinks(False)
        viewport = self.page.viewport()
        if viewport is not None:
            QScroller.grabGesture(viewport, QScroller.ScrollerGestureType.TouchGesture)
        self.before = Button(translate("enrolment", "Back"), "arrow_left")
        self.refuse = Button(translate("enrolment", "I do not agree"), "cross")
        self.agree = Button(translate("enrolment", "I agree"), "tick_mark", "primary")
        self.setLayout(column(self.heading, self.page, Bar(self.before, self.refuse, self.agree), gap=8))
        self._readings = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_READING_MS)
        self._timer.timeout.connect(self.on_reading)
        self.before.clicked.connect(self.back)
        self.refuse.clicked.connect(self.refused)
        self.agree.clicked.connect(self.on_agree)

    def enter(self) -> None:
        name = self.draft.texts.get("shown") or display_name(self.draft.person)
        ask = translate("enrolment", "{name}, please read this and decide.")
        self.heading.setText(breakable(ask.format(name=name)))
        try:
            self.text = consent_text(consent_folders(self.office), words.language())
        except KioskError as fault:
            self.text = None
            self.page.setPlainText(str(fault))
        else:
            self._show_text(self.text.text)
        self.agree.setEnabled(self.text is not None)
        self.agree.setFocus()
        self._readings = 0
        self._timer.start()

    def leave(self) -> None:
        self._timer.stop()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().resizeEvent(event)
        # Where there is room for a few lines only, they are the text's.
        self.heading.setVisible(self.height() >= _LEAST_LINES * self.fontMetrics().lineSpacing())

    def _show_text(self, text: str) -> None:
        """Headings in the size of the page, and room between the paragraphs, which Qt leaves out."""
        self.page.setMarkdown(re.sub(r"^#+ ", "#### ", text, flags=re.MULTILINE))
        document = self.page.document()
        cursor = QTextCursor(document)
        room = QTextBlockFormat()
        room.setBottomMargin(px(8))
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.mergeBlockFormat(room)

    @pyqtSlot()
    def on_reading(self) -> None:
        self._readings += 1
        if self._readings < _READINGS:
            self.office.stay()

    @pyqtSlot()
    def on_agree(self) -> None:
        if self.text is not None:
            self.draft.consent = agreed(self.text, self.office.member.name)
            self.done.emit()


def consent_folders(office: Office) -> list[Path]:
    """Where the text is looked for: in the company's folder, then among what is shipped."""
    config = office.desk.config
    own = config.current.reception.consent
    return [*([config.below(own)] if own else []), asset()]
