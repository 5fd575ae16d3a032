"""Every part, stage and state has words."""

import pytest

from kiosk.gui.reception.health import part_name, stage_name, state_name, verdict
from kiosk.health.checks import State


@pytest.mark.parametrize(
    "check",
    ["camera", "recognition", "door", "gallery", "encoder", "voice", "journal", "disk", "memory", "temperature",
     "clock", "config"],
)  # fmt: skip
def test_a_part_is_called_by_its_name(check):
    assert part_name(check)[0].isupper()


def test_what_has_no_name_yet_is_shown_as_it_is():
    assert (part_name("lift"), stage_name("dream")) == ("lift", "dream")


@pytest.mark.parametrize("stage", ["detect", "align", "encode", "match", "decide"])
def test_a_stage_is_called_by_what_it_does(stage):
    assert stage_name(stage) != stage


def test_each_state_has_a_word_of_its_own():
    assert len({state_name(state) for state in State}) == len(State)


def test_the_worst_decides_the_verdict():
    assert verdict([State.OK]) == "Everything is in order."
    assert "2" in verdict([State.OK, State.WARNING, State.WARNING])
    assert "mended" in verdict([State.WARNING, State.FAULT])
