import pytest

from kiosk.errors import EvaluationError
from kiosk.evaluation.features import people_in, samples_of
from kiosk.evaluation.open_set import OpenSet, split


@pytest.fixture
def judge(crowd, cache, pixels, in_this_process):
    """judge([3, 3, 1], galleries=(2,)): the figures among people with so many pictures."""

    def run(counts, noise=20.0, spoil=(), **asked):
        folder = crowd(counts, noise)
        for source in spoil:
            (folder / source).write_bytes(b"no picture")
        protocol = OpenSet(people_in(folder), **{"galleries": (5,), "seeds": 2, **asked})
        samples = samples_of(protocol.pictures, *pixels, cache, lambda done, total: None)
        return protocol.judge(pixels[0], samples)

    return run


def test_members_are_found_and_strangers_are_not(judge):
    result = judge([3] * 8 + [1] * 30, noise=5)
    assert [row.fpir_asked for row in result.rows] == [0.01, 0.003, 0.001]
    for row in result.rows:
        assert (row.people, row.templates, row.seeds, row.strangers, row.members) == (5, 1, 2, 33, 5)
        assert (row.fnir.errors, row.fnir.trials) == (0, 2 * 5 * 2)
        assert row.fpir.trials == 2 * (3 * 3 + 30)
        assert row.rank_one == 1
    assert result.left_out == ()


def test_every_number_of_templates_and_people_has_its_row(judge):
    result = judge([4] * 8 + [1] * 10, galleries=(3, 6), templates=(1, 3))
    assert {(row.people, row.templates) for row in result.rows} == {(3, 1), (6, 1), (3, 3), (6, 3)}


def test_where_people_do_not_suffice_as_many_as_there_are_are_enrolled(judge):
    result = judge([3] * 4 + [1] * 6, galleries=(3, 100), templates=(2,))
    assert {row.people for row in result.rows} == {3, 4}
    assert result.left_out == ("N = 100 with 2 each: 4 people have so many pictures",)


def test_two_people_are_left_to_be_strangers(judge):
    result = judge([3] * 6, galleries=(100,))
    assert {row.people for row in result.rows} == {4}
    assert result.rows[0].strangers == 2
    assert "2 are left to be strangers" in result.left_out[0]


@pytest.mark.parametrize("counts", [[5], [1] * 9, [5, 5]], ids=["one person", "one picture each", "two people"])
def test_too_few_people_are_told(judge, counts):
    with pytest.raises(EvaluationError, match="add people, or lower --gallery"):
        judge(counts)


def test_who_failed_is_not_enrolled_and_not_found(judge):
    result = judge([2] * 6 + [1] * 6, galleries=(6,), noise=5, spoil=["Person_0/Person_0_0001.jpg"])
    row = result.rows[0]
    # Person 0 is found in neither gallery: the one picture that is left is stored, the other one is looked for in vain.
    assert (row.fnir.errors, row.fnir.trials) == (2, 12)
    assert row.rank_one_errors.errors == 2
    assert result.acquisition.rate.errors == 1


def test_the_same_seed_gives_the_same_figures_and_another_one_others(judge, sample):
    people = {f"P{one}": [sample(f"P{one}", number, [1.0, one]) for number in range(3)] for one in range(30)}
    again, other = split(people, 5, 2, 1), split(people, 5, 2, 2)
    assert again == split(people, 5, 2, 1) or [one.picture for one in again.templates] == [
        one.picture for one in split(people, 5, 2, 1).templates
    ]
    assert {one.person for one in again.templates} != {one.person for one in other.templates}


def test_a_picture_is_stored_or_looked_for_never_both(sample):
    people = {f"P{one}": [sample(f"P{one}", number, [1.0, one]) for number in range(one % 4 + 1)] for one in range(30)}
    drawn = split(people, 10, 2, 0)
    stored, sought = ({one.picture for one in some} for some in (drawn.templates, drawn.probes))
    assert not stored & sought
    assert len(stored | sought) == sum(map(len, people.values()))
    assert len(stored) == 20
    assert len({one.person for one in drawn.templates}) == 10


def test_people_without_a_further_picture_fill_the_gallery(sample):
    people = {
        f"P{one}": [sample(f"P{one}", number, [1.0, one]) for number in range(2 if one < 3 else 1)] for one in range(20)
    }
    drawn = split(people, 10, 1, 0)
    members = {one.person for one in drawn.templates}
    assert {"P0", "P1", "P2"} <= members
    assert len(members) == 10


def test_the_worst_pairs_are_named_by_their_pictures(judge):
    result = judge([3] * 8 + [1] * 20, noise=60)
    far, near = ([pair for pair in result.worst if pair.same is same] for same in (True, False))
    assert all(pair.person_a == pair.person_b for pair in far)
    assert all(pair.person_a != pair.person_b for pair in near)
    assert len({(pair.picture_a, pair.picture_b) for pair in result.worst}) == len(result.worst)
