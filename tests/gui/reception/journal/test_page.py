"""From the list of the journal to the reason of a refusal."""

from datetime import UTC, datetime, timedelta

import pytest
from PyQt6.QtCore import QObject, Qt
from PyQt6.QtWidgets import QAbstractButton, QComboBox

from kiosk.domain import Candidate, Conditions, Decision, Identification, Outcome, Reason
from kiosk.gui.reception.journal import JournalPage
from kiosk.people.staff import Role
from kiosk.store.journal import Action, Filter

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def decision(person: str, distance: float, light: float = 100.0) -> Decision:
    found = Identification((Candidate(person, distance),), 0.39, 0.04, 3)
    let_in = distance <= 0.39
    return Decision(
        Outcome.GRANTED if let_in else Outcome.REFUSED,
        Reason.RECOGNISED if let_in else Reason.TOO_FAR,
        1,
        1,
        0.0,
        3,
        3,
        person if let_in else None,
        found,
        conditions=Conditions(140, light, 40.0, 0.1),
    )


@pytest.fixture
def written(services):
    """Ada comes in at noon and is refused in the dark a minute later; Bo comes the next day."""
    for after, each in (
        (timedelta(), decision("Ada", 0.3)),
        (timedelta(minutes=1), decision("Ada", 0.44, light=50.0)),
        (timedelta(days=1), decision("Bo", 0.2)),
    ):
        services.journal.record(each, "dlib_resnet", NOON + after)
    services.journal.note(Action.ENROLLED, "Ida", "Ada", "5 pictures", NOON)
    return services.journal


@pytest.fixture
def page(context, shown, qtbot) -> JournalPage:
    page = shown(JournalPage(context))
    yield page
    page.leave()


def words(page: JournalPage) -> list[str]:
    model = page.stack.currentWidget().model()
    return [model.data(model.index(row)) for row in range(model.rowCount())]


def test_door_comes_first_newest_on_top(written, page: JournalPage, qtbot) -> None:
    page.enter()
    qtbot.waitUntil(lambda: page.decisions.rowCount() == 3)
    assert words(page) == [
        "let in: Bo at 0.20, needs 0.39",
        "not recognised: closest Ada at 0.44, needs 0.39; picture dark",
        "let in: Ada at 0.30, needs 0.39",
    ]
    qtbot.waitUntil(lambda: page.filters.person.box.count() == 3)
    assert page.filters.day.box.count() == 3
    assert page.empty.isHidden()


def test_choice_of_a_person_leaves_that_persons_rows(written, page: JournalPage, qtbot) -> None:
    page.enter(person="Ada", outcome=Outcome.REFUSED)
    qtbot.waitUntil(lambda: page.decisions.rowCount() == 1)
    assert page.filters.wanted == Filter("Ada", Outcome.REFUSED)


def test_nothing_that_fits_is_said(written, page: JournalPage, qtbot) -> None:
    page.enter(reason=Reason.EXPIRED)
    qtbot.waitUntil(lambda: not page.empty.isHidden())
    assert page.empty.text() == "No decision fits the choice above."


def test_empty_journal_is_said(page: JournalPage, qtbot) -> None:
    page.enter()
    qtbot.waitUntil(lambda: not page.empty.isHidden())
    assert page.empty.text() == "Nothing stands here yet."


def test_what_the_staff_did_is_the_other_list(written, page: JournalPage, qtbot) -> None:
    page.enter()
    qtbot.mouseClick(page.staff, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.deeds.rowCount() == 1)
    assert words(page) == ["Ida enrolled Ada (5 pictures)"]
    assert page.filters.isHidden()
    assert not page.plotted.isEnabled()


def test_row_opens_into_its_details_and_back(written, page: JournalPage, qtbot) -> None:
    page.enter()
    qtbot.waitUntil(lambda: page.decisions.rowCount() == 3)
    page.door_list.setCurrentIndex(page.decisions.index(1))
    qtbot.keyClick(page.door_list, Qt.Key.Key_Return)
    assert page.stack.currentWidget() is page.details
    assert page.details.sentence.text().startswith("not recognised: closest Ada at 0.44")
    qtbot.mouseClick(page.details.back, Qt.MouseButton.LeftButton)
    assert page.stack.currentWidget() is page.door_list
    assert page.door_list.currentIndex().row() == 1


def test_details_lead_to_the_distances_and_their_cause(written, page: JournalPage, qtbot) -> None:
    page.enter()
    qtbot.waitUntil(lambda: page.decisions.rowCount() == 3)
    page.on_opened(page.decisions.index(1))
    qtbot.mouseClick(page.details.plot, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.plot is not None and page.stack.currentWidget() is page.plot)
    assert page.filters.wanted == Filter("Ada")
    assert "only where the picture was dark" in page.plot.sentence.text()
    page.on_listed("Ada")
    qtbot.waitUntil(lambda: page.decisions.rowCount() == 2)
    assert page.stack.currentWidget() is page.door_list


def test_point_of_the_plot_leads_to_its_row_and_back(written, page: JournalPage, qtbot) -> None:
    page.enter()
    page.on_plotted("Ada")
    qtbot.waitUntil(lambda: page.plot is not None and page.stack.currentWidget() is page.plot)
    page.plot.picked.emit(2)
    qtbot.waitUntil(lambda: page.stack.currentWidget() is page.details)
    assert "closest Ada at 0.44" in page.details.sentence.text()
    qtbot.mouseClick(page.details.back, Qt.MouseButton.LeftButton)
    assert page.stack.currentWidget() is page.plot


def test_older_rows_come_while_somebody_scrolls(services, page: JournalPage, qtbot) -> None:
    with services.journal._writing.change() as connection:
        connection.executemany(
            "INSERT INTO decisions (time, outcome, reason, encoder, frame, track) VALUES (?, '', '', '', 1, 1)",
            [("2026-03-01T12:00:00.000+00:00",)] * 450,
        )
    page.enter()
    qtbot.waitUntil(lambda: page.decisions.rowCount() == 200)
    for loaded in (400, 450):
        page.door_list.scrollToBottom()
        qtbot.waitUntil(lambda loaded=loaded: page.decisions.rowCount() == loaded)
    assert [page.decisions.line(page.decisions.index(row)).entry.id for row in (0, 449)] == [450, 1]


def test_what_the_door_decides_meanwhile_comes_on_top(written, page: JournalPage, context, qtbot, make_report) -> None:
    page.enter()
    qtbot.waitUntil(lambda: page.decisions.rowCount() == 3)
    written.record(decision("Cy", 0.1), "dlib_resnet", NOON + timedelta(days=2))
    context.reported.emit(make_report(None, decision("Cy", 0.1)))
    qtbot.waitUntil(lambda: page.decisions.rowCount() == 4)
    assert words(page)[0] == "let in: Cy at 0.10, needs 0.39"


def test_journal_that_cannot_be_read_is_told(home, page: JournalPage, screen, qtbot) -> None:
    (home / "journal.sqlite3").write_bytes(b"no database\n" * 500)
    page.enter()
    qtbot.waitUntil(lambda: any("move the file away" in fault for fault in screen.noticed))


def test_answer_to_an_earlier_choice_is_dropped(written, page: JournalPage, qtbot) -> None:
    page.enter(person="Ada")
    page.filters.choose(Filter("Bo"))
    page.on_changed()
    qtbot.waitUntil(lambda: page.decisions.rowCount() == 1)
    qtbot.wait(50)
    assert words(page) == ["let in: Bo at 0.20, needs 0.39"]


def test_reception_sees_it_too_and_everything_has_a_name(make_office, shown, qtbot) -> None:
    page = shown(JournalPage(make_office(Role.RECEPTION)))
    page.enter()
    parts: list[QObject] = [*page.findChildren(QAbstractButton), *page.findChildren(QComboBox), page.door_list]
    assert [part for part in parts if not part.accessibleName()] == []
    page.leave()


@pytest.mark.parametrize("size", [(800, 480), (480, 853)])
def test_page_fits_its_screen(page: JournalPage, size: tuple[int, int]) -> None:
    hint = page.minimumSizeHint()
    assert hint.width() <= size[0] * 0.75
    assert hint.height() <= 400
