from kiosk.station.advice import DEFAULT, STRONGER_ENCODER, advice_for
from kiosk.weights.catalogue import read_catalogue


def test_only_who_has_the_default_encoder_is_told_of_a_stronger_one():
    assert advice_for(DEFAULT)
    assert not advice_for("sface")


def test_what_is_told_to_type_fetches_an_encoder_of_the_catalogue():
    names = {entry.name for entry in read_catalogue().fetch}
    for told in (STRONGER_ENCODER, advice_for(DEFAULT)):
        assert told.partition("kiosk weights fetch ")[2].split()[0].rstrip(",") in names
