"""The form for a PIN: of somebody new, or in the place of an old one."""

from typing import cast

from PyQt6.QtCore import Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QLineEdit, QWidget

from kiosk.gui.controls import Button, Choice, Heading, TextField, column, row
from kiosk.i18n import translate
from kiosk.names import normal_name, text_fault
from kiosk.people.staff import LONGEST_PIN, Role, StaffMember, pin_fault


class StaffForm(QWidget):
    """A name, a role, and a PIN twice.

    Signals:
        saved: what was typed can be used; see name, role and pin.
        cancelled: nothing is to be done.
    """

    saved = pyqtSignal()
    cancelled = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.member: StaffMember | None = None
        self.busy = False  # what was typed is being saved
        self.title = Heading("")
        self.name_field = TextField(
            translate("staff", "Name"), hint=translate("staff", "As it stands in the journal."), required=True
        )
        self.role_choice = Choice(translate("staff", "Role"), [(role_in_words(role), role) for role in Role])
        self.pin_field = TextField(
            translate("staff", "New PIN"),
            hint=translate("staff", "6 to 12 digits that nobody guesses."),
            required=True,
        )
        self.again_field = TextField(translate("staff", "The same PIN once more"), required=True)
        self.save = Button(translate("staff", "Save"), "save", "primary")
        self.cancel = Button(translate("staff", "Cancel"), "undo")
        self._lay_out()
        self._connect()

    @property
    def name(self) -> str:
        """Of whom the PIN is to be."""
        return self.member.name if self.member is not None else normal_name(self.name_field.text)

    @property
    def role(self) -> Role:
        """Of somebody new."""
        return cast("Role", self.role_choice.value)

    @property
    def pin(self) -> str:
        return self.pin_field.text

    @property
    def is_typed(self) -> bool:
        """Return whether something is typed."""
        return any(field.text for field in (self.name_field, self.pin_field, self.again_field))

    def begin(self, member: StaffMember | None) -> None:
        """Empty, for a new PIN of a member or, with None, for somebody new."""
        self.member = member
        self.title.setText(
            translate("staff", "Somebody new")
            if member is None
            else translate("staff", "New PIN for {name}").format(name=member.name)
        )
        for field in (self.name_field, self.pin_field, self.again_field):
            field.set_text("")
            field.show_fault("")
        for part in (self.name_field, self.role_choice):
            part.setVisible(member is None)
        self.role_choice.choose(Role.RECEPTION)
        self.set_busy(busy=False)
        (self.name_field if member is None else self.pin_field).edit.setFocus()

    def forget(self) -> None:
        """What was typed is not kept."""
        for field in (self.name_field, self.pin_field, self.again_field):
            field.set_text("")

    def set_busy(self, *, busy: bool) -> None:
        """While it is being saved it is not saved again."""
        self.busy = busy
        self.save.setEnabled(not busy)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()  # one step back, not to the door
        else:
            super().keyPressEvent(event)

    @pyqtSlot()
    def on_save(self) -> None:
        if self.save.isEnabled() and self._complete():
            self.saved.emit()

    def _complete(self) -> bool:
        """Whether everything can be used; says beside each field why not, and goes to the first."""
        faults = {self.name_field: "", self.pin_field: "", self.again_field: ""}
        if self.member is None and text_fault(self.name) is not None:
            faults[self.name_field] = translate("staff", "Please type a name without slashes, of at most 100 letters.")
        weak = pin_fault(self.pin)
        if weak is not None:
            faults[self.pin_field] = translate("staff", "This PIN {fault}.").format(fault=weak)
        elif self.again_field.text != self.pin:
            faults[self.again_field] = translate("staff", "The two PINs differ.")
        for field, fault in faults.items():
            field.show_fault(fault)
        wrong = next((field for field, fault in faults.items() if fault), None)
        if wrong is not None:
            wrong.edit.setFocus()
        return wrong is None

    def _lay_out(self) -> None:
        for field in (self.pin_field, self.again_field):
            field.edit.setEchoMode(QLineEdit.EchoMode.Password)
            field.edit.setMaxLength(LONGEST_PIN)
            field.edit.setInputMethodHints(
                Qt.InputMethodHint.ImhDigitsOnly
                | Qt.InputMethodHint.ImhSensitiveData
                | Qt.InputMethodHint.ImhNoPredictiveText
            )
        fields = (self.name_field, self.role_choice, self.pin_field, self.again_field)
        self.setLayout(column(self.title, *fields, row(self.save, self.cancel, 1), 1, gap=10))

    def _connect(self) -> None:
        for field in (self.name_field, self.pin_field, self.again_field):
            field.entered.connect(self.on_save)
        self.save.clicked.connect(self.on_save)
        self.cancel.clicked.connect(self.cancelled)


def role_in_words(role: Role) -> str:
    """What somebody may do."""
    return {
        Role.RECEPTION: translate("staff", "Reception: people, enrolment, journal"),
        Role.INSTALLER: translate("staff", "Installer: also settings and staff"),
    }[role]
