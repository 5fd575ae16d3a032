"""The list of people: search, sort, what each row says; export and import of everybody."""

from datetime import UTC, date, datetime, timedelta

import pytest
from PyQt6.QtCore import QLocale, Qt
from PyQt6.QtGui import QImage

from kiosk.gui.reception import picker
from kiosk.gui.reception.people import page as people_page
from kiosk.gui.reception.people import pictures_panel
from kiosk.gui.reception.people.page import MovingView, PeoplePage
from kiosk.gui.reception.people.people_list import CELL_ROLE, KINDS, ROW_ROLE, Column, PeopleList, PeopleModel, gather
from kiosk.gui.reception.people.pictures_panel import Look, facts_of
from kiosk.gui.reception.portraits import Portraits, round_picture
from kiosk.people.listing import PersonRow, Quality, index, words_of
from kiosk.people.register import Consent, PersonRecord
from kiosk.people.snapshot import GallerySnapshot, Skipped
from kiosk.people.staff import Role

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(people_page, "_LOOK_MS", 20)
    monkeypatch.setattr(picker, "_LOOK_MS", 20)


@pytest.fixture(autouse=True)
def german():
    before = QLocale()
    QLocale.setDefault(QLocale("de_DE"))
    yield
    QLocale.setDefault(before)


def test_a_name_is_found_without_accents_and_case():
    for query, name in (
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
        assert all(word in index([name]) for word in words_of(query))


def test_everybody_is_gathered_with_what_is_known_and_again_only_where_something_changed(services, crowd, granted):
    crowd(Ada=[0.0, 0.1, 0.2])
    services.people.save_all([PersonRecord("Ada", shown="Ada L", group="Lab", former=("Byron",), valid_until=DAY)])
    services.people.save_all([PersonRecord("Only_Data", suspended=True)])
    granted("Byron", NOW)
    granted("Ada", NOW - timedelta(days=1))
    before = gather(services, day=lambda: DAY)
    rows = {row.person: row for row in before.rows}
    assert set(rows) == {"Ada", "Grace_Hopper", "Only_Data"}
    assert (rows["Ada"].shown, rows["Ada"].quality, rows["Ada"].last_seen) == ("Ada L", Quality.GOOD, NOW)
    assert rows["Grace_Hopper"].record == PersonRecord("Grace_Hopper")
    assert (rows["Only_Data"].sources, rows["Only_Data"].quality) == ((), Quality.NONE)
    assert gather(services, before, lambda: DAY) is before
    for change in (
        lambda: services.people.save_all([PersonRecord("Grace_Hopper", group="Navy")]),
        lambda: granted("Grace_Hopper", NOW),
        lambda: crowd(Ada=[0.0]),
    ):
        change()
        after = gather(services, before, lambda: DAY)
        assert after is not before
        before = after
    assert gather(services, before, lambda: DAY + timedelta(days=1)) is not before


def test_quality_comes_from_number_and_likeness(services, crowd):
    for apart, quality in (
        ([0.0, 0.1], Quality.FEW),
        ([0.0, 0.1, 0.2], Quality.GOOD),
        ([0.0, 0.1, 0.2, 0.9], Quality.DIFFER),
    ):
        crowd(Ada=apart)
        assert next(row for row in gather(services).rows if row.person == "Ada").quality is quality


def test_each_picture_says_how_near_the_others_are(services, crowd, home):
    for number in range(4):
        path = home / "images" / "Ada" / f"{number}.jpg"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"%d" % number)
    station = crowd(Ada=[0.0, 0.1, 0.9])
    skipped = (Skipped("Ada/3.jpg", "no face found"),)
    station.snapshot = GallerySnapshot("dlib_resnet", station.snapshot.templates, skipped)
    facts = facts_of(services, "ada")
    assert [(one.source, one.used, one.fits) for one in facts] == [
        ("Ada/0.jpg", True, True),
        ("Ada/1.jpg", True, True),
        ("Ada/2.jpg", True, False),
        ("Ada/3.jpg", False, True),
    ]
    assert facts[0].distance == pytest.approx(0.1, abs=0.01)
    assert facts[3].reason == "no face found"
    (alone,) = facts_of(services, "Grace_Hopper")
    assert (alone.used, alone.distance) == (True, None)


def person(name: str, quality: Quality, pictures: int, seen: datetime | None = None, **known: object) -> PersonRow:
    record = PersonRecord(name, **known)  # type: ignore[arg-type]
    sources, standing = tuple(map(str, range(pictures))), record.access_status(datetime.now().astimezone().date())
    return PersonRow(name.lower(), name, record, sources, quality, standing, seen, index([name, record.group]))


AGREED = Consent(NOW, "1", "ab", "en", "Eve")
PEOPLE = [
    person("Zoë", Quality.GOOD, 3, datetime(2025, 12, 31, 12, tzinfo=UTC), group="Lab", consent=AGREED),
    person("Ada", Quality.DIFFER, 1, datetime.now(UTC), suspended=True, consent=AGREED),
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


def test_the_table_is_searched_narrowed_down_and_sorted(model):
    for query, left in (("ZOE lab", ["Zoë"]), ("mueller", ["Müller"]), ("", ["Ada", "Müller", "Zoë"])):
        model.search(query)
        assert names(model) == left
        assert model.headerData(0, Qt.Orientation.Horizontal) == ("3 people" if query == "" else "1 of 3 people")
    for kind, left in (
        ("Without consent", ["Müller"]),
        ("No access", ["Ada"]),
        ("Pictures to improve", ["Ada", "Müller"]),
        ("Everybody", ["Ada", "Müller", "Zoë"]),
    ):
        model.show_only(KINDS[kind])
        assert names(model) == left
    for column, order in (
        (Column.NAME, ["Zoë", "Müller", "Ada"]),
        (Column.PICTURES, ["Zoë", "Ada", "Müller"]),
        (Column.SEEN, ["Ada", "Zoë", "Müller"]),
        (Column.VALIDITY, ["Zoë", "Müller", "Ada"]),
    ):
        model.sort(column, Qt.SortOrder.DescendingOrder)
        assert names(model) == order


def test_a_cell_says_two_things_and_whether_they_want_attention(model):
    for row, column, cell in (
        (0, Column.VALIDITY, ("Suspended", "Consent given", True, False)),
        (0, Column.PICTURES, ("1", "They differ", False, True)),
        (1, Column.VALIDITY, ("May enter", "No consent", False, True)),
        (1, Column.SEEN, ("Never", "", False, False)),
    ):
        assert model.index(row, column).data(CELL_ROLE) == cell
    access = model.index(0, Column.VALIDITY)
    assert (access.data(), access.data(ROW_ROLE)) == ("Suspended", PEOPLE[1])
    assert access.data(Qt.ItemDataRole.AccessibleTextRole) == "Suspended, Consent given"
    assert [model.index(row, Column.SEEN).data() for row in (0, 2)] == ["Today", "31.12.25"]
    model.compact = True
    assert model.index(2, Column.NAME).data(CELL_ROLE)[1] == "\u2068Lab\u2069 · Seen 31.12.25"


@pytest.fixture
def listed(shown, services, crowd, home) -> PeopleList:
    crowd(Zoë=[0.0], Ada_L=[0.0, 0.1])
    people = shown(PeopleList(Portraits(home / "images", lambda work, then: then((QImage(), "")), round_picture)))
    people.show_people(gather(services).rows)
    return people


def test_a_tap_or_enter_opens_a_person_and_who_was_chosen_stays_so(listed, qtbot, services, crowd):
    listed.table.selectRow(1)
    crowd(Zoë=[0.0], Ada_L=[0.0, 0.1], Ben=[0.0])
    listed.show_people(gather(services).rows)
    chosen = listed.table.currentIndex()
    assert listed.model.rows[chosen.row()].person == "Grace_Hopper"
    with qtbot.waitSignal(listed.opened) as opened:
        place = listed.table.visualRect(chosen).center()
        qtbot.mouseClick(listed.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.args == ["Grace_Hopper"]
    listed.table.setFocus()
    qtbot.keyClicks(listed, "zo")
    assert listed.search.text == "zo"
    assert names(listed.model) == ["Zoë"]
    with qtbot.waitSignal(listed.opened) as opened:
        qtbot.keyClick(listed.search.edit, Qt.Key.Key_Return)
    assert opened.args == ["Zoë"]


def test_nobody_is_told_apart_from_nobody_found(listed, qtbot):
    listed.search.set_text("nobody of that name")
    assert (listed.nobody.text(), listed.nobody.isVisible(), listed.enrol.isVisible()) == ("Nobody found.", True, False)
    listed.show_people(())
    assert (listed.nobody.text(), listed.enrol.isVisible()) == ("Nobody is enrolled yet.", True)
    with qtbot.waitSignal(listed.enrolment_wanted):
        listed.enrol.click()


def test_only_portraits_in_view_are_read(shown, services, crowd, home):
    crowd(**{f"P{number}": [0.0] for number in range(1000)})
    asked = []

    def run(work, then):
        asked.append(work)
        then((QImage(), ""))

    people = shown(PeopleList(Portraits(home / "images", run, round_picture)))
    people.show_people(gather(services).rows)
    people.grab()
    in_view = people.table.viewport().height() // people.table.rowHeight(0) + 2
    assert 0 < len(asked) <= in_view
    people.table.scrollToBottom()
    people.grab()
    assert len(asked) <= 2 * in_view


@pytest.fixture
def page(context, crowd, shown, monkeypatch) -> PeoplePage:
    monkeypatch.setattr(pictures_panel, "look_at", lambda services, source: Look(QImage()))
    crowd(Ada=[0.0])
    return shown(PeoplePage(context))


def test_a_person_is_opened_and_closed_and_what_others_change_is_there_soon(page, qtbot, services):
    page.enter()
    qtbot.waitUntil(lambda: len(page.list.model.rows) == 2)
    page.list.opened.emit("Grace_Hopper")
    assert page.stack.currentWidget() is page.person
    qtbot.waitUntil(page.person.state.isVisible)
    page.person.back.click()
    assert page.stack.currentWidget() is page.list
    services.people.save_all([PersonRecord("Lin")])
    qtbot.waitUntil(lambda: len(page.list.model.rows) == 3)
    services.people.forget("Lin")
    page.person.erased.emit()
    qtbot.waitUntil(lambda: len(page.list.model.rows) == 2)
    page.leave()


def test_the_page_of_a_person_never_acts_on_the_one_before(page, qtbot, services):
    services.people.save_all([PersonRecord("Lin", suspended=True)])
    page.enter()
    qtbot.waitUntil(lambda: len(page.list.model.rows) == 3)
    page._looking.stop()  # what others change is not looked at
    qtbot.waitUntil(lambda: not page._gathering)
    page.on_opened("Grace_Hopper")
    assert page.person.access.suspend.text() == "Suspend"
    page.on_opened("Lin")
    assert page.person.access.suspend.text() == "Allow again"
    services.people.save_all([PersonRecord("Zoe")])
    page.on_opened("Zoe")
    assert not page.person.access.suspend.isEnabled()
    page.on_look()
    qtbot.waitUntil(page.person.access.suspend.isEnabled)
    assert page.person.access.suspend.text() == "Suspend"


def test_a_register_that_cannot_be_read_is_told(page, qtbot, home, screen):
    (home / "images.people.sqlite3").write_text("nonsense")
    page.context.services.people.__init__(home / "images.people.sqlite3")
    page.enter()
    qtbot.waitUntil(lambda: bool(screen.noticed))
    assert "images.people.sqlite3" in screen.noticed[0]
    page.leave()


def test_the_gallery_as_a_whole_is_the_installers_business(page, make_office, shown):
    assert page.list.move_all.isVisible()
    page.list.move_all.click()
    assert page.stack.currentWidget() is not page.list
    page.stack.currentWidget().back.click()
    assert page.stack.currentWidget() is page.list
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


def test_a_zip_that_is_invalid_changes_nothing_and_a_stick_that_is_gone_is_told(
    view, stick, sticks, qtbot, screen, *, home
):
    (stick / "hostile.zip").write_text("no zip")
    view.import_.click()
    screen.pick_then([stick / "hostile.zip"])
    assert not view.import_.isEnabled()
    qtbot.waitUntil(lambda: bool(screen.faults))
    assert "no zip" in screen.faults.pop()
    assert [one.name for one in (home / "images").iterdir()] == ["Grace_Hopper.jpg"]
    assert (view.import_.isEnabled(), view.export.button.isEnabled()) == (True, True)
    sticks.pull(stick)
    view.export.button.click()
    qtbot.waitUntil(lambda: bool(screen.faults))
    assert str(stick) in screen.faults[0]
    qtbot.waitUntil(lambda: view.export.folder != stick)
    assert view.export.button.isEnabled()
