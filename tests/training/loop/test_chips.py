import numpy as np
import pytest

from kiosk.errors import EncoderError
from kiosk.training.chips import PeopleChips, split, usable
from kiosk.training.settings import Settings


def people_with(*pictures):
    """People with so many chips each; every chip shows the number of its owner."""
    owners = np.repeat(np.arange(len(pictures)), pictures)
    images = np.broadcast_to(owners[:, None, None, None], (len(owners), 4, 4, 3)).astype(np.uint8)
    return PeopleChips(images, owners, tuple(f"p{number}" for number in range(len(pictures))))


def names(chips):
    """Who owns what each chip shows."""
    assert [chips.people[owner] for owner in chips.owners] == [f"p{shown}" for shown in chips.images[:, 0, 0, 0]]
    return chips.people


def test_people_with_one_chip_are_left_out_and_named():
    kept, single = usable(people_with(2, 1, 3, 1))
    assert names(kept) == ("p0", "p2")
    assert single == ("p1", "p3")
    assert len(kept.images) == 5


def test_one_person_alone_is_refused():
    with pytest.raises(EncoderError, match="pictures of p0 alone"):
        usable(people_with(9))


def test_one_picture_a_person_is_refused_naming_some():
    with pytest.raises(EncoderError, match=r"7 people \(p0, p1, p2, p3, p4, \.\.\.\): each has one usable picture"):
        usable(people_with(*[1] * 7))


def test_nobody_is_both_learnt_from_and_held_out():
    training, held_out = split(people_with(*[3] * 50), Settings(people=8, held_out=0.2))
    assert (len(names(training)), len(names(held_out))) == (40, 10)
    assert set(training.people).isdisjoint(held_out.people)
    assert len(training.images) + len(held_out.images) == 150


def test_the_seed_says_who_is_held_out():
    one, again, other = (split(people_with(*[2] * 50), Settings(people=8, seed=seed))[1].people for seed in (1, 1, 2))
    assert one == again != other


def test_four_are_held_out_at_least():
    assert len(split(people_with(*[2] * 12), Settings(people=8, held_out=0.01))[1].people) == 4


def test_of_a_huge_folder_some_are_held_out_with_some_pictures_each():
    training, held_out = split(people_with(*[12] * 1500), Settings(people=8, held_out=0.5))
    assert (len(training.people), len(held_out.people)) == (1000, 500)
    assert set(np.bincount(training.owners)) == {12}
    assert set(np.bincount(held_out.owners)) == {10}


@pytest.mark.parametrize(
    ("people", "batch", "remedy"), [(12, 9, "set --people to 8 or less"), (5, 2, "6 are the fewest")]
)
def test_fewer_people_than_a_batch_needs_are_refused(people, batch, remedy):
    with pytest.raises(EncoderError, match=rf"{people} people .* fewer than the {batch} of a batch; .*{remedy}"):
        split(people_with(*[2] * people), Settings(people=batch))


def test_chips_of_people_in_any_order_are_limited_for_each():
    mixed = people_with(3, 3)
    order = [3, 4, 5, 0, 1, 2]
    limited = PeopleChips(mixed.images[order], mixed.owners[order], mixed.people).at_most(2)
    assert list(limited.owners) == [1, 1, 0, 0]
    names(limited)
