"""The visitors page: unknown people whom the door refused lately, to enrol or delete."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from PyQt6.QtCore import QEvent, QSize, Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PyQt6.QtWidgets import QPushButton

from kiosk.domain import display_name
from kiosk.door.services import StaffServices
from kiosk.errors import KioskError, PeopleError
from kiosk.gui.controls import Button, Heading, Note, Panel, ScrollPage, timer
from kiosk.gui.layouts import FoldingRow, column, discard, flow, px
from kiosk.gui.reception.dates import day_text, time_text
from kiosk.gui.reception.page import PageContext, StaffPage
from kiosk.gui.reception.portraits import read_small, round_picture
from kiosk.gui.theme import icon
from kiosk.i18n import number, translate
from kiosk.people.enrolment import Offered
from kiosk.people.register import today
from kiosk.people.staff import Role
from kiosk.people.visitors import UnknownVisitor, Visitor, unknown_visitors
from kiosk.store.journal import Action

MOST_SHOWN = 8  # faces of one visitor


class ShownFace(NamedTuple):
    """A face of a visitor, with its picture as it is kept and as Qt paints it."""

    face: Visitor
    picture: bytes  # PNG; empty where it was purged meanwhile
    image: QImage


class ShownVisitor(NamedTuple):
    """A visitor with the pictures of the newest faces, and the name of the nearest person."""

    visitor: UnknownVisitor
    faces: list[ShownFace]
    nearest_name: str  # "" where nobody is enrolled, or the faces are of another encoder


def load(services: StaffServices, most: int) -> tuple[list[ShownVisitor], int, float]:
    """Return the newest `most` visitors, how many there are, and the threshold. Raises VisitorsError, EncoderError."""
    threshold = services.threshold
    found = unknown_visitors(services.visitors, services.snapshot, threshold)
    return [_shown(services, visitor) for visitor in found[:most]], len(found), threshold


def _shown(services: StaffServices, visitor: UnknownVisitor) -> ShownVisitor:
    newest = visitor.faces[:MOST_SHOWN]
    pictures = services.visitors.pictures(face.id for face in newest)
    read = [(face, pictures.get(face.id, b"")) for face in newest]
    faces = [ShownFace(face, picture, read_small(picture)[0]) for face, picture in read]
    name = visitor.nearest.person if visitor.nearest else ""
    try:
        name = services.people.record(name).shown_name if name else ""
    except PeopleError:  # the state of the door reports it
        name = display_name(name)
    return ShownVisitor(visitor, faces, name)


_SIDE_UNITS = 68
_MARK_SHARE = 0.36  # of the picture's side
_LEFT_OUT_OPACITY = 0.35


class FaceButton(QPushButton):
    """A picture that can be left out and chosen again; a tick marks a chosen one."""

    def __init__(self, shown: ShownFace) -> None:
        super().__init__()
        self.shown, self._when, self._side = shown, moment_text(shown.face.time), 0
        self.setCheckable(True)
        self.setChecked(True)
        self.setProperty("kind", "face")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(self._when)
        self._draw()
        self.toggled.connect(self.on_toggled)
        self.on_toggled(chosen=True)

    @pyqtSlot(bool)
    def on_toggled(self, chosen: bool) -> None:
        left_out = translate("visitors", "Face of {time}, left out")
        text = translate("visitors", "Face of {time}, chosen") if chosen else left_out
        self.setAccessibleName(text.format(time=self._when))

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().changeEvent(event)
        if event is not None and event.type() is QEvent.Type.StyleChange:
            self._draw()

    def _draw(self) -> None:
        side = px(_SIDE_UNITS)
        if side != self._side:
            self._side = side
            drawn = QIcon(_picture(self.shown.image, side, chosen=False))
            drawn.addPixmap(_picture(self.shown.image, side, chosen=True), state=QIcon.State.On)
            self.setIcon(drawn)
            self.setIconSize(QSize(side, side))


def _picture(image: QImage, side: int, *, chosen: bool) -> QPixmap:
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    painter.setOpacity(1.0 if chosen else _LEFT_OUT_OPACITY)
    painter.drawPixmap(0, 0, round_picture(image, side, 0.0))
    if chosen:
        mark = round(side * _MARK_SHARE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 170))
        painter.drawEllipse(side - mark - 2, side - mark - 2, mark, mark)
        inner = round(mark * 0.7)
        offset = side - mark - 2 + (mark - inner) // 2
        painter.drawPixmap(offset, offset, icon("tick_mark", "#ffffff", inner))
    painter.end()
    return picture


_MOST_LETTERS = 24  # of a name on a button


class VisitorCard(Panel):
    """Faces that show one person."""

    wanted = pyqtSignal(str)  # the person to whom the chosen faces belong, "" = a new person
    dismissed = pyqtSignal()  # the faces are to be deleted

    def __init__(self, shown: ShownVisitor, threshold: float) -> None:
        self.shown = shown
        visitor = shown.visitor
        self.faces = [FaceButton(face) for face in shown.faces]
        self.seen = Heading(_seen(len(visitor.faces), visitor.first_seen, visitor.last_seen))
        self.alike = Note(_alike(shown, threshold), "muted")
        rest = len(visitor.faces) - len(shown.faces)
        more = [Note(translate("visitors", "and %n more faces", "", rest), "hint")] if rest > 0 else []
        self.enrol = Button(translate("visitors", "Enrol this visitor"), "person_plus", "primary")
        self.dismiss = Button(translate("visitors", "Delete"), "erase")
        self.proposal: Button | None = None
        buttons = [self.enrol, self.dismiss]
        person, name = visitor.likely_person(threshold), shown.nearest_name
        if person is not None:
            text = translate("visitors", "This is {name}")
            short = name if len(name) <= _MOST_LETTERS else f"{name[: _MOST_LETTERS - 1].rstrip()}…"
            self.proposal = Button(text.format(name=short), "person_plus", name=text.format(name=name))
            self.proposal.clicked.connect(lambda: self.wanted.emit(person))
            buttons.insert(0, self.proposal)
        super().__init__(self.seen, self.alike, flow(*self.faces, gap=6), *more, flow(*buttons), gap=6)
        self.enrol.clicked.connect(lambda: self.wanted.emit(""))
        self.dismiss.clicked.connect(self.dismissed)
        for face in self.faces:
            face.toggled.connect(self.on_toggled)

    @property
    def left_out(self) -> frozenset[int]:
        """Return the ids of the faces that are left out."""
        return frozenset(button.shown.face.id for button in self.faces if not button.isChecked())

    @property
    def pictures(self) -> list[bytes]:
        chosen = [button.shown.picture for button in self.faces if button.isChecked()]
        return [picture for picture in chosen if picture]

    @pyqtSlot()
    def on_toggled(self) -> None:
        for button in (self.proposal, self.enrol):
            if button is not None:
                button.setEnabled(bool(self.pictures))


def moment_text(time: datetime) -> str:
    """Return the local day and time as the language of the screen writes them; today without the day."""
    day = time.astimezone().date()
    return time_text(time) if day == today() else f"{day_text(day)} {time_text(time)}"


def _seen(count: int, first: datetime, last: datetime) -> str:
    if count == 1:
        return translate("visitors", "Refused at {time}").format(time=moment_text(last))
    text = translate("visitors", "Refused %n times, from {first} to {last}", "", count)
    return text.format(first=moment_text(first), last=moment_text(last))


def _alike(shown: ShownVisitor, threshold: float) -> str:
    nearest = shown.visitor.nearest
    if nearest is None:
        return translate("visitors", "Not compared with anybody.")
    text = translate("visitors", "Closest: {name} at {distance} (limit {needed}).")
    distance, needed = number(nearest.distance, 2), number(threshold, 2)
    return text.format(name=shown.nearest_name, distance=distance, needed=needed)


_AT_FIRST = 20  # visitors on the page; more on request
_LOOK_MS = 3000


class VisitorsPage(StaffPage):
    """The refused unknown visitors, with a card each; it follows new faces every few seconds."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.cards: dict[frozenset[int], VisitorCard] = {}
        self._most, self._count = _AT_FIRST, -1
        self.about, self.empty = Note("", "muted"), Heading("")
        self.settings = Button(translate("visitors", "Open settings"), "settings")
        self.delete_all = Button(translate("visitors", "Delete all"), "erase")
        self.more = Button(translate("visitors", "Show more"))
        self._list = column(gap=8)
        self._timer = timer(self, self.on_look, _LOOK_MS)
        about = FoldingRow(self.about, self.delete_all, text=True)
        head = Panel(self.empty, about, flow(self.settings), gap=6, margin=10)
        self.setLayout(column(ScrollPage(column(head, self._list, self.more, 1, gap=8))))
        self.settings.clicked.connect(lambda: context.go("settings"))
        question = translate("visitors", "Delete the faces of all unknown visitors?")
        self.delete_all.clicked.connect(lambda: self._ask_to_delete(question, context.services.visitors.clear))
        self.more.clicked.connect(self.on_more)

    @property
    def hours(self) -> int:
        """Return for how many hours faces are kept; 0 = not at all."""
        return self.context.services.config.current.reception.keep_refused_hours

    def enter(self, **arguments: object) -> None:
        self._most, self._count = _AT_FIRST, -1
        self._show()
        self.empty.setText("")
        self.on_look()
        self._timer.start()

    def leave(self) -> None:
        self._timer.stop()
        self._show()  # no face stays in memory longer than it is shown

    @pyqtSlot()
    def on_look(self) -> None:
        """Load the faces again if their number has changed."""
        if self.hours:
            self.context.run(self.context.services.visitors.count, self._on_counted)
        else:
            self._show()

    @pyqtSlot()
    def on_more(self) -> None:
        self._most += _AT_FIRST
        self._load()

    def _on_counted(self, count: int) -> None:
        if count != self._count:
            self._count = count
            self._load()

    def _load(self) -> None:
        services, most = self.context.services, self._most
        self.context.run(lambda: load(services, most), lambda loaded: self._show(*loaded), self._on_failed)

    def _on_failed(self, message: str) -> None:
        self._count = -1  # try again
        self.context.notice(message)

    def _show(self, visitors: Iterable[ShownVisitor] = (), total: int = 0, threshold: float = 0.0) -> None:
        wanted = {shown.visitor.ids: shown for shown in visitors}
        for ids in self.cards.keys() - wanted.keys():
            discard(self._list, self.cards.pop(ids))
        for place, (ids, shown) in enumerate(wanted.items()):
            if ids not in self.cards:
                card = self.cards[ids] = VisitorCard(shown, threshold)
                card.wanted.connect(partial(self._enrol, card))
                card.dismissed.connect(partial(self._dismiss, ids))
                self._list.insertWidget(place, card)
        self.more.setVisible(total > len(wanted))
        self.delete_all.setVisible(len(wanted) > 1)
        hours = self.hours
        self.empty.setVisible(not wanted)
        self.settings.setVisible(not hours and self.context.member.role is Role.INSTALLER)
        empty = translate("visitors", "The faces of refused visitors are not kept.")
        about = translate(
            "visitors",
            "If they are kept, you can see here who was refused, and enrol a person from such a "
            "picture after that person has agreed. An installer can switch this on in the settings.",
        )
        if hours:
            empty = translate("visitors", "Nobody unknown was refused in the last %n hours.", "", hours)
            about = translate(
                "visitors",
                "Faces that the door refused and did not know. They are deleted after %n hours. A face becomes"
                " somebody's picture only after that person has agreed.",
                "",
                hours,
            )
        self.empty.setText(empty)
        self.about.setText(about)

    def _enrol(self, card: VisitorCard, person: str) -> None:
        """Open the enrolment, where consent comes first; the faces are deleted once it is saved."""
        pictures = [Offered(f"{number}.png", picture) for number, picture in enumerate(card.pictures, start=1)]
        ids = card.shown.visitor.ids - card.left_out

        def on_enrolled(person: str) -> None:
            try:
                self.context.services.visitors.remove(ids)
            except KioskError as error:
                self.context.tell_fault(str(error))
            self.context.note(Action.VISITOR_ENROLLED, person)

        self.context.go("enrol", pictures=pictures, person=person, saved=on_enrolled)

    def _dismiss(self, ids: frozenset[int]) -> None:
        question = translate("visitors", "Delete %n faces of this visitor?", "", len(ids))
        self._ask_to_delete(question, lambda: self.context.services.visitors.remove(ids))

    def _ask_to_delete(self, question: str, delete: Callable[[], int]) -> None:
        detail = translate("visitors", "This cannot be undone.")
        yes, no = translate("visitors", "Delete"), translate("visitors", "Keep")
        self.context.confirm(question, detail, yes, no, lambda: self.context.act(delete, self._on_deleted))

    def _on_deleted(self, count: int) -> None:
        self.context.note(Action.VISITOR_DISMISSED, None, str(count))
        self.context.tell(translate("visitors", "%n faces were deleted.", "", count))
        self._count = -1
        if self._timer.isActive():  # the answer may come after the page was left
            self.on_look()
