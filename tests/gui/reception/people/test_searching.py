import pytest

from kiosk.gui.reception.people.rows import folded, index, matches, words_of


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("zoe", "Zoë Müller"),
        ("ZOË mull", "Zoe\u0308 Müller"),
        ("mueller", "Zoë Müller"),
        ("muller zoe", "Zoë Müller"),
        ("strasse", "Straße"),
        ("soren", "Søren"),
        ("soeren", "Søren"),
        ("lukasz", "Łukasz"),
        ("李", "李小龍"),
        ("عائ", "عائشة"),
        ("ada l", "Ada_Lovelace"),
        ("", "Anybody"),
        ("\uff10\uff17", "07"),
    ],
)
def test_a_name_is_found_without_accents_and_case(query: str, name: str) -> None:
    assert matches(words_of(query), index([name]))


@pytest.mark.parametrize(("query", "name"), [("zoe x", "Zoë"), ("ada", "Lin"), ("lovelace ada b", "Ada Lovelace")])
def test_every_word_has_to_be_there(query: str, name: str) -> None:
    assert not matches(words_of(query), index([name]))


def test_any_of_the_texts_may_hold_a_word() -> None:
    assert matches(words_of("lab ada"), index(["Ada", "Lab", "007"]))
    assert folded("Ñandú") == "nandu"
