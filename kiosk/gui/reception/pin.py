"""The pages of the sign-in: the pad for a PIN, and the advice while nobody has one."""

from collections.abc import Callable
from typing import cast

from PyQt6.QtCore import Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QKeyEvent, QResizeEvent
from PyQt6.QtWidgets import QGridLayout, QLabel, QLayout, QWidget

from kiosk.gui.controls import Button, Heading, Note, Panel, timer
from kiosk.gui.layouts import centred, column, limit_width, spaced, turn
from kiosk.gui.reception.page import EVERYBODY, Jobs
from kiosk.i18n import translate
from kiosk.people.staff import LONGEST_PIN, SHORTEST_PIN, Refused, Role, StaffMember

_DIGITS = "1234567890"
_WIDTH, _WIDTH_BESIDE = 360, 700  # units, with the keys below the words and beside them


class PinPage(QWidget):
    """Asks for a PIN and has it checked in the background; only a PIN of one of the `roles` is accepted."""

    entered = pyqtSignal(object)  # the StaffMember whose PIN it was

    def __init__(
        self,
        enter: Callable[[str], StaffMember | Refused],
        wait_seconds: Callable[[], float],
        roles: frozenset[Role] = EVERYBODY,
    ) -> None:
        super().__init__()
        self._enter, self._wait_seconds, self._roles = enter, wait_seconds, roles
        self._pin, self._checking = "", False
        self._answer, self._wait = "", 0.0
        self._jobs = Jobs()
        self.title = Heading(translate("staff", "Please enter your PIN"))
        self.dots, self.message = QLabel(), Note("")
        self.dots.setProperty("role", "title")
        for label in (self.title, self.dots, self.message):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.keys = {digit: Button(digit, kind="key") for digit in _DIGITS}
        self.erase = Button(icon_name="backspace", kind="key", name=translate("staff", "Delete the last digit"))
        self.done = Button(icon_name="key", kind="primary", name=translate("staff", "Sign in"))
        grid = spaced(QGridLayout(), gap=8)
        *first_nine, zero = self.keys.values()
        for index, key in enumerate((*first_nine, self.erase, zero, self.done)):
            grid.addWidget(key, index // 3, index % 3)
        self._halves = column(column(1, self.title, self.dots, self.message, 1), grid)
        self.pad = Panel(self._halves, margin=14)
        self.setLayout(centred(self.pad, _WIDTH))
        for key in (*self.keys.values(), self.erase):
            key.setAutoDefault(False)  # Enter signs in, whichever key has the focus
        for digit, key in self.keys.items():
            key.clicked.connect(lambda _checked, digit=digit: self.add(digit))
        self.erase.clicked.connect(self.on_erase)
        self.done.clicked.connect(self.on_done)
        self._timer = timer(self, self.on_tick, 250)

    def enter(self) -> None:
        """Start with an empty PIN."""
        self._timer.start()
        self.tell("")
        self.on_tick()
        self.keys["5"].setFocus()

    def tell(self, answer: str) -> None:
        """Show an answer until the next digit is typed; "" = none."""
        self._answer = answer
        self._show()

    @property
    def settled(self) -> bool:
        """Return whether nothing is typed, being checked or shown as an answer."""
        return not self._pin and not self._checking and not self._answer

    def leave(self) -> None:
        """Forget what was typed and answered."""
        self._pin, self._checking, self._answer = "", False, ""
        self._timer.stop()
        self._jobs.forget()

    def close_jobs(self) -> None:
        self._jobs.close()

    def add(self, digit: str) -> None:
        if len(self._pin) < LONGEST_PIN and not self._wait:
            self._pin += digit
            self._answer = ""
        self._show()

    @pyqtSlot()
    def on_erase(self) -> None:
        self._pin = self._pin[:-1]
        self._show()

    @pyqtSlot()
    def on_done(self) -> None:
        if len(self._pin) < SHORTEST_PIN or self._checking or self._wait:
            return
        pin, self._pin, self._checking = self._pin, "", True
        self.keys["5"].setFocus()  # the button is disabled meanwhile
        self.tell(translate("staff", "One moment …"))
        self._jobs.run(lambda: self._enter(pin), self._answered, self._failed)

    @pyqtSlot()
    def on_tick(self) -> None:
        self._wait = self._wait_seconds()
        self._show()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        if event is None:
            return
        if event.text() in self.keys:
            self.add(event.text())
        elif event.key() == Qt.Key.Key_Backspace:
            self.on_erase()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.on_done()
        else:
            super().keyPressEvent(event)

    def _answered(self, answer: StaffMember | Refused) -> None:
        told = ""
        if isinstance(answer, Refused):
            told = translate("staff", "Wrong PIN.")
            if not answer.tried:
                told = translate("staff", "The PIN was not checked: it came too early.")
            elif answer.tries_left:
                told = f"{told} {translate('staff', '%n tries left.', '', answer.tries_left)}"
        elif answer.role not in self._roles:
            told = translate("staff", "This PIN is not an installer's.")
        self._failed(told)
        if not told:
            self.entered.emit(answer)

    def _failed(self, message: str) -> None:
        self._checking = False
        self.tell(message)
        self.on_tick()

    def _show(self) -> None:
        shown = "●" * len(self._pin) + "○" * max(SHORTEST_PIN - len(self._pin), 0)
        self.dots.setText(" ".join(shown))
        self.dots.setAccessibleName(translate("staff", "%n digits entered", "", len(self._pin)))
        self.done.setEnabled(len(self._pin) >= SHORTEST_PIN and not self._checking and not self._wait)
        # The wait changes every second; it stands below the answer and does not replace it.
        wait = _please_wait(self._wait) if self._wait and not self._checking else ""
        told = "\n".join(filter(None, (self._answer, wait)))
        if told != self.message.text():
            self.message.setText(told)
            self.message.setAccessibleDescription(told)
            self._arrange()

    def _arrange(self) -> None:
        """Put the keys beside the words where there is no room for both below each other."""
        layout = cast("QLayout", self.pad.layout())
        for down, width in ((True, _WIDTH), (False, _WIDTH_BESIDE)):
            turn(self._halves, down=down)
            limit_width(self.pad, width)
            layout.activate()  # or the words would still count with the height that they had before
            if layout.totalHeightForWidth(min(self.pad.maximumWidth(), self.width())) <= self.height():
                return


def nobody_yet() -> QWidget:
    """Return the page of the first start, when nobody has a PIN."""
    page, command = QWidget(), Note("kiosk staff add NAME --role installer", "heading")
    command.setAccessibleName(translate("staff", "The command to type"))
    heading = Heading(translate("staff", "Nobody has a PIN yet"))
    first = translate("staff", "The first member of staff is added on the command line of this machine. Type:")
    others = translate(
        "staff",
        "An installer may add the others here, on this screen. Those who enrol people and read "
        "the journal are added with the role reception.",
    )
    page.setLayout(centred(Panel(heading, Note(first), command, Note(others), gap=12, margin=18), 560))
    return page


def _please_wait(seconds: float) -> str:
    if seconds > 90:
        return translate("staff", "Too many wrong PINs. Please wait %n minutes.", "", round(seconds / 60))
    return translate("staff", "Please wait %n seconds.", "", max(round(seconds), 1))
