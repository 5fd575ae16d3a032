from datetime import UTC, datetime, timedelta

import pytest
from PyQt6.QtCore import Qt

from kiosk.gui.reception.people.model import (
    ALERT_ROLE,
    ROW_ROLE,
    SECOND_ALERT_ROLE,
    SECOND_ROLE,
    Column,
    PeopleModel,
    Show,
    samples,
)
from kiosk.gui.reception.people.rows import PersonRow, Quality, index
from kiosk.people.register import Consent, PersonRecord, Standing

NOW = datetime.now(UTC)
CONSENT = Consent(NOW, "1", "ab", "en", "Eve")


def person(name: str, quality: Quality = Quality.GOOD, pictures: int = 3, **known: object) -> PersonRow:
    record = PersonRecord(name, **known)  # type: ignore[arg-type]
    sources = tuple(map(str, range(pictures)))
    return PersonRow(
        name.lower(), name, record, sources, quality, record.standing(NOW.date()), None, index([name, record.group])
    )


PEOPLE = [
    person("Zoë", group="Lab", consent=CONSENT),
    person("Ada", Quality.DIFFER, 1, suspended=True, consent=CONSENT),
    person("Müller", Quality.NONE, 0),
]


@pytest.fixture
def model(qtmodeltester) -> PeopleModel:
    model = PeopleModel()
    model.set_people(PEOPLE)
    qtmodeltester.check(model)
    return model


def names(model: PeopleModel) -> list[str]:
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_people_stand_in_the_order_of_their_names_without_accents(model):
    assert names(model) == ["Ada", "Müller", "Zoë"]
    assert model.headerData(0, Qt.Orientation.Horizontal) == "3 people"


def test_a_search_leaves_those_in_whom_every_word_is_found(model):
    model.search("ZOE lab")
    assert names(model) == ["Zoë"]
    assert model.headerData(0, Qt.Orientation.Horizontal) == "1 of 3 people"
    model.search("mueller")
    assert names(model) == ["Müller"]
    model.search("")
    assert len(names(model)) == 3


@pytest.mark.parametrize(
    ("show", "left"),
    [
        (Show.NO_CONSENT, ["Müller"]),
        (Show.KEPT_OUT, ["Ada"]),
        (Show.POOR, ["Ada", "Müller"]),
        (Show.ALL, ["Ada", "Müller", "Zoë"]),
    ],
)
def test_only_one_kind_is_shown(model, show, left):
    model.show_only(show)
    assert names(model) == left


@pytest.mark.parametrize(
    ("column", "first"),
    [(Column.NAME, "Zoë"), (Column.PICTURES, "Zoë"), (Column.SEEN, "Ada"), (Column.VALIDITY, "Zoë")],
)
def test_each_column_sorts_by_what_it_means(model, column, first):
    seen = PersonRow("ada", "Ada", PEOPLE[1].record, ("0",), Quality.FEW, Standing.SUSPENDED, NOW, index(["Ada"]))
    earlier = PersonRow(
        "lin", "Lin", PersonRecord("Lin"), (), Quality.FEW, Standing.IN_FORCE, NOW - timedelta(days=2), index(["Lin"])
    )
    model.set_people([PEOPLE[0], seen, earlier])
    model.sort(column, Qt.SortOrder.DescendingOrder)
    assert names(model)[0] == first


def test_a_cell_says_two_things_and_whether_they_want_attention(model):
    ada = model.row_of("ada")
    access = model.index(ada, Column.VALIDITY)
    assert (access.data(), access.data(SECOND_ROLE)) == ("Suspended", "Consent given")
    assert (access.data(ALERT_ROLE), access.data(SECOND_ALERT_ROLE)) == (True, False)
    pictures = model.index(ada, Column.PICTURES)
    assert (pictures.data(), pictures.data(SECOND_ROLE), pictures.data(SECOND_ALERT_ROLE)) == ("1", "They differ", True)
    assert access.data(Qt.ItemDataRole.AccessibleTextRole) == "Suspended, Consent given"
    assert access.data(ROW_ROLE) is PEOPLE[1]
    assert model.row_of("nobody") is None


def test_where_there_is_little_room_the_last_visit_stands_below_the_name(model):
    assert model.index(0, Column.NAME).data(SECOND_ROLE) == ""
    model.compact = True
    assert model.index(0, Column.NAME).data(SECOND_ROLE) == "Not seen yet"


def test_every_column_but_the_names_has_samples_for_its_width():
    assert set(samples()) == set(Column) - {Column.NAME}
