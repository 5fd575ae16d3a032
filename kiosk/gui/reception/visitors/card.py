"""One unknown visitor: the faces, who is most alike, and what can be done."""

from __future__ import annotations

from datetime import datetime

from PyQt6.QtCore import QDate, QDateTime, QLocale, pyqtSignal, pyqtSlot

from kiosk.gui.controls import Button, Heading, Note, Panel, column, flow
from kiosk.gui.reception.visitors.face_button import FaceButton
from kiosk.gui.reception.visitors.loading import ShownVisitor
from kiosk.i18n import translate

_MOST_LETTERS = 24  # of a name on a button
_LIKELY = 1.2  # of the threshold: whoever is farther is not proposed


class VisitorCard(Panel):
    """Faces that show one person.

    Signals:
        wanted: the person to whom the chosen faces belong, "" = somebody new.
        dismissed: the faces are to be deleted.
    """

    wanted = pyqtSignal(str)
    dismissed = pyqtSignal()

    def __init__(self, shown: ShownVisitor, threshold: float) -> None:
        self.shown = shown
        visitor = shown.visitor
        self.faces = [
            FaceButton(image, moment(face.time)) for image, face in zip(shown.images, visitor.faces, strict=False)
        ]
        self.seen = Heading(_seen(len(visitor.faces), visitor.first_seen, visitor.last_seen))
        self.alike = Note(_alike(shown, threshold), "muted")
        self.proposal: Button | None = None
        nearest = visitor.nearest
        if nearest is not None and nearest.distance <= threshold * _LIKELY:
            self.proposal = _proposal(shown.nearest_name)
        self.enrol = Button(translate("visitors", "Enrol this visitor"), "person_plus", "primary")
        self.dismiss = Button(translate("visitors", "Delete"), "erase")
        buttons = [button for button in (self.proposal, self.enrol, self.dismiss) if button is not None]
        super().__init__(column(self.seen, self.alike, flow(*self.faces, gap=6), _rest(shown), flow(*buttons), gap=6))
        self._connect()

    @property
    def left_out(self) -> frozenset[int]:
        """Faces that are not to go along."""
        faces = zip(self.faces, self.shown.visitor.faces, strict=False)
        return frozenset(face.id for button, face in faces if not button.isChecked())

    @property
    def pictures(self) -> list[bytes]:
        """The chosen ones of the faces on the screen."""
        faces = zip(self.faces, self.shown.pictures, strict=True)
        return [picture for button, picture in faces if picture and button.isChecked()]

    @pyqtSlot()
    def on_toggled(self) -> None:
        """Nobody can be enrolled without a picture."""
        for button in (self.proposal, self.enrol):
            if button is not None:
                button.setEnabled(bool(self.pictures))

    def _connect(self) -> None:
        nearest = self.shown.visitor.nearest
        if self.proposal is not None and nearest is not None:
            self.proposal.clicked.connect(lambda _checked, person=nearest.person: self.wanted.emit(person))
        self.enrol.clicked.connect(lambda _checked: self.wanted.emit(""))
        self.dismiss.clicked.connect(lambda _checked: self.dismissed.emit())
        for face in self.faces:
            face.toggled.connect(self.on_toggled)


def moment(time: datetime) -> str:
    """Day and time here, as the language of the screen writes them; today's without the day."""
    local = QDateTime.fromSecsSinceEpoch(int(time.timestamp()))
    if local.date() == QDate.currentDate():
        return QLocale().toString(local.time(), QLocale.FormatType.ShortFormat)
    return QLocale().toString(local, QLocale.FormatType.ShortFormat)


def _proposal(name: str) -> Button:
    """The words of a button do not wrap: a long name is cut, and read out whole."""
    text = translate("visitors", "This is {name}")
    shown = name if len(name) <= _MOST_LETTERS else f"{name[: _MOST_LETTERS - 1].rstrip()}…"
    return Button(text.format(name=shown), "person_plus", name=text.format(name=name))


def _seen(count: int, first: datetime, last: datetime) -> str:
    if count == 1:
        return translate("visitors", "Refused at {time}").format(time=moment(last))
    text = translate("visitors", "Refused %n times, from {first} to {last}", "", count)
    return text.format(first=moment(first), last=moment(last))


def _alike(shown: ShownVisitor, threshold: float) -> str:
    nearest = shown.visitor.nearest
    if nearest is None:
        return translate("visitors", "Compared with nobody who is enrolled.")
    number = QLocale()
    text = translate("visitors", "Most alike is {name}, at a distance of {distance}; {needed} would be needed.")
    return text.format(
        name=shown.nearest_name,
        distance=number.toString(nearest.distance, "f", 2),
        needed=number.toString(threshold, "f", 2),
    )


def _rest(shown: ShownVisitor) -> Note:
    rest = len(shown.visitor.faces) - len(shown.images)
    note = Note(translate("visitors", "and %n more faces", "", rest) if rest > 0 else "", "hint")
    if rest <= 0:
        note.hide()
    return note
