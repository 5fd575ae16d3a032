"""The page of one person: pictures, access, data, export and erasure."""

import zipfile
from datetime import date

import pytest
from PyQt6.QtCore import Qt

from kiosk.gui.controls import Button
from kiosk.gui.reception.people.leaving_panel import Export, LeavingPanel
from kiosk.gui.reception.people.people_list import gather
from kiosk.gui.reception.people.person_view import AccessPanel, DataPanel, PersonView
from kiosk.gui.reception.people.pictures_panel import PictureCard, PicturesPanel
from kiosk.people.listing import PictureFacts
from kiosk.people.register import AccessStatus, PersonRecord, today


@pytest.fixture
def view(context, crowd, shown, services) -> PersonView:
    crowd()
    view = shown(PersonView(context))
    view.open("Grace_Hopper")
    show(view, services)
    return view


def show(view: PersonView, services) -> None:
    found = gather(services)
    view.show_row(next((row for row in found.rows if row.person == view.name), None), found.snapshot)


def test_it_tells_who_it_is_and_whether_they_may_enter(view, services):
    assert (view.heading.text(), view.state.text()) == ("Grace Hopper", "May enter")
    services.people.save(PersonRecord("Grace_Hopper", shown="Admiral", suspended=True))
    show(view, services)
    assert (view.heading.text(), view.state.text()) == ("Admiral", "Suspended")
    assert view.state.property("state") == "warning"


def test_a_consent_is_read_agreed_to_and_recorded(view, qtbot, agree, services):
    view.access.record_consent.click()
    step = view.stack.currentWidget()
    assert "face recognition" in step.page.toPlainText()
    assert step.page.hasFocus()
    assert not step.agree.isEnabled()
    with qtbot.waitSignal(view.changed):
        agree(step)
    consent = services.people.record("Grace_Hopper").consent
    assert (consent.version, consent.recorded_by) == ("1", "Ida")
    assert view.stack.currentWidget() is view.page


def test_a_new_name_is_the_one_that_is_shown_next(view, qtbot, services, crowd):
    view.data.name.set_text("Zoë")
    with qtbot.waitSignal(view.changed):
        view.data.save.click()
    assert view.name == "Zoë"
    show(view, services)
    assert view.heading.text() == "Zoë"


def test_an_erased_person_leaves_the_report_and_nothing_else(view, qtbot, services):
    services.station = None
    view.leaving.begin.click()
    view.leaving.typed.set_text("Grace Hopper")
    with qtbot.waitSignal(view.erased):
        view.leaving.erase.click()
    assert view.stack.currentWidget() is view.erasure
    assert (view.heading.text(), view.pictures.cards) == ("", [])
    show(view, services)
    assert view.stack.currentWidget() is view.erasure, "it stays until it was read"
    with qtbot.waitSignal(view.closed):
        view.erasure.done.click()


def test_who_was_erased_by_somebody_else_closes_the_page(view, qtbot, services, screen):
    services.station.snapshot = type(services.station.snapshot)("dlib_resnet")
    with qtbot.waitSignal(view.closed):
        show(view, services)
    assert screen.told


@pytest.fixture
def panel(context, crowd, shown, services) -> PicturesPanel:
    crowd()
    panel = shown(PicturesPanel(context))
    panel.open("Grace_Hopper")
    panel.show_row(gather(services).rows[0])
    return panel


def test_each_picture_is_shown_with_what_it_is_like(panel, qtbot):
    qtbot.waitUntil(lambda: bool(panel.cards) and panel.cards[0].quality.text() == "Good picture")
    assert not panel.cards[0].picture.pixmap().isNull()
    assert "three pictures" in panel.advice.text()
    assert panel.cards[0].remove.accessibleName() == "Remove picture 1"


def test_a_picture_goes_only_after_a_question(panel, qtbot, screen, home, services):
    qtbot.waitUntil(lambda: bool(panel.cards))
    panel.cards[0].remove.click()
    ((_, detail),) = screen.asked
    assert "last one" in detail
    assert list(screen.answers)[-1] == "Keep it"
    screen.answers["Keep it"]()
    assert (home / "images" / "Grace_Hopper.jpg").exists()
    with qtbot.waitSignal(panel.changed):
        screen.answers["Remove"]()
    assert not (home / "images" / "Grace_Hopper.jpg").exists()
    assert [(row.action, row.staff) for row in services.journal.actions(1)] == [("pictures_removed", "Ida")]


def test_a_picture_of_somebody_else_is_marked_in_words(shown):
    card = shown(PictureCard(1, PictureFacts("a.jpg", used=True, distance=0.7, fits=False)))
    assert card.distance.text() == "Unlike the others: 0.70"


def test_pictures_are_looked_at_one_after_the_other(panel, services, crowd, qtbot):
    (services.folder / "Ada").mkdir()
    for number in range(5):
        copy = services.folder / "Ada" / f"{number}.jpg"
        copy.write_bytes((services.folder / "Grace_Hopper.jpg").read_bytes())
    crowd(Ada=[0.0, 0.1, 0.2, 0.3, 0.4])
    panel.open("Ada")
    panel.show_row(next(row for row in gather(services).rows if row.person == "Ada"))
    qtbot.waitUntil(lambda: len(panel.cards) == 5)
    assert len(panel._waiting) == 4
    qtbot.waitUntil(lambda: all(card.quality.text() == "Good picture" for card in panel.cards))


@pytest.fixture
def access_panel(context, crowd, shown, services) -> AccessPanel:
    crowd()
    access_panel = shown(AccessPanel(context))
    access_panel.show_row(gather(services).rows[0])
    return access_panel


def test_suspending_and_allowing_again(access_panel, qtbot, services, screen):
    assert access_panel.suspend.text() == "Suspend"
    with qtbot.waitSignal(access_panel.changed):
        access_panel.suspend.click()
    assert services.people.known("Grace_Hopper").access_status(today()) is AccessStatus.SUSPENDED
    assert screen.told == ["Grace Hopper is suspended. The door stays locked for this person."]
    access_panel.show_row(gather(services).rows[0])
    assert (access_panel.suspend.text(), "stays locked" in access_panel.sentence.text()) == (
        "Allow again",
        True,
    )
    with qtbot.waitSignal(access_panel.changed):
        access_panel.suspend.click()
    assert services.people.known("Grace_Hopper").access_status(today()) is AccessStatus.IN_FORCE
    assert [row.action for row in services.journal.actions(2)] == ["resumed", "suspended"]


@pytest.fixture
def data_panel(context, crowd, shown, services) -> DataPanel:
    crowd()
    services.people.save(PersonRecord("Grace_Hopper", group="Navy", valid_until=date(2026, 12, 31)))
    data_panel = shown(DataPanel(context))
    data_panel.show_record(services.people.record("Grace_Hopper"), another=True)
    return data_panel


def test_changes_are_saved_and_written_down(data_panel, qtbot, services):
    data_panel.fields["email"].set_text("g@example.org")
    data_panel.fields["valid_until"].set_text("2027-01-31")
    assert data_panel.save.isEnabled()
    with qtbot.waitSignal(data_panel.saved) as saved:
        data_panel.save.click()
    assert saved.args == ["Grace_Hopper"]
    record = services.people.record("Grace_Hopper")
    assert (record.email, record.valid_until, record.group) == ("g@example.org", date(2027, 1, 31), "Navy")
    assert [(row.action, row.detail) for row in services.journal.actions(1)] == [("changed", "email, valid_until")]


def test_another_name_takes_the_files_along(data_panel, qtbot, home):
    data_panel.name.set_text("Zoë 李")
    with qtbot.waitSignal(data_panel.saved) as saved:
        data_panel.save.click()
    assert saved.args == ["Zoë 李"]
    assert [path.name for path in (home / "images").iterdir()] == ["Zoë 李.jpg"]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", "../evil"),
        ("name", "#recycle"),
        ("name", "_Grace"),
        ("name", " "),
        ("email", "nonsense"),
        ("shown", "x" * 101),
        ("valid_from", "yesterday"),
        ("valid_from", "2027-06-01"),
    ],
)
def test_what_cannot_be_used_is_told_beside_it_and_nothing_is_saved(data_panel, field, text, services):
    edited = data_panel.name if field == "name" else data_panel.fields[field]
    edited.set_text(text)
    data_panel.save.click()
    told = data_panel.fields["valid_until"] if text == "2027-06-01" else edited
    assert told.fault.text()
    assert services.journal.actions(1) == []


def test_what_is_being_typed_is_not_overwritten(data_panel, services):
    data_panel.fields["group"].set_text("Army")
    data_panel.show_record(PersonRecord("Grace_Hopper", group="Air"))
    assert data_panel.fields["group"].text == "Army"
    data_panel.undo.click()
    assert data_panel.fields["group"].text == "Navy"
    data_panel.show_record(PersonRecord("Grace_Hopper", group="Air"))
    assert data_panel.fields["group"].text == "Air"


@pytest.fixture
def leaving_panel(context, crowd, shown, services, sticks) -> LeavingPanel:
    crowd()
    services.people.save(PersonRecord("Grace_Hopper", group="Navy"))
    leaving_panel = shown(LeavingPanel(context))
    leaving_panel.open("Grace_Hopper")
    return leaving_panel


def test_everything_known_is_exported_to_the_place_chosen(leaving_panel, qtbot, screen, sticks):
    stick = sticks.plug()
    qtbot.waitUntil(lambda: leaving_panel.export.folder == stick)
    leaving_panel.export.button.click()
    assert not leaving_panel.export.button.isEnabled()
    qtbot.waitUntil(lambda: bool(screen.told or screen.faults))
    (path,) = stick.iterdir()
    assert path.name.startswith("Grace Hopper 20")
    assert str(path) in screen.told[0]
    assert "people.json" in zipfile.ZipFile(path).namelist()
    assert leaving_panel.export.button.isEnabled()


def test_nobody_is_erased_before_the_name_is_typed(leaving_panel, services):
    assert not leaving_panel.question.isVisible()
    leaving_panel.begin.click()
    assert leaving_panel.question.isVisible()
    for typed in ("", "Grace", "Ada"):
        leaving_panel.typed.set_text(typed)
        assert not leaving_panel.erase.isEnabled()
    leaving_panel.typed.set_text("grace hopper")
    assert leaving_panel.erase.isEnabled()
    leaving_panel.keep.click()
    assert (
        leaving_panel.question.isVisible(),
        leaving_panel.typed.text,
        leaving_panel.erase.isEnabled(),
    ) == (False, "", False)
    assert services.people.records()


def test_a_person_is_erased_for_good(leaving_panel, qtbot, services, home):
    services.station = None
    leaving_panel.begin.click()
    leaving_panel.typed.set_text("Grace Hopper")
    with qtbot.waitSignal(leaving_panel.erased) as erased:
        leaving_panel.erase.click()
    (report,) = erased.args
    assert (report.pictures, report.records, report.left) == (1, 1, ())
    assert not list((home / "images").iterdir())
    assert services.journal.actions(1)[0].staff == "Ida"


def test_what_fails_is_told_and_can_be_tried_again(leaving_panel, qtbot, screen, home):
    (home / "images.people.sqlite3").write_text("nonsense")
    leaving_panel.begin.click()
    leaving_panel.typed.set_text("Grace Hopper")
    for path in (home / "images").iterdir():
        path.unlink()
    (home / "images").rmdir()
    leaving_panel.erase.click()
    qtbot.waitUntil(lambda: bool(screen.faults))
    assert leaving_panel.erase.isEnabled()
    assert leaving_panel.keep.isEnabled()


def test_an_export_that_fails_is_told_and_can_be_tried_again(leaving_panel, qtbot, screen, sticks):
    stick = sticks.plug()
    qtbot.waitUntil(lambda: leaving_panel.export.folder == stick)
    stick.rmdir()
    leaving_panel.export.button.click()
    qtbot.waitUntil(lambda: bool(screen.faults))
    assert "cannot be written" in screen.faults[0]
    assert leaving_panel.export.button.isEnabled()


def test_enter_erases_nobody(leaving_panel, qtbot, services):
    qtbot.keyClick(leaving_panel.begin, Qt.Key.Key_Return)
    qtbot.waitUntil(leaving_panel.typed.edit.hasFocus)
    leaving_panel.typed.set_text("Grace Hopper")
    for widget in (leaving_panel.typed.edit, leaving_panel.erase):
        widget.setFocus()
        qtbot.keyClick(widget, Qt.Key.Key_Return)
    qtbot.wait(50)
    assert leaving_panel.erase.isEnabled()
    assert list(services.folder.iterdir())


def test_a_stick_is_offered_first_and_the_screen_says_where_there_is_none(context, shown, sticks, qtbot, tmp_path):
    destination = shown(Export(context, Button(), str))
    assert destination.folder is None
    qtbot.waitUntil(lambda: destination.folder is not None)
    assert destination.folder.is_relative_to(tmp_path / "user")
    assert destination.hint.isVisible()
    assert "USB stick" in destination.hint.text()
    stick = sticks.plug("KINGSTON")
    qtbot.waitUntil(lambda: destination.choice.box.count() == 2)
    assert [destination.choice.box.itemText(row) for row in (0, 1)] == ["KINGSTON", "Exchange folder"]
    assert not destination.hint.isVisible()
    assert destination.folder == stick
    destination.choice.box.setCurrentIndex(1)
    other = sticks.plug("ZIPS")
    qtbot.waitUntil(lambda: destination.folder == other)
    sticks.pull(other)
    qtbot.waitUntil(lambda: destination.folder == stick)
