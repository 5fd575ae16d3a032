"""The fourth step: the pictures must be good, show one person, and nobody who is enrolled already."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PyQt6.QtCore import QSize, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QImage, QPixmap
from PyQt6.QtWidgets import QLabel, QSizePolicy, QWidget

from kiosk.domain import display_name
from kiosk.door.services import StaffServices
from kiosk.gui.controls import Button, Heading, Note, Panel, ScrollPage, StateLabel, breakable
from kiosk.gui.layouts import Bar, column, discard, flow, px, row
from kiosk.gui.reception.enrolment.step import Draft, Step
from kiosk.gui.reception.page import PageContext
from kiosk.gui.reception.portraits import read_small, square_picture
from kiosk.i18n import shown, translate
from kiosk.people.enrolment import Check, Enrolled, Enrolment, Examined, Offered, check, save


def check_pictures(
    services: StaffServices, person: str, offered: Sequence[Offered], examined: Sequence[Examined]
) -> Check:
    """Check the pictures of a draft; for a background thread. Raises KioskError."""
    gallery, limits = services.snapshot, {"threshold": services.threshold, "margin": services.margin}
    with services.reader() as reader:
        return check(services.folder, person, offered, reader.one, gallery, examined=examined, **limits)


def save_draft(services: StaffServices, draft: Draft, checked: Check, staff: str) -> Enrolled:
    """Save pictures, data and consent; for a background thread. Raises KioskError."""
    with services.reader() as reader:
        version = reader.key
    order = Enrolment(draft.person, checked.good, draft.changed, draft.consent, checked.duplicates.alike)
    return save(services, order, staff, version=version)


_CARD_UNITS = 80


class CheckStep(Step):
    """The fourth step: checks the pictures in the background, shows the result, saves."""

    saved = pyqtSignal(object)  # the Enrolled
    again = pyqtSignal(int)  # the number of the picture that is to be taken again; -1 = all
    more = pyqtSignal()  # more pictures are to be taken, beside those that are good
    cancelled = pyqtSignal()  # nothing is to be kept

    def __init__(self, context: PageContext, draft: Draft) -> None:
        super().__init__(context, draft)
        self.checked = Check()
        self._images: list[QImage] = []
        self._known = QImage()
        self.saving = False
        self.before = Button(translate("enrolment", "Take the pictures again"), "again")
        self.save = Button(translate("enrolment", "Save"), "save", "primary")
        self.heading = Heading("")
        self.cards: list[Card] = []
        self.finding: Panel | None = None
        self.merge: Button | None = None
        self._parts: tuple[QWidget, ...] = ()  # of the list
        self._list = column(1, gap=10)
        self.setLayout(column(ScrollPage(self._list), Bar(self.before, self.save), gap=8))
        self.before.clicked.connect(lambda: self.again.emit(-1))
        self.save.clicked.connect(self.on_save)

    def enter(self) -> None:
        self._fill(Heading(translate("enrolment", "The pictures are being checked …")))
        self.save.setEnabled(False)
        self.setFocus()  # until the result chooses a button
        services, person = self.context.services, self.draft.person
        offered, pictures = self.draft.offered, list(self.draft.pictures)
        self.context.run(
            lambda: _look(services, check_pictures(services, person, offered, pictures)), self._show, self._failed
        )

    @pyqtSlot()
    def on_save(self) -> None:
        self._set_saving(saving=True)
        services, draft, checked, staff = self.context.services, self.draft, self.checked, self.context.member.name
        ended = partial(self._set_saving, saving=False)
        self.context.act(lambda: save_draft(services, draft, checked, staff), self._saved, ended=ended)

    @pyqtSlot()
    def on_merge(self) -> None:
        self.draft.person, self.draft.adding = self.checked.duplicates.same[0].person, True
        self.draft.data.clear()
        self.draft.pictures, self.draft.offered = list(self.checked.pictures), []
        self.enter()

    def leave_out(self, number: int) -> None:
        self.draft.pictures = [one for index, one in enumerate(self.checked.pictures) if index != number]
        self.draft.offered, self.draft.from_camera = [], False
        self.enter()

    def _show(self, seen: tuple[Check, list[QImage], QImage]) -> None:
        self.checked, self._images, self._known = seen
        checked = self.checked
        # What was examined is not examined again.
        self.draft.pictures, self.draft.offered = list(checked.pictures), []
        self.cards = [self._card(number) for number in range(len(checked.pictures))]
        cards = QWidget()
        cards.setLayout(flow(*self.cards, gap=8))
        self.heading = Heading(breakable(self._verdict()))
        self.finding = self._find()
        self._fill(self.heading, *([self.finding] if self.finding else []), cards)
        self.save.setEnabled(checked.may_be_saved)
        self.save.setVisible(not checked.duplicates.same)
        self.save.set_deliberate(self.finding is not None)  # what the finding says is to be read first
        (self.save if checked.may_be_saved and self.finding is None else self.before).setFocus()

    def _verdict(self) -> str:
        checked = self.checked
        if checked.duplicates.same:
            return translate("enrolment", "This person is already enrolled under another name.")
        if checked.outliers:
            numbers = ", ".join(str(number + 1) for number in sorted(checked.outliers))
            text = translate("enrolment", "Not all pictures look like one person: see picture {numbers}.")
            return text.format(numbers=numbers)
        if not checked.good:
            return translate("enrolment", "None of the pictures can be used.")
        text = translate("enrolment", "%n pictures of {name} can be saved.", "", len(checked.good))
        return text.format(name=display_name(self.draft.person))

    def _card(self, number: int) -> Card:
        picture, checked = self.checked.pictures[number], self.checked
        words = translate("enrolment", "Good"), "good"
        if number in checked.outliers:
            words = translate("enrolment", "Looks like a different person"), "fault"
        elif number in checked.repeated:
            words = translate("enrolment", "Already there"), "warning"
        elif picture.fault:
            words = shown(picture.fault), "warning"
        from_camera = self.draft.from_camera
        card = Card(number, square_picture(self._images[number], px(_CARD_UNITS)), words, from_camera=from_camera)
        card.button.clicked.connect(lambda: self.again.emit(number) if from_camera else self.leave_out(number))
        return card

    def _find(self) -> Panel | None:
        """Return a panel about the enrolled person whom the pictures resemble; None if there is none."""
        self.merge = None
        duplicates = self.checked.duplicates
        if duplicates.same:
            text = translate(
                "enrolment",
                "These pictures look like {name}. If it is the same person, add the pictures there. If "
                "not, cancel and ask the installer: the door cannot tell the two apart.",
            )
            add = translate("enrolment", "Add the pictures to that person")
            self.merge = Button(add, "person_plus", "primary", deliberate=True)
            self.merge.clicked.connect(self.on_merge)
            cancel = Button(translate("enrolment", "Cancel"), "cross")
            cancel.clicked.connect(self.cancelled)
            buttons = [self.merge, cancel]
        elif duplicates.alike:
            text = translate(
                "enrolment",
                "Looks much like {name}. The door may sometimes recognise neither of them. More pictures "
                "of both help. You can save anyway.",
            )
            more = Button(translate("enrolment", "Take more pictures"), "camera")
            more.clicked.connect(self.more)
            buttons = [more]
        else:
            return None
        other = (*duplicates.same, *duplicates.alike)[0].person
        return Panel(self._both(other), Note(breakable(text.format(name=display_name(other)))), flow(*buttons))

    def _both(self, other: str) -> QWidget:
        pairs = zip(self._images, self.checked.pictures, strict=True)
        new = next((image for image, one in pairs if one.embedding is not None), QImage())
        layout = row(gap=14)
        for picture, name in ((new, self.draft.person), (self._known, other)):
            image = QLabel()
            image.setPixmap(square_picture(picture, px(_CARD_UNITS)))
            layout.addLayout(column(image, Note(breakable(display_name(name))), gap=2), 1)
        layout.addStretch(1)
        both = QWidget()
        both.setLayout(layout)
        return both

    def _fill(self, *parts: QWidget) -> None:
        for part in self._parts:
            discard(self._list, part)
        self._parts = parts
        for place, part in enumerate(parts):
            self._list.insertWidget(place, part)

    def _failed(self, fault: str) -> None:
        self._fill(Heading(translate("enrolment", "The pictures could not be checked.")), Note(fault, "error"))
        self.before.setFocus()

    def _set_saving(self, *, saving: bool) -> None:
        self.saving = saving
        for button in (self.save, self.before, *(card.button for card in self.cards)):
            button.setEnabled(not saving)

    def _saved(self, enrolled: Enrolled) -> None:
        if enrolled.fault:
            self.context.tell_fault(enrolled.fault)
        self.saved.emit(enrolled)


def _look(services: StaffServices, checked: Check) -> tuple[Check, list[QImage], QImage]:
    """Return the check, small images of its pictures, and one image of the enrolled person whom they resemble."""
    images = [read_small(one.offered.content)[0] for one in checked.pictures]
    others = (*checked.duplicates.same, *checked.duplicates.alike)
    templates = services.snapshot.templates_of(others[0].person) if others else ()
    return checked, images, read_small(services.folder / templates[0].source)[0] if templates else QImage()


class Card(Panel):
    """A picture, the result of its check, and a button to replace it or leave it out."""

    def __init__(self, number: int, picture: QPixmap, words: tuple[str, str], *, from_camera: bool) -> None:
        self.image = QLabel()
        self.image.setPixmap(picture)
        name = translate("enrolment", "Picture {number}").format(number=number + 1)
        self.state = StateLabel(*words)
        self.state.setWordWrap(True)
        text = translate("enrolment", "Leave out")
        if from_camera:
            text = translate("enrolment", "Again", "take the picture again")  # short: five fit beside each other
        self.button = Button(text, kind="card", name=f"{name}: {text}")
        self.image.setAccessibleName(name)
        super().__init__(self.image, Note(name, "muted"), self.state, self.button, gap=4, margin=6)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """Return a width of which five fit beside each other; more where large type needs it."""
        width = max(px(_CARD_UNITS + 16), self.button.sizeHint().width() + px(14))
        layout = self.layout()
        return QSize(width, layout.totalHeightForWidth(width) if layout is not None else 0)
