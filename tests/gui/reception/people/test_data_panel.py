from datetime import date

import pytest

from kiosk.gui.reception.people.person_view import DataPanel
from kiosk.people.register import PersonRecord


@pytest.fixture
def panel(context, crowd, shown, services) -> DataPanel:
    crowd()
    services.people.save(PersonRecord("Grace_Hopper", group="Navy", valid_until=date(2026, 12, 31)))
    panel = shown(DataPanel(context))
    panel.show_record(services.people.record("Grace_Hopper"), anew=True)
    return panel


def test_what_is_known_stands_in_the_fields(panel):
    assert panel.name.text == "Grace Hopper"
    assert panel.fields["group"].text == "Navy"
    assert "31" in panel.fields["valid_until"].text
    assert not panel.save.isEnabled()


def test_changes_are_saved_and_written_down(panel, qtbot, services):
    panel.fields["email"].set_text("g@example.org")
    panel.fields["valid_until"].set_text("2027-01-31")
    assert panel.save.isEnabled()
    with qtbot.waitSignal(panel.saved) as saved:
        panel.save.click()
    assert saved.args == ["Grace_Hopper"]
    record = services.people.record("Grace_Hopper")
    assert (record.email, record.valid_until, record.group) == ("g@example.org", date(2027, 1, 31), "Navy")
    assert [(row.action, row.detail) for row in services.journal.actions(1)] == [("changed", "email, valid_until")]


def test_another_name_takes_the_files_along(panel, qtbot, home):
    panel.name.set_text("Zoë 李")
    with qtbot.waitSignal(panel.saved) as saved:
        panel.save.click()
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
def test_what_cannot_be_used_is_told_beside_it_and_nothing_is_saved(panel, field, text, services):
    edited = panel.name if field == "name" else panel.fields[field]
    edited.set_text(text)
    panel.save.click()
    told = panel.fields["valid_until"] if text == "2027-06-01" else edited
    assert told.fault.text()
    assert services.journal.actions(1) == []


def test_what_is_being_typed_is_not_overwritten(panel, services):
    panel.fields["group"].set_text("Army")
    panel.show_record(PersonRecord("Grace_Hopper", group="Air"))
    assert panel.fields["group"].text == "Army"
    panel.undo.click()
    assert panel.fields["group"].text == "Navy"
    panel.show_record(PersonRecord("Grace_Hopper", group="Air"))
    assert panel.fields["group"].text == "Air"


def test_a_fault_leaves_what_was_typed(panel, qtbot, screen, services, home):
    (home / "images" / "Ada.jpg").write_bytes(b"Ada")
    panel.name.set_text("Ada")
    panel.save.click()
    qtbot.waitUntil(lambda: bool(screen.faults))
    assert "already in the gallery" in screen.faults[0]
    assert (panel.name.text, panel.save.isEnabled()) == ("Ada", True)


def test_the_name_can_be_heard(panel, services):
    panel.hear.click()
    panel.fields["spoken"].set_text("Greys Hopper")
    panel.hear.click()
    assert services.station.said == ["Grace Hopper", "Greys Hopper"]
