import numpy as np
import pytest
from ruamel.yaml import YAML

from kiosk.domain import Embedding, Template
from kiosk.encoders.specs import StatisticsSection
from kiosk.errors import EvaluationError
from kiosk.evaluation import statistics
from kiosk.evaluation.extractors import PixelsRecipe
from kiosk.evaluation.statistics import all_pairs, measured_statistics
from kiosk.people.snapshot import GallerySnapshot
from kiosk.recognition.cohort import Cohort
from kiosk.recognition.matching import Comparison, person_distances


def nothing(done, total):
    pass


def test_every_picture_is_compared_with_every_other_once(sample, monkeypatch):
    monkeypatch.setattr(statistics, "_ROWS", 2)
    vectors = {("Ada", 1): [1, 0], ("Ada", 2): [0, 1], ("Ada", 3): None, ("Alan", 1): [1, 1], ("Eve", 1): [3, 0]}
    genuine, impostor = all_pairs([sample(*name, vector) for name, vector in vectors.items()])
    assert genuine == pytest.approx([np.sqrt(2)])
    assert sorted(impostor) == pytest.approx(sorted([1, 2, 1, np.sqrt(10), np.sqrt(5)]))


def test_distances_are_seen_against_the_cohort_as_at_the_door(sample):
    random = np.random.default_rng(3)
    directions = random.normal(size=(130, 16)) + 2
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    cohort = Cohort.of(directions[:120].astype(np.float32), 60)
    samples = [sample(f"p{number}", 1, vector) for number, vector in enumerate(directions[120:])]
    _, impostor = all_pairs(samples, cohort)
    gallery = GallerySnapshot("E", (Template("p0", Embedding(samples[0].template, "E"), "p0"),))
    expected = person_distances(samples[1].probe[np.newaxis], gallery, Comparison(cohort=cohort))
    assert impostor[0] == pytest.approx(expected[0, 0], abs=1e-5)
    assert impostor[0] != pytest.approx(all_pairs(samples)[1][0], abs=1e-3)


def test_distances_are_exact_for_what_is_near(sample):
    one = np.random.default_rng(1).normal(size=128)
    other = one + 1e-4
    genuine, _ = all_pairs([sample("Ada", 1, one), sample("Ada", 2, other)])
    expected = np.linalg.norm(one.astype(np.float32).astype(float) - other.astype(np.float32))
    assert genuine[0] == pytest.approx(expected, rel=1e-3)


def test_without_pictures_there_are_no_pairs(sample):
    assert [len(some) for some in all_pairs([])] == [0, 0]
    assert [len(some) for some in all_pairs([sample("Ada", 1)])] == [0, 0]


def test_the_section_is_one_that_a_spec_takes(crowd, in_this_process):
    text = measured_statistics(crowd([3] * 40), PixelsRecipe(), 0, nothing)
    section = StatisticsSection.model_validate(YAML(typ="safe").load(text)["statistics"])
    assert section.people == 40
    assert section.genuine.pairs == 40 * 3
    assert section.impostor.pairs == 120 * 119 // 2 - 120
    assert section.source == "kiosk evaluate --statistics: 120 pictures of people, detector none"


def test_of_many_pictures_some_are_drawn_by_the_seed(crowd, in_this_process, monkeypatch):
    monkeypatch.setattr(statistics, "_MOST_PICTURES", 90)
    folder = crowd([3] * 40)
    one, again, other = (measured_statistics(folder, PixelsRecipe(), seed, nothing) for seed in (1, 1, 2))
    assert one == again != other
    assert "90 pictures" in one


def test_too_few_people_are_told(crowd):
    with pytest.raises(EvaluationError):
        measured_statistics(crowd([3]), PixelsRecipe(), 0, nothing)
