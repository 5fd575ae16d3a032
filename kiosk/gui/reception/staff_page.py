"""The staff page, for installers: who has a PIN, a new one, none any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSlot
from PyQt6.QtWidgets import QStackedWidget, QWidget

from kiosk.gui.controls import Button, Heading, Note, Panel, ScrollPage, column, flow
from kiosk.gui.reception.page import StaffPage
from kiosk.gui.reception.staff_form import StaffForm, role_in_words
from kiosk.gui.reception.unsaved import Unsaved
from kiosk.i18n import translate
from kiosk.people.staff import StaffMember
from kiosk.store.journal import Action

if TYPE_CHECKING:
    from kiosk.gui.reception.office import Office


class MemberPanel(Panel):
    """Somebody with a PIN, and what can be done about it."""

    def __init__(self, member: StaffMember, *, is_me: bool) -> None:
        name = translate("staff", "{name} (you)").format(name=member.name) if is_me else member.name
        self.reset = Button(translate("staff", "New PIN"), "key")
        self.reset.setAccessibleName(translate("staff", "New PIN for {name}").format(name=member.name))
        self.remove = Button(translate("staff", "Remove"), "erase")
        self.remove.setAccessibleName(translate("staff", "Remove {name}").format(name=member.name))
        # Whoever took the own PIN away would stand before a closed door with the work half done.
        self.buttons = [self.reset] if is_me else [self.reset, self.remove]
        super().__init__(Heading(name), Note(role_in_words(member.role), "muted"), flow(*self.buttons), gap=6)
        self.member = member


class StaffMembersPage(StaffPage):
    """A list of the staff, and a form in its place while a PIN is typed."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self.panels: list[MemberPanel] = []
        self.add = Button(translate("staff", "Add somebody"), "plus", "primary")
        self.form = StaffForm()
        self._members = column(gap=8)
        intro = Note(
            translate(
                "staff", "Everybody has a PIN of their own: what they do stands in the journal under their name."
            ),
            "muted",
        )
        self.list = ScrollPage(column(intro, self._members, flow(self.add), 1, gap=10))
        self.forms = ScrollPage(column(self.form, 1))
        self.stack = QStackedWidget()
        for each in (self.list, self.forms):
            self.stack.addWidget(each)
        self.setLayout(column(self.stack))
        self.add.clicked.connect(self.on_add)
        self.form.saved.connect(self.on_saved)
        self.form.cancelled.connect(self.on_cancelled)

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
    def on_add(self) -> None:
        self._show_form(None)

    @pyqtSlot()
    def on_cancelled(self) -> None:
        self.office.leave_first(self, self._close_form)

    @pyqtSlot()
    def on_saved(self) -> None:
        """In the background: a PIN is hashed, and compared with everybody's."""
        self.form.set_busy(busy=True)
        staff, name, role, pin = self.office.desk.staff, self.form.name, self.form.role, self.form.pin
        if self.form.member is None:
            self.office.act(lambda: staff.add(name, role, pin), self._added, self._failed)
        else:
            self.office.act(lambda: staff.reset(name, pin), self._was_reset, self._failed)

    def _added(self, member: StaffMember) -> None:
        self.office.note(Action.STAFF_ADDED, member.name, member.role.value)
        self.office.tell(translate("staff", "{name} may come in now.").format(name=member.name))
        self._close_form()

    def _was_reset(self, member: StaffMember) -> None:
        self.office.note(Action.STAFF_RESET, member.name, member.role.value)
        self.office.tell(translate("staff", "{name} has a new PIN.").format(name=member.name))
        self._close_form()

    def _removed(self, member: StaffMember) -> None:
        self.office.note(Action.STAFF_REMOVED, member.name, member.role.value)
        self.office.tell(translate("staff", "{name} may not come in any more.").format(name=member.name))
        self._show_list()

    def _failed(self, fault: str) -> None:
        self.form.set_busy(busy=False)
        self.office.tell_fault(fault)

    @property
    def _is_form_shown(self) -> bool:
        return self.stack.currentWidget() is self.forms

    def _close_form(self) -> None:
        self.form.forget()
        self._show_list()

    def _show_list(self) -> None:
        self.stack.setCurrentWidget(self.list)
        self.office.run(self.office.desk.staff.members, self._list)

    def _show_form(self, member: StaffMember | None) -> None:
        self.stack.setCurrentWidget(self.forms)
        self.form.begin(member)

    def _list(self, members: list[StaffMember]) -> None:
        for panel in self.panels:
            self._members.removeWidget(panel)
            panel.hide()
            panel.deleteLater()
        self.panels = [MemberPanel(member, is_me=member.name == self.office.member.name) for member in members]
        before: QWidget = self.add
        for panel in self.panels:
            panel.reset.clicked.connect(lambda _checked, member=panel.member: self._show_form(member))
            panel.remove.clicked.connect(lambda _checked, member=panel.member: self._ask_remove(member))
            self._members.addWidget(panel)
            for button in panel.buttons:
                QWidget.setTabOrder(before, button)
                before = button

    def _ask_remove(self, member: StaffMember) -> None:
        staff = self.office.desk.staff
        self.office.ask(
            translate("staff", "Take the PIN of {name} away?").format(name=member.name),
            translate("staff", "What this member of staff did stays in the journal."),
            [
                (
                    translate("staff", "Remove"),
                    lambda: self.office.act(lambda: staff.remove(member.name), self._removed, self._failed),
                ),
                (translate("staff", "Cancel"), _nothing),
            ],
            danger=True,
        )


def _nothing() -> None:
    """The answer that changes nothing."""
