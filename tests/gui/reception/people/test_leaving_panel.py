import zipfile

import pytest
from PyQt6.QtCore import Qt

from kiosk.gui.reception.people.leaving_panel import ErasureView, LeavingPanel
from kiosk.people.erasure import ErasureReport
from kiosk.people.register import PersonRecord


@pytest.fixture
def panel(context, crowd, shown, services, sticks) -> LeavingPanel:
    crowd()
    services.people.save(PersonRecord("Grace_Hopper", group="Navy"))
    panel = shown(LeavingPanel(context))
    panel.open("Grace_Hopper")
    return panel


def test_everything_known_is_exported_to_the_place_chosen(panel, qtbot, screen, sticks):
    stick = sticks.plug()
    qtbot.waitUntil(lambda: panel.place.folder == stick)
    panel.export.click()
    assert not panel.export.isEnabled()
    qtbot.waitUntil(lambda: bool(screen.told or screen.faults))
    (path,) = stick.iterdir()
    assert path.name.startswith("Grace Hopper 20")
    assert str(path) in screen.told[0]
    assert "people.json" in zipfile.ZipFile(path).namelist()
    assert panel.export.isEnabled()


def test_nobody_is_erased_before_the_name_is_typed(panel, services):
    assert not panel.question.isVisible()
    panel.begin.click()
    assert panel.question.isVisible()
    for typed in ("", "Grace", "Ada"):
        panel.typed.set_text(typed)
        assert not panel.erase.isEnabled()
    panel.typed.set_text("grace hopper")
    assert panel.erase.isEnabled()
    panel.keep.click()
    assert (panel.question.isVisible(), panel.typed.text, panel.erase.isEnabled()) == (False, "", False)
    assert services.people.records()


def test_a_person_is_erased_for_good(panel, qtbot, services, home):
    services.station = None
    panel.begin.click()
    panel.typed.set_text("Grace Hopper")
    with qtbot.waitSignal(panel.erased) as erased:
        panel.erase.click()
    (report,) = erased.args
    assert (report.pictures, report.records, report.left) == (1, 1, ())
    assert not list((home / "images").iterdir())
    assert services.journal.actions(1)[0].staff == "Ida"


def test_what_fails_is_told_and_can_be_tried_again(panel, qtbot, screen, home):
    (home / "images.people.sqlite3").write_text("nonsense")
    panel.begin.click()
    panel.typed.set_text("Grace Hopper")
    for path in (home / "images").iterdir():
        path.unlink()
    (home / "images").rmdir()
    panel.erase.click()
    qtbot.waitUntil(lambda: bool(screen.faults))
    assert panel.erase.isEnabled()
    assert panel.keep.isEnabled()


def test_an_export_that_fails_is_told_and_can_be_tried_again(panel, qtbot, screen, sticks):
    stick = sticks.plug()
    qtbot.waitUntil(lambda: panel.place.folder == stick)
    stick.rmdir()
    panel.export.click()
    qtbot.waitUntil(lambda: bool(screen.faults))
    assert "cannot be written" in screen.faults[0]
    assert panel.export.isEnabled()


@pytest.mark.parametrize(("left", "words"), [((), "is erased"), (("journal: locked; again",), "Not everything")])
def test_the_report_says_what_was_removed_and_what_was_not(shown, qtbot, left, words):
    view = shown(ErasureView())
    view.show_report(ErasureReport("#00000007", 5, 4, 3, 2, 1, left))
    assert words in view.heading.text()
    assert "#00000007" in view.lines.text()
    assert view.left.isVisible() is bool(left)
    with qtbot.waitSignal(view.closed):
        view.done.click()


def test_the_report_says_where_pictures_may_be_left(shown):
    view = shown(ErasureView())
    view.show_report(ErasureReport("#00000007", 5, 4, 3, 2, 1, unsearched=("#snapshot",)))
    assert "is erased" in view.heading.text()
    assert "Not searched: #snapshot" in view.unsearched.text()
    view.show_report(ErasureReport("#00000007", 5, 4, 3, 2, 1))
    assert not view.unsearched.isVisible()


def test_enter_erases_nobody(panel, qtbot, services):
    qtbot.keyClick(panel.begin, Qt.Key.Key_Return)
    qtbot.waitUntil(panel.typed.edit.hasFocus)
    panel.typed.set_text("Grace Hopper")
    for widget in (panel.typed.edit, panel.erase):
        widget.setFocus()
        qtbot.keyClick(widget, Qt.Key.Key_Return)
    qtbot.wait(50)
    assert panel.erase.isEnabled()
    assert list(services.folder.iterdir())
