import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from PyQt6.QtCore import QDate, QLocale
from PyQt6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from kiosk import i18n
from kiosk.domain import Rejection
from kiosk.door.greeting import AUTO, compose, hint
from kiosk.gui import language
from kiosk.gui.language import ScreenLanguage, chosen, languages, locale_of, use_for_welcome
from kiosk.i18n import translate

sys.path.append(str(Path(__file__).parents[2] / ".ci"))
import translations

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
def screen(qtbot: QtBot) -> Iterator[ScreenLanguage]:
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


def test_english_and_german_are_there():
    assert languages() == {"en": "English", "de": "Deutsch"}


@pytest.mark.parametrize(
    ("wanted", "asked", "found"),
    [
        ("de", [], "de"),
        ("de", ["en-GB"], "de"),
        ("auto", ["de-AT", "en"], "de"),
        ("auto", ["fr-FR", "de-DE", "en"], "de"),
        ("auto", ["en-US", "de"], "en"),
        ("auto", ["C"], "en"),
        ("auto", [], "en"),
        ("fr", ["de"], "en"),  # a language without a file is no reason to stop
    ],
)
def test_language_is_the_one_that_is_wanted_or_else_the_systems(wanted: str, asked: list[str], found: str):
    assert chosen(wanted, asked) == found


def test_auto_asks_the_system(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(language.QLocale, "system", lambda: QLocale("de_CH"))
    assert chosen("auto") == "de"
    assert locale_of("de").name() == "de_CH"
    assert locale_of("en").name() == "en_GB"


def test_words_dates_and_numbers_follow_the_language_at_once(screen: ScreenLanguage):
    assert screen.use("de")
    assert translate("welcome", "Welcome {names}, have a nice day!").startswith("Willkommen")
    assert i18n.language() == screen.code == "de"
    assert QLocale().toString(QDate(2026, 3, 5), "dddd, d. MMMM yyyy") == "Donnerstag, 5. März 2026"
    assert not screen.use("de")
    assert screen.use("en")
    assert translate("welcome", "Welcome {names}, have a nice day!") == "Welcome {names}, have a nice day!"
    assert QLocale().toString(QDate(2026, 3, 5), "dddd, d MMMM yyyy") == "Thursday, 5 March 2026"


def test_qts_own_words_follow_too(screen: ScreenLanguage, qtbot: QtBot):
    field = QLineEdit()
    qtbot.addWidget(field)

    def menu() -> str:
        found = field.createStandardContextMenu()
        assert found is not None
        return " ".join(action.text().replace("&", "") for action in found.actions())

    screen.use("de")
    assert "Einfügen" in menu()
    screen.use("en")
    assert "Paste" in menu()


@pytest.mark.parametrize("code", ["en", "de"])
def test_a_hint_is_short_enough_to_be_read_from_two_metres(screen: ScreenLanguage, code: str):
    screen.use(code)
    assert [said for said in map(hint, Rejection) if len(said) > 32] == []
    assert len(set(map(hint, Rejection))) == len(Rejection)


def test_leaving_goes_back_to_english(screen: ScreenLanguage):
    screen.use("de")
    screen.leave()
    assert i18n.language() == "en"
    assert translate("welcome", "{names} and {last}") == "{names} and {last}"


def test_a_language_is_added_by_its_file(folder: Path, screen: ScreenLanguage):
    assert languages() == {"en": "English", "de": "Deutsch", "ja": "日本語", "pl": "Polski"}
    assert screen.use("pl")
    assert translate("fruit", "Pear") == "Birne"


def test_signs_beyond_ascii_and_disambiguations_are_found(folder: Path, screen: ScreenLanguage):
    screen.use("de")
    assert translate("fruit", "Apple…") == "Apfel…"
    assert translate("fruit", "Pear", "tree") == "Birnbaum"
    assert translate("fruit", "Pear") == "Birne"


def test_what_is_not_finished_is_said_in_english(folder: Path, screen: ScreenLanguage):
    screen.use("de")
    assert translate("fruit", "Plum") == "Plum"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("de", {0: "0 Äpfel", 1: "1 Apfel", 2: "2 Äpfel", 1234: "1.234 Äpfel"}),
        ("pl", {1: "1 jabłko", 3: "3 jabłka", 5: "5 jabłek", 12: "12 jabłek", 22: "22 jabłka"}),
        ("ja", {1: "1 りんご", 5: "5 りんご"}),
    ],
)
def test_counts_take_the_plural_of_the_language(folder: Path, screen: ScreenLanguage, code: str, told: dict[int, str]):
    screen.use(code)
    assert {n: translate("fruit", "%n apples", "", n) for n in told} == told


def test_without_a_window_only_the_welcome_is_translated():
    use_for_welcome("de")
    assert compose(AUTO, ["Ada", "Lin"]) == "Willkommen Ada und Lin, einen schönen Tag!"
    assert translate("door", "Locked") == "Locked"
    assert i18n.language() == "de"


def test_numbers_and_moments_are_written_as_in_the_language(folder: Path, screen: ScreenLanguage):
    noon = datetime(2026, 3, 1, 12, 0).astimezone()
    screen.use("de")
    assert (i18n.number(1234.56, 1), i18n.moment(noon)) == ("1.234,6", "01.03.26 12:00")
    screen.leave()
    assert i18n.number(1234.56, 1) == "1234.6"
