"""The language of the screen: which one it is, what follows it, and that every page is translated."""

import re
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from PyQt6.QtCore import QAbstractListModel, QDate, QLocale, Qt
from PyQt6.QtWidgets import QAbstractButton, QAbstractItemView, QComboBox, QLabel, QLineEdit, QWidget

from kiosk import i18n
from kiosk.config.schema import AUTO
from kiosk.domain import Frame, Rejection
from kiosk.door.greeting import compose, hint
from kiosk.door.report import Status
from kiosk.door.services import StaffServices
from kiosk.door.station import Station
from kiosk.gui import language
from kiosk.gui.keyboard import KeyboardDock
from kiosk.gui.language import ScreenLanguage, chosen, languages, locale_of, use_for_welcome
from kiosk.gui.layouts import set_scale
from kiosk.gui.reception.pages import PAGES
from kiosk.gui.reception.picker import Picker, wanted_archive, wanted_pictures
from kiosk.gui.window import KioskWindow
from kiosk.gui.workers import Latest
from kiosk.i18n import translate
from kiosk.people.staff import Role, StaffMember
from kiosk.vision.camera import CameraState
from kiosk.vision.demo import RATE_HZ, draw

sys.path.append(str(Path(__file__).parents[2] / ".ci"))
import translations

WELCOME = "Welcome {names}, have a nice day!"
FRUIT = """msgctxt "fruit"
msgid "Pear"
msgstr "Birne"

msgctxt "fruit: tree"
msgid "Pear"
msgstr "Birnbaum"

msgctxt "fruit"
msgid "Apple…"
msgstr "Apfel…"

msgctxt "fruit"
msgid "Plum"
msgstr ""

msgctxt "fruit"
msgid "%n apples"
msgid_plural "%n apples"
{forms}
"""


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    before = QLocale()
    yield
    i18n.install(None)
    QLocale.setDefault(before)


@pytest.fixture
def screen(qapp) -> Iterator[ScreenLanguage]:
    language = ScreenLanguage()
    yield language
    language.leave()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Translations of three languages, compiled as the build does it."""
    for code, forms in (("de", "%n Apfel|%n Äpfel"), ("pl", "%n jabłko|%n jabłka|%n jabłek"), ("ja", "%n りんご")):
        each = "\n".join(f'msgstr[{number}] "{form}"' for number, form in enumerate(forms.split("|")))
        (tmp_path / f"kiosk_{code}.po").write_text(FRUIT.format(forms=each), encoding="utf-8")
    translations.compile_all(tmp_path)
    monkeypatch.setattr(language, "asset", lambda first, *rest: tmp_path.joinpath(*rest))
    return tmp_path


def test_the_language_is_the_one_of_the_option_or_of_the_system(monkeypatch):
    assert languages() == {"en": "English", "de": "Deutsch"}
    for wanted, names, found in (
        ("de", ["en-GB"], "de"),
        ("auto", ["de-AT", "en"], "de"),
        ("auto", ["fr-FR", "de-DE", "en"], "de"),
        ("auto", ["en-US", "de"], "en"),
        ("auto", ["C"], "en"),
        ("auto", [], "en"),
        ("fr", ["de"], "en"),  # a language without a file is no reason to stop
    ):
        monkeypatch.setattr(language.QLocale, "system", lambda names=names: SimpleNamespace(uiLanguages=lambda: names))
        assert chosen(wanted) == found, (wanted, names)
    monkeypatch.setattr(language.QLocale, "system", lambda: QLocale("de_CH"))
    assert (chosen("auto"), locale_of("de").name(), locale_of("en").name()) == ("de", "de_CH", "en_GB")


def test_texts_dates_and_numbers_follow_the_language_at_once(screen, qtbot):
    field, day = QLineEdit(), QDate(2026, 3, 5)
    qtbot.addWidget(field)
    noon = datetime(2026, 3, 1, 12, 0).astimezone()
    for code, welcome, date, menu, number, moment in (
        ("de", "Willkommen", "Donnerstag, 5. März 2026", "Einfügen", "1.234,6", "01.03.26 12:00"),
        ("en", "Welcome", "Thursday, 5. March 2026", "Paste", "1,234.6", "01/03/2026 12:00"),
    ):
        assert screen.use(code)
        assert not screen.use(code), "the same language again"
        assert translate("welcome", WELCOME).startswith(welcome)
        assert QLocale().toString(day, "dddd, d. MMMM yyyy") == date
        actions = field.createStandardContextMenu().actions()
        assert menu in " ".join(action.text().replace("&", "") for action in actions)
        assert (i18n.number(1234.56, 1), i18n.moment(noon), i18n.language()) == (number, moment, code)
    screen.use("de")
    screen.leave()
    assert (i18n.language(), translate("welcome", WELCOME), i18n.number(1234.56, 1)) == ("en", WELCOME, "1234.6")


def test_a_hint_is_short_enough_to_be_read_from_two_metres(screen):
    for code in languages():
        screen.use(code)
        hints = [str(hint(rejection)) for rejection in Rejection]
        assert [text for text in hints if len(text) > 32] == []
        assert len(set(hints)) == len(Rejection)


def test_a_language_is_added_by_its_file_with_plurals_and_unfinished_texts_stay_english(folder, screen):
    assert languages() == {"en": "English", "de": "Deutsch", "ja": "日本語", "pl": "Polski"}
    for code, told in (
        ("de", {0: "0 Äpfel", 1: "1 Apfel", 2: "2 Äpfel", 1234: "1.234 Äpfel"}),
        ("pl", {1: "1 jabłko", 3: "3 jabłka", 5: "5 jabłek", 12: "12 jabłek", 22: "22 jabłka"}),
        ("ja", {1: "1 りんご", 5: "5 りんご"}),
    ):
        screen.use(code)
        assert {n: translate("fruit", "%n apples", "", n) for n in told} == told
        assert (translate("fruit", "Pear"), translate("fruit", "Pear", "tree")) == ("Birne", "Birnbaum")
        assert (translate("fruit", "Apple…"), translate("fruit", "Plum")) == ("Apfel…", "Plum")


def test_without_a_window_only_the_welcome_is_translated():
    use_for_welcome("de")
    assert compose(AUTO, ["Ada", "Lin"]) == "Willkommen Ada und Lin, einen schönen Tag!"
    assert (translate("door", "Locked"), i18n.language()) == ("Locked", "de")


# Every page under a translator that marks what went through it: text that is left unmarked was not translated.

# Names of people, files, networks, languages and units, which stay as they are in every language.
DATA = re.compile(
    r"Grace Hopper|Ida|\S*/\S*|haar|yunet|sface_fp16|sface|dlib_resnet|openface|facenet|demo|LiteRT|MB|GB|px|ms|ZIP|UTC"
    r"|English|Deutsch|kiosk staff add NAME --role installer|https?|H\.264|config\.yaml|broken\.jpg|KINGSTON|\?123|abc"
    r"|\b[0-9.,:]+\b|\w+day,? \d+ \w+ \d+"
)


@pytest.fixture
def window(
    *, staff_window, home: Path, build: Callable[[], Station], services: StaffServices, sticks
) -> Iterator[KioskWindow]:
    """The kiosk's window on a real station, with every translated text in ⟦brackets⟧."""
    (home / "images" / "broken.jpg").write_bytes(b"")
    i18n.install(lambda context, text, disambiguation, n: f"⟦{text.replace('%n', str(n))}⟧")
    services.station = station = build()
    frames = Latest[Frame]()
    window = staff_window(services, frames=frames, size=(1280, 800))
    window.on_built(station)
    window.on_camera_changed(CameraState.LIVE, "")
    frame = Frame(draw(round(2.3 * RATE_HZ)), 1.0, 1)
    frames.put(frame)
    window.feed.on_ready()
    window.on_reported(station.process(frame))
    yield window
    set_scale(1.0)


def unmarked(root: QWidget) -> list[str]:
    """Return each text below `root` that holds letters outside marks and data."""
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
    """Remove marked texts; marks may stand inside each other, as a sentence is filled in with words."""
    while (fewer := re.sub("⟦[^⟦⟧]*⟧", "", text)) != text:
        text = fewer
    return text


def test_an_unmarked_text_is_found(qtbot):
    label = QLabel("⟦Threshold ⟦of⟧ {x}⟧ Grace Hopper: 0.39")
    qtbot.addWidget(label)
    assert unmarked(label) == []
    label.setText("⟦Threshold⟧ is")
    assert unmarked(label) == ["QLabel: ⟦Threshold⟧ is"]


def test_nothing_is_left_in_english_on_any_page(*, window, services, qtbot, sticks):
    for step in (
        lambda: None,
        lambda: (window.on_progressed("gallery", 1, 12), window.on_replaced()),
        lambda: window.on_status_changed(Status(0, 3, (), advice="⟦fetch another⟧")),
        lambda: window.on_camera_changed(CameraState.OPENING, ""),
    ):
        step()
        assert unmarked(window.door) == []
    window.open_staff_side()
    assert unmarked(window.reception) == []
    services.staff.add("Ida", Role.INSTALLER, "482913")
    window.close_staff_side()
    window.open_staff_side()
    reception = window.reception
    reception.pin.add("1")
    assert unmarked(reception) == []
    reception.on_entered(StaffMember("Ida", Role.INSTALLER))
    for entry in PAGES:
        reception.go(entry.name)
        assert unmarked(reception) == [], entry.name
        qtbot.waitUntil(lambda: not reception.context._jobs.busy)
        assert unmarked(reception) == [], entry.name
    dock, field = KeyboardDock(window, "on"), QLineEdit(reception)
    field.show()
    field.setFocus()
    assert dock.isVisible()
    assert unmarked(dock) == []
    for number, wanted in enumerate((wanted_pictures, wanted_archive)):
        reception.pick(wanted(), print, print)
        assert unmarked(reception) == []
        (picker,) = reception.findChildren(Picker)
        qtbot.waitUntil(lambda picker=picker: bool(picker.place_buttons))
        stick = sticks.plug(f"KINGSTON {number}")
        (stick / "7").mkdir()
        qtbot.waitUntil(lambda picker=picker: bool(picker.model.entries))
        assert unmarked(reception) == []
        picker.cancel.click()
        sticks.pull(stick)
        qtbot.waitUntil(lambda: reception.findChildren(Picker) == [])
