from kiosk.config import Config
from kiosk.config.saving import Seen
from kiosk.config.schema import values
from kiosk.gui.reception.settings.form import Draft, waits


def test_draft_says_what_was_seen_until_it_is_changed(draft, info):
    assert (draft.value("threads"), draft.changes, draft.is_default(info("threads"))) == (2, {}, True)
    draft.set("threads", 4)
    assert (draft.value("threads"), draft.changes, draft.is_default(info("threads"))) == (4, {"threads": 4}, False)


def test_value_that_is_put_back_is_no_change(draft):
    draft.set("threads", 4)
    draft.set("threads", 2)
    assert draft.changes == {}


def test_reset_goes_to_the_default_and_not_to_the_file(info):
    draft = Draft(Seen({**values(Config()), "threads": 8}, ""))
    draft.reset(info("threads"))
    assert draft.changes == {"threads": 2}


def test_changes_that_the_file_has_by_now_are_none():
    seen = Seen({**values(Config()), "threads": 8}, "")
    assert Draft(seen, {"threads": 8, "detector": "yunet"}).changes == {"detector": "yunet"}


def test_two_options_that_do_not_fit_are_objected_to(draft):
    draft.set("decision.k", 9)
    assert "agree" in draft.objection
    draft.set("decision.n", 9)
    assert draft.objection == ""


def test_what_needs_a_restart_waits_until_then():
    started = values(Config())
    seen = Seen({**started, "screen.mirror": False, "threads": 8, "decision.k": 2}, "")
    assert waits(started, seen) == ["screen.mirror"]
