"""The staff side as a whole: the way in, the navigation, the pages, and the way back to the door."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QKeyEvent, QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QSizePolicy, QStackedWidget, QWidget

from kiosk.access.journal import Action
from kiosk.access.staff import Refused, StaffMember
from kiosk.gui.controls import Button, Heading, column, fit_layouts, px, row
from kiosk.gui.feed import Feed
from kiosk.gui.reception.corner import Corner
from kiosk.gui.reception.idle import IdleWatch
from kiosk.gui.reception.navigation import Navigation
from kiosk.gui.reception.office import Answers, Ask, Office
from kiosk.gui.reception.page import PageEntry, StaffPage
from kiosk.gui.reception.pin import NobodyYetPage, PinPage
from kiosk.gui.reception.question import Question
from kiosk.gui.reception.toast import Toast
from kiosk.gui.state import View
from kiosk.gui.theme import DARK, Theme
from kiosk.station.report import Report, Status
from kiosk.words import translate

if TYPE_CHECKING:  # the window is on the screen before what it needs is loaded
    from kiosk.gui.reception.picker import Picker, Wanted
    from kiosk.station.desk import Desk


_MARGIN_UNITS = 10
_LEAST_HEIGHT_UNITS = 340  # for the navigation at the side


def shipped_pages() -> Sequence[PageEntry]:
    """Imported when somebody signs in: pages need what the window does not wait for."""
    from kiosk.gui.reception.pages import PAGES  # noqa: PLC0415

    return PAGES


class Reception(QWidget):
    """Lives in the GUI thread, in the kiosk's window.

    Signals:
        left: back to the door.
        restart_wanted: the kiosk is to be started anew.
    """

    left = pyqtSignal()
    restart_wanted = pyqtSignal()

    def __init__(
        self, desk: Desk, feed: Feed, ask_station: Ask, pages: Callable[[], Sequence[PageEntry]] = shipped_pages
    ) -> None:
        super().__init__()
        self.office: Office | None = None
        self.navigation: Navigation | None = None
        self._desk, self._feed, self._ask_station, self._find_pages = desk, feed, ask_station, pages
        self._entries: Sequence[PageEntry] = ()
        self._pages: dict[str, StaffPage] = {}
        self._page: StaffPage | None = None
        self._picker: Picker | None = None
        self._theme: Theme = DARK
        self.setObjectName("reception")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title, self.corner = Heading("", "title"), Corner(feed)
        self.title.setWordWrap(False)
        self.title.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.back = Button(translate("staff", "To the door"), "leave")
        self.stack = QStackedWidget()
        self.pin = PinPage(self._enter, lambda: desk.staff.wait_seconds)
        self.nobody_yet = NobodyYetPage()
        for widget in (self.pin, self.nobody_yet):
            self.stack.addWidget(widget)
        self._lay_out()
        self.toast, self.question = Toast(self), Question(self)
        self._idle = IdleWatch(lambda: desk.config.current.reception.idle_seconds)
        self._connect()

    def open(self) -> None:
        """Ask who it is; called when the staff side is shown."""
        first = self.pin if self._desk.staff.members() else self.nobody_yet
        self.title.setText(translate("staff", "Staff"))
        self.stack.setCurrentWidget(first)
        if first is self.pin:
            self.pin.enter()
        else:
            self.back.setFocus()
        self._idle.start()

    def close_up(self) -> None:
        """Back to the door: half-done work is discarded and whoever was signed in is signed out."""
        self._idle.stop()
        self.pin.leave()
        self.question.dismiss()
        self.toast.hide()
        self._sign_out()

    def close_jobs(self) -> None:
        """The window closes."""
        self.close_up()
        self.pin.close_jobs()

    def dress(self, theme: Theme) -> None:
        """Take over colours and the window's scale, which the style sheet has already."""
        self._theme = theme
        self.corner.dress(theme)
        fit_layouts(self)
        self._arrange()

    def show_view(self, view: View) -> None:
        """The state of the door."""
        self.corner.show_view(view)

    @pyqtSlot(object)
    def on_reported(self, report: Report) -> None:
        if self.office is not None:
            self.office.reported.emit(report)

    @pyqtSlot(object)
    def on_status_changed(self, status: Status) -> None:
        if self.office is not None:
            self.office.status_changed.emit(status)

    # What pages ask for, see office.Screen.

    def go(self, name: str, **arguments: object) -> None:
        """Show a page; one that the role may not see, or that there is not, is not shown."""
        entry = next((each for each in self._allowed() if each.name == name), None)
        if entry is None or self.office is None:
            return
        self._leave_page()
        page = self._pages.get(name)
        if page is None:
            page = self._pages[name] = entry.make(self.office)
            self.stack.addWidget(page)
        self._page = page
        self.title.setText(translate("staff", entry.title))
        self.stack.setCurrentWidget(page)
        if self.navigation is not None:
            self.navigation.mark(name)
        page.enter(**arguments)

    def tell(self, text: str, *, fault: bool) -> None:
        self.toast.tell(text, fault=fault)

    def ask(self, question: str, detail: str, answers: Answers, *, danger: bool) -> None:
        self.question.ask(question, detail, answers, danger=danger)

    def pick(self, wanted: Wanted, then: Callable[[list[Path]], None], cancelled: Callable[[], None]) -> None:
        from kiosk.gui.reception.picker import Picker  # noqa: PLC0415  (as the pages, not before somebody signs in)

        if self.office is None:
            return
        self._close_picker()
        self._picker = picker = Picker(self.office, wanted)
        picker.picked.connect(lambda paths: self._answer(partial(then, paths)))
        picker.cancelled.connect(lambda: self._answer(cancelled))
        self.stack.addWidget(picker)
        self.stack.setCurrentWidget(picker)
        picker.cancel.setFocus()

    def stay(self) -> None:
        self._idle.stay()

    def restart(self) -> None:
        self.restart_wanted.emit()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().resizeEvent(event)
        self._arrange()

    @property
    def where(self) -> tuple[StaffMember, str] | None:
        """Who is signed in, and the name of the page; None = nobody is."""
        name = next((name for name, page in self._pages.items() if page is self._page), "")
        return None if self.office is None else (self.office.member, name)

    def resume(self, member: StaffMember, name: str) -> None:
        """Go on where another one was, such as one in another language."""
        self._sign_in(member)
        self.go(name)

    @pyqtSlot(object)
    def on_entered(self, member: StaffMember) -> None:
        self._sign_in(member).note(Action.SIGNED_IN)

    def _sign_in(self, member: StaffMember) -> Office:
        self._sign_out()
        self.office = office = Office(self._desk, member, self._feed, self, self._ask_station)
        self._entries = self._find_pages()
        self.navigation = Navigation(self._allowed())
        self.navigation.wanted.connect(self.on_wanted)
        self._middle.insertWidget(0, self.navigation)
        self._arrange()
        first = self._allowed()[0].name if self._allowed() else ""
        self.pin.leave()
        if first:
            self.navigation.buttons[first].setFocus()  # unless the page has something better
        self.go(first)
        return office

    @pyqtSlot(str)
    def on_wanted(self, name: str) -> None:
        self.go(name)

    @pyqtSlot(int)
    def on_counting(self, seconds: int) -> None:
        self.tell(translate("staff", "Back to the door in %n seconds.", "", seconds), fault=False)

    @pyqtSlot()
    def on_left(self) -> None:
        self.left.emit()

    def _enter(self, pin: str) -> StaffMember | Refused:
        """In the background: who is it? Wrong PINs stand in the journal."""
        return self._desk.enter(pin)

    def _allowed(self) -> list[PageEntry]:
        member = self.office.member if self.office is not None else None
        return [entry for entry in self._entries if member is not None and member.role in entry.roles]

    def _answer(self, do: Callable[[], None]) -> None:
        self._close_picker()
        do()

    def _close_picker(self) -> None:
        picker, self._picker = self._picker, None
        if picker is None or self._page is None:
            return
        picker.close_up()
        self.stack.setCurrentWidget(self._page)
        self.stack.removeWidget(picker)
        picker.deleteLater()

    def _leave_page(self) -> None:
        self._close_picker()
        if self._page is not None and self.office is not None:
            self._page.leave()
            self.office.forget_jobs()
        self._page = None

    def _sign_out(self) -> None:
        self._leave_page()
        for page in self._pages.values():
            self.stack.removeWidget(page)
            page.deleteLater()
        self._pages.clear()
        if self.navigation is not None:
            self._middle.removeWidget(self.navigation)
            self.navigation.hide()
            self.navigation.deleteLater()
            self.navigation = None
        if self.office is not None:
            self.office.close()
            self.office = None

    def _connect(self) -> None:
        self.back.clicked.connect(self.on_left)
        self.pin.entered.connect(self.on_entered)
        self._idle.over.connect(self.on_left)
        self._idle.counting.connect(self.on_counting)

    def _lay_out(self) -> None:
        head = row(self.title, 1, self.corner, self.back, gap=8)
        head.setStretch(2, 100)
        self._middle = row(gap=10)
        self._middle.addWidget(self.stack, 1)
        self.setLayout(column(head, self._middle, gap=8, margin=_MARGIN_UNITS))

    def _arrange(self) -> None:
        tall = self.height() > self.width()
        direction = QBoxLayout.Direction.TopToBottom if tall else QBoxLayout.Direction.LeftToRight
        self._middle.setDirection(direction)
        self.title.setVisible(not tall)  # there the navigation, just below, says it too
        if self.navigation is not None:
            self.navigation.arrange(above=tall, room_px=self.width() - px(2 * _MARGIN_UNITS))
            # Above the keyboard on a low screen, the form needs all the room that there is.
            self.navigation.setVisible(tall or self.height() >= px(_LEAST_HEIGHT_UNITS))
