"""The page of one person: pictures, access, data, export and erasure."""

import zipfile
from datetime import UTC, date, datetime

import pytest
from PyQt6.QtCore import QLocale, Qt
from PyQt6.QtGui import QImage

from kiosk.door.services import StaffServices
from kiosk.gui.reception import picker
from kiosk.gui.reception.people import pictures_panel
from kiosk.gui.reception.people.leaving_panel import ErasureView, LeavingPanel
from kiosk.gui.reception.people.people_list import gather
from kiosk.gui.reception.people.person_view import AccessPanel, DataPanel, PersonView
from kiosk.gui.reception.people.pictures_panel import Look, PictureCard, PicturesPanel
from kiosk.people.erasure import ErasureReport
from kiosk.people.listing import PictureFacts
from kiosk.people.register import AccessStatus, Consent, PersonRecord, today


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(picker, "_LOOK_MS", 20)


@pytest.fixture
def view(context, crowd, shown, services, monkeypatch) -> PersonView:
    """The page of Grace Hopper; nobody looks at the pictures, for which a detector would be loaded."""
    monkeypatch.setattr(pictures_panel, "look_at", lambda services, source: Look(QImage()))
    crowd()
    view = shown(PersonView(context))
    view.open("Grace_Hopper")
    show(view, services)
    return view


def show(view: PersonView, services) -> None:
    found = gather(services)
    view.show_row(next((row for row in found.rows if row.person == view.name), None), found.snapshot)


def test_it_tells_who_it_is_whether_they_may_enter_and_what_they_agreed_to(view, qtbot, agree, services):
    assert (view.heading.text(), view.state.text()) == ("Grace Hopper", "May enter")
    assert "No consent" in view.access.consent.text()
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
    consent = Consent(datetime(2026, 12, 31, 12, tzinfo=UTC), "2", "ab" * 32, "de", "Eve")
    services.people.save_all([PersonRecord("Grace_Hopper", shown="Admiral", suspended=True, consent=consent)])
    show(view, services)
    assert (view.heading.text(), view.state.text()) == ("Admiral", "Suspended")
    assert view.state.property("state") == "warning"
    day = QLocale().toString(date(2026, 12, 31), QLocale.FormatType.ShortFormat)
    assert all(part in view.access.consent.text() for part in (day, "version 2", "DE", "Eve"))


def test_a_new_name_is_the_one_that_is_shown_next_and_an_erased_person_leaves_a_report(
    view, qtbot, services, monkeypatch
):
    view.data.name.set_text("Zoë")
    with qtbot.waitSignal(view.changed):
        view.data.save.click()
    assert view.name == "Zoë"
    show(view, services)
    assert view.heading.text() == "Zoë"
    monkeypatch.setattr(StaffServices, "erase", lambda *_: ErasureReport("#00000007", 1, 1, 0, 0, 1))
    view.leaving.begin.click()
    view.leaving.typed.set_text("Zoë")
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


def test_pictures_are_looked_at_one_after_the_other_and_one_goes_only_after_a_question(
    panel, qtbot, screen, services, *, crowd
):
    qtbot.waitUntil(lambda: bool(panel.cards) and panel.cards[0].quality.text() == "Good picture")
    assert not panel.cards[0].picture.pixmap().isNull()
    assert "three pictures" in panel.advice.text()
    assert panel.cards[0].remove.accessibleName() == "Remove picture 1"
    picture = services.folder / "Grace_Hopper.jpg"
    content = picture.read_bytes()
    panel.cards[0].remove.click()
    ((_, detail),) = screen.asked
    assert "last one" in detail
    assert list(screen.answers)[-1] == "Keep it"
    screen.answers["Keep it"]()
    assert picture.exists()
    with qtbot.waitSignal(panel.changed):
        screen.answers["Remove"]()
    assert not picture.exists()
    assert [(row.action, row.staff) for row in services.journal.actions(1)] == [("pictures_removed", "Ida")]

    (services.folder / "Ada").mkdir()
    for number in range(3):
        (services.folder / "Ada" / f"{number}.jpg").write_bytes(content)
    crowd(Ada=[0.0, 0.1, 0.2])
    panel.open("Ada")
    panel.show_row(next(row for row in gather(services).rows if row.person == "Ada"))
    qtbot.waitUntil(lambda: len(panel.cards) == 3)
    assert len(panel._waiting) == 2
    qtbot.waitUntil(lambda: all(card.quality.text() == "Good picture" for card in panel.cards))


def test_a_picture_of_somebody_else_is_marked_in_words(shown):
    card = shown(PictureCard(1, PictureFacts("a.jpg", used=True, distance=0.7, fits=False)))
    assert card.distance.text() == "Unlike the others: 0.70"


def test_suspending_and_allowing_again(context, crowd, shown, qtbot, services, *, screen):
    crowd()
    panel = shown(AccessPanel(context))
    for button, status, told in (
        ("Suspend", AccessStatus.SUSPENDED, "is suspended. The door stays locked for this person."),
        ("Allow again", AccessStatus.IN_FORCE, "may enter again."),
    ):
        panel.show_row(gather(services).rows[0])
        assert panel.suspend.text() == button
        assert ("stays locked" in panel.sentence.text()) == (button == "Allow again")
        with qtbot.waitSignal(panel.changed):
            panel.suspend.click()
        assert services.people.known("Grace_Hopper").access_status(today()) is status
        assert screen.told[-1] == f"Grace Hopper {told}"
    assert [row.action for row in services.journal.actions(2)] == ["resumed", "suspended"]


@pytest.fixture
def data_panel(context, crowd, shown, services) -> DataPanel:
    crowd()
    services.people.save_all([PersonRecord("Grace_Hopper", group="Navy", valid_until=date(2026, 12, 31))])
    data_panel = shown(DataPanel(context))
    data_panel.show_record(services.people.record("Grace_Hopper"), another=True)
    return data_panel


def test_changes_are_saved_and_written_down_and_another_name_takes_the_files_along(data_panel, qtbot, services, home):
    data_panel.form.fields["email"].set_text("g@example.org")
    data_panel.form.fields["valid_until"].set_text("2027-01-31")
    assert data_panel.save.isEnabled()
    with qtbot.waitSignal(data_panel.saved) as saved:
        data_panel.save.click()
    assert saved.args == ["Grace_Hopper"]
    record = services.people.record("Grace_Hopper")
    assert (record.email, record.valid_until, record.group) == ("g@example.org", date(2027, 1, 31), "Navy")
    assert [(row.action, row.detail) for row in services.journal.actions(1)] == [("changed", "email, valid_until")]
    data_panel.show_record(record, another=True)
    data_panel.name.set_text("Zoë 李")
    with qtbot.waitSignal(data_panel.saved) as saved:
        data_panel.save.click()
    assert saved.args == ["Zoë 李"]
    assert [path.name for path in (home / "images").iterdir()] == ["Zoë 李.jpg"]


def test_what_cannot_be_used_is_told_beside_it_and_what_is_being_typed_is_not_overwritten(data_panel, services):
    for field, text in (
        ("name", "../evil"),
        ("name", "#recycle"),
        ("name", " "),
        ("email", "nonsense"),
        ("shown", "x" * 101),
        ("valid_from", "yesterday"),
        ("valid_from", "2027-06-01"),
    ):
        edited = data_panel.name if field == "name" else data_panel.form.fields[field]
        edited.set_text(text)
        data_panel.save.click()
        told = data_panel.form.fields["valid_until"] if text == "2027-06-01" else edited
        assert told.fault.text()
        data_panel.undo.click()
    assert services.journal.actions(1) == []
    data_panel.form.fields["group"].set_text("Army")
    data_panel.show_record(PersonRecord("Grace_Hopper", group="Air"))
    assert data_panel.form.fields["group"].text == "Army"
    data_panel.undo.click()
    assert data_panel.form.fields["group"].text == "Navy"
    data_panel.show_record(PersonRecord("Grace_Hopper", group="Air"))
    assert data_panel.form.fields["group"].text == "Air"


@pytest.fixture
def leaving_panel(context, crowd, shown, services, sticks) -> LeavingPanel:
    crowd()
    services.people.save_all([PersonRecord("Grace_Hopper", group="Navy")])
    leaving_panel = shown(LeavingPanel(context))
    leaving_panel.open("Grace_Hopper")
    return leaving_panel


def test_everything_known_is_exported_to_the_stick_that_was_plugged_in_last(
    leaving_panel, qtbot, screen, sticks, *, tmp_path
):
    export = leaving_panel.export
    qtbot.waitUntil(export.button.isEnabled)
    assert export.folder.is_relative_to(tmp_path / "user")
    assert (export.hint.isVisible(), "USB stick" in export.hint.text()) == (True, True)
    stick = sticks.plug("KINGSTON")
    qtbot.waitUntil(lambda: export.folder == stick)
    assert [export.choice.box.itemText(row) for row in (0, 1)] == ["KINGSTON", "Exchange folder"]
    assert not export.hint.isVisible()
    export.button.click()
    assert not export.button.isEnabled()
    qtbot.waitUntil(lambda: bool(screen.told or screen.faults))
    (path,) = stick.iterdir()
    assert path.name.startswith("Grace Hopper 20")
    assert str(path) in screen.told[0]
    assert "people.json" in zipfile.ZipFile(path).namelist()
    export.choice.box.setCurrentIndex(1)
    other = sticks.plug("ZIPS")
    qtbot.waitUntil(lambda: export.folder == other)
    other.rmdir()
    export.button.click()
    qtbot.waitUntil(lambda: bool(screen.faults))
    assert "cannot be written" in screen.faults[0]
    assert export.button.isEnabled()
    sticks.pull(stick)
    qtbot.waitUntil(lambda: export.choice.box.count() == 2)


def test_nobody_is_erased_before_the_name_is_typed_nor_by_enter(leaving_panel, qtbot, services, home):
    assert not leaving_panel.question.isVisible()
    qtbot.keyClick(leaving_panel.begin, Qt.Key.Key_Return)
    qtbot.waitUntil(leaving_panel.typed.edit.hasFocus)
    for typed in ("", "Grace", "Ada"):
        leaving_panel.typed.set_text(typed)
        assert not leaving_panel.erase.isEnabled()
    leaving_panel.typed.set_text("grace hopper")
    for widget in (leaving_panel.typed.edit, leaving_panel.erase):
        widget.setFocus()
        qtbot.keyClick(widget, Qt.Key.Key_Return)
    assert (leaving_panel.erasing, leaving_panel.erase.isEnabled()) == (False, True)
    leaving_panel.keep.click()
    assert (leaving_panel.question.isVisible(), leaving_panel.typed.text) == (False, "")
    assert not leaving_panel.erase.isEnabled()
    assert services.people.records()

    services.station = None
    leaving_panel.begin.click()
    leaving_panel.typed.set_text("Grace Hopper")
    with qtbot.waitSignal(leaving_panel.erased) as erased:
        leaving_panel.erase.click()
    (report,) = erased.args
    assert (report.pictures, report.records, report.left) == (1, 1, ())
    assert not list((home / "images").iterdir())
    assert services.journal.actions(1)[0].staff == "Ida"


def test_an_erasure_that_fails_is_told_and_can_be_tried_again(leaving_panel, qtbot, screen, home):
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


def test_an_erasure_is_told_line_by_line(shown):
    view = shown(ErasureView())
    view.show_report(ErasureReport("#00000007", 5, 4, 3, 2, 1, ("a.jpg cannot be deleted",), 6, ("a", "b", "c", "d")))
    lines = view.lines.text().splitlines()
    assert [line.split()[1] for line in lines] == ["5", "6", "4", "1", "3", "2"]
    assert "#00000007" in lines[-1]
    assert view.left.text().startswith("a.jpg cannot be deleted\n")
    assert "Not searched: a, b, c, …." in view.unsearched.text()
