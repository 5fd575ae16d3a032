"""The staff side as a whole: sign-in, navigation, pages, and the return to the door."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, QTimer, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QKeyEvent, QResizeEvent
from PyQt6.QtWidgets import QButtonGroup, QGridLayout, QSizePolicy, QStackedWidget, QWidget

from kiosk.door.report import Report, Status
from kiosk.errors import StaffError
from kiosk.gui.banner import Corner
from kiosk.gui.controls import Button, Heading, timer
from kiosk.gui.feed import Feed
from kiosk.gui.layouts import application, column, discard, fit_layouts, px, row, spaced, turn
from kiosk.gui.reception.overlays import Countdown, IdleWatch, Question, Toast
from kiosk.gui.reception.page import Ask, PageContext, PageEntry, StaffPage, Unsaved
from kiosk.gui.reception.pin import PinPage, nobody_yet
from kiosk.i18n import translate
from kiosk.people.staff import StaffMember
from kiosk.store.journal import Action

if TYPE_CHECKING:
    from kiosk.door.services import StaffServices
    from kiosk.gui.reception.picker import Picker, Wanted


class PageStack(QStackedWidget):
    """The pages, each made when it is first opened, beside the pages for signing in.

    Attributes:
        page: the one on the screen, None = nobody is signed in.
        name: its name, "" = nobody is signed in.
        entries: the pages that the role may see.
    """

    def __init__(self) -> None:
        super().__init__()
        self.page: StaffPage | None = None
        self.name = ""
        self.entries: Sequence[PageEntry] = ()
        self._picker: Picker | None = None
        self._pages: dict[str, StaffPage] = {}
        self._soon = timer(self, self.on_lost, once=True)
        application().focusChanged.connect(self.on_focus_changed)

    def sign_out(self) -> None:
        """Leave the page and delete all of them."""
        self.leave_page()
        for page in self._pages.values():
            self.removeWidget(page)
            page.deleteLater()
        self._pages.clear()
        self.entries = ()

    def show_page(self, entry: PageEntry, context: PageContext) -> StaffPage:
        """Leave the page on the screen and show another one, which is still to be entered."""
        self.leave_page()
        if entry.name not in self._pages:
            self._pages[entry.name] = entry.make(context)
            self.addWidget(self._pages[entry.name])
        self.page, self.name = self._pages[entry.name], entry.name
        self.setCurrentWidget(self.page)
        return self.page

    def leave_page(self) -> None:
        """Leave the page; answers to what it looks up are dropped."""
        self.close_picker()
        if self.page is not None:
            self.page.leave()
            self.page.context.forget_jobs()
        self.page, self.name = None, ""

    def show_picker(self, picker: Picker) -> None:
        """Show a picker in place of the page."""
        self.close_picker()
        self._picker = picker
        self.addWidget(picker)
        self.setCurrentWidget(picker)
        self.rest()

    def close_picker(self) -> None:
        picker, self._picker = self._picker, None
        if picker is None:
            return
        picker.close_up()
        if self.page is not None:
            self.setCurrentWidget(self.page)
        self.removeWidget(picker)
        picker.deleteLater()

    @pyqtSlot("QWidget*", "QWidget*")
    def on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        if now is None and self.isVisible():
            self._soon.start()

    @pyqtSlot()
    def on_lost(self) -> None:
        """Give the focus to the page: the focused widget was deleted, and no key would reach it."""
        window = self.window()
        if self.isVisible() and window is not None and window.focusWidget() is None:
            self.rest()

    def rest(self) -> None:
        """Put the focus where Enter does no harm."""
        resting = self.page.resting if self.page is not None else self.currentWidget()
        if self._picker is not None:
            resting = self._picker.cancel
        if resting is not None:
            resting.setFocus()


_COLUMNS_ABOVE = 3


class Navigation(QWidget):
    """The buttons that lead to the pages."""

    wanted = pyqtSignal(str)  # the name of the page that was asked for

    def __init__(self, entries: Sequence[PageEntry]) -> None:
        super().__init__()
        self.setObjectName("navigation")
        self.buttons: dict[str, Button] = {}
        self._group = QButtonGroup(self)
        self._grid = spaced(QGridLayout(self), gap=4)
        for entry in entries:
            button = self.buttons[entry.name] = Button(translate("staff", entry.title), entry.icon)
            button.setCheckable(True)
            button.clicked.connect(lambda _checked, name=entry.name: self.wanted.emit(name))
            self._group.addButton(button)
        self.arrange(above=False)

    def arrange(self, *, above: bool, room_px: int = 0) -> None:
        """Arrange one column beside the page, or as many above it as there is room for, up to three."""
        widest = max((button.sizeHint().width() for button in self.buttons.values()), default=1) + self._grid.spacing()
        columns = max(min(_COLUMNS_ABOVE, len(self.buttons), room_px // widest), 1) if above else 1
        for index, button in enumerate(self.buttons.values()):
            self._grid.removeWidget(button)
            self._grid.addWidget(button, index // columns, index % columns)
        last = self._grid.rowCount()
        for line in range(last + 1):
            self._grid.setRowStretch(line, int(line == last and not above))
        vertical = QSizePolicy.Policy.Fixed if above else QSizePolicy.Policy.Expanding
        self.setSizePolicy(QSizePolicy.Policy.Preferred, vertical)

    def mark(self, name: str) -> None:
        if name in self.buttons:
            self.buttons[name].setChecked(True)


_MARGIN_UNITS = 10
_LEAST_HEIGHT_UNITS = 340  # for the navigation at the side


def shipped_pages() -> Sequence[PageEntry]:
    """Return the pages; they are imported at sign-in, so that the window need not wait for them."""
    from kiosk.gui.reception.pages import PAGES  # noqa: PLC0415

    return PAGES


class Reception(QWidget):
    """The staff side in the kiosk's window; lives in the GUI thread."""

    left = pyqtSignal()  # back to the door
    restart_wanted = pyqtSignal()  # the kiosk is to be started again

    def __init__(
        self,
        services: StaffServices,
        feed: Feed,
        ask_station: Ask,
        pages: Callable[[], Sequence[PageEntry]] = shipped_pages,
    ) -> None:
        super().__init__()
        self.services = services
        self.context: PageContext | None = None
        self.navigation: Navigation | None = None
        self._feed, self._ask_station, self._find_pages = feed, ask_station, pages
        self.setObjectName("reception")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title, self.corner = Heading("", "title"), Corner(feed)
        self.title.setWordWrap(False)
        self.title.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.back = Button(translate("staff", "To the door"), "leave")
        self.stack = PageStack()
        self.pin = PinPage(services.enter, lambda: services.staff.wait_seconds)
        self.nobody_yet = nobody_yet()
        self.stack.addWidget(self.pin)
        self.stack.addWidget(self.nobody_yet)
        head = row(self.title, 1, self.corner, self.back, gap=8)
        head.setStretch(2, 100)
        self._middle = row(gap=10)
        self._middle.addWidget(self.stack, 1)
        self.setLayout(column(head, self._middle, gap=8, margin=_MARGIN_UNITS))
        self.toast, self.question = Toast(self), Question(self)
        self.countdown = Countdown(self, lambda: self.unsaved)
        config = services.config
        self._idle = IdleWatch(self, lambda: config.current.reception.idle_seconds, lambda: self.unsaved is not None)
        # Passed on to the pages by PageContext, with go, notice and pick.
        self.tell, self.ask = self.toast.tell, self.question.ask
        self.stay, self.restart = self._idle.stay, self.restart_wanted.emit
        self.back.clicked.connect(self.leave)
        self.pin.entered.connect(self.on_entered)
        self.countdown.stayed.connect(self._idle.stay)
        self._idle.over.connect(self.left)
        self._idle.counting.connect(self.countdown.show_seconds)
        self._idle.resumed.connect(self.on_resumed)

    def open(self) -> None:
        """Ask for a PIN; called when the staff side is shown."""
        try:
            nobody, fault = not self.services.staff.members(), ""
        except StaffError as error:
            nobody, fault = False, str(error)
        self.title.setText(translate("staff", "Staff"))
        self.stack.setCurrentWidget(self.nobody_yet if nobody else self.pin)
        if nobody:
            self.back.setFocus()
        else:
            self.pin.enter()
            self.pin.tell(fault)
        self._idle.start()

    def close_up(self) -> None:
        """Go back to the door: discard half-done work and sign out."""
        self._idle.stop()
        self.pin.leave()
        self.question.dismiss(give_back=False)
        self.countdown.dismiss(give_back=False)
        self.toast.clear()
        self._sign_out()

    def close_jobs(self) -> None:
        self.close_up()
        self.pin.close_jobs()

    def fit(self) -> None:
        """Take over the window's scale, which the style sheet has already."""
        fit_layouts(self)
        self._arrange()

    @pyqtSlot(object)
    def on_reported(self, report: Report) -> None:
        if self.context is not None:
            self.context.reported.emit(report)

    @pyqtSlot(object)
    def on_status_changed(self, status: Status) -> None:
        if self.context is not None:
            self.context.status_changed.emit(status)

    def go(self, name: str, **arguments: object) -> None:
        """Show a page, if there is one of that name for the role."""
        for entry in self.stack.entries:
            if entry.name == name:
                self._leave_first(partial(self._show_page, entry, arguments))

    def notice(self, text: str) -> None:
        """Show a fault that no action caused; it does not replace an answer."""
        self.toast.tell(text, fault=True, notice=True)

    def pick(self, wanted: Wanted, then: Callable[[list[Path]], None], cancelled: Callable[[], None]) -> None:
        """Let files be chosen in place of the page; neither function is called if the page is left meanwhile."""
        from kiosk.gui.reception.picker import Picker  # noqa: PLC0415  (as the pages, not before somebody signs in)

        if self.context is None:
            return
        picker = Picker(self.context, wanted)
        for signal, do in ((picker.picked, then), (picker.cancelled, cancelled)):
            signal.connect(self.stack.close_picker)
            signal.connect(do)
        self.stack.show_picker(picker)

    @pyqtSlot()
    def leave(self) -> None:
        """Go back to the door, after a question where something would be lost."""
        self._leave_first(self.left.emit)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: N802, A002  (Qt's names)
        """Move the focus. Qt calls this also when the focused widget is hidden or disabled: then the page takes it."""
        lost = self._focused
        if lost is None or (lost.isVisible() and lost.isEnabled()):
            return super().focusNextPrevChild(next)
        self.stack.rest()
        return True

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().resizeEvent(event)
        self._arrange()

    @property
    def where(self) -> tuple[StaffMember, str] | None:
        """Return who is signed in and the name of the page; None = nobody."""
        return None if self.context is None else (self.context.member, self.stack.name)

    @property
    def unsaved(self) -> Unsaved | None:
        """Return what would be lost if the staff side were left now; None = nothing."""
        return self.stack.page.unsaved if self.stack.page is not None else None

    @property
    def settled(self) -> bool:
        """Return whether the staff side may be replaced without losing anything."""
        here = self.stack.page or self.pin
        acting = self.context is not None and self.context.acting
        return here.settled and not (acting or self.question.isVisible() or self.countdown.isVisible())

    def resume(self, member: StaffMember, name: str) -> None:
        """Sign in and show a page, as they were on a staff side that this one replaces."""
        self._sign_in(member)
        self.go(name)

    @pyqtSlot(object)
    def on_entered(self, member: StaffMember) -> None:
        self._sign_in(member).note(Action.SIGNED_IN)

    def _sign_in(self, member: StaffMember) -> PageContext:
        self._sign_out()
        self.context = context = PageContext(self.services, member, self._feed, self, self._ask_station)
        self.stack.entries = [entry for entry in self._find_pages() if member.role in entry.roles]
        self.navigation = Navigation(self.stack.entries)
        self.navigation.wanted.connect(self.go)
        self._middle.insertWidget(0, self.navigation)
        self._arrange()
        self.pin.leave()
        if self.stack.entries:
            first = self.stack.entries[0].name
            self.navigation.buttons[first].setFocus()  # unless the page has something better
            self.go(first)
        return context

    @pyqtSlot()
    def on_resumed(self) -> None:
        # Later: the key or touch that ends the countdown must not act on what lies below it.
        QTimer.singleShot(0, self.countdown.dismiss)

    @property
    def _focused(self) -> QWidget | None:
        window = self.window()
        return window.focusWidget() if window is not None else None

    def _leave_first(self, do: Callable[[], None]) -> None:
        """Call `do`, which leaves the page, after a question where something would be lost."""
        if self.navigation is not None:
            self.navigation.mark(self.stack.name)  # a tab that was touched marks itself at once
        if self.stack.page is None or self.context is None:
            do()
        else:
            self.context.leave_first(self.stack.page, do)

    def _show_page(self, entry: PageEntry, arguments: dict[str, object]) -> None:
        if self.context is None or self.navigation is None:
            return
        page = self.stack.show_page(entry, self.context)
        self.title.setText(translate("staff", entry.title))
        self.navigation.mark(entry.name)
        if not self.navigation.isAncestorOf(self._focused):
            self.stack.rest()  # unless the page has something better
        page.enter(**arguments)

    def _sign_out(self) -> None:
        self.stack.sign_out()
        if self.navigation is not None:
            discard(self._middle, self.navigation)
            self.navigation = None
        if self.context is not None:
            self.context.close()
            self.context = None

    def _arrange(self) -> None:
        tall = self.height() > self.width()
        turn(self._middle, down=tall)
        self.title.setVisible(not tall)  # there the navigation, just below, says it too
        if self.navigation is not None:
            self.navigation.arrange(above=tall, room_px=self.width() - px(2 * _MARGIN_UNITS))
            # Above the keyboard on a low screen, the form needs all the room that there is.
            self.navigation.setVisible(tall or self.height() >= px(_LEAST_HEIGHT_UNITS))
