import numpy as np
import pytest

from kiosk.domain import Rejection
from kiosk.evaluation.features import Sample
from kiosk.evaluation.replay import SeenFace, SeenFrame
from kiosk.evaluation.visits import Shown, able, by_person, draw, mixed_visits, standing_visits


def shown(person, number, *, acquired=True, readable=True, frames=5):
    vector = np.array([number, len(person)], np.float32) if acquired else None
    sample = Sample(person, f"{person}/{number}.jpg", vector, vector, None, None, None, {})
    face = SeenFace(number + 10, np.array([number, 0], np.float32), None, None)
    seen = tuple(SeenFrame(index / 10, (face,)) for index in range(frames))
    return Shown(sample, seen if readable else ())


def people_of(**pictures):
    return {person: [shown(person, number) for number in range(count)] for person, count in pictures.items()}


def rng(seed=0):
    return np.random.default_rng(seed)


def test_pictures_come_to_their_person_in_order():
    one, two, three = shown("ada", 0), shown("bob", 0), shown("ada", 1)
    assert by_person([one, two, three]) == {"ada": [one, three], "bob": [two]}


def test_who_has_too_few_acquired_pictures_cannot_be_enrolled():
    people = {**people_of(ada=3, bob=2), "cy": [shown("cy", 0), shown("cy", 1), shown("cy", 2, acquired=False)]}
    assert able(people, 3) == ["ada"]
    assert able(people, 2) == ["ada", "bob", "cy"]


def test_everybody_is_a_member_or_a_stranger_and_no_picture_is_both_enrolled_and_shown():
    people = people_of(ada=4, bob=3, cy=3, dan=1)
    drawn = draw(people, 2, 2, "net", rng())
    assert len(drawn.gallery.people) == 2
    assert set(drawn.members) == set(drawn.gallery.people)
    assert set(drawn.members) | set(drawn.strangers) == set(people)
    for person, left in drawn.members.items():
        enrolled = {template.source for template in drawn.gallery.templates_of(person)}
        assert len(enrolled) == 2
        assert enrolled | {one.sample.picture for one in left} == {one.sample.picture for one in people[person]}
        assert enrolled.isdisjoint(one.sample.picture for one in left)


def test_people_with_pictures_left_are_enrolled_first():
    people = people_of(ada=2, bob=2, cy=3, dan=2, eve=3)
    for seed in range(10):
        assert draw(people, 2, 2, "net", rng(seed)).gallery.people == ("cy", "eve")
    assert len(draw(people, 4, 2, "net", rng()).gallery.people) == 4


def test_the_same_seed_draws_the_same_and_another_one_others():
    people = people_of(**{f"p{number}": 4 for number in range(12)})
    drawn = [tuple(t.source for t in draw(people, 5, 2, "net", rng(seed)).gallery.templates) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_failed_picture_is_never_enrolled_but_comes_to_the_door():
    people = {"ada": [shown("ada", 0, acquired=False), shown("ada", 1), shown("ada", 2)]}
    drawn = draw(people, 1, 2, "net", rng())
    assert [one.sample.picture for one in drawn.members["ada"]] == ["ada/0.jpg"]


def test_more_people_than_there_are_is_all_of_them():
    assert draw(people_of(ada=1, bob=1), 100, 1, "net", rng()).gallery.people == ("ada", "bob")
    assert draw({}, 100, 1, "net", rng()).gallery.people == ()


def test_each_readable_picture_is_a_standing_visit():
    people = {"ada": [shown("ada", 0), shown("ada", 1, readable=False)], "bob": [shown("bob", 0)]}
    visits = standing_visits(people)
    assert [(visit.person, len(visit.frames)) for visit in visits] == [("ada", 5), ("bob", 5)]


def test_a_mixed_visit_shows_each_picture_of_a_person_in_turns_as_one_face():
    (visit,) = mixed_visits(people_of(ada=3, bob=1), 5, rng())
    assert visit.person == "ada"
    assert [frame.at_seconds for frame in visit.frames] == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4])
    assert {face.track for frame in visit.frames for face in frame.faces} == {1}
    numbers = [int(face.vector[0]) for frame in visit.frames for face in frame.faces]
    assert sorted(numbers[:3]) == [0, 1, 2]
    assert numbers[3:] == numbers[:2]


def test_unreadable_pictures_make_no_mixed_visit():
    people = {"ada": [shown("ada", 0), shown("ada", 1, readable=False)]}
    assert list(mixed_visits(people, 5, rng())) == []


def test_a_rejected_frame_stays_one():
    rejected = SeenFrame(0.0, (SeenFace(4, None, Rejection.TOO_DARK, None),))
    people = {"ada": [Shown(shown("ada", number).sample, (rejected,) * 3) for number in range(2)]}
    (visit,) = mixed_visits(people, 3, rng())
    assert [face.rejection for frame in visit.frames for face in frame.faces] == [Rejection.TOO_DARK] * 3
