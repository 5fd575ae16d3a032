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
DEFAULT = DecisionSection()


class TestGrant:
    def test_falls_at_the_kth_agreeing_frame(self) -> None:
        decisions = Show().one("aaa")
        assert outcomes(decisions) == [Outcome.PENDING, Outcome.PENDING, Outcome.GRANTED]
        assert [d.agreeing for d in decisions] == [1, 2, 3]
        assert all(d.required == 3 for d in decisions)
        last = decisions[-1]
        assert (last.person, last.reason, last.greet, last.sequence, last.track) == (
            "Ada",
            Reason.RECOGNISED,
            True,
            3,
            1,
        )
        assert last.identification is not None
        assert last.identification.match == "Ada"
        assert last.decided_at == pytest.approx(100.3)

    @pytest.mark.parametrize("letters", ["a-a-a", "aAaAa", "aäaäa", "a--aa", "aa--a", "a aa", "--aaa"])
    def test_may_have_other_frames_between(self, letters: str) -> None:
        assert granted(Show().one(letters)) == ["Ada"]

    @pytest.mark.parametrize("letters", ["aa---a", "a-a--a", "aa---a---a", "ää-ä", "AAA", "a--a--a--a", "---------"])
    def test_needs_k_frames_within_the_last_n(self, letters: str) -> None:
        assert granted(Show().one(letters)) == []

    @pytest.mark.parametrize("letters", ["aabaa", "aaBaa", "abababab", "aacbaa"])
    def test_another_nearest_person_starts_anew(self, letters: str) -> None:
        assert granted(Show().one(letters)) == []

    def test_is_not_given_in_a_frame_that_names_nobody(self) -> None:
        show = Show(DecisionRule(DecisionSection(k=2, n=3)))
        show.one("a")
        show.rule.configure(DecisionSection(k=1, n=3))
        assert granted(show.one("--A-")) == []

    def test_is_never_made_of_frames_of_two_faces(self) -> None:
        show = Show()
        assert [d for _ in range(2) for d in granted(show.frame({1: "a", 2: "a"}))] == []
        assert granted(show.frame({3: "a"})) == []

    def test_is_given_to_two_people_side_by_side(self) -> None:
        show = Show()
        decisions = [d for _ in range(3) for d in show.frame({1: "a", 2: "b"})]
        assert granted(decisions) == ["Ada", "Ben"]
        assert all(d.greet for d in decisions if d.outcome is Outcome.GRANTED)


class TestStaying:
    @pytest.mark.parametrize("gap", ["", " ", "     ", "--"])
    def test_under_a_new_track_number_does_not_open_again(self, gap: str) -> None:
        show = Show()
        show.one("aaa")
        show.one(gap)
        decisions = show.one("a" * 50, track=2)
        assert granted(decisions) == []
        assert decisions[-1].reason is Reason.PRESENT

    def test_beside_her_picture_is_let_in(self) -> None:
        show = Show()
        show.one("a" * 20)
        both = [show.shown([face("a"), replace(face("a", 2), face=ASIDE)]) for _ in range(20)]
        assert settled([d for decisions in both for d in decisions]) == [ADA_RETURNED]
        assert {d.reason for d in both[-1]} == {Reason.PRESENT}

    def test_covered_for_long_and_shown_again_in_the_very_same_place_does_not_open_again(self) -> None:
        """A picture on the wall, before which people pass."""
        show = Show()
        assert granted([d for _ in range(9) for d in show.shown([replace(face("a"), place=7)])]) == ["Ada"]
        show.away(50)
        again = [show.shown([replace(face("a", 2), place=7)]) for _ in range(9)]
        assert {d.reason for decisions in again[2:] for d in decisions} == {Reason.PRESENT}

    @pytest.mark.parametrize("track", [1, 5])
    def test_a_picture_of_the_background_that_is_nudged_does_not_open_again(self, track: int) -> None:
        """Also where it was covered meanwhile, and has another track."""
        show = Show(step=1.0)
        seen = [d for _ in range(9) for d in show.shown([replace(face("a"), place=7, still=True)])]
        assert granted(seen) == ["Ada"]
        for _ in range(200):
            show.shown([], background={track: 7})
        assert granted([d for _ in range(9) for d in show.shown([replace(face("a", track), place=9)])]) == []

    def test_in_front_of_her_own_picture_is_let_in(self) -> None:
        show = Show()
        for _ in range(40):
            show.shown([replace(face("a"), place=7, still=True)])
        assert settled(show.one("aaa", track=2)) == [ADA_RETURNED]

    @pytest.mark.parametrize("interval", [1.0, 2.5, 6.0])
    def test_missed_in_a_frame_of_those_that_come_slowly_does_not_open_again(self, interval: float) -> None:
        show = Show(step=interval)
        show.lost_after_seconds = 3 * interval
        assert granted([*show.one("aaa"), *show.one(" "), *show.one("aaaaaa", track=2)]) == ["Ada"]


class TestPauses:
    def test_double_with_each_refusal_of_the_same_face_up_to_a_minute(self) -> None:
        show, refused_at = Show(), []
        for _ in range(4000):
            (decision,) = show.frame({1: "A"})
            if decision.outcome is Outcome.REFUSED:
                refused_at.append(show.now)
        pauses = [later - earlier - 5 * STEP for earlier, later in itertools.pairwise(refused_at)]
        assert pauses[:5] == pytest.approx([3, 6, 12, 24, 48], abs=2 * STEP)
        assert pauses[5:] == pytest.approx([60] * len(pauses[5:]), abs=2 * STEP)


class TestReturn:
    def test_within_the_cool_down_opens_without_greeting(self) -> None:
        show = Show()
        show.one("aaa")
        show.away(4)
        decisions = show.one("aaa", track=2)
        assert settled(decisions) == [ADA_RETURNED]
        assert not decisions[-1].greet

    def test_after_the_cool_down_is_greeted_anew(self) -> None:
        show = Show()
        show.one("aaa")
        show.away(31)
        decisions = show.one("aaa", track=2)
        assert settled(decisions) == [ADA_GRANTED]
        assert decisions[-1].greet


class TestPlaceTaken:
    def test_by_a_stranger_ends_the_presence_and_is_refused(self) -> None:
        show = Show()
        show.one("aaa")
        decisions = show.one("B" * 5)
        assert {d.reason for d in decisions[:4]} == {Reason.PRESENT}
        assert decisions[-1].reason is Reason.GATHERING
        assert settled(show.one("B" * 5)) == [TOO_FAR]

    def test_by_another_known_person_needs_k_frames_of_that_person(self) -> None:
        show = Show()
        show.one("aaa")
        decisions = show.one("b" * 20)
        assert granted(decisions) == ["Ben"]
        assert outcomes(decisions[:7]) == [Outcome.PENDING] * 7  # n to see that Ada has gone, k for Ben


class TestRefusal:
    @pytest.mark.parametrize(
        ("letters", "reason"),
        [
            ("AAAAA", Reason.TOO_FAR),
            ("?????", Reason.NOBODY_ENROLLED),
            ("äääää", Reason.AMBIGUOUS),
            ("ABABA", Reason.TOO_FAR),
        ],
    )
    def test_falls_after_n_good_frames_that_name_nobody(self, letters: str, reason: Reason) -> None:
        decisions = Show().one(letters)
        assert outcomes(decisions) == [Outcome.PENDING] * 4 + [Outcome.REFUSED]
        last = decisions[-1]
        assert (last.reason, last.person, last.greet, last.agreeing) == (reason, None, False, 0)

    @pytest.mark.parametrize("letters", ["aaAAB", "aAAAB", "A-aAAAB", "aAAA" + "-" * 9 + "A"])
    def test_does_not_fall_while_one_of_the_last_n_good_frames_names_somebody(self, letters: str) -> None:
        show = Show()
        assert settled(show.one(letters)) == []
        assert settled(show.one("BBBBB")) == [TOO_FAR]


class TestFramesThatDoNotCount:
    def test_repeated_frames_change_nothing(self) -> None:
        show = Show()
        show.one("aa")
        assert outcomes([d for _ in range(20) for d in show.again("a")]) == [Outcome.PENDING] * 20
        assert settled(show.one("a")) == [ADA_GRANTED]
        assert {d.reason for _ in range(9) for d in show.again("a")} == {Reason.PRESENT}

    @pytest.mark.parametrize("back", [0, 1, 5])
    def test_older_frames_change_nothing(self, back: int) -> None:
        show = Show()
        show.one("aa")
        for sequence in (show.sequence - back, -3):
            late = Observation(sequence, show.now, (face("a"), face("b", 2)))
            assert outcomes(show.rule.update(late)) == [Outcome.PENDING] * 2
        assert granted(show.one("a")) == ["Ada"]

    def test_decisions_stand_in_the_order_of_the_faces(self) -> None:
        assert [d.track for d in Show().frame({7: "a", 3: "-", 5: "B"})] == [7, 3, 5]
        assert Show().frame({}) == ()


class TestRevoke:
    def faulty(self, show: Show) -> Decision:
        """The grant of the last frame could not be carried out."""
        grant = show.one("aaa")[-1]
        refusal = replace(grant, outcome=Outcome.REFUSED, reason=Reason.FAULT, person=None, greet=False, fault="stuck")
        show.rule.revoke(grant, refusal)
        return grant

    def test_lets_try_again_after_the_pause_and_greets_then(self) -> None:
        show = Show()
        assert self.faulty(show).outcome is Outcome.GRANTED
        waiting = show.one("a" * 29)
        assert {(d.outcome, d.reason, d.person) for d in waiting} == {(Outcome.PENDING, Reason.FAULT, None)}
        decisions = show.one("aaaa")
        assert settled(decisions) == [ADA_GRANTED]
        assert decisions[-1].greet


class TestChangesWhileRunning:
    def test_new_k_and_n_count_from_then_on(self) -> None:
        show = Show()
        show.one("aa")
        show.rule.configure(DecisionSection(k=6, n=8))
        decisions = show.one("aaa-aaa")
        assert outcomes(decisions) == [Outcome.PENDING] * 6 + [Outcome.GRANTED]
        assert decisions[0].required == 6

    def test_restart_forgets_frames_and_no_grants(self) -> None:
        show = Show()
        show.one("aa")
        show.rule.restart_counts()
        assert granted(show.one("aa")) == []
        assert granted(show.one("a")) == ["Ada"]
        show.rule.restart_counts()
        assert granted(show.one("a" * 20)) == []

    def test_refusals_are_forgotten_with_the_people_that_they_were_about(self) -> None:
        show = Show()
        assert outcomes(show.one("AAAAA"))[-1] is Outcome.REFUSED
        show.rule.forget_refusals()
        show.rule.restart_counts()
        assert outcomes(show.one("aaa"))[-1] is Outcome.GRANTED


class TestClock:
    def test_set_back_opens_again_for_k_new_frames_only(self) -> None:
        show = Show()
        show.one("aaa")
        show.now -= 3600
        assert outcomes(show.one("aaa")) == [Outcome.PENDING, Outcome.PENDING, Outcome.GRANTED]


def test_memory_does_not_grow_with_the_faces_seen() -> None:
    rule = DecisionRule()
    near = face("a").identification
    assert near is not None
    largest = 0
    for number in range(12_000):
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
@given(rules, st.lists(st.tuples(letters, st.booleans()), max_size=60))
def test_repeated_frames_between_change_nothing(rule: DecisionSection, frames: list[tuple[str, bool]]) -> None:
    plain, stuttering = Show(DecisionRule(rule)), Show(DecisionRule(rule))
    for letter, repeat in frames:
        assert told(plain.one(letter)) == told(stuttering.one(letter))
        if repeat and letter != " ":
            assert settled(stuttering.again(letter)) == []


@settings(max_examples=100, deadline=None)
@given(rules, st.text(st.sampled_from("AB-ä?C "), max_size=100))
def test_nobody_who_is_never_named_is_granted(rule: DecisionSection, frames: str) -> None:
    assert granted(Show(DecisionRule(rule)).one(frames)) == []


def ended(decisions: Sequence[Decision]) -> list[Decision]:
    return [decision for decision in decisions if decision.outcome is not Outcome.PENDING]


class TestStanding:
    """Who is recognised, and has something against them."""

    @pytest.fixture
    def against(self) -> dict[str, Reason]:
        return {}

    @pytest.fixture
    def shown(self, against: dict[str, Reason]) -> Show:
        return Show(DecisionRule(access_restriction=against.get))

    @pytest.mark.parametrize("reason", [Reason.SUSPENDED, Reason.NOT_YET_VALID, Reason.EXPIRED, Reason.FAULT])
    def test_is_refused_with_the_reason_and_names_nobody(self, shown, against, reason):
        against["Ada"] = reason
        (refusal,) = ended(shown.one("aaaa"))
        assert (refusal.outcome, refusal.reason, refusal.person, refusal.greet) == (
            Outcome.REFUSED,
            reason,
            None,
            False,
        )
        assert refusal.identification is not None

    def test_does_not_slip_in_again_as_somebody_who_never_left(self, shown, against):
        assert len(granted(shown.one("aaaa"))) == 1
        against["Ada"] = Reason.SUSPENDED
        assert granted(shown.one("aaaa", track=2)) == []


@pytest.mark.parametrize("letters", ["aaa", "AAAAA"])
def test_decision_says_what_the_picture_was_like_that_settled_it(letters: str) -> None:
    rule = DecisionRule()
    settled = []
    for number, letter in enumerate(letters):
        seen = replace(face(letter), conditions=Conditions(100 + number))
        settled += rule.update(Observation(number, number * STEP, (seen,)))
    assert settled[-1].outcome is not Outcome.PENDING
    assert settled[-1].conditions == Conditions(100 + len(letters) - 1)


class TestResting:
    """Faces that are decided about need no comparison in every frame."""

    def test_a_frame_that_was_not_compared_counts_for_nothing(self):
        show = Show()
        assert Outcome.GRANTED not in outcomes(show.one("aa......"))
        assert outcomes(show.one("a")) == [Outcome.GRANTED]

    def test_who_was_let_in_and_is_still_alike_may_rest(self):
        show = Show()
        assert not show.rule.settled
        show.one("aaa")
        assert show.rule.settled == {1}
        show.one("...b")
        assert not show.rule.settled
        show.one("a")
        assert show.rule.settled == {1}

    def test_who_rests_has_not_left_and_is_not_let_in_again(self):
        show = Show()
        show.one("aaa")
        decisions = show.one("." * 100 + "aaa")
        assert {one.outcome for one in decisions} == {Outcome.PENDING}
        assert {one.reason for one in decisions} == {Reason.PRESENT}

    def test_who_is_refused_may_rest_until_the_pause_is_over(self):
        show = Show()
        assert outcomes(show.one("AAAAA"))[-1] is Outcome.REFUSED
        assert show.rule.settled == {1}
        show.one("." * 31)
        assert not show.rule.settled
        assert outcomes(show.one("aaa"))[-1] is Outcome.GRANTED
