"""Details are said in words of the screen's language, and names are left as they are."""

import pytest

from kiosk import i18n
from kiosk.gui.reception.journal.lines import detail_in_words


@pytest.fixture
def german():
    """A translation of two texts."""
    said = {"%n pictures": "%n Bilder", "%n people": "%n Personen", "card id": "Kartennummer"}
    i18n.install(lambda context, text, comment, n: said.get(text, text).replace("%n", str(n)))
    yield
    i18n.install(None)


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("action", "detail", "said"),
    [
        ("enrolled", "5 pictures", "5 Bilder"),
        ("exported", "12 people, 40 pictures", "12 Personen, 40 Bilder"),
        ("changed", "card_id, unheard_of", "Kartennummer, unheard_of"),
        ("staff_added", "reception", "role: reception"),
        ("staff_added", "king", "king"),
        ("visitor_dismissed", "3", "3 faces"),
        ("lookalike_accepted", "Ada at 0.41", "Ada at 0.41"),
        ("setting_changed", "3 -> 4", "3 -> 4"),
        ("renamed", "5 pictures of Ada", "5 pictures of Ada"),
        ("of a newer kiosk", "x", "x"),
    ],
)
def test_detail_is_said(action: str, detail: str, said: str) -> None:
    assert detail_in_words(action, detail) == said
