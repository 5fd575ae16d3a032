"""The visitors page: whom the door refused lately and did not know, to be enrolled or deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PyQt6.QtCore import QTimer, pyqtSlot

from kiosk.errors import KioskError
from kiosk.gui.controls import Button, Folding, Heading, Note, Panel, ScrollPage, column, flow
from kiosk.gui.reception.page import StaffPage
from kiosk.gui.reception.visitors.card import VisitorCard
from kiosk.gui.reception.visitors.loading import ShownVisitor, load
from kiosk.i18n import translate
from kiosk.people.enrolment import Offered
from kiosk.people.staff import Role
from kiosk.store.journal import Action

if TYPE_CHECKING:
    from kiosk.gui.reception.office import Office

_AT_FIRST = 20  # visitors on the page; more on request
_LOOK_MS = 3000


class VisitorsPage(StaffPage):
    """Looks every few seconds whether faces came or went; cards that stay the same are left alone."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self.cards: dict[frozenset[int], VisitorCard] = {}
        self._most = _AT_FIRST
        self._count = -1
        self._threshold = 0.0
        self.about, self.empty = Note("", "muted"), Heading("")
        self.settings = Button(translate("visitors", "To the settings"), "settings")
        self.delete_all = Button(translate("visitors", "Delete all"), "erase")
        self.more = Button(translate("visitors", "Show more"))
        self._list = column(gap=8)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._lay_out()
        self._timer.timeout.connect(self.on_look)
        self.settings.clicked.connect(self.on_settings)
        self.delete_all.clicked.connect(self.on_delete_all)
        self.more.clicked.connect(self.on_more)

    @property
    def hours(self) -> int:
        """How long faces are kept; 0 = not at all."""
        return self.office.desk.config.current.reception.keep_refused_hours

    def enter(self, **arguments: object) -> None:
        self._most, self._count = _AT_FIRST, -1
        self._show([], 0)
        self.empty.setText("")
        self.on_look()
        self._timer.start()

    def leave(self) -> None:
        self._timer.stop()
        self._show([], 0)  # no face stays in memory longer than somebody looks at it

    @pyqtSlot()
    def on_look(self) -> None:
        """Load the faces anew if there are others than before."""
        if not self.hours:
            self._show([], 0)
            return
        self.office.run(self.office.desk.visitors.count, self._on_counted)

    @pyqtSlot()
    def on_settings(self) -> None:
        self.office.go("settings")

    @pyqtSlot()
    def on_more(self) -> None:
        self._most += _AT_FIRST
        self._load()

    @pyqtSlot()
    def on_delete_all(self) -> None:
        question = translate("visitors", "Delete the faces of all unknown visitors?")
        self._ask_to_delete(question, self.office.desk.visitors.clear)

    def _on_counted(self, count: int) -> None:
        if count != self._count:
            self._count = count
            self._load()

    def _load(self) -> None:
        desk, most = self.office.desk, self._most
        self.office.run(lambda: (desk.threshold, *load(desk, most)), self._on_loaded, self._on_failed)

    def _on_loaded(self, answer: tuple[float, list[ShownVisitor], int]) -> None:
        self._threshold, visitors, total = answer
        self._show(visitors, total)

    def _on_failed(self, message: str) -> None:
        self._count = -1  # try again
        self.office.notice(message)

    def _show(self, visitors: Iterable[ShownVisitor], total: int) -> None:
        wanted = {shown.visitor.ids: shown for shown in visitors}
        for ids in self.cards.keys() - wanted.keys():
            card = self.cards.pop(ids)
            self._list.removeWidget(card)
            card.hide()
            card.deleteLater()
        for place, (ids, shown) in enumerate(wanted.items()):
            if ids not in self.cards:
                self.cards[ids] = self._card(shown)
                self._list.insertWidget(place, self.cards[ids])
        self.more.setVisible(total > len(wanted))
        self.delete_all.setVisible(len(wanted) > 1)
        self._explain(there=bool(wanted))

    def _explain(self, *, there: bool) -> None:
        hours = self.hours
        self.empty.setVisible(not there)
        self.settings.setVisible(not hours and self.office.member.role is Role.INSTALLER)
        if not hours:
            self.empty.setText(translate("visitors", "The faces of refused visitors are not kept."))
            self.about.setText(
                translate(
                    "visitors",
                    "If they were, you could see here who was refused, and enrol somebody from such a picture, after"
                    " that person has agreed. Who sets up the kiosk can switch it on: in the settings, under how long"
                    " the face of a refused visitor is kept.",
                )
            )
            return
        self.empty.setText(translate("visitors", "Nobody unknown was refused in the last %n hours.", "", hours))
        self.about.setText(
            translate(
                "visitors",
                "Faces that the door refused and did not know. They are deleted after %n hours. A face becomes"
                " somebody's picture only after that person has agreed.",
                "",
                hours,
            )
        )

    def _card(self, shown: ShownVisitor) -> VisitorCard:
        card = VisitorCard(shown, self._threshold)
        card.wanted.connect(lambda person, card=card: self._enrol(card, person))
        card.dismissed.connect(lambda card=card: self._dismiss(card))
        return card

    def _enrol(self, card: VisitorCard, person: str) -> None:
        """To the enrolment, where consent comes first; what becomes of the faces is decided when it is saved."""
        pictures = [Offered(f"{number}.png", picture) for number, picture in enumerate(card.pictures, start=1)]
        ids = card.shown.visitor.ids - card.left_out
        self.office.go("enrol", pictures=pictures, person=person, saved=lambda saved: self._on_enrolled(saved, ids))

    def _on_enrolled(self, person: str, ids: frozenset[int]) -> None:
        try:
            self.office.desk.visitors.remove(ids)
        except KioskError as error:
            self.office.tell_fault(str(error))
        self.office.note(Action.VISITOR_ENROLLED, person)

    def _dismiss(self, card: VisitorCard) -> None:
        ids = card.shown.visitor.ids
        question = translate("visitors", "Delete %n faces of this visitor?", "", len(ids))
        self._ask_to_delete(question, lambda: self.office.desk.visitors.remove(ids))

    def _ask_to_delete(self, question: str, delete: Callable[[], int]) -> None:
        detail = translate("visitors", "They cannot be brought back.")
        answers = [
            (translate("visitors", "Delete"), lambda: self.office.act(delete, self._on_deleted)),
            (translate("visitors", "Keep"), lambda: None),
        ]
        self.office.ask(question, detail, answers, danger=True)

    def _on_deleted(self, count: int) -> None:
        self.office.note(Action.VISITOR_DISMISSED, None, str(count))
        self.office.tell(translate("visitors", "%n faces were deleted.", "", count))
        self._count = -1
        if self._timer.isActive():  # the answer may come after the page was left
            self.on_look()

    def _lay_out(self) -> None:
        head = Panel(self.empty, Folding(self.about, self.delete_all), flow(self.settings), gap=6, margin=10)
        self.setLayout(column(ScrollPage(column(head, self._list, self.more, 1, gap=8))))
