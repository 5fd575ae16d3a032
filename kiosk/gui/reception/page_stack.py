"""The pages of who is signed in, one of them on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PyQt6.QtCore import QTimer, pyqtSlot
from PyQt6.QtWidgets import QApplication, QStackedWidget, QWidget

from kiosk.gui.reception.page import PageEntry, StaffPage

if TYPE_CHECKING:
    from kiosk.gui.reception.office import Office
    from kiosk.gui.reception.picker import Picker


class PageStack(QStackedWidget):
    """Makes a page when somebody first goes there; what else lies in the stack is the way in.

    Attributes:
        page: the one on the screen, None = nobody is signed in.
        entries: the pages that the role may see.
    """

    def __init__(self) -> None:
        super().__init__()
        self.page: StaffPage | None = None
        self.entries: Sequence[PageEntry] = ()
        self._office: Office | None = None
        self._picker: Picker | None = None
        self._pages: dict[str, StaffPage] = {}
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.on_lost)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self.on_focus_changed)

    def sign_in(self, office: Office, entries: Sequence[PageEntry]) -> None:
        """Offer the pages of a role."""
        self._office = office
        self.entries = [entry for entry in entries if office.member.role in entry.roles]

    def sign_out(self) -> None:
        """Leave the page and delete all of them."""
        self.leave_page()
        for page in self._pages.values():
            self.removeWidget(page)
            page.deleteLater()
        self._pages.clear()
        self._office, self.entries = None, ()

    @property
    def name(self) -> str:
        """Return the name of the page on the screen; "" = nobody is signed in."""
        return next((name for name, page in self._pages.items() if page is self.page), "")

    def entry(self, name: str) -> PageEntry | None:
        """Return the entry of that name; None where there is none or the role may not see it."""
        return next((each for each in self.entries if each.name == name), None)

    def show_page(self, entry: PageEntry) -> StaffPage | None:
        """Leave the page on the screen and show another one, which is still to be entered."""
        if self._office is None:
            return None
        self.leave_page()
        page = self._pages.get(entry.name)
        if page is None:
            page = self._pages[entry.name] = entry.make(self._office)
            self.addWidget(page)
        self.page = page
        self.setCurrentWidget(page)
        return page

    def leave_page(self) -> None:
        """Leave the page; answers to what it looks up are dropped."""
        self.close_picker()
        if self.page is not None and self._office is not None:
            self.page.leave()
            self._office.forget_jobs()
        self.page = None

    def show_picker(self, picker: Picker) -> None:
        """Have files chosen in place of the page."""
        self.close_picker()
        self._picker = picker
        self.addWidget(picker)
        self.setCurrentWidget(picker)
        self.rest()

    def close_picker(self) -> None:
        """Show the page again."""
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
        if self._picker is not None:
            resting: QWidget | None = self._picker.cancel
        else:
            resting = self.page.resting if self.page is not None else self.currentWidget()
        if resting is not None:
            resting.setFocus()
