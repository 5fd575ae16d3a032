"""The list of people: search, sort, what each row says."""

from datetime import UTC, date, datetime, timedelta

import pytest
from PyQt6.QtCore import QLocale, Qt
from PyQt6.QtGui import QImage

from kiosk.gui.reception.people import people_list, person_view
from kiosk.gui.reception.people.leaving_panel import ErasureView
from kiosk.gui.reception.people.page import MovingView, PeoplePage
from kiosk.gui.reception.people.people_list import CELL_ROLE, KINDS, ROW_ROLE, Column, PeopleList, PeopleModel, gather
from kiosk.gui.reception.people.pictures_panel import pictures_of
from kiosk.gui.reception.portraits import Portraits, round_picture
from kiosk.people.erasure import ErasureReport
from kiosk.people.listing import PersonRow, Quality, index, matches, words_of
from kiosk.people.register import AccessStatus, Consent, PersonRecord
from kiosk.people.snapshot import GallerySnapshot, Skipped
from kiosk.people.staff import Role


def test_a_name_is_found_without_accents_and_case():
    for query, name in (
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
    ):
        assert matches(words_of(query), index([name]))


NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

DAY = date(2026, 3, 2)


def test_everybody_is_gathered_with_what_is_known(services, crowd, granted):
    crowd(Ada=[0.0, 0.1, 0.2])
    services.people.save(PersonRecord("Ada", shown="Ada L", group="Lab", former=("Byron",), valid_until=DAY))
    services.people.save(PersonRecord("Only_Data", suspended=True))
    granted("Byron", NOW)
    granted("Ada", NOW - timedelta(days=1))
    rows = {row.person: row for row in gather(services, day=lambda: DAY).rows}
    assert set(rows) == {"Ada", "Grace_Hopper", "Only_Data"}
    assert (rows["Ada"].shown, rows["Ada"].quality, rows["Ada"].last_seen) == ("Ada L", Quality.GOOD, NOW)
    assert rows["Grace_Hopper"].record == PersonRecord("Grace_Hopper")
    assert (rows["Only_Data"].sources, rows["Only_Data"].quality) == ((), Quality.NONE)
    assert rows["Only_Data"].standing is AccessStatus.SUSPENDED


def test_quality_comes_from_number_and_likeness(services, crowd):
    for apart, quality in (
        ([0.0], Quality.FEW),
        ([0.0, 0.1], Quality.FEW),
        ([0.0, 0.1, 0.2], Quality.GOOD),
        ([0.0, 0.1, 0.2, 0.9], Quality.DIFFER),
    ):
        crowd(Ada=apart)
        assert next(row for row in gather(services).rows if row.person == "Ada").quality is quality


def test_nothing_is_made_anew_while_nothing_changes(services, crowd, granted):
    crowd()
    before = gather(services, day=lambda: DAY)
    assert gather(services, before, lambda: DAY) is before
    for change in (
        lambda: services.people.save(PersonRecord("Grace_Hopper", group="Navy")),
        lambda: granted("Grace_Hopper", NOW),
        lambda: crowd(Ada=[0.0]),
    ):
        change()
        after = gather(services, before, lambda: DAY)
        assert after is not before
        before = after
    assert gather(services, before, lambda: DAY + timedelta(days=1)) is not before


def test_each_picture_says_how_near_the_others_are(services, crowd, home):
    for number in range(4):
        path = home / "images" / "Ada" / f"{number}.jpg"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"%d" % number)
    station = crowd(Ada=[0.0, 0.1, 0.9])
    station.snapshot = GallerySnapshot(
        "dlib_resnet", station.snapshot.templates, (Skipped("Ada/3.jpg", "no face found"),)
    )
    facts = pictures_of(services, "ada")
    assert [(one.source, one.used, one.fits) for one in facts] == [
        ("Ada/0.jpg", True, True),
        ("Ada/1.jpg", True, True),
        ("Ada/2.jpg", True, False),
        ("Ada/3.jpg", False, True),
    ]
    assert facts[0].distance == pytest.approx(0.1, abs=0.01)
    assert facts[3].reason == "no face found"
    (alone,) = pictures_of(services, "Grace_Hopper")
    assert (alone.used, alone.distance) == (True, None)


MODEL_NOW = datetime.now(UTC)

CONSENT = Consent(MODEL_NOW, "1", "ab", "en", "Eve")


def person(name: str, quality: Quality = Quality.GOOD, pictures: int = 3, **known: object) -> PersonRow:
    record = PersonRecord(name, **known)  # type: ignore[arg-type]
    sources = tuple(map(str, range(pictures)))
    return PersonRow(
        name.lower(),
        name,
        record,
        sources,
        quality,
        record.access_status(MODEL_NOW.date()),
        None,
        index([name, record.group]),
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


def test_a_search_leaves_those_in_whom_every_word_is_found(model):
    model.search("ZOE lab")
    assert names(model) == ["Zoë"]
    assert model.headerData(0, Qt.Orientation.Horizontal) == "1 of 3 people"
    model.search("mueller")
    assert names(model) == ["Müller"]
    model.search("")
    assert len(names(model)) == 3


def test_only_one_kind_is_shown(model):
    for show, left in (
        ("Without consent", ["Müller"]),
        ("No access", ["Ada"]),
        ("Pictures to improve", ["Ada", "Müller"]),
        ("Everybody", ["Ada", "Müller", "Zoë"]),
    ):
        model.show_only(KINDS[show])
        assert names(model) == left


def test_each_column_sorts_by_what_it_means(model):
    for column, first in (
        (Column.NAME, "Zoë"),
        (Column.PICTURES, "Zoë"),
        (Column.SEEN, "Ada"),
        (Column.VALIDITY, "Zoë"),
    ):
        seen = PersonRow(
            "ada", "Ada", PEOPLE[1].record, ("0",), Quality.FEW, AccessStatus.SUSPENDED, MODEL_NOW, index(["Ada"])
        )
        earlier = PersonRow(
            "lin",
            "Lin",
            PersonRecord("Lin"),
            (),
            Quality.FEW,
            AccessStatus.IN_FORCE,
            MODEL_NOW - timedelta(days=2),
            index(["Lin"]),
        )
        model.set_people([PEOPLE[0], seen, earlier])
        model.sort(column, Qt.SortOrder.DescendingOrder)
        assert names(model)[0] == first


def test_a_cell_says_two_things_and_whether_they_want_attention(model):
    ada = names(model).index("Ada")
    access = model.index(ada, Column.VALIDITY)
    assert access.data() == "Suspended"
    assert access.data(CELL_ROLE) == ("Suspended", "Consent given", True, False)
    pictures = model.index(ada, Column.PICTURES)
    assert pictures.data(CELL_ROLE) == ("1", "They differ", False, True)
    assert access.data(Qt.ItemDataRole.AccessibleTextRole) == "Suspended, Consent given"
    assert access.data(ROW_ROLE) is PEOPLE[1]


@pytest.fixture(autouse=True)
def german():
    before = QLocale()
    QLocale.setDefault(QLocale("de_DE"))
    yield
    QLocale.setDefault(before)


def row(
    record: PersonRecord, standing: AccessStatus = AccessStatus.IN_FORCE, seen: datetime | None = None
) -> PersonRow:
    return PersonRow("ada", "Ada", record, (), Quality.FEW, standing, seen, "")


def test_the_last_visit_is_today_a_day_or_never():
    now = datetime.now(UTC)
    assert people_list._seen(None) == "Never"
    assert people_list._seen(now) == "Today"
    assert people_list._seen(datetime(2026, 12, 31, 12, tzinfo=UTC)) == "31.12.26"


def test_a_consent_is_told_with_day_version_and_who_recorded_it():
    consent = Consent(datetime(2026, 12, 31, 12, tzinfo=UTC), "2", "ab", "de", "Eve")
    sentence = person_view._consent(consent)
    assert all(part in sentence for part in ("31.12.26", "version 2", "DE", "Eve"))
    assert "No consent" in person_view._consent(None)


def test_an_erasure_is_told_line_by_line(shown):
    view = shown(ErasureView())
    view.show_report(ErasureReport("#00000007", 5, 4, 3, 2, 1, in_bins=6))
    lines = view.lines.text().splitlines()
    assert [line.split()[1] for line in lines] == ["5", "6", "4", "1", "3", "2"]
    assert "#00000007" in lines[-1]


@pytest.fixture
def listed(shown, services, crowd, home) -> PeopleList:
    crowd(Zoë=[0.0], Ada_L=[0.0, 0.1])
    people = shown(PeopleList(Portraits(home / "images", lambda work, then: then((QImage(), "")), round_picture)))
    people.show_people(gather(services).rows)
    return people


def listed_names(people: PeopleList) -> list[str]:
    return [row.shown for row in people.model.rows]


def test_typing_anywhere_searches_and_enter_opens_the_only_one(listed, qtbot):
    listed.table.setFocus()
    qtbot.keyClicks(listed, "zo")
    assert listed.search.text == "zo"
    assert listed_names(listed) == ["Zoë"]
    with qtbot.waitSignal(listed.opened) as opened:
        qtbot.keyClick(listed.search.edit, Qt.Key.Key_Return)
    assert opened.args == ["Zoë"]


def test_a_tap_opens_a_person(listed, qtbot):
    place = listed.table.visualRect(listed.model.index(1, 0)).center()
    with qtbot.waitSignal(listed.opened) as opened:
        qtbot.mouseClick(listed.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.args == ["Grace_Hopper"]


def test_who_was_chosen_stays_so_when_others_come(listed, services, crowd):
    listed.table.selectRow(1)
    crowd(Zoë=[0.0], Ada_L=[0.0, 0.1], Ben=[0.0])
    listed.show_people(gather(services).rows)
    assert listed.model.rows[listed.table.currentIndex().row()].person == "Grace_Hopper"


def test_nobody_is_told_apart_from_nobody_found(listed, shown, home, qtbot):
    listed.search.set_text("nobody of that name")
    assert (listed.nobody.isVisible(), listed.nobody.text()) == (True, "Nobody found.")
    assert not listed.enrol.isVisible()
    empty = shown(PeopleList(Portraits(home / "images", lambda work, then: None, round_picture)))
    assert (empty.nobody.text(), empty.enrol.isVisible()) == ("Nobody is enrolled yet.", True)
    with qtbot.waitSignal(empty.enrolment_wanted):
        empty.enrol.click()


def test_only_portraits_in_view_are_read(shown, services, crowd, home):
    crowd(**{f"P{number}": [0.0] for number in range(1000)})
    asked = []
    people = shown(
        PeopleList(
            Portraits(home / "images", lambda work, then: (asked.append(1), then((QImage(), ""))), round_picture)
        )
    )
    people.show_people(gather(services).rows)
    people.grab()
    in_view = people.table.viewport().height() // people.table.rowHeight(0) + 2
    assert 0 < len(asked) <= in_view
    people.table.scrollToBottom()
    people.grab()
    assert len(asked) <= 2 * in_view


@pytest.fixture
def page(context, crowd, shown) -> PeoplePage:
    crowd(Ada=[0.0])
    return shown(PeoplePage(context))


@pytest.fixture
def entered(page, qtbot) -> PeoplePage:
    page.enter()
    qtbot.waitUntil(lambda: len(page.list.model.rows) == 2)
    return page


def test_a_person_is_opened_and_closed_again(entered, qtbot):
    entered.list.opened.emit("Grace_Hopper")
    assert entered.stack.currentWidget() is entered.person
    qtbot.waitUntil(entered.person.state.isVisible)
    entered.person.back.click()
    assert entered.stack.currentWidget() is entered.list


def test_what_others_change_is_there_soon(entered, qtbot, services):
    services.people.save(PersonRecord("Lin"))
    qtbot.waitUntil(lambda: len(entered.list.model.rows) == 3)


def test_a_register_that_cannot_be_read_is_told(page, qtbot, home, screen):
    (home / "images.people.sqlite3").write_text("nonsense")
    page.context.services.people.__init__(home / "images.people.sqlite3")
    page.enter()
    qtbot.waitUntil(lambda: bool(screen.noticed))
    assert "images.people.sqlite3" in screen.noticed[0]


def test_after_an_erasure_nothing_of_the_person_is_kept(entered, qtbot, services, crowd):
    services.people.save(PersonRecord("Lin"))
    qtbot.waitUntil(lambda: len(entered.list.model.rows) == 3)
    services.people.forget("Lin")
    entered.person.erased.emit()
    qtbot.waitUntil(lambda: len(entered.list.model.rows) == 2)


def test_the_gallery_as_a_whole_is_the_installers_business(entered, make_office, crowd, shown, qtbot):
    assert entered.list.move_all.isVisible()
    entered.list.move_all.click()
    assert entered.stack.currentWidget() is not entered.list
    entered.stack.currentWidget().back.click()
    assert entered.stack.currentWidget() is entered.list
    assert not shown(PeoplePage(make_office(Role.RECEPTION))).list.move_all.isVisible()


@pytest.fixture
def view(context, shown, sticks) -> MovingView:
    return shown(MovingView(context))


@pytest.fixture
def stick(view, sticks, qtbot):
    folder = sticks.plug()
    qtbot.waitUntil(lambda: view.export.folder == folder)
    return folder


def test_everybody_is_exported_and_comes_in_again(view, stick, qtbot, screen, services):
    view.export.button.click()
    assert (view.export.button.isEnabled(), view.import_.isEnabled()) == (False, False)
    qtbot.waitUntil(lambda: bool(screen.told or screen.faults))
    (path,) = stick.iterdir()
    assert path.name.startswith("kiosk 20")
    assert screen.told == [f"1 people are exported to {path}"]
    (services.folder / "Grace_Hopper.jpg").unlink()
    view.import_.click()
    assert screen.wanted.suffixes == {".zip"}
    with qtbot.waitSignal(view.changed):
        screen.pick_then([path])
    assert [one.name for one in services.folder.iterdir()] == ["Grace_Hopper"]
    assert [row.action for row in services.journal.actions(2)] == ["imported", "exported"]


def test_a_zip_that_is_not_as_it_should_be_changes_nothing(view, stick, qtbot, screen, home):
    (stick / "hostile.zip").write_text("no zip")
    view.import_.click()
    screen.pick_then([stick / "hostile.zip"])
    assert not view.import_.isEnabled()
    qtbot.waitUntil(lambda: bool(screen.faults))
    assert "no zip" in screen.faults[0]
    assert [one.name for one in (home / "images").iterdir()] == ["Grace_Hopper.jpg"]
    assert (view.import_.isEnabled(), view.export.button.isEnabled()) == (True, True)


def test_a_stick_that_is_gone_is_told_and_everything_may_be_tried_again(view, stick, sticks, qtbot, screen):
    sticks.pull(stick)
    view.export.button.click()
    qtbot.waitUntil(lambda: bool(screen.faults))
    assert str(stick) in screen.faults[0]
    qtbot.waitUntil(lambda: view.export.folder != stick)
    assert view.export.button.isEnabled()
