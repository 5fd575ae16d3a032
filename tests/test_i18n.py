from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest

from kiosk import i18n
from kiosk.i18n import QT_TRANSLATE_NOOP, Figures, install, translate


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    install(None)


def test_texts_are_english_until_a_translator_is_installed_and_after_it_has_gone():
    assert (translate("door", "Locked"), i18n.language()) == ("Locked", "en")
    assert translate("people", "%n pictures", "", 3) == "3 pictures"
    install(lambda *asked: repr(asked), "de")
    assert translate("door", "Locked", "the lock", 2) == "('door', 'Locked', 'the lock', 2)"
    assert i18n.language() == "de"
    assert QT_TRANSLATE_NOOP("door", "Locked") == "Locked"
    install(None)
    assert (translate("door", "Locked"), i18n.language()) == ("Locked", "en")


def test_numbers_and_moments_are_plain_until_a_language_writes_them():
    noon = datetime(2026, 3, 1, 13, 0, tzinfo=timezone(timedelta(hours=1)))
    assert (i18n.number(1234.56, 1), i18n.number(3.0)) == ("1234.6", "3")
    assert i18n.moment(noon) == "2026-03-01 12:00:00 UTC"
    install(None, figures=Figures(lambda value, digits: f"{value}/{digits}", lambda when: f"at {when.hour}"))
    assert (i18n.number(1.5, 2), i18n.moment(noon)) == ("1.5/2", "at 13")
    install(None)
    assert i18n.number(1.5, 1) == "1.5"
