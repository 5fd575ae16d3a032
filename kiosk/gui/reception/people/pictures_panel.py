"""The pictures of one person, each with what it is like."""

from __future__ import annotations

from functools import partial

from PyQt6.QtCore import QSize, Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QPixmap
from PyQt6.QtWidgets import QLabel, QSizePolicy, QWidget

from kiosk.gui.controls import Button, Heading, Note, Panel
from kiosk.gui.layouts import FoldingRow, column, flow, px
from kiosk.gui.reception.page import PageContext
from kiosk.gui.reception.people.rows import Look, look_at, pictures_of
from kiosk.gui.reception.people.wording import distance_words, quality_advice, remark_words, unused_words
from kiosk.gui.reception.portraits import square_picture
from kiosk.i18n import translate
from kiosk.people.listing import PersonRow, PictureFacts
from kiosk.people.records import remove

_SIDE_UNITS = 104
_CARD_UNITS = 144


class PictureCard(QWidget):
    """One picture."""

    removal_wanted = pyqtSignal()  # the picture is to be deleted

    def __init__(self, number: int, facts: PictureFacts) -> None:
        super().__init__()
        self.facts = facts
        self.picture = QLabel()
        self.picture.setFixedSize(QSize(px(_SIDE_UNITS), px(_SIDE_UNITS)))
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.quality = Note(translate("people", "Being looked at …") if facts.used else unused_words(facts))
        self.distance = Note(distance_words(facts), "muted" if facts.fits else "error")
        self.remove = Button(translate("people", "Remove"), "erase")
        self.remove.setAccessibleName(translate("people", "Remove picture {number}").format(number=number))
        self.picture.setAccessibleName(translate("people", "Picture {number}").format(number=number))
        self.setLayout(column(self.picture, self.quality, self.distance, 1, self.remove, gap=4))
        self.distance.setVisible(bool(self.distance.text()))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.remove.clicked.connect(self.removal_wanted)

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """Return the width of every card, and the height that the text needs."""
        width = max(px(_CARD_UNITS), self.remove.sizeHint().width())
        layout = self.layout()
        return QSize(width, layout.heightForWidth(width) if layout is not None else width)

    def show_look(self, look: Look) -> None:
        self.picture.setPixmap(QPixmap() if look.image.isNull() else square_picture(look.image, px(_SIDE_UNITS)))
        if self.facts.used:
            self.quality.setText(remark_words(look.remarks))
        self.updateGeometry()


class PicturesPanel(Panel):
    """All of them, and the way to add more."""

    changed = pyqtSignal()  # pictures were removed
    more_wanted = pyqtSignal()  # pictures are to be added

    def __init__(self, context: PageContext) -> None:
        self.heading = Heading(translate("people", "Pictures"))
        self.advice = Note("", "muted")
        self.add = Button(translate("people", "Add pictures"), "camera")
        self._holder = QWidget()
        super().__init__(FoldingRow(self.heading, self.add, text=True), self.advice, self._holder)
        self.cards: list[PictureCard] = []
        self._context, self._person = context, ""
        self._facts: tuple[PictureFacts, ...] = ()
        self._looks: dict[str, Look] = {}
        self._waiting: list[str] = []
        self._looking = ""  # the source that is being looked at
        self.add.clicked.connect(self.more_wanted)

    def open(self, person: str) -> None:
        self._person, self._facts = person, ()
        self._looks.clear()
        self.stop()
        self._show(())

    def stop(self) -> None:
        self._waiting.clear()
        self._looking = ""

    def show_row(self, known: PersonRow) -> None:
        self.advice.setText(quality_advice(known.quality))
        person = known.person
        self._context.run(lambda: pictures_of(self._context.services, person), partial(self._came, person))

    @pyqtSlot()
    def on_removal(self, facts: PictureFacts) -> None:
        detail = translate("people", "This cannot be undone.")
        if len(self._facts) == 1:
            detail = translate("people", "It is the last one. Without it, the door does not recognise this person.")
        answers = (
            (translate("people", "Remove"), lambda: self._remove(facts)),
            (translate("people", "Keep it"), lambda: None),
        )
        self._context.ask(translate("people", "Remove this picture?"), detail, answers, danger=True)

    def _remove(self, facts: PictureFacts) -> None:
        context, person = self._context, self._person
        context.act(lambda: remove(context.services, person, [facts.source], context.member.name), self._removed)

    def _removed(self, sources: list[str]) -> None:
        self._context.tell(translate("people", "%n pictures were removed.", "", len(sources)))
        self.changed.emit()

    def _came(self, person: str, facts: tuple[PictureFacts, ...]) -> None:
        if person == self._person and facts != self._facts:
            self._facts = facts
            self._show(facts)

    def _show(self, facts: tuple[PictureFacts, ...]) -> None:
        old = self._holder
        self._holder = QWidget()
        self.cards = [PictureCard(number, one) for number, one in enumerate(facts, 1)]
        self._holder.setLayout(flow(*self.cards, gap=12))
        layout = self.layout()
        if layout is not None:
            layout.replaceWidget(old, self._holder)
        old.hide()
        old.deleteLater()
        for card in self.cards:
            card.removal_wanted.connect(partial(self.on_removal, card.facts))
            if card.facts.source in self._looks:
                card.show_look(self._looks[card.facts.source])
            elif card.facts.source not in self._waiting:
                self._waiting.append(card.facts.source)
        self._look_at_next()

    def _look_at_next(self) -> None:
        """Look at one after the other, so that what is pressed meanwhile does not have to wait for all of them."""
        if self._looking or not self._waiting:
            return
        self._looking = source = self._waiting.pop(0)
        self._context.run(
            lambda: look_at(self._context.services, source), partial(self._looked, source), self._not_looked
        )

    def _looked(self, source: str, look: Look) -> None:
        self._looking = ""
        self._looks[source] = look
        for card in self.cards:
            if card.facts.source == source:
                card.show_look(look)
        self._look_at_next()

    def _not_looked(self, fault: str) -> None:
        self._looking = ""
        self._context.notice(fault)
