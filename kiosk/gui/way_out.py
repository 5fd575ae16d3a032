"""The way out of the kiosk: the PIN to leave full screen, and the question before the kiosk ends."""

from __future__ import annotations

import enum
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal, pyqtSlot
from PyQt6.QtWidgets import QBoxLayout, QWidget

from kiosk.door.supervisor import FaultLog
from kiosk.errors import KioskError, StaffError
from kiosk.gui.controls import Button
from kiosk.gui.layouts import column, fit_layouts, row
from kiosk.gui.reception.overlays import Cover, IdleWatch, Question
from kiosk.gui.reception.page import INSTALLERS
from kiosk.gui.reception.pin import PinPage
from kiosk.i18n import translate
from kiosk.people.staff import StaffMember
from kiosk.store.journal import Action

if TYPE_CHECKING:  # the window is on the screen before what they need is loaded
    from kiosk.door.services import StaffServices

ASKING_SECONDS = 30  # without a touch or a key until the question closes itself


class Wish(enum.Enum):
    """Intention of a person at the screen."""

    WINDOW = "window"  # leave full screen
    END = "end"  # end the kiosk


class WayOut(QWidget):
    """The question or the PIN pad that covers the window."""

    granted = pyqtSignal(object)  # the Wish to carry out

    def __init__(self, window: QWidget, services: StaffServices) -> None:
        super().__init__(window)
        self._window, self._services = window, services
        self.question = Question(self)
        self.pad: PinCover | None = None
        self._faults = FaultLog()
        self._idle = IdleWatch(self, lambda: ASKING_SECONDS)
        self._idle.over.connect(self.close_up)
        self.setObjectName("reception")  # styled like the staff side
        self.setCursor(Qt.CursorShape.ArrowCursor)  # in full screen the door has none
        self.hide()
        window.installEventFilter(self)

    def ask(self, wish: Wish, *, guarded: bool, warning: str = "", confirmed: bool = False) -> None:
        """Ask for the PIN or for a confirmation, then emit `granted`. Do nothing while a question is open.

        Args:
            wish: the wish to grant.
            guarded: only an installer may, once staff is registered.
            warning: a sentence that says what the end would discard.
            confirmed: skip the question whether to end.
        """
        if self.isVisible():
            return
        try:
            registered = guarded and bool(self._services.staff.members())
        except StaffError as fault:
            self._explain(str(fault))
            return
        if registered:
            self._ask_for_pin(wish, warning if wish is Wish.END else "")
        elif wish is Wish.END and not confirmed:
            self._ask_whether_to_end(guarded=guarded, warning=warning)
        else:
            self.granted.emit(wish)

    @pyqtSlot()
    def close_up(self) -> None:
        """Hide the question or the pad and grant nothing."""
        self._idle.stop()
        self.question.dismiss()
        if self.pad is not None:
            self.pad.pin.leave()  # forgets what was typed
            self.pad.pin.close_jobs()
            self.pad.uncover()
            self.pad.deleteLater()
            self.pad = None
        self.hide()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802  (Qt's name)
        if watched is self._window and event is not None and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._window.rect())
        return super().eventFilter(watched, event)

    def _ask_whether_to_end(self, *, guarded: bool, warning: str) -> None:
        self._open()
        detail = translate("door", "The door stays locked until the kiosk is started again.")

        def end() -> None:
            self.close_up()
            # With the PIN, if staff was registered in the meantime.
            self.ask(Wish.END, guarded=guarded, warning=warning, confirmed=True)

        answers = [(translate("door", "End"), end), (translate("door", "Cancel"), self.close_up)]
        question = translate("door", "End the kiosk?")
        self.question.ask(question, f"{detail} {warning}".strip(), answers, danger=True)

    def _explain(self, fault: str) -> None:
        """Explain why no PIN can be checked and how to end the kiosk."""
        self._open()
        remedy = translate(
            "door",
            "Nobody can leave full screen or end the kiosk here. To end it, sign in to this computer in another "
            "session and run systemctl stop with the name of the kiosk's service, or kill {process}.",
        )
        detail = f"{fault}\n{remedy.format(process=os.getpid())}"
        answers = [(translate("door", "Close"), self.close_up)]
        self.question.ask(translate("door", "PINs cannot be checked"), detail, answers)

    def _ask_for_pin(self, wish: Wish, warning: str) -> None:
        self._open()
        self.pad = PinCover(self, self._services, wish)
        self.pad.cancelled.connect(self.close_up)
        self.pad.pin.entered.connect(lambda member: self._entered(wish, member))
        fit_layouts(self)
        self.pad.cover()
        self.pad.pin.enter()
        self.pad.pin.tell(warning)

    def _entered(self, wish: Wish, member: StaffMember) -> None:
        self.close_up()
        action = Action.KIOSK_ENDED if wish is Wish.END else Action.FULL_SCREEN_LEFT
        try:
            self._services.journal.note(action, member.name, None, None, datetime.now(UTC))
        except KioskError as fault:
            self._faults.note(fault)  # a full disk must not stop an installer
        self.granted.emit(wish)

    def _open(self) -> None:
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()
        self._idle.start()


class PinCover(Cover):
    """The PIN pad over the window."""

    cancelled = pyqtSignal()  # the pad was closed

    def __init__(self, parent: QWidget, services: StaffServices, wish: Wish) -> None:
        super().__init__(parent)
        self.pin = PinPage(services.enter, lambda: services.staff.wait_seconds, INSTALLERS)
        end = translate("door", "Installer's PIN to end the kiosk")
        self.pin.title.setText(end if wish is Wish.END else translate("door", "Installer's PIN to leave full screen"))
        self.back = Button(translate("door", "Cancel"), "undo")
        cast("QBoxLayout", self.pin.pad.layout()).addLayout(row(1, self.back, 1))
        self.setLayout(column(self.pin, margin=10))
        self.back.clicked.connect(self.cancelled)

    def cancel(self) -> None:
        self.cancelled.emit()
