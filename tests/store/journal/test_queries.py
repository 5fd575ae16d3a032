"""Questions are answered by an index, however they are put together."""

import itertools
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from kiosk.domain import Outcome, Reason
from kiosk.store import journal as queries
from kiosk.store.journal import Filter, Journal

DAY = date(2026, 3, 1)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    path: Path = tmp_path_factory.mktemp("queries") / "journal.sqlite3"
    Journal(path).check()
    return sqlite3.connect(path)


def plan(connection: sqlite3.Connection, question: queries.Question) -> list[str]:
    sql, values = question
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


EVERY_FILTER = [
    Filter(person, outcome, reason, day)
    for person, outcome, reason, day in itertools.product(
        (None, "Ada"), (None, Outcome.REFUSED), (None, Reason.TOO_FAR), (None, DAY)
    )
]


@pytest.mark.parametrize("before", [None, 500])
@pytest.mark.parametrize("wanted", EVERY_FILTER)
def test_page_is_found_by_the_narrowest_index(connection, wanted: Filter, before: int | None) -> None:
    steps = plan(connection, queries.page(wanted, [1], before, 200))
    reached = [step for step in steps if "decisions" in step]
    assert not any("SCAN names" in step for step in steps)
    if wanted.day is not None:
        assert all("decisions_time (time>? AND time<?)" in step for step in reached)
    elif wanted.person is not None:
        assert ["decisions_person (person_id=?" in step or "second_person" in step for step in reached] == [True, True]
    elif wanted.reason is not None:
        assert "decisions_reason (reason=?" in reached[0]
        assert "USE TEMP B-TREE FOR ORDER BY" not in steps
    else:
        assert "USE TEMP B-TREE FOR ORDER BY" not in steps


@pytest.mark.parametrize(
    ("sql", "values", "index"),
    [
        (queries.LAST_GRANTED, [], "decisions_granted (person_id=?)"),
        (queries.NEAREST, [], "decisions_person (person_id=?)"),
        (queries.LAST_DAY_BEFORE, ["~"], "decisions_time (time<?)"),
        (queries.SINCE, ["2026"], "decisions_time (time>?)"),
    ],
)
def test_other_questions_are_found_by_an_index(connection, sql: str, values: list[object], index: str) -> None:
    steps = [step for step in plan(connection, (sql, values)) if "decisions" in step]
    assert steps
    assert all(index in step for step in steps)


def test_lines_about_people_are_found_by_an_index(connection) -> None:
    for question in (queries.decisions_about([1, 2]), queries.actions_about(["Ada"]), queries.actions(None, 5)):
        assert not any("SCAN decisions" in step for step in plan(connection, question))
