"""The staff side as a whole, page by page: for fingers, keyboards, screen readers, large letters and two languages."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollBar,
    QWidget,
)

from kiosk.access.staff import Role, StaffMember
from kiosk.config import ConfigFile
from kiosk.domain import Frame
from kiosk.gui.feed import Feed
from kiosk.gui.language import ScreenLanguage
from kiosk.gui.mailbox import Latest
from kiosk.gui.reception.shell import Reception, shipped_pages
from kiosk.gui.theme import DARK, LIGHT, Look
from kiosk.gui.window import KioskWindow
from kiosk.resources import asset
from kiosk.station.build import Choices, build_station
from kiosk.station.desk import Desk, open_desk
from kiosk.vision.sources.demo import RATE_HZ, draw

PAGES = [entry.name for entry in shipped_pages()]
SIZES = {"wide": (800, 480), "tall": (480, 853)}
CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QAbstractItemView, QAbstractSlider, QAbstractSpinBox)
each_page = pytest.mark.parametrize("page", PAGES)
both_shapes = pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("staff side")
    (folder / "images" / "Grace Hopper").mkdir(parents=True)
    portrait = asset("demo", "gallery", "Grace_Hopper.jpg")
    (folder / "images" / "Grace Hopper" / "1.jpg").write_bytes(portrait.read_bytes())
    (folder / "config.yaml").write_text(
        "gallery: {folder: images}\njournal: {file: journal.sqlite3}\nvoice: {enabled: false}\n"
        "reception: {staff_file: staff.sqlite3, keep_refused_hours: 24}\n"
    )
    return folder


@pytest.fixture
def desk(place: Path) -> Iterator[Desk]:
    choices = Choices(ConfigFile(place / "config.yaml"), place / "images", "demo", fast=True)
    with closing(build_station(choices, lambda *_: None)) as station, closing(open_desk(choices)) as desk:
        desk.station = station
        yield desk


@pytest.fixture
def language(qapp) -> Iterator[ScreenLanguage]:
    language = ScreenLanguage()
    yield language
    language.leave()


@pytest.fixture
def enter(qtbot, desk: Desk, language: ScreenLanguage) -> Iterator[Callable[..., QWidget]]:
    """enter("people", size=(800, 480), language="de"): that page, signed in as an installer, on the screen."""
    windows: list[KioskWindow] = []

    def ask(do, then) -> None:
        answer = do(desk.station)
        if then is not None:
            then(answer)

    def enter(page: str, *, size: tuple[int, int] = (800, 480), code: str = "en", look: Look | None = None) -> QWidget:
        language.use(code)
        frames = Latest[Frame]()
        window = KioskWindow(Feed(frames, mirror=True), look or Look(DARK))
        windows.append(window)
        qtbot.addWidget(window)
        reception = Reception(desk, window.feed, ask)
        window.add_reception(reception)
        window.resize(*size)
        window.show()
        window.activateWindow()
        window.open_staff_side()
        reception.on_entered(StaffMember("Ida", Role.INSTALLER))
        frames.put(Frame(draw(4 * RATE_HZ), 1.0, 1))
        window.feed.on_ready()
        reception.go(page)
        for _ in range(30):
            QApplication.processEvents()
            qtbot.wait(5)
        return window

    yield enter
    for window in windows:
        window.close()


def controls(window: QWidget) -> list[QWidget]:
    """Everything on the screen that somebody can act on."""
    found = [each for each in window.findChildren(QWidget) if isinstance(each, CONTROLS)]
    inner = (QScrollBar,)
    return [
        each
        for each in found
        if each.isVisible()
        and not isinstance(each, inner)
        and each.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not isinstance(each.parentWidget(), QAbstractSpinBox | QComboBox)
    ]


def told(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.accessibleName() or getattr(widget, 'text', str)()!r}"


def alternatives(button: QAbstractButton) -> list[QAbstractButton]:
    group = button.group()
    return group.buttons() if group is not None else []


@each_page
def test_everything_has_a_name_for_screen_readers(enter, page):
    assert [told(each) for each in controls(enter(page)) if not each.accessibleName()] == []


@each_page
def test_everything_is_reached_with_the_tab_key(enter, page):
    window = enter(page)
    chain, each = set(), window
    while (each := each.nextInFocusChain()) is not None and each not in chain:
        chain.add(each)
    reachable = {each for each in chain if each.focusPolicy() & Qt.FocusPolicy.TabFocus}
    # Of buttons of which one is chosen, Tab reaches the chosen one, and the arrows the others.
    reachable |= {other for each in reachable if isinstance(each, QAbstractButton) for other in alternatives(each)}
    assert [told(each) for each in controls(window) if each.isEnabled() and each not in reachable] == []


@each_page
@both_shapes
def test_everything_is_large_enough_for_a_finger(enter, page, size):
    """44 px on a screen of 800 x 480: two of them are the frame that a focus may need."""
    small = [each for each in controls(enter(page, size=size)) if min(each.width(), each.height()) < 42]
    assert [f"{told(each)} {each.width()} x {each.height()}" for each in small] == []


@each_page
@both_shapes
@pytest.mark.parametrize("code", ["en", "de"])
@pytest.mark.parametrize("large", [False, True], ids=["plain", "large"])
def test_no_words_are_cut_off(enter, page, size, code, large):
    window = enter(page, size=size, code=code, look=Look(LIGHT, large_type=large))
    cut = []
    for each in window.findChildren(QWidget):
        if not each.isVisible():
            continue
        if isinstance(each, QPushButton) and each.text():
            short = each.width() < each.minimumSizeHint().width()
        elif isinstance(each, QLabel) and type(each).__name__ != "FitLabel" and each.text():
            wanted = each.heightForWidth(each.width()) if each.wordWrap() else 0
            wide = 0 if each.wordWrap() else each.minimumSizeHint().width()
            short = each.width() < wide or each.height() < wanted
        else:
            continue
        if short:
            cut.append(f"{told(each)} {each.width()} x {each.height()}, wants {each.sizeHint().width()}")
    assert cut == []


@each_page
def test_a_page_that_is_left_at_once_leaves_nothing_behind(enter, page):
    window = enter(page)
    window.close_staff_side()
    assert window.door.isVisible()
    assert window.reception.office is None
