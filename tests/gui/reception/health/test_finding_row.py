"""A row shows what was found last, with its remedy, and says it to a screen reader."""

from kiosk.gui.reception.health import FindingRow


def test_a_fault_has_its_remedy_and_the_first_of_its_details(shown, fault):
    row = shown(FindingRow(fault))
    assert row.remedy.isVisible()
    assert row.message.text().replace("\u200b", "") == "/home/ada/images: cannot be read"
    assert row.details.text().splitlines()[0] == "Ada 0.jpg: is empty"
    assert row.details.text().splitlines()[-1] == "and 4 more"


def test_a_newer_finding_takes_its_place(shown, fault, fine):
    row = shown(FindingRow(fault))
    row.show_finding(fine)
    assert row.badge.word.text() == "In order"
    assert not row.remedy.isVisible()
    assert not row.details.isVisible()


def test_a_screen_reader_is_told_part_state_and_remedy(shown, fault):
    row = shown(FindingRow(fault))
    assert row.accessibleName() == "Pictures of the people: Fault"
    assert "check its permissions" in row.accessibleDescription()


def test_a_long_path_wraps_instead_of_being_cut(shown, fault):
    from dataclasses import replace

    row = shown(FindingRow(replace(fault, message="/a-folder" * 40, details=())), (320, 480))
    assert row.message.heightForWidth(300) > 3 * row.message.fontMetrics().height()
