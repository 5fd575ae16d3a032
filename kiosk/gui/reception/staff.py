"""The staff page: the members, and a form for a new PIN."""

from __future__ import annotations

from functools import partial
from typing import cast

from PyQt6.QtCore import Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QLineEdit, QStackedWidget, QWidget

from kiosk.gui.controls import Button, Choice, Heading, Note, Panel, ScrollPage, TextField
from kiosk.gui.layouts import column, discard, flow, row
from kiosk.gui.reception.page import PageContext, StaffPage, Unsaved
from kiosk.i18n import QT_TRANSLATE_NOOP, translate
from kiosk.names import normal_name, text_fault
from kiosk.people.staff import LONGEST_PIN, Role, StaffMember, pin_fault
from kiosk.store.journal import Action

_ROLES = {
    Role.RECEPTION: QT_TRANSLATE_NOOP("staff", "Reception: people, enrolment, journal"),
    Role.INSTALLER: QT_TRANSLATE_NOOP("staff", "Installer: also settings and staff"),
}
_HINTS = Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText


class StaffForm(QWidget):
    """A name, a role, and a PIN twice."""

    saved = pyqtSignal()  # name, role and pin are valid
    cancelled = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.member: StaffMember | None = None
        self.busy = False  # what was typed is being saved
        self.title = Heading("")
        hint = translate("staff", "The journal shows this name.")
        self.name_field = TextField(translate("staff", "Name"), hint=hint, required=True)
        roles = [(translate("staff", text), role) for role, text in _ROLES.items()]
        self.role_choice = Choice(translate("staff", "Role"), roles)
        hint = translate("staff", "6 to 12 digits that nobody guesses.")
        self.pin_field = TextField(translate("staff", "New PIN"), hint=hint, required=True)
        self.again_field = TextField(translate("staff", "The same PIN once more"), required=True)
        self.save = Button(translate("staff", "Save"), "save", "primary")
        self.cancel = Button(translate("staff", "Cancel"), "undo")
        for field in (self.pin_field, self.again_field):
            field.edit.setEchoMode(QLineEdit.EchoMode.Password)
            field.edit.setMaxLength(LONGEST_PIN)
            field.edit.setInputMethodHints(_HINTS)
        self._typed = (self.name_field, self.pin_field, self.again_field)
        for field in self._typed:
            field.entered.connect(self.on_save)
        fields = (self.name_field, self.role_choice, self.pin_field, self.again_field)
        self.setLayout(column(self.title, *fields, row(self.save, self.cancel, 1), 1, gap=10))
        self.save.clicked.connect(self.on_save)
        self.cancel.clicked.connect(self.cancelled)

    @property
    def name(self) -> str:
        return self.member.name if self.member is not None else normal_name(self.name_field.text)

    @property
    def role(self) -> Role:
        return cast("Role", self.role_choice.value)

    @property
    def pin(self) -> str:
        return self.pin_field.text

    @property
    def is_typed(self) -> bool:
        return any(field.text for field in self._typed)

    def begin(self, member: StaffMember | None) -> None:
        """Show an empty form for a new PIN of a member; None = for a new member."""
        self.member = member
        title = translate("staff", "New PIN for {name}") if member else translate("staff", "New member of staff")
        self.title.setText(title.format(name=self.name))
        self.forget()
        for part in (self.name_field, self.role_choice):
            part.setVisible(member is None)
        self.role_choice.choose(Role.RECEPTION)
        self.set_busy(busy=False)
        (self.name_field if member is None else self.pin_field).edit.setFocus()

    def forget(self) -> None:
        for field in self._typed:
            field.set_text("")
            field.show_fault("")

    def set_busy(self, *, busy: bool) -> None:
        self.busy = busy
        self.save.setEnabled(not busy)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()  # one step back, not to the door
        else:
            super().keyPressEvent(event)

    @pyqtSlot()
    def on_save(self) -> None:
        """Emit `saved` if everything is valid; otherwise show each fault below its field."""
        if self.busy:
            return
        faults: dict[TextField, str] = {}
        if self.member is None and text_fault(self.name) is not None:
            faults[self.name_field] = translate("staff", "Please type a name without slashes, of at most 100 letters.")
        weak = pin_fault(self.pin)
        if weak is not None:
            faults[self.pin_field] = translate("staff", "This PIN {fault}.").format(fault=weak)
        elif self.again_field.text != self.pin:
            faults[self.again_field] = translate("staff", "The two PINs differ.")
        for field in self._typed:
            field.show_fault(faults.get(field, ""))
        if faults:
            next(iter(faults)).edit.setFocus()
        else:
            self.saved.emit()


class MemberPanel(Panel):
    """A member of staff, with buttons for a new PIN and for removal."""

    def __init__(self, member: StaffMember, *, is_me: bool) -> None:
        self.member = member
        name = translate("staff", "{name} (you)").format(name=member.name) if is_me else member.name
        reset, remove = translate("staff", "New PIN for {name}"), translate("staff", "Remove {name}")
        self.reset = Button(translate("staff", "New PIN"), "key", name=reset.format(name=member.name))
        self.remove = Button(translate("staff", "Remove"), "erase", name=remove.format(name=member.name))
        # Without a PIN, the member who is signed in could not finish the work.
        self.buttons = [self.reset] if is_me else [self.reset, self.remove]
        role = Note(translate("staff", _ROLES[member.role]), "muted")
        super().__init__(Heading(name), role, flow(*self.buttons), gap=6)


class StaffMembersPage(StaffPage):
    """A list of the staff, and a form in its place while a PIN is typed."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.panels: list[MemberPanel] = []
        self.add = Button(translate("staff", "Add a member"), "plus", "primary")
        self.form = StaffForm()
        self._members = column(gap=8)
        intro = translate("staff", "Everybody has their own PIN. The journal records what they do under their name.")
        self.list = ScrollPage(column(Note(intro, "muted"), self._members, flow(self.add), 1, gap=10))
        self.forms = ScrollPage(column(self.form, 1))
        self.stack = QStackedWidget()
        self.stack.addWidget(self.list)
        self.stack.addWidget(self.forms)
        self.setLayout(column(self.stack))
        self.add.clicked.connect(lambda: self._show_form(None))
        self.form.saved.connect(self.on_saved)
        self.form.cancelled.connect(lambda: context.leave_first(self, self._show_list))

    @property
    def unsaved(self) -> Unsaved | None:
        return Unsaved.CHANGES if self._is_form_shown and self.form.is_typed else None

    @property
    def saving(self) -> bool:
        return self._is_form_shown and self.form.busy

    @property
    def settled(self) -> bool:
        return super().settled and not self._is_form_shown

    @property
    def resting(self) -> QWidget:
        return self.form if self._is_form_shown else self.list

    def enter(self, **arguments: object) -> None:
        self._show_list()

    def leave(self) -> None:
        self.form.forget()

    @pyqtSlot()
    def on_saved(self) -> None:
        """Save in the background: a PIN is hashed, and compared with the others."""
        self.form.set_busy(busy=True)
        staff, name, role, pin = self.context.services.staff, self.form.name, self.form.role, self.form.pin
        ended = partial(self.form.set_busy, busy=False)
        if self.form.member is None:
            done = partial(self._done, Action.STAFF_ADDED, translate("staff", "{name} can sign in now."))
            self.context.act(lambda: staff.add(name, role, pin), done, ended=ended)
        else:
            done = partial(self._done, Action.STAFF_RESET, translate("staff", "{name} has a new PIN."))
            self.context.act(lambda: staff.reset(name, pin), done, ended=ended)

    def _done(self, action: Action, told: str, member: StaffMember) -> None:
        self.context.note(action, member.name, member.role.value)
        self.context.tell(told.format(name=member.name))
        self._show_list()

    @property
    def _is_form_shown(self) -> bool:
        return self.stack.currentWidget() is self.forms

    def _show_list(self) -> None:
        self.form.forget()
        self.stack.setCurrentWidget(self.list)
        self.context.run(self.context.services.staff.members, self._list)

    def _show_form(self, member: StaffMember | None) -> None:
        self.stack.setCurrentWidget(self.forms)
        self.form.begin(member)

    def _list(self, members: list[StaffMember]) -> None:
        for panel in self.panels:
            discard(self._members, panel)
        self.panels = [MemberPanel(member, is_me=member.name == self.context.member.name) for member in members]
        before: QWidget = self.add
        for panel in self.panels:
            panel.reset.clicked.connect(lambda _checked, member=panel.member: self._show_form(member))
            panel.remove.clicked.connect(lambda _checked, member=panel.member: self._ask_remove(member))
            self._members.addWidget(panel)
            for button in panel.buttons:
                QWidget.setTabOrder(before, button)
                before = button

    def _ask_remove(self, member: StaffMember) -> None:
        staff = self.context.services.staff
        done = partial(self._done, Action.STAFF_REMOVED, translate("staff", "{name} can no longer sign in."))
        question = translate("staff", "Remove the PIN of {name}?").format(name=member.name)
        detail = translate("staff", "What this member of staff did stays in the journal.")
        yes, no = translate("staff", "Remove"), translate("staff", "Cancel")
        self.context.confirm(
            question, detail, yes, no, lambda: self.context.act(lambda: staff.remove(member.name), done)
        )
