"""Enrol a person: the whole wizard; where a face is looked at, with a real gallery, detector and encoder."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent, QImage, QKeyEvent
from PyQt6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.exceptions import TimeoutError as PytestQtTimeoutError

from kiosk.domain import ByteImage, Candidate, Frame, Outcome
from kiosk.door.build import Choices, build_station
from kiosk.door.services import StaffServices
from kiosk.door.station import Station
from kiosk.files import asset
from kiosk.gui.controls import breakable
from kiosk.gui.reception.enrolment.page import EnrolmentPage
from kiosk.gui.reception.page import PageContext
from kiosk.gui.theme import DARK, style_sheet
from kiosk.paths import cache_folder
from kiosk.people.capture import CaptureState, Shot
from kiosk.people.enrolment import Check, Duplicates, Enrolled, Examined, Offered
from kiosk.people.templates import TemplateCache
from kiosk.vision.opencv import cv2

RATE_HZ = 5
LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def station(services: StaffServices) -> Iterator[Station]:
    """The station of the services's folder, on video time."""
    choices = Choices(services.config, services.folder, "demo", fast=True)
    with closing(build_station(choices, lambda what, done, total: None)) as built:
        services.station = built
        yield built
        services.station = None


@pytest.fixture
def wizard(context: PageContext, station: Station, shown: Callable[..., EnrolmentPage]) -> EnrolmentPage:
    return shown(EnrolmentPage(context))


@pytest.fixture
def page(context: PageContext, bare: object, shown: Callable[..., EnrolmentPage]) -> EnrolmentPage:
    """A wizard whose station recognises nothing."""
    return shown(EnrolmentPage(context))


class Camera:
    """Shows pictures of people to the station, five frames a second of video time, and tells the context."""

    def __init__(self, station: Station, context: PageContext) -> None:
        self._station, self._context, self.number = station, context, 0

    def show(self, *pictures: Path, seconds: float = 1.0) -> None:
        """The picture, or an empty room."""
        for _ in range(round(seconds * RATE_HZ)):
            frame = Frame(scene(pictures, self.number), self.number / RATE_HZ, self.number)
            self._context.reported.emit(self._station.process(frame))
            self.number += 1


def scene(pictures: tuple[Path, ...], seed: int) -> ByteImage:
    """640 x 480 px, with noise: never the same twice."""
    image = np.full((480, 640, 3), 90, np.uint8)
    for path in pictures:
        image[:, 80:560] = cv2.resize(cv2.imread(str(path)), (480, 480))
    noise = np.random.default_rng(seed).integers(-3, 4, image.shape)
    return (image + noise).clip(0, 255).astype(np.uint8)


@pytest.fixture
def camera(station: Station, context: PageContext) -> Camera:
    return Camera(station, context)


@pytest.fixture
def ricardo(data: Path) -> list[Path]:
    """The pictures of a person of the test material."""
    return sorted((data / "lfw-view1" / "Ricardo_Lagos").glob("*.jpg"))


@pytest.fixture
def impatient(monkeypatch):
    """Photographs do not turn their heads: six seconds a pose would be waited for in vain."""
    monkeypatch.setattr("kiosk.people.capture.PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr("kiosk.people.capture.SETTLE_AGAIN_SECONDS", 0.7)


def to_consent(qtbot, page, name):
    page.name.name.set_text(name)
    page.name.next.click()
    qtbot.waitUntil(lambda: page.step is page.consent)


def taken(page):
    return [one is not None for one in page.capture.session.state.taken]


def everything(services):
    """Every file below the user's folders and the kiosk's own."""
    return {path: path.read_bytes() for path in services.folder.parent.rglob("*") if path.is_file()}


@pytest.mark.usefixtures("impatient")
def test_an_enrolment_that_is_left_leaves_nothing_and_three_clicks_let_a_colleague_in(
    qtbot, wizard, camera, ricardo, services, *, agree
):
    before = everything(services)
    wizard.enter()
    to_consent(qtbot, wizard, "Ricardo")
    agree(wizard.consent)
    qtbot.waitUntil(lambda: wizard.capture.session is not None)
    with services.reader():  # as a page that reads a photograph holds it, for a second or more
        camera.show(ricardo[0], seconds=2)
    assert taken(wizard)[0], "the door does not wait for the page"
    wizard.leave()
    assert (services.station.capture, wizard.capture.session, wizard.draft.person) == (None, None, "")
    assert everything(services) == before

    wizard.enter()
    qtbot.keyClicks(wizard.name.name.edit, "Ricardo Lagos")
    qtbot.mouseClick(wizard.name.next, LEFT)
    qtbot.waitUntil(lambda: wizard.step is wizard.consent)
    agree(wizard.consent)
    qtbot.waitUntil(lambda: wizard.step is wizard.capture)
    while not wizard.capture.session.state.done:
        camera.show(ricardo[sum(taken(wizard)) % len(ricardo)], seconds=0.4)
    qtbot.waitUntil(lambda: wizard.step is wizard.check and wizard.check.save.isEnabled())
    qtbot.mouseClick(wizard.check.save, LEFT)
    qtbot.waitUntil(lambda: wizard.step is wizard.trial and wizard.trial.in_force)
    camera.show(seconds=1)
    camera.show(ricardo[0], seconds=2)
    assert wizard.trial.verdict.enters
    assert services.station.door.unlocked
    assert services.people.record("Ricardo Lagos").consent.recorded_by == "Ida"
    assert [row.action for row in services.journal.actions(10)] == ["enrolled"]
    assert [row.outcome for row in services.journal.entries(10)] == [Outcome.GRANTED.value]


def test_the_same_face_under_another_name_stops_and_is_merged_only_when_asked(qtbot, agree, wizard, services):
    wizard.enter(person="Grace_Hopper")
    assert wizard.step is wizard.consent
    pictures = [services.folder / "Grace_Hopper.jpg", asset("demo", "grace_hopper.jpg")]
    wizard.enter(pictures=[Offered.file(path) for path in pictures])
    wizard.name.details.fields["email"].set_text("mary@example.org")
    to_consent(qtbot, wizard, "Mary")
    agree(wizard.consent)
    qtbot.waitUntil(lambda: wizard.check.merge is not None)
    merge = wizard.check.merge
    assert "already enrolled" in wizard.check.heading.text()
    assert (wizard.check.save.isVisible(), wizard.check.before.hasFocus()) == (False, True)
    merge.setFocus()
    qtbot.keyClick(merge, Qt.Key.Key_Return)
    assert wizard.draft.person == "Mary"
    qtbot.keyClick(merge, Qt.Key.Key_Space)
    qtbot.waitUntil(wizard.check.save.isVisible)
    assert (wizard.draft.person, wizard.draft.adding, wizard.draft.data) == ("Grace_Hopper", True, {})
    wizard.check.save.click()
    qtbot.waitUntil(lambda: wizard.step is wizard.trial)
    assert wizard.trial.enrolled.person == "Grace_Hopper"
    assert len(wizard.trial.enrolled.sources) == 1  # the other one is her picture already
    assert services.people.record("Grace_Hopper").consent is not None
    assert services.people.records().keys() == {"grace hopper"}
    wizard.enter(person="Grace_Hopper")
    assert wizard.step is wizard.capture, "she has agreed to this text before"
    wizard.leave()


def drop(page, paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, LEFT, NONE)
    page.dragEnterEvent(enter)
    if enter.isAccepted():
        page.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, LEFT, NONE))
    return enter.isAccepted()


def test_pictures_of_a_visitor_and_dropped_ones_wait_for_the_consent_and_pass_the_same_gates(
    qtbot, wizard, ricardo, screen, tmp_path, *, agree, services, monkeypatch
):
    told = []
    (tmp_path / "empty.jpg").touch()
    wizard.enter(pictures=[Offered.file(ricardo[0])], person="Ricardo", saved=told.append)
    assert (wizard.step, wizard.name.name.text) == (wizard.name, "Ricardo")
    assert not drop(wizard, [tmp_path / "notes.txt"])
    assert drop(wizard, [ricardo[1], tmp_path / "empty.jpg"])
    assert screen.told == ["3 pictures will be used after the consent."]
    to_consent(qtbot, wizard, "Ricardo Lagos")
    agree(wizard.consent)
    qtbot.waitUntil(lambda: len(wizard.check.cards) == 3)
    assert [card.state.text() for card in wizard.check.cards] == ["Good", "Good", "is empty"]
    assert drop(wizard, ricardo[2:3])
    qtbot.waitUntil(lambda: len(wizard.check.cards) == 4 and wizard.check.save.isEnabled())
    picture = wizard.check.checked.good[0]
    with services.reader() as reader:
        cache = TemplateCache(cache_folder(), picture.embedding.encoder, reader.key)

    def full(descriptor):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("kiosk.people.staging.os.fsync", full)
        wizard.check.save.click()
        qtbot.waitUntil(lambda: bool(screen.faults))
    assert "No space left" in screen.faults[0]
    assert cache.get(picture.digest) is None, "nothing of a face is kept before it is saved"
    wizard.check.save.click()
    qtbot.waitUntil(lambda: wizard.step is wizard.trial)
    assert told == ["Ricardo Lagos"]
    assert np.array_equal(cache.get(picture.digest).vector, picture.embedding.vector)


def test_enter_again_and_again_or_held_agrees_to_nothing_and_adds_to_nobody(qtbot, page):
    for held in (False, True):
        for name in ("Ricardo Lagos", "Grace Hopper"):
            page.enter()
            page.name.name.set_text(name)
            page.name.name.edit.setFocus()
            halt = page.consent.isVisible if name == "Ricardo Lagos" else page.name.add.isVisible
            after = 0  # keys since the step that wants a decision is shown
            while after < 20:
                repeated = held and after > 0
                event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, NONE, "\r", repeated)
                QApplication.sendEvent(page.window().focusWidget(), event)
                QApplication.processEvents()
                after += halt()
            assert page.step is (page.consent if name == "Ricardo Lagos" else page.name)
            assert page.draft.consent is None


def test_one_picture_is_taken_again_or_all_are_or_more_beside_them(qtbot, page):
    page.enter()
    to_consent(qtbot, page, "Ricardo")
    page.consent.on_agree()
    qtbot.waitUntil(lambda: page.capture.session is not None)
    session = page.capture.session
    picture = Examined(Offered("a.jpg", b"x"), "d", None)
    session.state = CaptureState(4, (picture,) * len(Shot))
    page.check.checked = Check((picture,) * 5)
    page.on_again(2)
    assert (page.step, page.capture.session) == (page.capture, session)
    assert taken(page) == [True, True, False, True, True]
    page.on_again(-1)
    assert page.capture.session is not session
    assert (page.draft.kept, taken(page)) == ([], [False] * 5)
    page.on_more()
    assert page.draft.kept == list(page.check.checked.good)
    assert taken(page) == [False] * 5


LONG = "Wolfeschlegelsteinhausenbergerdorff von und zu Hubert Blaine"


def cut_off(step):
    """Words for which there is less room than they need."""
    found = []
    for each in step.findChildren(QPushButton) + step.findChildren(QLabel):
        if not each.isVisible() or not each.text():
            continue
        if isinstance(each, QPushButton):
            short = each.width() < each.minimumSizeHint().width()
        else:
            wanted = each.heightForWidth(each.width()) if each.wordWrap() else 0
            short = each.height() < wanted or (not each.wordWrap() and each.width() < each.minimumSizeHint().width())
        if short:
            found.append((each.text(), each.width(), each.height()))
    return found


def test_no_words_are_cut_off_in_any_step_whatever_the_name(qtbot, page):
    holder = page.parentWidget()
    page.enter()
    page.name.name.set_text("grace hopper")
    page.name.next.click()
    qtbot.waitUntil(page.name.add.isVisible)
    page.draft.person = LONG
    pictures = tuple(Examined(Offered(f"{n}.jpg", b"x"), str(n), None, "the face is turned away") for n in range(5))
    alike = Duplicates(alike=(Candidate(LONG, 0.4),))
    page.trial.begin(Enrolled(LONG, ("a/1.jpg",), is_new=True))
    for step in (page.name, page.consent, page.capture, page.check, page.trial):
        if step is not page.name:
            page._go(step)
        if step is page.check:
            step._show((Check(pictures, frozenset({2}), {}, alike), [QImage()] * 5, QImage()))
        step is page.trial and step.hint.setText(f"Looks more like {breakable(LONG)}.")
        for type_scale in (1.0, 1.5):
            holder.setStyleSheet(style_sheet(DARK, 1.0, type_scale))
            for size in ((640, 390), (460, 640)):
                holder.resize(*size)
                page.resize(*size)
                with contextlib.suppress(PytestQtTimeoutError):
                    qtbot.waitUntil(lambda step=step: cut_off(step) == [], timeout=1_000)
                where = type(step).__name__, type_scale, size
                assert cut_off(step) == [], where
                assert page.minimumSizeHint().width() <= size[0], where
