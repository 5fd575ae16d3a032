"""The third step: the pictures are taken by themselves, or come from files."""

from __future__ import annotations

import time
from pathlib import Path

from PyQt6.QtCore import Qt, QTimer, pyqtSlot
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QLabel

from kiosk.domain import ByteImage, Embedding, Rejection
from kiosk.door.report import Report
from kiosk.door.station import Station
from kiosk.gui.controls import Bar, Button, Note, column, px, row
from kiosk.gui.icons import icon
from kiosk.gui.reception.enrolment.capture_view import CaptureView
from kiosk.gui.reception.enrolment.draft import Draft
from kiosk.gui.reception.enrolment.step import Step
from kiosk.gui.reception.enrolment.thumbnails import ShotButtons
from kiosk.gui.reception.enrolment.wording import instruction, instruction_icon
from kiosk.gui.reception.office import Office
from kiosk.gui.reception.picker import wanted_pictures
from kiosk.i18n import translate
from kiosk.people.capture import CaptureSession, CaptureState, Shot
from kiosk.people.enrolment import Offered

_SAY_SECONDS = 2.5  # between two hints that are spoken
_SEEN_MS = 700  # for which the last picture is seen before the wizard goes on


class CaptureStep(Step):
    """Hands a CaptureSession to the station and shows what it says."""

    def __init__(self, office: Office, draft: Draft) -> None:
        super().__init__(office, draft)
        self.session: CaptureSession | None = None
        self.view = CaptureView(office.feed)
        self.icon, self.prompt = QLabel(), Note("", "prompt")
        self.prompt.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.count = Note("", "muted")
        self.count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.shots = ShotButtons(len(Shot))
        self.before = Button(translate("enrolment", "Back"), "arrow_left")
        self.files = Button(translate("enrolment", "From files"), "picture_file")
        self._shown: tuple[object, ...] = ()
        self._said_at = -_SAY_SECONDS
        self._ending = QTimer(self)
        self._ending.setSingleShot(True)
        self._ending.setInterval(_SEEN_MS)
        self._ending.timeout.connect(self.on_taken)
        self._lay_out()
        self._connect()

    def enter(self) -> None:
        self._shown = ()
        if self.session is None:
            self.session = CaptureSession(self._encode)
        self._hand_over(self.session)
        self._show(self.session.state)
        self.view.setFocus()

    def leave(self) -> None:
        self._ending.stop()
        self._hand_over(None)

    def retake(self, number: int) -> None:
        """Have one of the pictures taken again."""
        session = self.session
        if session is not None:
            self._ending.stop()
            self._shown = ()
            self.office.ask_station(lambda station: session.retake(number))

    def on_report(self, report: Report) -> None:
        session = self.session
        if session is None or not self.isVisible():
            return
        if report.capture is None:
            # Another station was built meanwhile, or what was asked for is still on its way.
            self._hand_over(session)
        elif report.capture.fault:
            self.office.notice(report.capture.fault)
            self._show(report.capture)
        else:
            self._show(report.capture)

    @pyqtSlot(int)
    def on_again(self, number: int) -> None:
        self.retake(number)

    @pyqtSlot()
    def on_taken(self) -> None:
        if self.session is not None and self.session.state.done:
            taken = [taken.picture for taken in self.session.state.taken if taken is not None]
            self.draft.pictures = [*self.draft.kept, *taken]
            self.draft.from_camera = not self.draft.kept
            self.done.emit()

    @pyqtSlot()
    def on_files(self) -> None:
        """Nobody is photographed while files are chosen."""
        self.leave()
        self.office.pick(wanted_pictures(), self._picked, self.enter)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        super().resizeEvent(event)
        tall = self.height() > self.width()
        direction = QBoxLayout.Direction.TopToBottom if tall else QBoxLayout.Direction.LeftToRight
        self._middle.setDirection(direction)
        self._side.setDirection(QBoxLayout.Direction.LeftToRight if tall else QBoxLayout.Direction.TopToBottom)

    def _picked(self, paths: list[Path]) -> None:
        self.draft.offered = [Offered.file(path) for path in paths]
        self.done.emit()

    def _hand_over(self, session: CaptureSession | None) -> None:
        def set_session(station: Station) -> None:
            station.capture = session

        self.office.ask_station(set_session)

    def _encode(self, image: ByteImage) -> Embedding | Rejection:
        """As the gallery will read it; called in the recognition thread."""
        with self.office.desk.reader() as reader:
            return reader.template(image)

    def _show(self, state: CaptureState) -> None:
        session = self.session
        if session is None:
            return
        words = instruction(state, session.shots)
        name = instruction_icon(state, mirrored=self.office.feed.mirrored)
        arrow = name if name.startswith("arrow") else ""
        self.view.show_progress(right=state.hint is None, share=1.0 if state.done else state.share, arrow=arrow)
        shown = (words, name, state.taken)
        if shown == self._shown:
            return
        fresh = self._shown and state.taken != self._shown[-1]
        self._shown = shown
        self.prompt.setText(words)
        self.prompt.setAccessibleDescription(words)
        self.icon.setPixmap(icon(name, self.prompt.palette().color(self.prompt.foregroundRole()).name(), px(48)))
        self._show_taken(state)
        self._say(words)
        if fresh:
            self.office.stay()
        if state.done and not self._ending.isActive():
            self._ending.start()

    def _say(self, words: str) -> None:
        """For whoever cannot read the screen, where spoken hints are wanted; not faster than they can be followed."""
        now = time.monotonic()
        if self.office.desk.config.current.voice.hints and now - self._said_at >= _SAY_SECONDS:
            self._said_at = now
            self.office.ask_station(lambda station: station.say(words))

    def _show_taken(self, state: CaptureState) -> None:
        for number, taken in enumerate(state.taken):
            content = taken.picture.offered.content if taken is not None else None
            self.shots.show_picture(number, content if isinstance(content, bytes) else None)
        total = len(state.taken)
        number = total if state.done else state.number + 1
        count = translate("enrolment", "Picture {number} of {total}")
        self.count.setText(count.format(number=number, total=total))

    def _lay_out(self) -> None:
        self._side = column(self.icon, self.prompt, self.count, gap=6)
        self._side.insertStretch(0, 1)
        self._side.addStretch(1)
        self._side.setStretch(2, 4)
        self._middle = row(self.view, self._side, gap=10)
        self._middle.setStretch(0, 3)
        self._middle.setStretch(1, 2)
        bottom = Bar(self.before, self.files)
        self.setLayout(column(self._middle, self.shots, bottom, gap=8))

    def _connect(self) -> None:
        self.before.clicked.connect(self.back)
        self.files.clicked.connect(self.on_files)
        self.shots.again.connect(self.on_again)
