"""The way in: a pad for the PIN, and what to do where nobody has one yet."""

from collections.abc import Callable

from PyQt6.QtCore import Qt, QTimer, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QGridLayout, QLabel, QWidget

from kiosk.access.staff import LONGEST_PIN, SHORTEST_PIN, Refused, StaffMember
from kiosk.gui.controls import Button, Heading, Note, Panel, centred, spaced
from kiosk.gui.reception.jobs import Jobs
from kiosk.words import translate

_DIGITS = "123456789"


class PinPage(QWidget):
    """Asks for a PIN and has it checked in the background.

    Signals:
        entered: the StaffMember whose PIN it was.
    """

    entered = pyqtSignal(object)

    def __init__(self, enter: Callable[[str], StaffMember | Refused], wait_seconds: Callable[[], float]) -> None:
        super().__init__()
        self._enter, self._wait_seconds = enter, wait_seconds
        self._pin, self._checking = "", False
        self._jobs = Jobs()
        self.dots, self.message = QLabel(), Note("", "muted")
        self.dots.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.dots.setProperty("role", "title")
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.keys = {digit: Button(digit, kind="key") for digit in "1234567890"}
        self.erase = Button(icon_name="backspace", kind="key", name=translate("staff", "Delete the last digit"))
        self.done = Button(icon_name="key", kind="primary", name=translate("staff", "Sign in"))
        self._lay_out()
        for key in (*self.keys.values(), self.erase):
            key.setAutoDefault(False)  # Enter signs in, whichever key has the focus
        for digit, key in self.keys.items():
            key.clicked.connect(lambda _checked, digit=digit: self.add(digit))
        self.erase.clicked.connect(self.on_erase)
        self.done.clicked.connect(self.on_done)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.on_tick)

    def enter(self) -> None:
        """Begin anew."""
        self._pin, self._checking = "", False
        self._timer.start(250)
        self.message.setText("")
        self.on_tick()
        self.keys["5"].setFocus()

    def leave(self) -> None:
        """Forget what was typed."""
        self._pin = ""
        self._timer.stop()
        self._jobs.forget()

    def close_jobs(self) -> None:
        self._jobs.close()

    def add(self, digit: str) -> None:
        """One more digit."""
        if len(self._pin) < LONGEST_PIN and not self._waiting:
            self._pin += digit
            self.message.setText("")
        self._show()

    @pyqtSlot()
    def on_erase(self) -> None:
        self._pin = self._pin[:-1]
        self._show()

    @pyqtSlot()
    def on_done(self) -> None:
        if len(self._pin) < SHORTEST_PIN or self._checking or self._waiting:
            return
        pin, self._pin, self._checking = self._pin, "", True
        self.message.setText(translate("staff", "One moment …"))
        self._show()
        self._jobs.run(lambda: self._enter(pin), self._answered, self._failed)

    @pyqtSlot()
    def on_tick(self) -> None:
        wait = self._wait_seconds()
        if wait > 0 and not self._checking:
            self.message.setText(_please_wait(wait))
        elif self.message.property("waiting"):
            self.message.setText("")
        self.message.setProperty("waiting", wait > 0)
        self._show()

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

    @property
    def _waiting(self) -> bool:
        return bool(self.message.property("waiting"))

    def _answered(self, answer: StaffMember | Refused) -> None:
        self._checking = False
        if isinstance(answer, StaffMember):
            self.message.setText("")
            self.entered.emit(answer)
            return
        self.message.setText(translate("staff", "That PIN is not known."))
        self.on_tick()

    def _failed(self, message: str) -> None:
        self._checking = False
        self.message.setText(message)
        self._show()

    def _show(self) -> None:
        shown = "●" * len(self._pin) + "○" * max(SHORTEST_PIN - len(self._pin), 0)
        self.dots.setText(" ".join(shown))
        self.dots.setAccessibleName(translate("staff", "%n digits entered", "", len(self._pin)))
        self.done.setEnabled(len(self._pin) >= SHORTEST_PIN and not self._checking and not self._waiting)

    def _lay_out(self) -> None:
        pad = spaced(QGridLayout(), gap=8)
        for index, digit in enumerate(_DIGITS):
            pad.addWidget(self.keys[digit], index // 3, index % 3)
        pad.addWidget(self.erase, 3, 0)
        pad.addWidget(self.keys["0"], 3, 1)
        pad.addWidget(self.done, 3, 2)
        title = Heading(translate("staff", "Please enter your PIN"))
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pad = Panel(title, self.dots, self.message, pad, gap=8, margin=14)
        self.setLayout(centred(self.pad, 360))


class NobodyYetPage(QWidget):
    """What to do at the very first start, when nobody has a PIN."""

    def __init__(self) -> None:
        super().__init__()
        self.command = Note("kiosk staff add NAME --role installer", "heading")
        self.command.setWordWrap(True)
        self.command.setAccessibleName(translate("staff", "The command to type"))
        panel = Panel(
            Heading(translate("staff", "Nobody has a PIN yet")),
            Note(translate("staff", "The first member of staff is added on the command line of this machine. Type:")),
            self.command,
            Note(
                translate(
                    "staff",
                    "An installer may add the others here, on this screen. Those who enrol people and read "
                    "the journal are added with the role reception.",
                )
            ),
            gap=12,
            margin=18,
        )
        self.setLayout(centred(panel, 560))


def _please_wait(seconds: float) -> str:
    if seconds > 90:
        return translate("staff", "Too many wrong PINs. Please wait %n minutes.", "", round(seconds / 60))
    return translate("staff", "Please wait %n seconds.", "", max(round(seconds), 1))
