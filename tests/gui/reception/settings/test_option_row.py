import pytest

from kiosk.gui.reception.settings.editors import plain_editor
from kiosk.gui.reception.settings.form import OptionRow


@pytest.fixture
def row(qtbot, info, draft):
    def make(key: str) -> OptionRow:
        made = OptionRow(info(key), plain_editor(info(key)))
        qtbot.addWidget(made)
        made.show_draft(draft)
        return made

    return make


def test_row_tells_title_range_and_default(row):
    shown = row("door.open_seconds")
    assert shown.title.text() == "Door stays open for"
    assert shown._default.text() == "More than 0, at most 60. Normally: 5."
    assert shown.title.buddy() is shown.editor.target
    assert "How long the door is unlocked" in shown.editor.target.accessibleDescription()


def test_default_needs_no_way_back_and_another_value_has_one(row, draft):
    shown = row("threads")
    assert shown.back.isHidden()
    draft.set("threads", 8)
    shown.show_draft(draft)
    assert not shown.back.isHidden()
    assert shown.back.accessibleName() == "Reset: Processor cores"


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("decision.k", 2, "changed"),
        ("threads", 3, "changed, reloads the recognition"),
        ("screen.mirror", False, "changed, needs a restart"),
    ],
)
def test_change_says_when_it_will_be_in_force(row, draft, key, value, words):
    shown = row(key)
    assert shown.state.isHidden()
    draft.set(key, value)
    shown.show_draft(draft)
    assert (shown.state.text(), shown.state.isHidden()) == (words, False)


def test_what_is_no_value_is_marked_until_it_is_one(row):
    shown = row("threads")
    shown.editor.on_edited("many")
    assert shown.broken
    assert "whole number" in shown.fault.text()
    shown.editor.on_edited("3")
    assert not shown.broken


def test_row_passes_on_what_is_changed(qtbot, row):
    shown = row("threads")
    with qtbot.waitSignal(shown.changed) as heard:
        shown.editor.more.click()
    assert heard.args == [3]
    with qtbot.waitSignal(shown.reset):
        shown.back.click()
