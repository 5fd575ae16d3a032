"""The journal page: decisions and staff actions in words, filters, details and the plot."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtTest import QAbstractItemModelTester

from kiosk.domain import Candidate, Conditions, Decision, Identification, Outcome, Reason
from kiosk.gui.reception.journal.lines import (
    LineList,
    Lines,
    action_in_words,
    decision_in_words,
    lines_of,
)
from kiosk.gui.reception.journal.page import JournalPage
from kiosk.gui.reception.journal.plot import DistancePlot
from kiosk.health.distances import Point, insight, points_of
from kiosk.store.journal import Action, ActionEntry, Filter, JournalEntry

ROW = JournalEntry(
    id=1,
    time="2026-03-01T12:00:00.123+00:00",
    outcome="refused",
    reason="too_far",
    person="Ada_Lovelace",
    distance=0.4449,
    second_person="Bo",
    second_distance=0.6,
    threshold=0.39,
    margin=0.04,
    encoder="dlib_resnet",
    frame=1,
    track=1,
    gallery_size=7,
    detail=None,
    face_px=140,
    light=55.0,
    sharpness=30.0,
    turn=0.1,
)
DONE = ActionEntry(1, ROW.time, "Grace", "enrolled", "Ada", None)


def plain(text: str) -> str:
    """Without the marks around names."""
    return text.replace("\u2068", "").replace("\u2069", "")


NOT_RECOGNISED = "Not recognised. Closest: Ada Lovelace at 0.44 (limit 0.39)."


def test_decision_is_a_sentence():
    for changes, words in (
        ({}, f"{NOT_RECOGNISED} The picture is dark."),
        (
            {"light": 200.0, "sharpness": 8.0, "face_px": 70},
            f"{NOT_RECOGNISED} The face is small. The picture is bright. The picture is blurred.",
        ),
        (
            {"turn": 0.4},
            f"{NOT_RECOGNISED} The picture is dark. The face is turned aside.",
        ),
        ({"face_px": None}, NOT_RECOGNISED),
        (
            {"outcome": "granted", "reason": "recognised", "distance": 0.3},
            "Let in: Ada Lovelace at 0.30 (limit 0.39).",
        ),
        (
            {"outcome": "granted", "reason": "returned", "distance": 0.3},
            "Let in again: Ada Lovelace at 0.30 (limit 0.39).",
        ),
        (
            {"reason": "ambiguous", "distance": 0.3, "second_distance": 0.31, "light": 90.0},
            "Not clear who it is: Ada Lovelace at 0.30, Bo at 0.31. They must be 0.04 apart.",
        ),
        (
            {"reason": "ambiguous", "distance": 0.3, "second_person": None, "light": 90.0},
            "Not clear who it is. Closest: Ada Lovelace at 0.30 (limit 0.39).",
        ),
        ({"reason": "nobody_enrolled", "person": None, "light": 90.0}, "Not recognised. Nobody is enrolled."),
        ({"reason": "suspended", "light": 90.0}, "Refused: Ada Lovelace is suspended."),
        ({"reason": "not_yet_valid", "light": 90.0}, "Refused: Ada Lovelace may not enter yet."),
        ({"reason": "expired", "light": 90.0}, "Refused: Ada Lovelace may not enter any more."),
        ({"outcome": "granted", "reason": "tested", "person": None}, "Opened for a test of the door."),
        (
            {"reason": "fault", "detail": "the {lock} hangs", "light": 90.0},
            "Refused because of a fault: the {lock} hangs",
        ),
        ({"reason": "of a newer kiosk", "light": 90.0}, "of a newer kiosk"),
        ({"reason": "{0} {", "light": 90.0}, "{0} {"),
        ({"person": "{name}", "light": 90.0}, "Not recognised. Closest: {name} at 0.44 (limit 0.39)."),
        ({"distance": None, "threshold": None, "light": 90.0}, "Not recognised. Closest: Ada Lovelace at ? (limit ?)."),
    ):
        assert plain(decision_in_words(replace(ROW, **changes))) == words
    # A name from right to left leaves the sentence in order.
    hebrew = replace(ROW, person="\u05d0\u05d3\u05d4")
    assert "Closest: \u2068\u05d0\u05d3\u05d4\u2069 at 0.44" in decision_in_words(hebrew)


def test_action_is_a_sentence():
    for changes, words in (
        ({}, "Grace enrolled Ada"),
        ({"action": "staff_added", "detail": "installer"}, "Grace gave Ada a PIN (role: installer)"),
        ({"detail": "5 pictures"}, "Grace enrolled Ada (5 pictures)"),
        ({"action": "renamed", "detail": "Ada L"}, "Grace renamed Ada to Ada L"),
        (
            {"action": "setting_changed", "subject": "decision.k", "detail": "3 → 4"},
            "Grace changed the setting decision.k (3 → 4)",
        ),
        ({"action": "exported", "subject": None}, "Grace exported the whole gallery"),
        ({"action": "of a newer kiosk"}, "Grace: of a newer kiosk"),
        ({"action": "{0} {"}, "Grace: {0} {"),
        ({"subject": "{detail}", "staff": "{0}"}, "{0} enrolled {detail}"),
    ):
        assert plain(action_in_words(replace(DONE, **changes))) == words
    for action in Action:
        words = plain(action_in_words(replace(DONE, action=action.value, detail="Bo")))
        assert not words.startswith("Grace:")
        assert "{" not in words


GOOD, DARK = Conditions(140, 100.0, 40.0, 0.1), Conditions(140, 50.0, 40.0, 0.1)

WITHIN = Point(1, 1.0, 0.30, 0.39, granted=True, conditions=GOOD, encoder="dlib")

ABOVE = replace(WITHIN, distance=0.55, granted=False)

LITTLE = replace(ABOVE, distance=0.42)


def poor(point: Point, **changes: float) -> Point:
    return replace(point, conditions=replace(GOOD, **changes))


def test_sentence_names_what_the_rows_show():
    for points, words in (
        ([], "No decisions with a distance"),
        ([WITHIN, replace(WITHIN, distance=0.37)], "Every distance lies within the threshold; the largest leaves 0.02"),
        ([WITHIN] * 3 + [poor(ABOVE, light=50.0)], "only where the picture was dark: more light"),
        ([WITHIN] * 3 + [poor(ABOVE, light=200.0)], "only where the picture was bright"),
        ([WITHIN] * 3 + [poor(ABOVE, sharpness=8.0)], "only where the picture was blurred"),
        ([WITHIN] * 3 + [poor(ABOVE, face_px=70)], "only where the face was small"),
        ([WITHIN] * 3 + [poor(ABOVE, turn=0.4)], "only where the face was turned aside"),
        # As dark within: the light is not what keeps people out.
        ([poor(WITHIN, light=50.0)] * 3 + [poor(ABOVE, light=50.0)], "Some distances lie far above"),
        ([WITHIN] * 3 + [ABOVE, poor(ABOVE, light=50.0)], "Some distances lie far above"),
        ([WITHIN] * 3 + [LITTLE], "by 0.03 at most: more pictures"),
        ([WITHIN] + [ABOVE] * 3, "Most distances lie far above"),
        ([WITHIN] * 3 + [replace(ABOVE, conditions=None)], "Some distances lie far above"),
    ):
        assert words in insight(points)


def test_points_are_the_distances_to_the_person_by_the_newest_encoder_oldest_first():
    def entry(number, **changes):
        return replace(ROW, id=number, time=f"2026-03-01T12:0{number}:00.000+00:00", **changes)

    entries = [
        entry(4, person="Bo", distance=0.2, second_person="ada", second_distance=0.5),
        entry(3, person="Ada", distance=0.3, outcome="granted"),
        entry(2, person="Bo", distance=0.2, second_person="Cy"),
        entry(1, person="ada", distance=0.4),
    ]
    points = points_of(entries, "Ada")
    assert [(point.distance, point.granted) for point in points] == [(0.4, False), (0.3, True)]
    assert [point.distance for point in points_of(entries, None)] == [0.4, 0.2, 0.3, 0.2]
    entries = [entry(3, distance=0.3, encoder="new"), entry(2, distance=None), entry(1, distance=0.9, encoder="old")]
    assert [point.distance for point in points_of(entries, None)] == [0.3]
    assert points_of([], None) == []


def test_rows_are_a_sound_model_and_opened_by_the_keyboard(qtbot, shown):
    lines = Lines(lambda before: None)
    QAbstractItemModelTester(lines, QAbstractItemModelTester.FailureReportingMode.Fatal)
    let_in = replace(ROW, id=9, outcome="granted", reason="recognised", person="Ada " * 50)
    lines.append(lines_of([let_in, replace(ROW, id=8)]), complete=True)
    view = shown(LineList(lines, "Rows"), (800, 480))
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Down)
    view.setCurrentIndex(view.model().index(1, 0))
    with qtbot.waitSignal(view.opened) as opened:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened.args[0].row() == 1


def test_point_that_is_tapped_names_its_row(qtbot, shown):
    plot, refused = shown(DistancePlot()), replace(ABOVE, row=8, at=1_700_003_600.0)
    plot.show_points([replace(WITHIN, row=7, at=1_700_000_000.0), refused])
    view = plot.plot.getViewBox()
    where = plot.plot.mapFromScene(view.mapViewToScene(QPointF(refused.at, refused.distance)))
    with qtbot.waitSignal(plot.picked) as picked:
        qtbot.mouseClick(plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert picked.args == [8]


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


def test_door_comes_first_newest_on_top_and_the_staff_is_another_list(written, page, qtbot, context, make_report):
    page.enter()
    qtbot.waitUntil(lambda: page.decisions.rowCount() == 3)
    assert words(page) == [
        "Let in: Bo at 0.20 (limit 0.39).",
        "Not recognised. Closest: Ada at 0.44 (limit 0.39). The picture is dark.",
        "Let in: Ada at 0.30 (limit 0.39).",
    ]
    qtbot.waitUntil(lambda: page.filters.person.box.count() == 3)
    assert page.filters.day.box.count() == 3
    assert page.empty.isHidden()
    # The door decides meanwhile.
    written.record(decision("Cy", 0.1), "dlib_resnet", NOON + timedelta(days=2))
    context.reported.emit(make_report(None, decision("Cy", 0.1)))
    qtbot.waitUntil(lambda: page.decisions.rowCount() == 4)
    assert words(page)[0] == "Let in: Cy at 0.10 (limit 0.39)."
    qtbot.mouseClick(page.staff, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.staff_actions.rowCount() == 1)
    assert words(page) == ["Ida enrolled Ada (5 pictures)"]
    assert (page.filters.isHidden(), page.plotted.isEnabled()) == (True, False)


def test_filters_leave_some_rows_and_an_answer_to_an_earlier_choice_is_dropped(written, page, qtbot):
    page.enter(person="Ada", outcome=Outcome.REFUSED)
    qtbot.waitUntil(lambda: page.decisions.rowCount() == 1)
    assert page.filters.wanted == Filter("Ada", Outcome.REFUSED)
    page.filters.choose(Filter("Ada"))
    page.filters.changed.emit()
    page.filters.choose(Filter("Bo"))
    page.filters.changed.emit()
    qtbot.waitUntil(lambda: not page.context._jobs.busy)
    assert words(page) == ["Let in: Bo at 0.20 (limit 0.39)."]


def test_row_opens_into_its_details_which_lead_to_the_plot_and_back(written, page, qtbot):
    page.enter()
    qtbot.waitUntil(lambda: page.decisions.rowCount() == 3)
    page.door_list.setCurrentIndex(page.decisions.index(1))
    qtbot.keyClick(page.door_list, Qt.Key.Key_Return)
    assert page.stack.currentWidget() is page.details
    assert page.details.sentence.text().startswith("Not recognised. Closest: Ada at 0.44")
    qtbot.mouseClick(page.details.back, Qt.MouseButton.LeftButton)
    assert page.stack.currentWidget() is page.door_list
    assert page.door_list.currentIndex().row() == 1
    qtbot.keyClick(page.door_list, Qt.Key.Key_Return)
    qtbot.mouseClick(page.details.plot, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.plot is not None and page.stack.currentWidget() is page.plot)
    assert page.filters.wanted == Filter("Ada")
    assert "only where the picture was dark" in page.plot.sentence.text()
    page.plot.picked.emit(2)
    qtbot.waitUntil(lambda: page.stack.currentWidget() is page.details)
    assert "Closest: Ada at 0.44" in page.details.sentence.text()
    qtbot.mouseClick(page.details.back, Qt.MouseButton.LeftButton)
    assert page.stack.currentWidget() is page.plot
    page.details.listed.emit("Ada")
    qtbot.waitUntil(lambda: page.decisions.rowCount() == 2)
    assert page.stack.currentWidget() is page.door_list


def test_older_rows_come_while_somebody_scrolls(services, page, qtbot):
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


def test_journal_that_cannot_be_read_is_told(home, page, screen, qtbot):
    (home / "journal.sqlite3").write_bytes(b"no database\n" * 500)
    page.enter()
    qtbot.waitUntil(lambda: any("move the file away" in fault for fault in screen.noticed))


def test_page_fits_its_screen(page):
    hint = page.minimumSizeHint()
    assert hint.width() <= 480 * 0.75
    assert hint.height() <= 400
