"""When the door may open. The clock and every frame are made here; a letter is a frame, as `Show.frame` reads it."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.config import DecisionSection
from kiosk.domain import (
    Box,
    Candidate,
    Conditions,
    Decision,
    Face,
    Identification,
    Observation,
    Outcome,
    Reason,
    Rejection,
    TrackedFace,
)
from kiosk.door.decision import DecisionRule

PEOPLE = {"a": "Ada", "b": "Ben", "c": "Cleo"}
FACE = Face(Box(0, 0, 100, 100), 1.0)
ASIDE = Face(Box(300, 0, 400, 100), 1.0)
STEP = 0.1  # s between two frames


def identified(letter: str) -> Identification:
    """a: Ada, clearly; A: Ada is nearest but too far; ä: Ada is near, and so is somebody else; ?: nobody enrolled."""
    if letter == "?":
        return Identification((), 0.39, 0.04, 0)
    person = PEOPLE[letter.lower().replace("ä", "a")]
    distance = 0.2 if letter in PEOPLE or letter == "ä" else 0.6
    second = Candidate("Someone Else", 0.21 if letter == "ä" else 0.9)
    return Identification((Candidate(person, distance), second), 0.39, 0.04, 9)


def face(letter: str, track: int = 1) -> TrackedFace:
    """As identified; -: a face that the quality gates rejected; .: one that rests, not compared in this frame."""
    if letter == ".":
        return TrackedFace(track, FACE, None, identified("a"), compared=False)
    if letter == "-":
        return TrackedFace(track, FACE, Rejection.TOO_BLURRED, None)
    return TrackedFace(track, FACE, None, identified(letter))


class Show:
    """Frames for one rule, a step apart."""

    def __init__(self, rule: DecisionRule | None = None, *, step: float = STEP) -> None:
        self.rule = rule or DecisionRule()
        self.now = 100.0
        self.sequence = 0
        self.step = step
        self.lost_after_seconds = 0.0

    def frame(self, faces: dict[int, str], *, repeated: bool = False) -> tuple[Decision, ...]:
        """One processed frame: the letter of each track that is in it."""
        return self.shown([face(letter, track) for track, letter in faces.items()], repeated=repeated)

    def shown(
        self, faces: Sequence[TrackedFace], *, repeated: bool = False, background: Mapping[int, int] | None = None
    ) -> tuple[Decision, ...]:
        """One processed frame with these faces."""
        self.now += self.step
        self.sequence += 1
        lost_after = self.lost_after_seconds
        observation = Observation(self.sequence, self.now, tuple(faces), repeated, background or {}, lost_after)
        return self.rule.update(observation)

    def one(self, letters: str, track: int = 1) -> list[Decision]:
        """A frame a letter for one track; a space is a frame without the face."""
        return [decision for letter in letters for decision in self.frame({track: letter} if letter != " " else {})]

    def away(self, seconds: float) -> None:
        """Nobody is there for so long, in frames of half a second."""
        for _ in range(round(seconds * 2)):
            self.now += 0.5 - self.step
            self.frame({})

    def again(self, letter: str, track: int = 1) -> tuple[Decision, ...]:
        """The last frame once more, marked as repeated."""
        return self.rule.update(Observation(self.sequence, self.now, (face(letter, track),), repeated=True))


def outcomes(decisions: Sequence[Decision]) -> list[Outcome]:
    return [decision.outcome for decision in decisions]


def settled(decisions: Sequence[Decision]) -> list[tuple[Outcome, Reason, str | None]]:
    return [(d.outcome, d.reason, d.person) for d in decisions if d.outcome is not Outcome.PENDING]


def granted(decisions: Sequence[Decision]) -> list[str | None]:
    return [decision.person for decision in decisions if decision.outcome is Outcome.GRANTED]


ADA_GRANTED = (Outcome.GRANTED, Reason.RECOGNISED, "Ada")
ADA_RETURNED = (Outcome.GRANTED, Reason.RETURNED, "Ada")
TOO_FAR = (Outcome.REFUSED, Reason.TOO_FAR, None)


def test_a_grant_falls_at_the_kth_agreeing_frame() -> None:
    decisions = Show().one("aaa")
    assert outcomes(decisions) == [Outcome.PENDING, Outcome.PENDING, Outcome.GRANTED]
    assert [(d.agreeing, d.required) for d in decisions] == [(1, 3), (2, 3), (3, 3)]
    last = decisions[-1]
    assert (last.person, last.reason, last.greet, last.sequence, last.track) == ("Ada", Reason.RECOGNISED, True, 3, 1)
    assert last.identification is not None
    assert last.identification.match == "Ada"
    assert last.decided_at == pytest.approx(100.3)


def test_a_grant_needs_k_of_the_last_n_frames_and_nobody_else_nearest_between() -> None:
    for letters in ("a-a-a", "aAaAa", "aäaäa", "a--aa", "aa--a", "a aa", "--aaa"):
        assert granted(Show().one(letters)) == ["Ada"], letters
    too_few = ("aa---a", "a-a--a", "aa---a---a", "ää-ä", "AAA", "a--a--a--a", "---------")
    for letters in (*too_few, "aabaa", "aaBaa", "abababab", "aacbaa"):
        assert granted(Show().one(letters)) == [], letters
    show = Show(DecisionRule(DecisionSection(k=1, n=3)))
    assert granted(show.one("--A-")) == []


def test_a_grant_is_never_made_of_frames_of_two_faces_but_two_people_may_come_side_by_side() -> None:
    show = Show()
    assert [d for _ in range(2) for d in granted(show.frame({1: "a", 2: "a"}))] == []
    assert granted(show.frame({3: "a"})) == []
    show = Show()
    decisions = [d for _ in range(3) for d in show.frame({1: "a", 2: "b"})]
    assert granted(decisions) == ["Ada", "Ben"]
    assert all(d.greet for d in decisions if d.outcome is Outcome.GRANTED)
    assert [d.track for d in Show().frame({7: "a", 3: "-", 5: "B"})] == [7, 3, 5]


# A person who stays, or leaves and returns.


def test_a_new_track_number_does_not_open_again() -> None:
    for gap in ("", " ", "     ", "--"):
        show = Show()
        show.one("aaa")
        show.one(gap)
        decisions = show.one("a" * 50, track=2)
        assert granted(decisions) == []
        assert decisions[-1].reason is Reason.PRESENT
    for interval in (1.0, 2.5, 6.0):  # missed in a frame of those that come slowly
        show = Show(step=interval)
        show.lost_after_seconds = 3 * interval
        assert granted([*show.one("aaa"), *show.one(" "), *show.one("aaaaaa", track=2)]) == ["Ada"]


def test_a_person_beside_or_in_front_of_her_own_picture_is_let_in() -> None:
    show = Show()
    show.one("a" * 20)
    both = [show.shown([face("a"), replace(face("a", 2), face=ASIDE)]) for _ in range(20)]
    assert settled([d for decisions in both for d in decisions]) == [ADA_RETURNED]
    assert {d.reason for d in both[-1]} == {Reason.PRESENT}
    show = Show()
    for _ in range(40):
        show.shown([replace(face("a"), place=7, still=True)])
    assert settled(show.one("aaa", track=2)) == [ADA_RETURNED]


def test_a_picture_that_was_covered_or_nudged_does_not_open_again() -> None:
    show = Show()
    assert granted([d for _ in range(9) for d in show.shown([replace(face("a"), place=7)])]) == ["Ada"]
    show.away(50)
    again = [show.shown([replace(face("a", 2), place=7)]) for _ in range(9)]
    assert {d.reason for decisions in again[2:] for d in decisions} == {Reason.PRESENT}
    for track in (1, 5):  # the second was covered meanwhile and has another track
        show = Show(step=1.0)
        seen = [d for _ in range(9) for d in show.shown([replace(face("a"), place=7, still=True)])]
        assert granted(seen) == ["Ada"]
        for _ in range(200):
            show.shown([], background={track: 7})
        assert granted([d for _ in range(9) for d in show.shown([replace(face("a", track), place=9)])]) == []


def test_a_return_within_the_cool_down_opens_without_greeting() -> None:
    for seconds, expected in ((4, ADA_RETURNED), (31, ADA_GRANTED)):
        show = Show()
        show.one("aaa")
        show.away(seconds)
        decisions = show.one("aaa", track=2)
        assert settled(decisions) == [expected]
        assert decisions[-1].greet is (expected is ADA_GRANTED)


def test_another_person_in_the_same_place_is_judged_afresh() -> None:
    show = Show()
    show.one("aaa")
    decisions = show.one("B" * 5)
    assert {d.reason for d in decisions[:4]} == {Reason.PRESENT}
    assert decisions[-1].reason is Reason.GATHERING
    assert settled(show.one("B" * 5)) == [TOO_FAR]
    show = Show()
    show.one("aaa")
    decisions = show.one("b" * 20)
    assert granted(decisions) == ["Ben"]
    assert outcomes(decisions[:7]) == [Outcome.PENDING] * 7  # n to see that Ada has gone, k for Ben


# Refusals.


def test_a_refusal_falls_after_n_good_frames_that_name_nobody() -> None:
    for letters, reason in (
        ("AAAAA", Reason.TOO_FAR),
        ("?????", Reason.NOBODY_ENROLLED),
        ("äääää", Reason.AMBIGUOUS),
        ("ABABA", Reason.TOO_FAR),
    ):
        decisions = Show().one(letters)
        assert outcomes(decisions) == [Outcome.PENDING] * 4 + [Outcome.REFUSED], letters
        last = decisions[-1]
        assert (last.reason, last.person, last.greet, last.agreeing) == (reason, None, False, 0)
    for letters in ("aaAAB", "aAAAB", "A-aAAAB", "aAAA" + "-" * 9 + "A"):  # one of the last n good frames names Ada
        show = Show()
        assert settled(show.one(letters)) == [], letters
        assert settled(show.one("BBBBB")) == [TOO_FAR], letters


def test_pauses_double_with_each_refusal_of_the_same_face_up_to_a_minute() -> None:
    show, refused_at = Show(), []
    for _ in range(3000):
        (decision,) = show.frame({1: "A"})
        if decision.outcome is Outcome.REFUSED:
            refused_at.append(show.now)
    pauses = [later - earlier - 5 * STEP for earlier, later in itertools.pairwise(refused_at)]
    assert pauses == pytest.approx([3, 6, 12, 24, 48, *[60] * (len(pauses) - 5)], abs=2 * STEP)
    assert len(pauses) > 6


def test_a_recognised_person_whose_access_is_restricted_is_refused_with_the_reason() -> None:
    for reason in (Reason.SUSPENDED, Reason.NOT_YET_VALID, Reason.EXPIRED, Reason.FAULT):
        decisions = Show(DecisionRule(access_restriction={"Ada": reason}.get)).one("aaaa")
        (refusal,) = [d for d in decisions if d.outcome is not Outcome.PENDING]
        assert (refusal.outcome, refusal.reason, refusal.person, refusal.greet) == (
            Outcome.REFUSED,
            reason,
            None,
            False,
        )
        assert refusal.identification is not None
    restricted: dict[str, Reason] = {}
    show = Show(DecisionRule(access_restriction=restricted.get))
    assert len(granted(show.one("aaaa"))) == 1
    restricted["Ada"] = Reason.SUSPENDED
    assert granted(show.one("aaaa", track=2)) == []  # nobody slips in as a person who never left


def test_a_grant_that_could_not_be_carried_out_may_be_tried_again_after_the_pause() -> None:
    show = Show()
    grant = show.one("aaa")[-1]
    refusal = replace(grant, outcome=Outcome.REFUSED, reason=Reason.FAULT, person=None, greet=False, fault="stuck")
    show.rule.revoke(grant, refusal)
    waiting = show.one("a" * 29)
    assert {(d.outcome, d.reason, d.person) for d in waiting} == {(Outcome.PENDING, Reason.FAULT, None)}
    decisions = show.one("aaaa")
    assert settled(decisions) == [ADA_GRANTED]
    assert decisions[-1].greet


# Frames that do not count, and changes while it runs.


def test_repeated_and_older_frames_change_nothing() -> None:
    show = Show()
    show.one("aa")
    assert outcomes([d for _ in range(20) for d in show.again("a")]) == [Outcome.PENDING] * 20
    for sequence in (show.sequence, show.sequence - 1, -3):
        late = Observation(sequence, show.now, (face("a"), face("b", 2)))
        assert outcomes(show.rule.update(late)) == [Outcome.PENDING] * 2
    assert settled(show.one("a")) == [ADA_GRANTED]
    assert {d.reason for _ in range(9) for d in show.again("a")} == {Reason.PRESENT}


def test_new_settings_and_another_gallery_make_the_count_start_again() -> None:
    show = Show()
    show.one("aa")
    show.rule.configure(DecisionSection(k=6, n=8))
    decisions = show.one("aaa-aaa")
    assert outcomes(decisions) == [Outcome.PENDING] * 6 + [Outcome.GRANTED]
    assert decisions[0].required == 6
    show = Show()
    show.one("aa")
    show.rule.compare_again()
    assert granted(show.one("aa")) == []
    assert granted(show.one("a")) == ["Ada"]
    show.rule.compare_again()
    assert granted(show.one("a" * 20)) == []  # grants are not forgotten
    assert outcomes(show.one("AAAAA", track=2))[-1] is Outcome.REFUSED
    show.rule.compare_again()  # refusals are: they were about the people of before
    assert outcomes(show.one("bbb", track=2))[-1] is Outcome.GRANTED


def test_a_clock_that_is_set_back_opens_again_for_k_new_frames_only() -> None:
    show = Show()
    show.one("aaa")
    show.now -= 3600
    assert outcomes(show.one("aaa")) == [Outcome.PENDING, Outcome.PENDING, Outcome.GRANTED]


def test_a_face_that_rests_counts_for_nothing_and_has_not_left() -> None:
    show = Show()
    assert Outcome.GRANTED not in outcomes(show.one("aa......"))
    assert not show.rule.settled
    assert outcomes(show.one("a")) == [Outcome.GRANTED]
    assert show.rule.settled == {1}
    show.one("...b")
    assert not show.rule.settled
    decisions = show.one("a" + "." * 100 + "aaa")
    assert {(one.outcome, one.reason) for one in decisions} == {(Outcome.PENDING, Reason.PRESENT)}
    assert show.rule.settled == {1}
    show = Show()  # a refused face rests until the pause is over
    assert outcomes(show.one("AAAAA"))[-1] is Outcome.REFUSED
    assert show.rule.settled == {1}
    show.one("." * 31)
    assert not show.rule.settled
    assert outcomes(show.one("aaa"))[-1] is Outcome.GRANTED


def test_a_decision_has_the_conditions_of_the_picture_that_settled_it() -> None:
    for letters in ("aaa", "AAAAA"):
        rule, decisions = DecisionRule(), []
        for number, letter in enumerate(letters):
            seen = replace(face(letter), conditions=Conditions(100 + number))
            decisions += rule.update(Observation(number, number * STEP, (seen,)))
        assert decisions[-1].outcome is not Outcome.PENDING
        assert decisions[-1].conditions == Conditions(100 + len(letters) - 1)


def test_memory_does_not_grow_with_the_faces_seen() -> None:
    rule = DecisionRule()
    near = face("a").identification
    assert near is not None
    largest = 0
    for number in range(2500):
        person = Candidate(f"p{number // 3}", 0.2)
        shown = TrackedFace(number // 3, FACE, None, replace(near, candidates=(person,)))
        rule.update(Observation(number, number * STEP, (shown,)))
        largest = max(largest, len(rule._tracks) + len(rule._visits))  # the memory itself is what is asked for
    assert largest < 400  # those of the last cool-down and of the last seconds


# Properties --------------------------------------------------------------------------------------------------------

letters = st.sampled_from("aaaaabbbAB-ä? ")
rules = st.builds(
    lambda k, more, **seconds: DecisionSection(k=k, n=k + more, **seconds),
    k=st.integers(1, 5),
    more=st.integers(0, 4),
    cool_down_seconds=st.sampled_from([0.0, 1.0, 30.0]),
    away_seconds=st.sampled_from([0.0, 0.5, 3.0]),
    retry_seconds=st.sampled_from([0.0, 0.5, 3.0]),
)


@settings(max_examples=100, deadline=None)
@given(rules, st.lists(st.tuples(letters, st.sampled_from([0.05, 0.3, 4.0])), max_size=80))
def test_every_grant_has_its_k_frames_and_every_refusal_its_n(
    rule: DecisionSection, frames: list[tuple[str, float]]
) -> None:
    show = Show(DecisionRule(rule))
    since = ""  # the letters of this face since something was decided about it
    for letter, pause in frames:
        show.now += pause
        if letter == " ":
            show.frame({})
            continue
        (decision,) = show.frame({1: letter})
        since += letter
        window = since[-rule.n :]
        if decision.outcome is Outcome.GRANTED:
            assert decision.person == PEOPLE[letter]
            assert last_run(window).count(letter) >= rule.k
        if decision.outcome is Outcome.REFUSED:
            assert decision.person is None
            good = since.replace("-", "")
            assert len(good) >= rule.n
            # More than three sets where the first of them were spent on finding out that somebody else stands there.
            assert len(good) >= 3 * rule.n or not set(good[-rule.n :]) & set(PEOPLE)
        if decision.outcome is not Outcome.PENDING:
            since = ""


def last_run(window: str) -> str:
    """The end of a window in which nobody else was nearest."""
    nearest = window.lower().replace("ä", "a")
    start = max((i + 1 for i, one in enumerate(nearest) if one not in {nearest[-1], "-"}), default=0)
    return window[start:]


@settings(max_examples=100, deadline=None)
@given(
    rules,
    st.lists(letters, min_size=1, max_size=60),
    st.lists(st.sampled_from("cC-?c "), min_size=60, max_size=60),
    st.booleans(),
)
def test_other_people_beside_change_nothing(
    rule: DecisionSection, mine: list[str], theirs: list[str], first: bool
) -> None:
    alone, together = Show(DecisionRule(rule)), Show(DecisionRule(rule))
    for letter, other in zip(mine, theirs, strict=False):
        me = {1: letter} if letter != " " else {}
        them = {2: other} if other != " " else {}
        expected = told(alone.frame(me))
        assert [
            one for one in told(together.frame({**them, **me} if first else {**me, **them})) if one[0] == 1
        ] == expected


def told(decisions: Sequence[Decision]) -> list[tuple[object, ...]]:
    return [(d.track, d.outcome, d.reason, d.person, d.agreeing, d.greet) for d in decisions]


@settings(max_examples=100, deadline=None)
@given(rules, st.text(st.sampled_from("AB-ä?C "), max_size=100))
def test_nobody_who_is_never_named_is_granted(rule: DecisionSection, frames: str) -> None:
    assert granted(Show(DecisionRule(rule)).one(frames)) == []
