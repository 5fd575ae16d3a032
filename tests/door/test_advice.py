from kiosk.door.matching import STRONGER_ENCODER, advice_for
from kiosk.weights.catalogue import DEFAULT_ENCODER, FORMER_ENCODER


def test_only_who_has_the_former_encoder_is_told_of_a_stronger_one():
    assert advice_for(FORMER_ENCODER)
    assert not advice_for(DEFAULT_ENCODER)
    assert not advice_for("sface")


def test_what_is_told_to_write_is_the_default_encoder():
    for told in (STRONGER_ENCODER, advice_for(FORMER_ENCODER)):
        assert f"`encoder: {DEFAULT_ENCODER}`" in told
