import numpy as np
import pytest

from kiosk.domain import TemplateRule
from kiosk.evaluation.results import WorstPair
from kiosk.evaluation.running import distances_to, enrolled, worst_pairs
from kiosk.recognition.matching import PLAIN, Comparison


@pytest.fixture
def gallery(pixels, sample):
    stored = [sample("Ada", 1, [1, 0]), sample("Alan", 1, [0, 1]), sample("Ada", 2), sample("Alan", 2, [0.6, 0.8])]
    return enrolled(pixels[0], stored)


def test_a_gallery_is_made_of_what_was_acquired(gallery):
    assert gallery.people == ("Ada", "Alan")
    assert [template.source for template in gallery.templates] == ["Ada/1.jpg", "Alan/1.jpg", "Alan/2.jpg"]


def test_distances_are_those_of_the_kiosk(gallery, sample):
    found = distances_to(gallery, [sample("Eve", 1, [1, 0]), sample("Eve", 2), sample("Eve", 3, [0, 1])], PLAIN)
    assert found[0] == pytest.approx([0, np.hypot(0.4, 0.8)])
    assert np.isnan(found[1]).all()
    assert found[2] == pytest.approx([np.sqrt(2), 0])


def test_the_rule_for_several_templates_is_the_one_given(gallery, sample):
    found = distances_to(gallery, [sample("Eve", 1, [0, 1])], Comparison(TemplateRule.MEAN))
    assert found[0, 1] == pytest.approx(np.sqrt(2 - 2 * 1.8 / np.hypot(0.6, 1.8)))


def test_nobody_and_nothing_have_no_distance(pixels, sample):
    empty = enrolled(pixels[0], [sample("Ada", 1)])
    assert distances_to(empty, [sample("Eve", 1, [1, 0])], PLAIN).shape == (1, 0)
    assert distances_to(empty, [], PLAIN).shape == (0, 0)


def test_worst_pairs_are_the_farthest_of_one_person_and_the_nearest_of_two():
    pairs = [WorstPair(f"A/{number}", f"B/{number}", number / 10, same=False) for number in range(20)]
    found = worst_pairs(pairs, reversed(pairs))
    assert [round(10 * pair.distance) for pair in found] == [*range(19, 7, -1), *range(12)]
    assert worst_pairs([], []) == ()
