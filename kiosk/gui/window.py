"""The kiosk's window: the door's page with picture, state, clock and messages; full screen; the staff side."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6.QtCore import QDateTime, QEvent, QLocale, QObject, Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QStackedLayout, QWidget

from kiosk.door.report import Report, Status
from kiosk.gui.banner import Banner, Strip
from kiosk.gui.controls import Button, timer
from kiosk.gui.feed import Feed
from kiosk.gui.layouts import column, fit_layouts, px, row, set_scale, turn
from kiosk.gui.reception.page import warning
from kiosk.gui.reception.shell import Reception
from kiosk.gui.state import Situation
from kiosk.gui.theme import Look, style_sheet
from kiosk.gui.way_out import WayOut, Wish
from kiosk.i18n import translate
from kiosk.vision.camera import CameraState

if TYPE_CHECKING:  # see kiosk.gui.app
    from kiosk.door.station import Station

_AGAIN_MS = 100  # avoids a busy loop against a window manager that undoes full screen


class FullScreen(QObject):
    """Keeps a window in full screen, even if a window manager minimises or restores it.

    Attributes:
        active: whether the window belongs in full screen.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.active = False
        self._window = window
        self._windowed = window.geometry()  # restored by leave()
        # After the change: some platforms ignore requests during it.
        self._soon = timer(self, self.on_changed, _AGAIN_MS, once=True)
        window.installEventFilter(self)

    def enter(self) -> None:
        self.active = True
        self._windowed = self._window.geometry()
        self.on_changed()

    def leave(self) -> None:
        self.active = False
        self._window.showNormal()
        self._window.setGeometry(self._windowed)

    @pyqtSlot()
    def on_changed(self) -> None:
        """Cover the screen, also again if a window manager changed that."""
        window, screen = self._window, self._window.screen()
        if self.active and (window.isMinimized() or not window.isFullScreen()):
            if screen is not None:
                window.setGeometry(screen.geometry())  # a bare X server has no window manager that would do it
            window.showFullScreen()
            window.activateWindow()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802  (Qt's name)
        if watched is self._window and event is not None and event.type() == QEvent.Type.WindowStateChange:
            self._soon.start()
        return super().eventFilter(watched, event)


TICK_MS = 100
FEED_PARTS = {True: 47, False: 55}  # of 100, in portrait and in landscape


class KioskWindow(QWidget):
    """The window; its slots take the signals of the camera and recognition threads."""

    closed = pyqtSignal()  # the window was closed

    def __init__(
        self,
        feed: Feed,
        look: Look,
        reception: Reception,
        *,
        notice: str = "",
        busy_since: Callable[[], float | None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.feed, self.banner = feed, Banner()
        self.time, self.date = QLabel(), QLabel()
        self.time.setObjectName("time")
        self.date.setObjectName("date")
        self.strip = Strip()
        self.door = QWidget()
        self.reception = reception
        self.staff = Button(icon_name="staff", kind="quiet", name=translate("door", "Staff side (F2)"))
        self._look, self._scale = look, 0.0
        self._notice, self._busy_since, self._clock = notice, busy_since, clock
        self._situation = Situation()
        self._station: Station | None = None
        self._ending = False
        self.setObjectName("kiosk")
        self.setWindowTitle("Kiosk")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumSize(320, 320)
        self._lay_out()
        self.full_screen, self.way_out = FullScreen(self), WayOut(self, reception.services)
        self.way_out.granted.connect(self.on_granted)
        self.staff.clicked.connect(self.open_staff_side)
        self.door.setFocus()  # a button with the focus would look as if it were meant for visitors
        self._timer = timer(self, self.on_tick, TICK_MS)
        self._timer.start()
        self.retranslate()

    def dress(self, look: Look) -> None:
        self._look, self._scale = look, 0.0
        self._fit()

    def retranslate(self) -> None:
        self.setAccessibleName(translate("door", "Kiosk"))
        self.time.setAccessibleName(translate("door", "Time"))
        self.date.setAccessibleName(translate("door", "Date"))
        self.strip.setAccessibleName(translate("door", "Messages for the staff"))
        self.staff.setAccessibleName(translate("door", "Staff side (F2)"))
        self.feed.retranslate()
        self.banner.retranslate()
        self.on_tick()

    def replace_reception(self, reception: Reception) -> None:
        """Replace the staff side, such as by one in another language."""
        self.close_staff_side()
        self._pages.removeWidget(self.reception)
        self.reception.deleteLater()
        self.reception = reception
        self._add_reception()
        reception.fit()

    def _add_reception(self) -> None:
        self._pages.addWidget(self.reception)
        self.reception.left.connect(self.close_staff_side)

    @pyqtSlot()
    def open_staff_side(self) -> None:
        """Show the staff side, which asks for a PIN; the door keeps working."""
        if self._open_reception is not None:
            return
        self.unsetCursor()
        self._pages.setCurrentWidget(self.reception)
        self.reception.open()

    @pyqtSlot()
    def close_staff_side(self) -> None:
        """Sign out and go back to the door's page."""
        if self._open_reception is None:
            return
        self._open_reception.close_up()
        self._pages.setCurrentWidget(self.door)
        if self.full_screen.active:
            self.setCursor(Qt.CursorShape.BlankCursor)
        if not self.way_out.isVisible():
            self.door.setFocus()

    @pyqtSlot()
    def on_tick(self) -> None:
        now = QDateTime.currentDateTime()
        self.time.setText(QLocale().toString(now, "HH:mm"))
        self.date.setText(QLocale().toString(now.date(), QLocale.FormatType.LongFormat))
        if self._station is not None:
            self._situation.on_door(self._station.door.seconds_left)
        self._situation.stuck_since = self._busy_since()
        self._show_state()

    @pyqtSlot(str, int, int)
    def on_progressed(self, what: str, done: int, total: int) -> None:
        self._situation.on_progress(what, done, total, self._clock())

    @pyqtSlot(object)
    def on_built(self, station: Station) -> None:
        self._station = station
        self._situation.on_built()
        self.on_tick()

    @pyqtSlot()
    def on_replaced(self) -> None:
        self._station = None
        self._situation.on_replaced(self._clock())
        self.feed.show_report(None)
        self._show_state()

    @pyqtSlot(str)
    def on_broken(self, message: str) -> None:
        self._situation.broken = message
        self._show_state()

    @pyqtSlot(object)
    def on_reported(self, report: Report) -> None:
        self._situation.on_report(report, self._clock())
        self.feed.show_report(report)
        self.on_tick()

    @pyqtSlot(object)
    def on_status_changed(self, status: Status) -> None:
        self._situation.on_status(status, self._clock())
        self._show_state()

    @pyqtSlot(str)
    def on_failed(self, message: str) -> None:
        self._situation.on_fault(message, self._clock())
        self._show_state()

    @pyqtSlot(object, str)
    def on_camera_changed(self, state: CameraState, fault: str) -> None:
        self._situation.camera, self._situation.camera_fault = state, fault
        if state is not CameraState.LIVE:
            self.feed.clear()
        self._show_state()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        key = event.key() if event is not None and not event.isAutoRepeat() else None
        if key == Qt.Key.Key_F11:
            self.toggle_full_screen()
        elif key == Qt.Key.Key_F2:
            self.open_staff_side()
        elif key == Qt.Key.Key_Escape and self._open_reception is not None:
            self._open_reception.leave()
        elif key == Qt.Key.Key_Escape:
            self._ask_for(Wish.END)
        else:
            super().keyPressEvent(event)

    def toggle_full_screen(self) -> None:
        """Enter full screen and hide the pointer, or ask for an installer's PIN to leave it."""
        if self.full_screen.active:
            self._ask_for(Wish.WINDOW)
        else:
            self.setCursor(Qt.CursorShape.BlankCursor)
            self.full_screen.enter()

    @pyqtSlot(object)
    def on_granted(self, wish: Wish) -> None:
        if wish is Wish.END:
            self.end()
        else:
            self.unsetCursor()
            self.full_screen.leave()

    def end(self) -> None:
        """Close the window without a question: after a signal, at the end of the session, or for a restart."""
        self._ending = True
        self.close()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().resizeEvent(event)
        self._fit()

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Ask before the window closes by its button, by Alt+F4 or by Qt; end() closes it at once."""
        if not self._ending and event is not None:
            event.ignore()
            self._ask_for(Wish.END)
            return
        super().closeEvent(event)
        self.way_out.close_up()
        self._timer.stop()
        self.reception.close_jobs()
        self.closed.emit()

    @property
    def settled(self) -> bool:
        """Return whether the staff side may be replaced without losing anything."""
        return not self.way_out.isVisible() and self.reception.settled

    @property
    def _open_reception(self) -> Reception | None:
        """Return the staff side while it is on the screen, else None."""
        return self.reception if self._pages.currentWidget() is self.reception else None

    def _ask_for(self, wish: Wish) -> None:
        self.way_out.ask(wish, guarded=self.full_screen.active, warning=warning(self.reception.unsaved))

    def _show_state(self) -> None:
        now = self._clock()
        view = self._situation.view(now)
        self.banner.show_view(view)
        self.reception.corner.show_view(view)
        notice = translate("door", self._notice) if self._notice else ""
        self.strip.show_messages((*self._situation.messages(now), notice), now, self._scale)

    def _lay_out(self) -> None:
        clock = QHBoxLayout()
        clock.addWidget(self.time)
        clock.addWidget(self.date, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        clock.addWidget(self.staff)
        panel = column(clock, self.banner, self.strip)
        panel.setStretch(1, 1)
        self._halves = row(self.feed, panel, gap=12, margin=12)
        self.door.setObjectName("door")
        self.door.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.door.setLayout(self._halves)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.door)
        self._add_reception()

    def _fit(self) -> None:
        """Fit the direction and the sizes of the layout to the window."""
        portrait = self.height() > self.width()
        turn(self._halves, down=portrait)
        self._halves.setStretch(0, FEED_PARTS[portrait])
        self._halves.setStretch(1, 100 - FEED_PARTS[portrait])
        long, short = max(self.width(), self.height()), min(self.width(), self.height())
        scale = min(long / 800, short / 480)
        if scale == self._scale:
            return
        self._scale = scale
        set_scale(scale)
        theme = self._look.theme
        self.setStyleSheet(style_sheet(theme, scale, self._look.type_scale))
        self.feed.dress(theme, scale)
        self.banner.dress(self._look, scale)
        self.reception.fit()
        fit_layouts(self.door)
        gap = px(12)
        self.strip.setContentsMargins(gap, gap // 2, gap, gap // 2)
        self.strip.fit(self._scale)
