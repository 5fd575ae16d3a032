"""Enrol a person: the whole wizard with a real gallery, detector and encoder."""

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
from kiosk.errors import KioskError
from kiosk.files import asset
from kiosk.gui.controls import breakable
from kiosk.gui.reception.enrolment.check_step import check_pictures, save_draft
from kiosk.gui.reception.enrolment.page import EnrolmentPage
from kiosk.gui.reception.enrolment.step import Draft
from kiosk.gui.reception.page import PageContext
from kiosk.gui.theme import DARK, style_sheet
from kiosk.paths import cache_folder
from kiosk.people.capture import CaptureState, Shot
from kiosk.people.enrolment import Check, Duplicates, Enrolled, Examined, Offered
from kiosk.people.register import PersonRecord
from kiosk.people.templates import TemplateCache
from kiosk.vision.opencv import cv2

RATE_HZ = 10


@pytest.fixture
def station(services: StaffServices) -> Iterator[Station]:
    """The station of the services's folder, on video time."""
    choices = Choices(services.config, services.folder, "demo", fast=True)
    with closing(build_station(choices, lambda what, done, total: None)) as built:
        services.station = built
        yield built
        services.station = None


@pytest.fixture
def page(context: PageContext, station: Station, shown: Callable[..., EnrolmentPage]) -> EnrolmentPage:
    found = EnrolmentPage(context)
    shown(found)
    return found


class Camera:
    """Shows pictures of people to the station, ten frames a second of video time, and tells the context."""

    def __init__(self, station: Station, context: PageContext) -> None:
        self._station, self._context, self.number = station, context, 0

    def show(self, *pictures: Path, seconds: float = 1.0) -> None:
        """The pictures beside each other; none = an empty room."""
        for _ in range(round(seconds * RATE_HZ)):
            frame = Frame(scene(pictures, self.number), self.number / RATE_HZ, self.number)
            self._context.reported.emit(self._station.process(frame))
            self.number += 1


def scene(pictures: tuple[Path, ...], seed: int) -> ByteImage:
    """640 x 480 px, with noise: never the same twice."""
    image = np.full((480, 640, 3), 90, np.uint8)
    for place, path in enumerate(pictures):
        side = 480 if len(pictures) == 1 else 320
        left = 80 if len(pictures) == 1 else place * 320
        image[480 - side :, left : left + side] = cv2.resize(cv2.imread(str(path)), (side, side))
    noise = np.random.default_rng(seed).integers(-3, 4, image.shape)
    return (image + noise).clip(0, 255).astype(np.uint8)


@pytest.fixture
def camera(station: Station, context: PageContext) -> Camera:
    return Camera(station, context)


@pytest.fixture
def pictures(data: Path) -> Callable[[str], list[Path]]:
    """pictures(name): those of a person of the test material."""
    return lambda name: sorted((data / "lfw-view1" / name).glob("*.jpg"))


PERSON = "Ricardo_Lagos"

LEFT = Qt.MouseButton.LeftButton

NONE = Qt.KeyboardModifier.NoModifier


def capture(qtbot, page, camera, faces):
    """Stands before the camera until all pictures are taken."""
    qtbot.waitUntil(lambda: page.capture.session is not None)
    for turn in range(30):
        if page.capture.session.state.done:
            break
        camera.show(faces[turn % len(faces)], seconds=3)
    qtbot.waitUntil(lambda: page.step is page.check)


@pytest.fixture
def impatient(monkeypatch):
    """Photographs do not turn their heads: six seconds a pose would be waited for in vain."""
    monkeypatch.setattr("kiosk.people.capture.PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr("kiosk.people.capture.SETTLE_AGAIN_SECONDS", 0.7)


@pytest.mark.usefixtures("impatient")
def test_a_colleague_is_enrolled_with_three_clicks_and_let_in(
    qtbot, page: EnrolmentPage, camera, pictures, services, *, agree
):
    faces = pictures(PERSON)
    page.enter()
    qtbot.keyClicks(page.name.name.edit, "Ricardo Lagos")
    clicks = 0
    qtbot.mouseClick(page.name.next, LEFT)
    qtbot.waitUntil(lambda: page.step is page.consent)
    agree(page.consent)
    clicks += 2
    qtbot.waitUntil(lambda: page.step is page.capture)
    capture(qtbot, page, camera, faces)
    qtbot.waitUntil(page.check.save.isEnabled)
    qtbot.mouseClick(page.check.save, LEFT)
    clicks += 1
    qtbot.waitUntil(lambda: page.step is page.trial and page.trial.in_force)
    camera.show(seconds=4)
    camera.show(faces[0], seconds=2)
    assert page.trial.verdict.enters
    assert services.station.door.unlocked
    assert clicks == 3
    record = services.people.record("Ricardo Lagos")
    assert record.consent.recorded_by == "Ida"
    assert [row.action for row in services.journal.actions(10)] == ["enrolled"]
    assert [row.outcome for row in services.journal.entries(10)] == [Outcome.GRANTED.value]


def to_consent(qtbot, page, name):
    page.name.name.set_text(name)
    page.name.next.click()
    qtbot.waitUntil(lambda: page.step is page.consent)


@pytest.mark.parametrize("held", [False, True])
def test_enter_again_and_again_or_held_agrees_to_nothing_and_adds_to_nobody(qtbot, page, held):
    for name in ("Ricardo Lagos", "Grace Hopper"):
        page.enter()
        page.name.name.set_text(name)
        page.name.name.edit.setFocus()
        for turn in range(60):
            focused = page.window().focusWidget()
            event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, NONE, "\r", held and turn > 0)
            QApplication.sendEvent(focused, event)
            qtbot.wait(5)
        assert page.step is (page.consent if name == "Ricardo Lagos" else page.name)
        assert page.draft.consent is None


def everything(services):
    """Every file below the user's folders and the kiosk's own."""
    return {path: path.read_bytes() for path in services.folder.parent.rglob("*") if path.is_file()}


def test_the_same_face_under_another_name_stops_and_is_merged_only_when_asked(qtbot, agree, page, services, screen):
    page.enter(
        pictures=[Offered.file(services.folder / "Grace_Hopper.jpg"), Offered.file(asset("demo", "grace_hopper.jpg"))]
    )
    to_consent(qtbot, page, "Mary")
    agree(page.consent)
    qtbot.waitUntil(lambda: page.check.merge is not None)
    assert not page.check.save.isVisible()
    page.check.merge.click()
    qtbot.waitUntil(page.check.save.isVisible)
    page.check.save.click()
    qtbot.waitUntil(lambda: page.step is page.trial)
    assert page.trial.enrolled.person == "Grace_Hopper"
    assert len(page.trial.enrolled.sources) == 1  # the other one is her picture already
    record = services.people.record("Grace_Hopper")
    assert record.consent is not None
    assert services.people.records().keys() == {"grace hopper"}


def test_leaving_half_way_discards_everything_and_lets_go_of_the_camera(
    qtbot, page, services, camera, pictures, *, agree
):
    before = everything(services)
    page.enter()
    to_consent(qtbot, page, "Ricardo")
    agree(page.consent)
    qtbot.waitUntil(lambda: page.step is page.capture and page.capture.session is not None)
    camera.show(pictures(PERSON)[0], seconds=2)
    assert services.station.capture is not None
    assert page.capture.session.state.taken[0] is not None
    page.leave()
    assert services.station.capture is None
    assert page.capture.session is None
    assert page.draft.person == ""
    assert everything(services) == before


@pytest.mark.usefixtures("impatient")
def test_the_door_does_not_wait_for_a_page_that_reads_a_photograph(qtbot, page, services, camera, pictures, *, agree):
    page.enter()
    to_consent(qtbot, page, "Ricardo")
    agree(page.consent)
    qtbot.waitUntil(lambda: page.capture.session is not None)
    with services.reader():  # as the check of another enrolment holds it, for a second or more
        camera.show(pictures(PERSON)[0], seconds=2)
    assert page.capture.session.state.taken[0] is not None


def test_who_has_agreed_to_this_text_before_is_not_asked_again(qtbot, agree, page, services):
    page.enter(person="Grace_Hopper")
    assert page.step is page.consent
    agree(page.consent)
    services.people.save(PersonRecord("Grace_Hopper", consent=page.draft.consent))
    page.enter(person="Grace_Hopper")
    assert page.step is page.capture
    page.leave()


def test_a_kept_visitor_is_enrolled_after_consent_and_who_kept_the_face_is_told(qtbot, agree, page, pictures):
    told = []
    page.enter(pictures=[Offered.file(pictures(PERSON)[0])], person="Ricardo", saved=told.append)
    assert page.step is page.name
    assert page.name.name.text == "Ricardo"
    to_consent(qtbot, page, "Ricardo Lagos")
    agree(page.consent)
    qtbot.waitUntil(page.check.save.isEnabled)
    page.check.save.click()
    qtbot.waitUntil(lambda: page.step is page.trial)
    assert told == ["Ricardo Lagos"]


def drop(page, paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, button, none)
    page.dragEnterEvent(enter)
    if enter.isAccepted():
        page.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, button, none))
    return enter.isAccepted()


def test_dropped_pictures_wait_for_the_consent_and_pass_the_same_gates(
    qtbot, page, pictures, screen, tmp_path, *, agree
):
    (tmp_path / "empty.jpg").touch()
    page.enter()
    assert not drop(page, [tmp_path / "notes.txt"])
    assert drop(page, [*pictures(PERSON)[:2], tmp_path / "empty.jpg"])
    assert screen.told == ["3 pictures will be used after the consent."]
    to_consent(qtbot, page, "Ricardo")
    agree(page.consent)
    qtbot.waitUntil(lambda: len(page.check.cards) == 3)
    assert [card.state.text() for card in page.check.cards] == ["Good", "Good", "is empty"]
    assert drop(page, pictures(PERSON)[2:3])
    qtbot.waitUntil(lambda: len(page.check.cards) == 4)
    assert page.check.save.isEnabled()


def at_the_check(qtbot, page, name="Ricardo"):
    """Five pictures that a camera took, the third of somebody else."""
    page.enter()
    to_consent(qtbot, page, name)
    page.consent.on_agree()
    qtbot.waitUntil(lambda: page.capture.session is not None)
    session = page.capture.session
    picture = Examined(Offered("a.jpg", b"x"), "d", None)
    session.state = CaptureState(4, (picture,) * len(Shot))
    page.check.checked = Check((picture,) * 5)
    return session


def test_one_picture_is_taken_again_and_the_others_stay(qtbot, page):
    session = at_the_check(qtbot, page)
    page.on_again(2)
    assert page.step is page.capture
    assert page.capture.session is session
    assert [taken is None for taken in session.state.taken] == [False, False, True, False, False]


def test_all_are_taken_again_or_more_beside_them(qtbot, page):
    session = at_the_check(qtbot, page)
    page.on_again(-1)
    assert page.capture.session is not session
    assert page.draft.kept == []
    page.on_more()
    assert page.capture.session.state.number == 0
    assert page.draft.kept == list(page.check.checked.good)


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


@pytest.mark.parametrize("type_scale", [1.0, 1.5])
@pytest.mark.parametrize("size", [(640, 390), (460, 640)], ids=["wide", "tall"])
def test_no_words_are_cut_off_in_any_step_whatever_the_name(qtbot, page, size, type_scale):
    holder = page.parentWidget()
    holder.setStyleSheet(style_sheet(DARK, 1.0, type_scale))
    page.enter()
    page.name.name.set_text("grace hopper")
    page.name.next.click()
    qtbot.waitUntil(page.name.add.isVisible)
    at = {"name": page.name}
    page.draft.person = LONG
    pictures = tuple(Examined(Offered(f"{n}.jpg", b"x"), str(n), None, "the face is turned away") for n in range(5))
    alike = Duplicates(alike=(Candidate(LONG, 0.4),))
    for name in ("consent", "capture", "check", "trial"):
        at[name] = getattr(page, name)
    page.trial.begin(Enrolled(LONG, ("a/1.jpg",), is_new=True))
    for number, (name, step) in enumerate(at.items()):
        if number:
            page._go(number)
        if name == "check":
            step._show((Check(pictures, frozenset({2}), {}, alike), [QImage()] * 5, QImage()))
        if name == "trial":
            step.hint.setText(f"Looks more like {breakable(LONG)}.")
        holder.resize(*size)
        page.resize(*size)
        with contextlib.suppress(PytestQtTimeoutError):
            qtbot.waitUntil(lambda step=step: cut_off(step) == [], timeout=1_000)
        assert cut_off(step) == [], name
        assert page.minimumSizeHint().width() <= size[0], name


def test_pictures_are_examined_strangers_named_and_what_is_there_already_left_out(services, station, pictures):
    ricardo, other = pictures("Ricardo_Lagos"), pictures("Jennifer_Garner")[0]
    offered = [Offered.file(path) for path in (*ricardo[:3], other, ricardo[0])]
    offered.append(Offered("notes.txt", b"no picture"))
    found = check_pictures(services, "Ricardo", offered, [])
    assert found.outliers == {3}
    assert set(found.repeated) == {4}
    assert "ends in none of" in str(found.pictures[5].fault)
    assert [found.is_good(number) for number in range(6)] == [True, True, True, False, False, False]
    assert not found.may_be_saved
    without = check_pictures(
        services, "Ricardo", [], [one for number, one in enumerate(found.pictures) if found.is_good(number)]
    )
    assert without.may_be_saved
    assert without.duplicates == Duplicates()


def test_nothing_of_a_face_is_kept_before_it_is_saved_nor_when_that_fails(services, station, pictures, monkeypatch):
    draft = Draft("Ricardo")
    checked = check_pictures(services, "Ricardo", [Offered.file(pictures("Ricardo_Lagos")[0])], [])
    (picture,) = checked.good
    with services.reader() as reader:
        cache = TemplateCache(cache_folder(), picture.embedding.encoder, reader.key)
    assert cache.get(picture.digest) is None

    def full(descriptor):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("kiosk.people.staging.os.fsync", full)
        with pytest.raises(KioskError):
            save_draft(services, draft, checked, "Eve")
    assert cache.get(picture.digest) is None
    save_draft(services, draft, checked, "Eve")
    assert np.array_equal(cache.get(picture.digest).vector, picture.embedding.vector)
