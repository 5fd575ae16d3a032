"""The fourth step: are the pictures good, of one person, and of nobody who is enrolled already?"""

from __future__ import annotations

from PyQt6.QtCore import QSize, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QIcon, QImage, QPixmap
from PyQt6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from kiosk.domain import Candidate, display_name
from kiosk.door.services import StaffServices
from kiosk.gui.controls import Button, Heading, Note, Panel, ScrollPage, State, breakable
from kiosk.gui.layouts import Bar, column, flow, px, row
from kiosk.gui.reception.enrolment.step import Draft, Step, check_pictures, picture_of, save_draft
from kiosk.gui.reception.page import PageContext
from kiosk.gui.reception.portraits import read_small, square_picture
from kiosk.i18n import shown, translate
from kiosk.people.enrolment import Check, Enrolled

SIDE_UNITS = 56


def thumbnail(image: QImage, side_px: int) -> QPixmap:
    """The picture cut to a rounded square; an empty one where there is none."""
    return QPixmap() if image.isNull() else square_picture(image, side_px)


class ShotButtons(QWidget):
    """One button a picture."""

    again = pyqtSignal(int)  # the number of the picture that is to be taken again

    def __init__(self, total: int) -> None:
        super().__init__()
        self.buttons = [QPushButton(str(number + 1)) for number in range(total)]
        layout = row(*self.buttons, gap=6)
        layout.addStretch(1)
        self.setLayout(layout)
        for number, button in enumerate(self.buttons):
            button.setProperty("kind", "shot")
            button.setFixedSize(px(SIDE_UNITS), px(SIDE_UNITS))
            button.clicked.connect(lambda _checked, number=number: self.again.emit(number))
            self.show_picture(number, None)

    def show_picture(self, number: int, content: bytes | None) -> None:
        button, side = self.buttons[number], px(SIDE_UNITS - 6)
        button.setEnabled(content is not None)
        if content is None:
            button.setIcon(QIcon())
            button.setText(str(number + 1))
            name = translate("enrolment", "Picture {number}: not taken yet")
        else:
            button.setText("")
            button.setIcon(QIcon(thumbnail(QImage.fromData(content), side)))
            button.setIconSize(QSize(side, side))
            name = translate("enrolment", "Picture {number}: taken. Press to take it again.")
        button.setAccessibleName(name.format(number=number + 1))
        button.setToolTip(name.format(number=number + 1))


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
        self.heading = Heading("")
        self.before = Button(translate("enrolment", "Take the pictures again"), "again")
        self.save = Button(translate("enrolment", "Save"), "save", "primary")
        self._place = QVBoxLayout()
        self.cards: list[Card] = []
        self.findings: list[Panel] = []
        self.merge: Button | None = None
        self.setLayout(column(ScrollPage(self._place), Bar(self.before, self.save), gap=8))
        self.before.clicked.connect(lambda: self.again.emit(-1))
        self.save.clicked.connect(self.on_save)

    def enter(self) -> None:
        self._fill(Heading(translate("enrolment", "The pictures are being checked …")))
        self.save.setEnabled(False)
        self.setFocus()  # until it is known what is to be pressed
        offered, pictures = self.draft.offered, list(self.draft.pictures)
        services, person = self.context.services, self.draft.person
        self.context.run(
            lambda: _look(services, check_pictures(services, person, offered, pictures)), self._show, self._failed
        )

    @pyqtSlot()
    def on_save(self) -> None:
        self._set_saving(saving=True)
        services, draft, checked, staff = self.context.services, self.draft, self.checked, self.context.member.name
        self.context.act(
            lambda: save_draft(services, draft, checked, staff),
            self._saved,
            ended=lambda: self._set_saving(saving=False),
        )

    @pyqtSlot()
    def on_merge(self) -> None:
        self.draft.person, self.draft.adding = self.checked.duplicates.same[0].person, True
        self.draft.texts.clear()
        self.draft.valid_from = self.draft.valid_until = None
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
        self.findings = self._findings()
        self._fill(self.heading, *self.findings, cards)
        self.save.setEnabled(checked.may_be_saved)
        self.save.setVisible(not checked.duplicates.same)
        self.save.set_deliberate(bool(self.findings))  # what the finding says is to be read first
        (self.save if checked.may_be_saved and not self.findings else self.before).setFocus()

    def _verdict(self) -> str:
        checked = self.checked
        name = display_name(self.draft.person)
        if checked.duplicates.same:
            return translate("enrolment", "This person is already enrolled under another name.")
        if checked.outliers:
            numbers = ", ".join(str(number + 1) for number in sorted(checked.outliers))
            text = translate("enrolment", "Not all pictures look like one person: see picture {numbers}.")
            return text.format(numbers=numbers)
        if not checked.good:
            return translate("enrolment", "None of the pictures can be used.")
        text = translate("enrolment", "%n pictures of {name} can be saved.", "", len(checked.good))
        return text.format(name=name)

    def _card(self, number: int) -> Card:
        picture, checked = self.checked.pictures[number], self.checked
        if number in checked.outliers:
            words = translate("enrolment", "Looks like a different person"), "fault"
        elif number in checked.repeated:
            words = translate("enrolment", "Already there"), "warning"
        elif picture.fault:
            words = shown(picture.fault), "warning"
        else:
            words = translate("enrolment", "Good"), "good"
        from_camera = self.draft.from_camera
        card = Card(number, thumbnail(self._images[number], px(_CARD_UNITS)), words, from_camera=from_camera)
        card.button.clicked.connect(lambda: self.again.emit(number) if from_camera else self.leave_out(number))
        return card

    def _findings(self) -> list[Panel]:
        self.merge = None
        same, alike = self.checked.duplicates.same, self.checked.duplicates.alike
        if same:
            return [self._same(same[0])]
        return [self._alike(alike[0])] if alike else []

    def _same(self, other: Candidate) -> Panel:
        name = display_name(other.person)
        self.merge = Button(
            translate("enrolment", "Add the pictures to that person"), "person_plus", "primary", deliberate=True
        )
        cancel = Button(translate("enrolment", "Cancel"), "cross")
        self.merge.clicked.connect(self.on_merge)
        cancel.clicked.connect(self.cancelled)
        text = translate(
            "enrolment",
            "These pictures look like {name}. If it is the same person, add the pictures there. If "
            "not, cancel and ask the installer: the door cannot tell the two apart.",
        )
        return Panel(self._both(other), Note(breakable(text.format(name=name))), flow(self.merge, cancel))

    def _alike(self, other: Candidate) -> Panel:
        text = translate(
            "enrolment",
            "Looks much like {name}. The door may sometimes recognise neither of them. More pictures "
            "of both help. You can save anyway.",
        )
        more = Button(translate("enrolment", "Take more pictures"), "camera")
        more.clicked.connect(self.more)
        return Panel(self._both(other), Note(breakable(text.format(name=display_name(other.person)))), flow(more))

    def _both(self, other: Candidate) -> QWidget:
        side = px(_CARD_UNITS)
        pairs = zip(self._images, self.checked.pictures, strict=True)
        new = next((image for image, one in pairs if one.embedding is not None), QImage())
        layout = row(gap=14)
        for picture, name in ((new, self.draft.person), (self._known, other.person)):
            image = QLabel()
            image.setPixmap(thumbnail(picture, side))
            layout.addLayout(column(image, Note(breakable(display_name(name))), gap=2), 1)
        layout.addStretch(1)
        both = QWidget()
        both.setLayout(layout)
        return both

    def _fill(self, *parts: QWidget) -> None:
        while self._place.count():
            item = self._place.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._place.setSpacing(px(10))
        self._place.setContentsMargins(0, 0, 0, 0)
        for part in parts:
            self._place.addWidget(part)
        self._place.addStretch(1)

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
    """Read in the background what is to be seen: the pictures, and one of the person whom they show or resemble."""
    images = [read_small(one.offered.content)[0] for one in checked.pictures]
    others = (*checked.duplicates.same, *checked.duplicates.alike)
    path = picture_of(services, others[0].person) if others else None
    return checked, images, QImage() if path is None else read_small(path)[0]


class Card(Panel):
    """One picture, what is to be said about it, and a button for another."""

    def __init__(self, number: int, picture: QPixmap, words: tuple[str, str], *, from_camera: bool) -> None:
        self.image = QLabel()
        self.image.setPixmap(picture)
        name = translate("enrolment", "Picture {number}").format(number=number + 1)
        self.state = State(*words)
        self.state.setWordWrap(True)
        text = translate("enrolment", "Leave out")
        if from_camera:
            text = translate("enrolment", "Again", "take the picture again")  # short: five fit beside each other
        self.button = Button(text, kind="card")
        self.button.setAccessibleName(f"{name}: {self.button.text()}")
        self.image.setAccessibleName(name)
        super().__init__(self.image, Note(name, "muted"), self.state, self.button, gap=4, margin=6)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """Return a width of which five fit beside each other; more where large type needs it."""
        width = max(px(_CARD_UNITS + 16), self.button.sizeHint().width() + px(14))
        layout = self.layout()
        return QSize(width, layout.totalHeightForWidth(width) if layout is not None else 0)
