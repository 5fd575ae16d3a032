from dataclasses import replace

import numpy as np
import pytest

from kiosk.domain import Conditions, Embedding, Template
from kiosk.evaluation.replay import Door, SeenFace, SeenFrame, Visit, Visits
from kiosk.evaluation.visits import Trial
from kiosk.people.snapshot import GallerySnapshot

GOOD = Conditions(120, 120.0, 50.0, 0.0)
DOOR = Door(0.5, 0.02)
SIZE = 16


def unit(vector):
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def visit_of(person, centre, rng, spread, frames=5):
    vectors = [unit(centre + spread * rng.normal(size=SIZE)) for _ in range(frames)]
    return Visit(
        person,
        tuple(SeenFrame(number / 10, (SeenFace(1, one, None, GOOD),)) for number, one in enumerate(vectors)),
    )


def trial_of(*, strangers=400, seeds=2, spread=0.06, apart=1.0, among=()):
    """Five members who come twice, and strangers who come once."""
    members, others = [], []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        centres = {f"m{number}": unit(rng.normal(size=SIZE)) for number in range(5)}
        gallery = GallerySnapshot(
            "net", tuple(Template(person, Embedding(centre, "net"), person) for person, centre in centres.items())
        )
        members.append(
            Visits([visit_of(p, centre, rng, spread) for p, centre in centres.items() for _ in "ab"], gallery)
        )
        drawn = [visit_of(f"s{n}", apart * unit(rng.normal(size=SIZE)), rng, spread) for n in range(strangers)]
        others.append(Visits(drawn, gallery))
    return Trial("still", 5, 1, 5, members, others, among)


@pytest.fixture(scope="module")
def trial():
    return trial_of()


def test_members_who_look_like_themselves_are_let_in_at_once(trial):
    row = trial.row(DOOR)
    assert (row.members_refused.errors, row.members_undecided.errors, row.wrong_person_granted.errors) == (0, 0, 0)
    assert row.members_refused.trials == 20
    assert row.frames_needed == {"median": 3.0, "p90": 3.0}
    assert (row.members, row.people, row.templates, row.seeds) == (5, 5, 1, 2)


def test_every_visit_is_counted_once_and_people_beside_it(trial):
    row = trial.row(DOOR)
    assert (row.strangers_granted.trials, row.strangers) == (800, 400)
    by_hand = sum(bool(end.granted_as) for one in trial.strangers for end in one.endings(DOOR))
    assert row.strangers_granted.errors == by_hand


def test_a_closed_door_refuses_everybody(trial):
    row = trial.row(replace(DOOR, threshold=0.01))
    assert (row.members_refused.value, row.strangers_granted.value, row.frames_needed) == (1.0, 0.0, {})


def test_members_of_whom_another_is_the_nearest_are_let_in_as_somebody_else():
    trial = trial_of(strangers=0, seeds=1)
    exchanged = [replace(visit, person=f"m{(int(visit.person[1]) + 1) % 5}") for visit in trial.members[0].visits]
    trial.members[0].visits = exchanged
    assert trial.row(DOOR).wrong_person_granted.value == 1.0


def test_the_highest_threshold_without_strangers_lies_just_below_the_first_who_is_let_in(trial):
    door = replace(DOOR, threshold=0.9)
    assert trial.row(door).strangers_granted.errors
    found = trial.highest_without_strangers(door)
    assert trial.row(replace(door, threshold=found)).strangers_granted.errors == 0
    assert trial.row(replace(door, threshold=found + 0.002)).strangers_granted.errors > 0


def test_a_door_that_lets_nobody_in_could_be_easier_by_so_much_at_least(trial):
    assert trial.highest_without_strangers(replace(DOOR, threshold=0.05)) == pytest.approx(0.09)


def test_rows_are_that_in_force_and_the_one_without_strangers(trial):
    door = replace(DOOR, threshold=0.9)
    in_force, without = trial.rows(door)
    assert in_force.threshold == 0.9
    assert without.threshold < 0.9
    assert without.strangers_granted.errors == 0
    assert without.strangers_granted.high < 0.01


def test_too_few_strangers_choose_no_threshold():
    assert len(trial_of(strangers=20, seeds=1).rows(DOOR)) == 1


def test_nobody_at_all_gives_rates_of_nothing():
    row = trial_of(strangers=0, seeds=1).row(DOOR)
    assert (row.strangers_granted.value, row.strangers_granted.trials, row.strangers) == (None, 0, 0)


def test_facts_hold_the_curve_and_how_alike_the_frames_are(trial):
    door = replace(DOOR, threshold=0.1)
    facts = trial.facts(door)
    curve = [facts[name] for name in sorted(facts) if name.startswith("at ")]
    strangers = [point["strangers_granted"] for point in curve]
    members = [point["members_not_granted"] for point in curve]
    assert strangers == sorted(strangers)
    assert members == sorted(members, reverse=True)
    assert [name for name in facts if name.startswith("at -")] == []
    assert facts["frames"]["correlation"] > 0.8
    assert facts["visits"]["counted"] == trial.row(door).strangers_granted.value
    assert trial.name == "still, N = 5"
