import pytest

from kiosk.config.wording import SECTIONS
from kiosk.gui.controls import Note
from kiosk.gui.reception.settings.editors import plain_editor
from kiosk.gui.reception.settings.form import Draft, Form


@pytest.fixture
def form(shown, draft):
    made = Form(draft, plain_editor, {"door": Note("a test of the door")})
    made.told = 0

    def count() -> None:
        made.told += 1

    made.changed.connect(count)
    return shown(made)


def visible(form: Form) -> list[str]:
    return [key for key, row in form.rows.items() if not row.isHidden()]


def test_every_option_stands_in_one_section(form, info):
    seen = []
    for section in SECTIONS:
        form.show_section(section)
        assert all(info(key).section == section for key in visible(form))
        seen += visible(form)
    assert len(seen) == len(set(seen)) == len(form.rows) > 35


def test_rows_are_made_when_they_are_first_seen(form):
    assert set(form.rows) == {"matching.threshold", "matching.margin", "matching.stranger_rate"}


def test_rows_stand_in_the_order_of_the_file_whatever_was_seen_first(form):
    form.search("quality")
    form.show_section("voice")
    form.show_section("decision")
    rows = [form._column.itemAt(index).widget() for index in range(form._column.count())]
    shown = [row.info.key for row in rows if row is not None and hasattr(row, "info")]
    order = [info.key for info in form._ordered()]
    assert shown == sorted(shown, key=order.index)


def test_search_finds_words_of_title_effect_section_and_key_in_all_sections(form):
    form.search("Sharp")
    assert visible(form) == ["quality.min_sharpness"]
    form.search("  open_SECONDS ")
    assert visible(form) == ["door.open_seconds"]
    form.search("stricter")
    assert len(visible(form)) > 4
    form.search("no such thing")
    assert visible(form) == []
    assert form._nothing.isVisible()
    form.show_section("door")
    assert visible(form) == ["door.open_seconds"]


def test_what_belongs_to_a_section_is_shown_with_it_alone(form):
    extra = form._extras["door"]
    assert not extra.isVisible()
    form.show_section("door")
    assert extra.isVisible()
    form.search("open")
    assert not extra.isVisible()


def test_change_goes_into_the_draft_and_reset_goes_to_the_default(form):
    form.show_section("decision")
    row = form.rows["decision.k"]
    row.editor.more.click()
    assert (form.draft.changes, form.told) == ({"decision.k": 4}, 1)
    row.back.click()
    assert (form.draft.changes, form.told, row.editor.edit.text()) == ({}, 2, "3")


def test_another_draft_is_shown_in_every_row(form, draft):
    form.show_section("decision")
    form.show_draft(Draft(draft.seen, {"decision.k": 2}))
    assert form.rows["decision.k"].editor.edit.text() == "2"
    assert not form.rows["decision.k"].state.isHidden()


def test_first_row_that_holds_no_value_is_known(form):
    form.show_section("decision")
    assert form.broken is None
    form.rows["decision.n"].editor.on_edited("x")
    assert form.broken.key == "decision.n"


def test_rows_that_are_forgotten_are_made_anew(form):
    before = form.rows["matching.margin"]
    form.forget(["matching.margin", "not.shown"])
    assert form.rows["matching.margin"] is not before
    assert form.rows["matching.margin"].isVisible()


def test_list_starts_at_the_top_when_the_section_changes(qtbot, form):
    form.show_section("decision")
    bar = form._scroll.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0, timeout=30_000)
    bar.setValue(bar.maximum())
    form.show_section("quality")
    assert bar.value() == 0
