"""The second step: the person reads what the pictures are for, and agrees."""

from __future__ import annotations

import re

from PyQt6.QtCore import pyqtSignal, pyqtSlot
from PyQt6.QtGui import QResizeEvent, QShowEvent, QTextBlockFormat, QTextCursor
from PyQt6.QtWidgets import QApplication, QScroller, QTextBrowser

from kiosk import i18n
from kiosk.domain import display_name
from kiosk.errors import KioskError
from kiosk.files import asset
from kiosk.gui.controls import Button, Note, breakable, scroll_by_touch, timer
from kiosk.gui.layouts import Bar, column, px
from kiosk.gui.reception.enrolment.step import Draft, Step
from kiosk.gui.reception.page import PageContext
from kiosk.i18n import translate
from kiosk.people.consent import ConsentText, consent_text
from kiosk.people.enrolment import agreed

# A person who reads touches nothing: for this time, the screen does not go back to the door.
_READING_MS, _READINGS = 25_000, 8
_LEAST_LINES = 14  # on a lower page, the heading is hidden


class ConsentStep(Step):
    """The second step: the text, and the person's answer to it."""

    refused = pyqtSignal()  # the person does not agree

    def __init__(self, context: PageContext, draft: Draft) -> None:
        super().__init__(context, draft)
        self.text: ConsentText | None = None
        self.heading = Note("", "heading")
        self.page = ConsentView()
        self.page.setAccessibleName(translate("enrolment", "What the person agrees to"))
        self.unread = Note(translate("enrolment", "Please read to the end before you agree."), "hint")
        self.before = Button(translate("enrolment", "Back"), "arrow_left")
        self.refuse = Button(translate("enrolment", "I do not agree"), "cross")
        self.agree = Button(translate("enrolment", "I agree"), "tick_mark", "primary", deliberate=True)
        bar = Bar(self.before, self.refuse, self.agree)
        self.setLayout(column(self.heading, self.page, self.unread, bar, gap=8))
        self._readings = 0
        self._timer = timer(self, self.on_reading, _READING_MS)
        self.page.read.connect(lambda: self._allow(read=True))
        self.before.clicked.connect(self.back)
        self.refuse.clicked.connect(self.refused)
        self.agree.clicked.connect(self.on_agree)

    def enter(self) -> None:
        name = self.draft.data.get("shown") or display_name(self.draft.person)
        ask = translate("enrolment", "{name}, please read this and decide.")
        self.heading.setText(breakable(ask.format(name=name)))
        try:
            self.text = present_text(self.context)
        except KioskError as fault:
            self.text = None
            self.page.setPlainText(str(fault))
        else:
            self._show_text(self.text.text)
        self._allow(read=False)
        self.page.begin()
        self._readings = 0
        self._timer.start()

    def leave(self) -> None:
        self._timer.stop()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().resizeEvent(event)
        # Where only a few lines fit, they are for the text.
        self.heading.setVisible(self.height() >= _LEAST_LINES * self.fontMetrics().lineSpacing())

    def _show_text(self, text: str) -> None:
        """Show Markdown with small headings, and with room between the paragraphs, which Qt leaves out."""
        self.page.setMarkdown(re.sub(r"^#+ ", "#### ", text, flags=re.MULTILINE))
        room = QTextBlockFormat()
        room.setBottomMargin(px(8))
        cursor = QTextCursor(self.page.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.mergeBlockFormat(room)

    def _allow(self, *, read: bool) -> None:
        """Enable the button only when the end of the text was on the screen."""
        self.agree.setEnabled(read and self.text is not None)
        for part in (self.page, self.agree):  # as a screen reader says it
            part.setAccessibleDescription("" if read else self.unread.text())
        self.unread.setVisible(not read and self.text is not None)

    @pyqtSlot()
    def on_reading(self) -> None:
        self._readings += 1
        if self._readings < _READINGS:
            self.context.stay()

    @pyqtSlot()
    def on_agree(self) -> None:
        if self.text is not None:
            self.draft.consent = agreed(self.text, self.context.member.name)
            self.done.emit()


class ConsentView(QTextBrowser):
    """A text that scrolls by keys and under a finger, and says when its end is on the screen."""

    read = pyqtSignal()  # the end is seen, for the first time since `begin`

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)
        scroll_by_touch(self)
        self._unread = False
        # Once everything on the page has its place, and late enough that the second tap of a double tap on the page
        # before does not agree to a text that needs no scrolling.
        self._soon = timer(self, self.on_look, QApplication.doubleClickInterval(), once=True)
        if (bar := self.verticalScrollBar()) is not None:
            bar.valueChanged.connect(lambda _value: self._soon.start())
            bar.rangeChanged.connect(lambda _least, _most: self._soon.start())

    def begin(self) -> None:
        scroller, bar = QScroller.scroller(self.viewport()), self.verticalScrollBar()
        if scroller is not None and bar is not None:
            scroller.stop()
            bar.setValue(0)
        self._unread = True
        self.setFocus()
        self._soon.start()

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().showEvent(event)
        self._soon.start()

    @pyqtSlot()
    def on_look(self) -> None:
        document, viewport, bar = self.document(), self.viewport(), self.verticalScrollBar()
        if not self._unread or not self.isVisible() or document is None or viewport is None or bar is None:
            return
        # The size of the document, not the end of the scroll bar: of a long text, Qt guesses that at first.
        end = document.size().height() - document.documentMargin()
        if bar.value() + viewport.height() >= end:
            self._unread = False
            self.read.emit()


def present_text(context: PageContext) -> ConsentText:
    """Return the text in the language of the screen: the company's own, or else the shipped one. Raises KioskError."""
    config = context.services.config
    own = config.current.reception.consent
    return consent_text([*([config.below(own)] if own else []), asset()], i18n.language())
