"""Each row says in words what happened, in the screen's language, whatever the name."""

from dataclasses import replace

import pytest
from PyQt6.QtCore import QLocale

from kiosk.domain import Outcome, Reason
from kiosk.gui.reception.journal.lines import (
    action_in_words,
    decision_in_words,
    figures_in_words,
    outcome_in_words,
    reason_in_words,
)
from kiosk.store.journal import Action, ActionEntry, JournalEntry

ROW = JournalEntry(
    id=1,
    time="2026-03-01T12:00:00.123+00:00",
    outcome="refused",
    reason="too_far",
    person="Ada_Lovelace",
    distance=0.4449,
    second_person="Bo",
    second_distance=0.6,
    threshold=0.39,
    margin=0.04,
    encoder="dlib_resnet",
    frame=1,
    track=1,
    gallery_size=7,
    detail=None,
    face_px=140,
    light=55.0,
    sharpness=30.0,
    turn=0.1,
)
DONE = ActionEntry(1, ROW.time, "Grace", "enrolled", "Ada", None)


def plain(text: str) -> str:
    """Without the marks around names."""
    return text.replace("\u2068", "").replace("\u2069", "")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "not recognised: closest Ada Lovelace at 0.44, needs 0.39; picture dark"),
        (
            {"light": 200.0, "sharpness": 8.0, "face_px": 70},
            "not recognised: closest Ada Lovelace at 0.44, needs 0.39; face small; picture bright; picture blurred",
        ),
        ({"turn": 0.4}, "not recognised: closest Ada Lovelace at 0.44, needs 0.39; picture dark; face turned aside"),
        ({"face_px": None}, "not recognised: closest Ada Lovelace at 0.44, needs 0.39"),
        (
            {"outcome": "granted", "reason": "recognised", "distance": 0.3},
            "let in: Ada Lovelace at 0.30, needs 0.39",
        ),
        (
            {"outcome": "granted", "reason": "returned", "distance": 0.3},
            "let in again: Ada Lovelace at 0.30, needs 0.39",
        ),
        (
            {"reason": "ambiguous", "distance": 0.3, "second_distance": 0.31, "light": 90.0},
            "not clear who it is: Ada Lovelace at 0.30, Bo at 0.31; must be 0.04 apart",
        ),
        (
            {"reason": "ambiguous", "distance": 0.3, "second_person": None, "light": 90.0},
            "not clear who it is: closest Ada Lovelace at 0.30, needs 0.39",
        ),
        ({"reason": "nobody_enrolled", "person": None, "light": 90.0}, "not recognised: nobody is enrolled"),
        ({"reason": "suspended", "light": 90.0}, "refused: Ada Lovelace is suspended"),
        ({"reason": "not_yet_valid", "light": 90.0}, "refused: Ada Lovelace may not enter yet"),
        ({"reason": "expired", "light": 90.0}, "refused: Ada Lovelace may not enter any more"),
        ({"outcome": "granted", "reason": "tested", "person": None}, "opened for a test of the door"),
        (
            {"reason": "fault", "detail": "the {lock} hangs", "light": 90.0},
            "refused because of a fault: the {lock} hangs",
        ),
        ({"reason": "of a newer kiosk", "light": 90.0}, "of a newer kiosk"),
        ({"reason": "{0} {", "light": 90.0}, "{0} {"),
        ({"person": "{name}", "light": 90.0}, "not recognised: closest {name} at 0.44, needs 0.39"),
        ({"distance": None, "threshold": None, "light": 90.0}, "not recognised: closest Ada Lovelace at ?, needs ?"),
    ],
)
def test_decision_is_a_sentence(changes: dict[str, object], words: str) -> None:
    assert plain(decision_in_words(replace(ROW, **changes))) == words


def test_numbers_are_written_as_the_language_writes_them() -> None:
    before = QLocale()
    QLocale.setDefault(QLocale("de_DE"))
    try:
        assert "0,44" in decision_in_words(ROW)
    finally:
        QLocale.setDefault(before)


def test_name_from_right_to_left_leaves_the_sentence_in_order() -> None:
    assert "closest \u2068\u05d0\u05d3\u05d4\u2069 at 0.44" in decision_in_words(
        replace(ROW, person="\u05d0\u05d3\u05d4")
    )


@pytest.mark.parametrize("action", list(Action))
def test_every_action_is_a_sentence(action: Action) -> None:
    words = plain(action_in_words(replace(DONE, action=action.value, detail="Bo")))
    assert not words.startswith("Grace:")
    assert "{" not in words


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Grace enrolled Ada"),
        ({"action": "staff_added", "detail": "installer"}, "Grace gave Ada a PIN (role: installer)"),
        ({"detail": "5 pictures"}, "Grace enrolled Ada (5 pictures)"),
        ({"action": "renamed", "detail": "Ada L"}, "Grace renamed Ada to Ada L"),
        (
            {"action": "setting_changed", "subject": "decision.k", "detail": "3 → 4"},
            "Grace changed the setting decision.k (3 → 4)",
        ),
        ({"action": "exported", "subject": None}, "Grace exported the whole gallery"),
        ({"action": "of a newer kiosk"}, "Grace: of a newer kiosk"),
        ({"action": "{0} {"}, "Grace: {0} {"),
        ({"subject": "{detail}", "staff": "{0}"}, "{0} enrolled {detail}"),
    ],
)
def test_action_is_a_sentence(changes: dict[str, object], words: str) -> None:
    assert plain(action_in_words(replace(DONE, **changes))) == words


def test_figures_hold_everything_that_was_written_down() -> None:
    assert [plain(line) for line in figures_in_words(ROW)] == [
        "Nearest: Ada Lovelace, distance 0.44",
        "Second: Bo, distance 0.60",
        "Threshold 0.39, margin 0.04, among 7 people",
        "Picture: face 140 px, brightness 55 of 255, sharpness 30",
        "Encoder dlib_resnet",
    ]
    bare = replace(ROW, person=None, second_person=None, threshold=None, face_px=None)
    assert figures_in_words(bare) == ["Encoder dlib_resnet"]


def test_outcomes_and_reasons_have_words() -> None:
    assert {outcome_in_words(outcome) for outcome in (Outcome.GRANTED, Outcome.REFUSED)} == {"Let in", "Refused"}
    settled = set(Reason) - {Reason.GATHERING, Reason.PRESENT}
    assert not any(reason_in_words(reason) == reason.value for reason in settled)
