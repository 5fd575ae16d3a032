from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest

from kiosk import i18n
from kiosk.i18n import QT_TRANSLATE_NOOP, Figures, install, translate


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    install(None)


def test_without_a_translator_the_english_text_is_said():
    assert translate("door", "Locked") == "Locked"


def test_a_count_takes_its_place_in_the_english_text():
    assert translate("people", "%n pictures", "", 3) == "3 pictures"


def test_whoever_is_installed_is_asked_with_context_text_disambiguation_and_count():
    install(lambda *asked: repr(asked))
    assert translate("door", "Locked", "the lock", 2) == "('door', 'Locked', 'the lock', 2)"


def test_the_language_is_known_to_who_asks_and_is_english_at_first():
    assert i18n.language() == "en"
    install(lambda *asked: "Verriegelt", "de")
    assert i18n.language() == "de"
    install(None)
    assert i18n.language() == "en"


def test_none_goes_back_to_english():
    install(lambda *asked: "Verriegelt")
    install(None)
    assert translate("door", "Locked") == "Locked"


def test_a_marked_text_stays_as_it_is():
    install(lambda *asked: "Verriegelt")
    assert QT_TRANSLATE_NOOP("door", "Locked") == "Locked"
    assert i18n.translate("door", "Locked") == "Verriegelt"


def test_numbers_and_moments_are_plain_until_a_language_writes_them():
    noon = datetime(2026, 3, 1, 13, 0, tzinfo=timezone(timedelta(hours=1)))
    assert (i18n.number(1234.56, 1), i18n.number(3.0)) == ("1234.6", "3")
    assert i18n.moment(noon) == "2026-03-01 12:00:00 UTC"
    install(None, figures=Figures(lambda value, digits: f"{value}/{digits}", lambda when: f"at {when.hour}"))
    assert (i18n.number(1.5, 2), i18n.moment(noon)) == ("1.5/2", "at 13")
    install(None)
    assert i18n.number(1.5, 1) == "1.5"
