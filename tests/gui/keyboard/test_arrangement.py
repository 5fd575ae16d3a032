from collections.abc import Iterator

import pytest
from PyQt6.QtCore import QLocale
from PyQt6.QtWidgets import QApplication

from kiosk import i18n
from kiosk.gui.keyboard import ACCENTS, Act, Page, arrangement, capital
from kiosk.gui.language import ScreenLanguage


@pytest.fixture(params=["en", "de"], autouse=True)
def language(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    before, screen = QLocale(), ScreenLanguage()
    screen.use(request.param)
    yield request.param
    screen.leave()
    i18n.install(None)
    QLocale.setDefault(before)


def typed(page: Page, *, tall: bool = False) -> str:
    return "".join(key.text for row in arrangement(page, tall=tall) for key in row if key.act is Act.TYPE)


def test_letters_stand_where_the_language_has_them(language: str):
    rows = ["".join(key.text for key in row) for row in arrangement(Page.LETTERS, tall=False)]
    expected = {"en": ["qwertyuiop", "asdfghjkl", "zxcvbnm"], "de": ["qwertzuiopü", "asdfghjklöä", "yxcvbnmß"]}
    assert rows[:3] == expected[language]


def test_every_letter_digit_and_sign_can_be_typed():
    everything = typed(Page.LETTERS) + typed(Page.SYMBOLS) + typed(Page.ACCENTS)
    assert set("abcdefghijklmnopqrstuvwxyz0123456789äöüß@.-_'éèñøłžçå") <= set(everything)


def test_digits_stand_above_the_letters_where_there_is_room():
    assert "1234567890" in typed(Page.LETTERS, tall=True)
    assert "1" not in typed(Page.LETTERS, tall=False)


@pytest.mark.parametrize("page", Page)
@pytest.mark.parametrize("tall", [True, False])
def test_every_page_can_delete_go_on_enter_and_be_put_away(page: Page, tall: bool):
    acts = {key.act for row in arrangement(page, tall=tall) for key in row}
    assert {Act.ERASE, Act.NEXT, Act.ENTER, Act.SPACE, Act.HIDE} <= acts


@pytest.mark.parametrize("page", [Page.LETTERS, Page.SYMBOLS, Page.ACCENTS])
def test_each_page_leads_to_the_others(page: Page):
    turns = {Act.LETTERS: Page.LETTERS, Act.SYMBOLS: Page.SYMBOLS, Act.ACCENTS: Page.ACCENTS}
    acts = {key.act for row in arrangement(page, tall=False) for key in row}
    assert {turns[act] for act in acts if act in turns} == {*turns.values()} - {page}


@pytest.mark.parametrize("page", Page)
@pytest.mark.parametrize("tall", [True, False])
def test_no_row_is_wider_than_twelve_keys_and_no_key_narrower_than_one(page: Page, tall: bool):
    rows = arrangement(page, tall=tall)
    assert max(sum(key.halves for key in row) for row in rows) <= 24
    assert min(key.halves for row in rows for key in row) >= 2


def test_a_capital_letter_is_one_letter():
    assert (capital("ß"), capital("é"), capital("-")) == ("ẞ", "É", "-")
    assert all(len(capital(letter)) == 1 for letters in ACCENTS.values() for letter in letters)
