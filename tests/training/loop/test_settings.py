from kiosk.training.settings import Settings
from kiosk.training.triplet import Mining


def test_a_run_that_nobody_has_tuned_is_the_one_of_the_paper():
    assert (Settings().margin, Settings().mining) == (0.2, Mining.SEMI_HARD)


def test_a_batch_has_positives_and_negatives():
    assert min(Settings().people, Settings().pictures) >= 2
