"""The third step: pictures are taken automatically, or chosen from files."""

from __future__ import annotations

import time
from pathlib import Path

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal, pyqtSlot
from PyQt6.QtGui import QColor, QIcon, QImage, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PyQt6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from kiosk.door.report import Report
from kiosk.door.station import Station
from kiosk.gui.controls import Button, Note, timer
from kiosk.gui.feed import Feed, paint_picture, paint_rounded
from kiosk.gui.layouts import Bar, Halves, column, px, row, turn
from kiosk.gui.reception.enrolment.step import Draft, Step
from kiosk.gui.reception.page import PageContext
from kiosk.gui.reception.picker import wanted_pictures
from kiosk.gui.reception.portraits import square_picture
from kiosk.gui.theme import icon
from kiosk.i18n import QT_TRANSLATE_NOOP, translate
from kiosk.people.capture import CaptureHint, CaptureSession, CaptureState, Shot
from kiosk.people.enrolment import Offered

HINTS = {  # as a text and as an icon
    CaptureHint.NO_FACE: (QT_TRANSLATE_NOOP("enrolment", "Step in front of the camera"), "face_search"),
    CaptureHint.ONE_PERSON: (QT_TRANSLATE_NOOP("enrolment", "One person only, please"), "people"),
    CaptureHint.CLOSER: (QT_TRANSLATE_NOOP("enrolment", "Come a little closer"), "closer"),
    CaptureHint.FURTHER: (QT_TRANSLATE_NOOP("enrolment", "Step back a little"), "further"),
    CaptureHint.CENTRE: (QT_TRANSLATE_NOOP("enrolment", "Bring your face into the oval"), "face_search"),
    CaptureHint.MORE_LIGHT: (QT_TRANSLATE_NOOP("enrolment", "More light on the face, please"), "light"),
    CaptureHint.LESS_LIGHT: (QT_TRANSLATE_NOOP("enrolment", "Turn away from the bright light"), "light"),
    CaptureHint.UNCOVER_FACE: (
        QT_TRANSLATE_NOOP("enrolment", "Take off what covers your face, such as sunglasses"),
        "glasses",
    ),
    CaptureHint.LOOK_STRAIGHT: (QT_TRANSLATE_NOOP("enrolment", "Look straight at the camera"), "face_search"),
    CaptureHint.TURN_LEFT: (QT_TRANSLATE_NOOP("enrolment", "Turn your head a little to your left"), "arrow_left"),
    CaptureHint.TURN_RIGHT: (QT_TRANSLATE_NOOP("enrolment", "Turn your head a little to your right"), "arrow_right"),
    CaptureHint.LOOK_UP: (QT_TRANSLATE_NOOP("enrolment", "Raise your chin a little"), "arrow_up"),
    CaptureHint.HOLD_STILL: (QT_TRANSLATE_NOOP("enrolment", "Hold still for a moment"), "hourglass"),
}

SHOTS = {
    Shot.STRAIGHT: HINTS[CaptureHint.LOOK_STRAIGHT][0],
    Shot.LEFT: HINTS[CaptureHint.TURN_LEFT][0],
    Shot.RIGHT: HINTS[CaptureHint.TURN_RIGHT][0],
    Shot.UP: HINTS[CaptureHint.LOOK_UP][0],
    Shot.AGAIN: QT_TRANSLATE_NOOP(
        "enrolment", "Once more, straight ahead. If you wear glasses, take them off or put them on now."
    ),
}

_OTHER_WAY = {"arrow_left": "arrow_right", "arrow_right": "arrow_left"}


def instruction(state: CaptureState, *, mirrored: bool) -> tuple[str, str]:
    """Return the one thing that the person is asked to do now, as a text and as an icon.

    Arrows point to where the person sees their head turn.
    """
    if state.done:
        return translate("enrolment", "Thank you, all pictures are taken"), "tick_mark"
    words, drawing = SHOTS[state.shot], "face_search"
    if state.hint is not None:
        words, drawing = HINTS[state.hint]
    if state.share > 0:
        words = QT_TRANSLATE_NOOP("enrolment", "Good. Hold still …")
    return translate("enrolment", words), drawing if mirrored else _OTHER_WAY.get(drawing, drawing)


_OVAL = (0.50, 0.70)  # of the picture's height: width and height
_SHADE = QColor(0, 0, 0, 130)
_WAITING, _RIGHT, _RING_BACK = QColor("#ffd166"), QColor("#5fd38d"), QColor(255, 255, 255, 90)


class CaptureView(QWidget):
    """The camera picture with an oval, a ring of progress and an arrow, which repeat the text beside it."""

    def __init__(self, feed: Feed) -> None:
        super().__init__()
        self._feed = feed
        self._share, self._right, self._arrow = 0.0, False, ""
        self.setAccessibleName(translate("enrolment", "Camera picture"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(px(160), px(120))
        feed.pictured.connect(self.update)

    def show_progress(self, *, right: bool, share: float, arrow: str = "") -> None:
        """Show whether the face is right, how much of the ring is filled, and the icon of an arrow."""
        self._right, self._share, self._arrow = right, share, arrow
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        painter = QPainter(self)
        paint_rounded(painter, self, px(12), "#05080b")
        picture = self._feed.picture
        if not picture.isNull():
            where = paint_picture(painter, picture, self, mirrored=self._feed.mirrored)
            height = min(where.mapRect(QRectF(picture.rect())).height(), self.height())
            oval = QRectF(0, 0, height * _OVAL[0], height * _OVAL[1])
            oval.moveCenter(QPointF(self.width() / 2, self.height() / 2))
            self._paint_oval(painter, oval)
        painter.end()

    def _paint_oval(self, painter: QPainter, oval: QRectF) -> None:
        around = QPainterPath()  # filled where it is covered once
        around.addRect(QRectF(self.rect()))
        around.addEllipse(oval)
        painter.fillPath(around, _SHADE)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        style = Qt.PenStyle.SolidLine if self._right else Qt.PenStyle.DashLine
        painter.setPen(QPen(_RING_BACK if self._share else (_RIGHT if self._right else _WAITING), px(5), style))
        painter.drawEllipse(oval)
        if self._share > 0:
            painter.setPen(QPen(_RIGHT, px(7), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawArc(oval, 90 * 16, -round(self._share * 360 * 16))
        if self._arrow:
            self._paint_arrow(painter, oval)

    def _paint_arrow(self, painter: QPainter, oval: QRectF) -> None:
        side = px(44)
        middle = {
            "arrow_left": QPointF(oval.left() - side * 0.7, oval.center().y()),
            "arrow_right": QPointF(oval.right() + side * 0.7, oval.center().y()),
            "arrow_up": QPointF(oval.center().x(), max(oval.top() - side * 0.1, side * 0.6)),
        }[self._arrow]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 150))
        painter.drawEllipse(middle, side * 0.6, side * 0.6)
        corner = middle - QPointF(side / 2, side / 2)
        painter.drawPixmap(corner.toPoint(), icon(self._arrow, _WAITING.name(), side))


_SIDE_UNITS = 56


class ShotButtons(QWidget):
    """A button for each picture, to take it again."""

    again = pyqtSignal(int)  # the number of the picture that is to be taken again

    def __init__(self, total: int) -> None:
        super().__init__()
        self.buttons = [QPushButton() for _ in range(total)]
        self.setLayout(row(*self.buttons, 1, gap=6))
        for number, button in enumerate(self.buttons):
            button.setProperty("kind", "shot")
            button.setFixedSize(px(_SIDE_UNITS), px(_SIDE_UNITS))
            button.clicked.connect(lambda _checked, number=number: self.again.emit(number))
            self.show_picture(number, None)

    def show_picture(self, number: int, content: bytes | None) -> None:
        button, side = self.buttons[number], px(_SIDE_UNITS - 6)
        picture, text = QIcon(), str(number + 1)
        name = translate("enrolment", "Picture {number}: not taken yet")
        if content is not None:
            picture, text = QIcon(square_picture(QImage.fromData(content), side)), ""
            name = translate("enrolment", "Picture {number}: taken. Press to take it again.")
        button.setEnabled(content is not None)
        button.setText(text)
        button.setIcon(picture)
        button.setIconSize(QSize(side, side))
        button.setAccessibleName(name.format(number=number + 1))
        button.setToolTip(name.format(number=number + 1))


_SAY_SECONDS = 2.5  # between two hints that are spoken
_SEEN_MS = 700  # for which the last picture is shown before the next step


class CaptureStep(Step):
    """The third step: shows the camera and what the capture session asks for."""

    def __init__(self, context: PageContext, draft: Draft) -> None:
        super().__init__(context, draft)
        self.session: CaptureSession | None = None
        self.view = CaptureView(context.feed)
        self.icon, self.prompt, self.count = QLabel(), Note("", "prompt"), Note("", "muted")
        for label in (self.icon, self.prompt, self.count):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.shots = ShotButtons(len(Shot))
        self.before = Button(translate("enrolment", "Back"), "arrow_left")
        self.files = Button(translate("enrolment", "From files"), "picture_file")
        self._shown: tuple[object, ...] = ()
        self._said_at = -_SAY_SECONDS
        self._ending = timer(self, self.on_taken, _SEEN_MS, once=True)
        self._side = column(1, self.icon, self.prompt, self.count, 1, gap=6)
        self._side.setStretch(2, 4)
        self._middle = Halves(self.view, self._side)
        self.setLayout(column(self._middle, self.shots, Bar(self.before, self.files), gap=8))
        self.before.clicked.connect(self.back)
        self.files.clicked.connect(self.on_files)
        self.shots.again.connect(self.retake)

    def enter(self) -> None:
        self._shown = ()
        self.view.setFocus()
        if self.session is None:
            self.session = CaptureSession()
        self._hand_over(self.session)
        self._show(self.session.state)

    def leave(self) -> None:
        self._ending.stop()
        self._hand_over(None)

    def retake(self, number: int) -> None:
        session = self.session
        if session is not None:
            self._ending.stop()
            self._shown = ()
            self.context.ask_station(lambda station: session.retake(number))

    def on_report(self, report: Report) -> None:
        if self.session is None or not self.isVisible():
            return
        if report.capture is None:
            # Another station was built meanwhile, or the request is still on its way.
            self._hand_over(self.session)
        else:
            if report.capture.fault:
                self.context.notice(report.capture.fault)
            self._show(report.capture)

    @pyqtSlot()
    def on_taken(self) -> None:
        if self.session is not None and self.session.state.done:
            taken = [taken for taken in self.session.state.taken if taken is not None]
            self.draft.pictures = [*self.draft.kept, *taken]
            self.draft.from_camera = not self.draft.kept
            self.done.emit()

    @pyqtSlot()
    def on_files(self) -> None:
        self.leave()
        self.context.pick(wanted_pictures(), self._picked, self.enter)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().resizeEvent(event)
        turn(self._side, down=not self._middle.fit(self.size()))

    def _picked(self, paths: list[Path]) -> None:
        self.draft.offered = [Offered.file(path) for path in paths]
        self.done.emit()

    def _hand_over(self, session: CaptureSession | None) -> None:
        def set_session(station: Station) -> None:
            station.capture = session

        self.context.ask_station(set_session)

    def _show(self, state: CaptureState) -> None:
        if self.session is None:
            return
        words, name = instruction(state, mirrored=self.context.feed.mirrored)
        arrow = name if name.startswith("arrow") else ""
        self.view.show_progress(right=state.hint is None, share=1.0 if state.done else state.share, arrow=arrow)
        before, self._shown = self._shown, (words, name, state.taken)
        if before == self._shown:
            return
        self.prompt.setText(words)
        self.prompt.setAccessibleDescription(words)
        self.icon.setPixmap(icon(name, self.prompt.palette().color(self.prompt.foregroundRole()).name(), px(48)))
        for number, taken in enumerate(state.taken):
            content = taken.offered.content if taken is not None else None
            self.shots.show_picture(number, content if isinstance(content, bytes) else None)
        total = len(state.taken)
        count = translate("enrolment", "Picture {number} of {total}")
        self.count.setText(count.format(number=total if state.done else state.number + 1, total=total))
        self._say(words)
        if before and state.taken != before[-1]:
            self.context.stay()
        if state.done and not self._ending.isActive():
            self._ending.start()

    def _say(self, words: str) -> None:
        """Speak the instruction if spoken hints are on, but not faster than a person can follow."""
        now = time.monotonic()
        if self.context.services.config.current.voice.hints and now - self._said_at >= _SAY_SECONDS:
            self._said_at = now
            self.context.say(words)
