"""Every page of the screen under a translator that marks what went through it: whatever is left unmarked is English."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PyQt6.QtCore import QAbstractListModel, Qt
from PyQt6.QtWidgets import QAbstractButton, QAbstractItemView, QComboBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from kiosk import i18n
from kiosk.config import ConfigFile
from kiosk.domain import Frame
from kiosk.door.build import Choices, build_station
from kiosk.door.report import Status
from kiosk.door.services import StaffServices, open_services
from kiosk.door.station import Station
from kiosk.files import asset
from kiosk.gui.controls import set_scale
from kiosk.gui.feed import Feed
from kiosk.gui.keyboard import KeyboardDock
from kiosk.gui.reception.picker import Picker, Wanted, wanted_archive, wanted_pictures
from kiosk.gui.reception.shell import PAGES, Reception
from kiosk.gui.theme import DARK, Look
from kiosk.gui.window import KioskWindow
from kiosk.gui.workers import Latest
from kiosk.people.staff import Role, StaffMember
from kiosk.vision.camera import CameraState
from kiosk.vision.demo import RATE_HZ, draw

CONFIG = "gallery: {folder: images}\nvoice: {enabled: false}\nreception: {keep_refused_hours: 24}\n"
# What stands for itself in every language: names of people, files, networks, languages and units.
DATA = re.compile(
    r"Grace Hopper|Ida|\S*/\S*|haar|yunet|sface_fp16|sface|dlib_resnet|openface|facenet|demo|LiteRT|MB|GB|px|ms|ZIP|UTC"
    r"|English|Deutsch|kiosk staff add NAME --role installer|https?|H\.264|config\.yaml|broken\.jpg"
    r"|\b[0-9.,:]+\b|\w+day,? \d+ \w+ \d+"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    (folder / "images").mkdir()
    portrait = asset("demo", "gallery", "Grace_Hopper.jpg")
    (folder / "images" / "Grace Hopper.jpg").write_bytes(portrait.read_bytes())
    (folder / "images" / "broken.jpg").write_bytes(b"")
    (folder / "config.yaml").write_text(CONFIG)
    return folder


@pytest.fixture
def marked() -> Iterator[None]:
    i18n.install(lambda context, text, disambiguation, n: f"⟦{text.replace('%n', str(n))}⟧")
    yield
    i18n.install(None)


@pytest.fixture
def services(place: Path, marked: None) -> Iterator[StaffServices]:
    choices = Choices(ConfigFile(place / "config.yaml"), place / "images", "demo", fast=True)
    with closing(build_station(choices, lambda *_: None)) as station, closing(open_services(choices)) as services:
        services.station = station
        yield services


@pytest.fixture
def window(qtbot: QtBot, services: StaffServices) -> Iterator[KioskWindow]:
    frames = Latest[Frame]()
    window = KioskWindow(Feed(frames, mirror=True), Look(DARK))
    qtbot.addWidget(window)
    station = services.station

    def ask(do: Callable[[Station], object], then: Callable[[object], None] | None) -> None:
        assert isinstance(station, Station)
        answer = do(station)
        if then is not None:
            then(answer)

    window.add_reception(Reception(services, window.feed, ask))
    window.resize(1280, 800)
    window.show()
    window.on_built(station)
    window.on_camera_changed(CameraState.LIVE, "")
    assert isinstance(station, Station)
    frame = Frame(draw(round(2.3 * RATE_HZ)), 1.0, 1)
    frames.put(frame)
    window.feed.on_ready()
    window.on_reported(station.process(frame))
    yield window
    set_scale(1.0)


def unmarked(root: QWidget) -> list[str]:
    """Every text below `root` in which letters are left when marks and data are taken away."""
    found = {
        f"{type(widget).__name__}: {text}"
        for widget in (root, *root.findChildren(QWidget))
        for text in (*_texts(widget), widget.accessibleName(), widget.accessibleDescription(), widget.toolTip())
        if re.search("[A-Za-z]{2}", DATA.sub("", _without_marked(text.replace("&", ""))))
    }
    return sorted(found)


def _texts(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    elif isinstance(widget, QLineEdit):
        yield widget.placeholderText()
    elif isinstance(widget, QComboBox):
        yield from (widget.itemText(index) for index in range(widget.count()))
    elif isinstance(widget, QAbstractItemView) and (model := widget.model()) is not None:
        roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole)
        columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount()
        for column in range(columns):
            yield str(model.headerData(column, Qt.Orientation.Horizontal) or "")
            for row in range(min(model.rowCount(), 20)):
                yield from (str(model.data(model.index(row, column), role) or "") for role in roles)


def _without_marked(text: str) -> str:
    """Marks may stand inside each other: a sentence is filled in with words of its own."""
    while (fewer := re.sub("⟦[^⟦⟧]*⟧", "", text)) != text:
        text = fewer
    return text


def test_an_unmarked_text_is_found(qtbot: QtBot):
    label = QLabel("⟦Threshold ⟦of⟧ {x}⟧ Grace Hopper: 0.39")
    qtbot.addWidget(label)
    assert unmarked(label) == []
    label.setText("⟦Threshold⟧ is")
    assert unmarked(label) == ["QLabel: ⟦Threshold⟧ is"]


def test_nothing_is_left_in_english_at_the_door(window: KioskWindow):
    assert unmarked(window.door) == []
    window.on_progressed("gallery", 1, 12)
    window.on_replaced()
    assert unmarked(window.door) == []
    window.on_status_changed(Status(0, 3, (), advice="⟦fetch another⟧"))
    window.on_camera_changed(CameraState.OPENING, "")
    assert unmarked(window.door) == []


def test_nothing_is_left_in_english_at_the_way_in(window: KioskWindow, services: StaffServices):
    window.open_staff_side()
    assert window.reception is not None
    assert unmarked(window.reception) == []
    if not services.staff.members():
        services.staff.add("Ida", Role.INSTALLER, "482913")
    window.close_staff_side()
    window.open_staff_side()
    window.reception.pin.add("1")
    assert unmarked(window.reception) == []


@pytest.mark.parametrize("name", [entry.name for entry in PAGES])
def test_nothing_is_left_in_english_on_a_page(window: KioskWindow, qtbot: QtBot, name: str):
    reception = window.reception
    assert reception is not None
    window.open_staff_side()
    reception.on_entered(StaffMember("Ida", Role.INSTALLER))
    reception.go(name)
    qtbot.wait(300)  # what is read in the background comes meanwhile, or not: both are to be told in words
    assert unmarked(reception) == []


@pytest.mark.parametrize("wanted", [wanted_pictures, wanted_archive])
def test_nothing_is_left_in_english_where_files_are_picked(
    window: KioskWindow, qtbot: QtBot, sticks: object, wanted: Callable[[], Wanted]
):
    window.open_staff_side()
    reception = window.reception
    assert reception is not None
    reception.on_entered(StaffMember("Ida", Role.INSTALLER))
    reception.pick(wanted(), print, print)  # type: ignore[arg-type]
    assert unmarked(reception) == []
    (picker,) = reception.findChildren(Picker)
    qtbot.waitUntil(lambda: bool(picker.place_buttons))
    assert unmarked(reception) == []
    sticks.plug().joinpath("7").mkdir()  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: bool(picker.model.entries))
    assert [text for text in unmarked(reception) if "KINGSTON" not in text] == []


def test_nothing_is_left_in_english_on_the_keyboard(window: KioskWindow):
    dock = KeyboardDock(window, "on")
    assert window.reception is not None
    window.open_staff_side()
    field = QLineEdit(window.reception)
    field.show()
    field.setFocus()
    assert dock.isVisible()
    dock.page = dock.page.SYMBOLS
    assert [text for text in unmarked(dock) if "?123" not in text and "abc" not in text] == []
