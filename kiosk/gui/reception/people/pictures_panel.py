"""The pictures of one person, each with its quality."""

from __future__ import annotations

import contextlib
import math
from functools import partial
from typing import NamedTuple

import numpy as np
from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QLabel, QSizePolicy, QWidget

from kiosk.domain import Rejection
from kiosk.door.services import StaffServices
from kiosk.errors import EncoderError, PictureError
from kiosk.gui.controls import Button, Heading, Note, Panel
from kiosk.gui.feed import to_qimage
from kiosk.gui.layouts import FoldingRow, column, discard, flow, px
from kiosk.gui.reception.page import PageContext
from kiosk.gui.reception.portraits import square_picture
from kiosk.i18n import QT_TRANSLATE_NOOP, number, translate
from kiosk.people.listing import PersonRow, PictureFacts, Quality, picture_facts
from kiosk.people.records import remove
from kiosk.vision.pictures import read_picture
from kiosk.vision.quality import USUAL

_SHOWN_PX = 480


def facts_of(services: StaffServices, person: str) -> tuple[PictureFacts, ...]:
    """Return every file of a person in the image folder, with its distance to the others."""
    threshold = math.inf
    with contextlib.suppress(EncoderError):  # the station is being built
        threshold = services.threshold
    return picture_facts(services.snapshot, services.folder, person, threshold)


class Look(NamedTuple):
    """A picture as it is shown, and what is unusual about it."""

    image: QImage
    remarks: tuple[Rejection, ...] = ()


def look_at(services: StaffServices, source: str) -> Look:
    """Return a picture cut to its face, with remarks; takes about a tenth of a second."""
    try:
        image = read_picture(services.folder / source)
    except PictureError:
        return Look(QImage())
    with services.reader() as reader:
        found = reader.look(image)
    if found is None:
        step = max(max(image.shape[:2]) // _SHOWN_PX, 1)
        return Look(to_qimage(np.ascontiguousarray(image[::step, ::step])), (Rejection.NO_FACE,))
    face, conditions = found
    box = face.box.grown(0.5, image.shape[1], image.shape[0])
    cut = to_qimage(np.ascontiguousarray(box.cut(image)))
    return Look(cut, USUAL.remarks(conditions))


_ADVICE = {
    Quality.GOOD: QT_TRANSLATE_NOOP("people", "These pictures work well."),
    Quality.FEW: QT_TRANSLATE_NOOP("people", "With three pictures or more, recognition is more reliable."),
    Quality.DIFFER: QT_TRANSLATE_NOOP(
        "people", "One picture looks like somebody else. Remove it, or add more pictures that show the person."
    ),
    Quality.NONE: QT_TRANSLATE_NOOP("people", "Without a usable picture, the door does not recognise this person."),
}
_REMARKS = {
    Rejection.NO_FACE: QT_TRANSLATE_NOOP("people", "No face found"),
    Rejection.TOO_SMALL: QT_TRANSLATE_NOOP("people", "Small face"),
    Rejection.TOO_DARK: QT_TRANSLATE_NOOP("people", "Dark"),
    Rejection.TOO_BRIGHT: QT_TRANSLATE_NOOP("people", "Very bright"),
    Rejection.TOO_BLURRED: QT_TRANSLATE_NOOP("people", "Blurred"),
    Rejection.OFF_POSE: QT_TRANSLATE_NOOP("people", "Turned aside"),
}
_SIDE_UNITS, _CARD_UNITS = 104, 144


class PictureCard(QWidget):
    """A picture, its quality, and a button to remove it."""

    def __init__(self, place: int, facts: PictureFacts) -> None:
        super().__init__()
        self.facts = facts
        self.picture = QLabel()
        self.picture.setFixedSize(QSize(px(_SIDE_UNITS), px(_SIDE_UNITS)))
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setAccessibleName(translate("people", "Picture {number}").format(number=place))
        quality = translate("people", "Not used: {reason}") if facts.reason else translate("people", "Not used yet")
        if facts.used:
            quality = translate("people", "Being looked at …")
        self.quality = Note(quality.format(reason=facts.reason))
        self.distance = Note("", "muted" if facts.fits else "error")
        if facts.distance is None:
            self.distance.hide()
        else:
            text = translate("people", "Unlike the others: {distance}")
            if facts.fits:
                text = translate("people", "Fits the others: {distance}")
            self.distance.setText(text.format(distance=number(facts.distance, 2)))
        name = translate("people", "Remove picture {number}").format(number=place)
        self.remove = Button(translate("people", "Remove"), "erase", name=name)
        self.setLayout(column(self.picture, self.quality, self.distance, 1, self.remove, gap=4))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """Return the width of every card, and the height that the text needs."""
        width = max(px(_CARD_UNITS), self.remove.sizeHint().width())
        layout = self.layout()
        return QSize(width, layout.heightForWidth(width) if layout is not None else width)

    def show_look(self, look: Look) -> None:
        self.picture.setPixmap(square_picture(look.image, px(_SIDE_UNITS)))
        if self.facts.used:
            remarks = ", ".join(translate("people", _REMARKS[remark]) for remark in look.remarks)
            self.quality.setText(remarks or translate("people", "Good picture"))
        self.updateGeometry()


class PicturesPanel(Panel):
    """The pictures of a person, and a button to add more."""

    changed = pyqtSignal()  # pictures were removed
    more_wanted = pyqtSignal()  # pictures are to be added

    def __init__(self, context: PageContext) -> None:
        self.heading = Heading(translate("people", "Pictures"))
        self.advice = Note("", "muted")
        self.add = Button(translate("people", "Add pictures"), "camera")
        self._list = flow(gap=12)
        super().__init__(FoldingRow(self.heading, self.add, text=True), self.advice, self._list)
        self.cards: list[PictureCard] = []
        self._context, self._person = context, ""
        self._facts: tuple[PictureFacts, ...] = ()
        self._looks: dict[str, Look] = {}
        self._waiting: list[str] = []
        self._looking = ""  # the source that is being looked at
        self.add.clicked.connect(self.more_wanted)

    def open(self, person: str) -> None:
        self._person = person
        self._looks.clear()
        self.stop()
        self._show(())

    def stop(self) -> None:
        self._waiting.clear()
        self._looking = ""

    def show_row(self, known: PersonRow) -> None:
        self.advice.setText(translate("people", _ADVICE[known.quality]))
        person = known.person
        self._context.run(lambda: facts_of(self._context.services, person), partial(self._came, person))

    def _ask_removal(self, facts: PictureFacts) -> None:
        detail = translate("people", "This cannot be undone.")
        if len(self._facts) == 1:
            detail = translate("people", "It is the last one. Without it, the door does not recognise this person.")
        context, person = self._context, self._person

        def work() -> int:
            return remove(context.services, person, facts.source, context.member.name)

        def removed(count: int) -> None:
            context.tell(translate("people", "%n pictures were removed.", "", count))
            self.changed.emit()

        question = translate("people", "Remove this picture?")
        yes, no = translate("people", "Remove"), translate("people", "Keep it")
        context.confirm(question, detail, yes, no, lambda: context.act(work, removed))

    def _came(self, person: str, facts: tuple[PictureFacts, ...]) -> None:
        if person == self._person and facts != self._facts:
            self._show(facts)

    def _show(self, facts: tuple[PictureFacts, ...]) -> None:
        for card in self.cards:
            discard(self._list, card)
        self._facts = facts
        self.cards = [PictureCard(place, one) for place, one in enumerate(facts, 1)]
        for card in self.cards:
            self._list.addWidget(card)
            source = card.facts.source
            card.remove.clicked.connect(lambda _checked, facts=card.facts: self._ask_removal(facts))
            if source in self._looks:
                card.show_look(self._looks[source])
            elif source not in self._waiting:
                self._waiting.append(source)
        self._look_at_next()

    def _look_at_next(self) -> None:
        """Look at one picture at a time, so that other work does not wait for all of them."""
        if self._looking or not self._waiting:
            return
        self._looking = source = self._waiting.pop(0)
        services = self._context.services
        self._context.run(lambda: look_at(services, source), partial(self._looked, source), self._not_looked)

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
