"""What the exercise's functions take as a model."""

from types import SimpleNamespace

import pytest

from kiosk import encoders
from kiosk.config.options import Config
from kiosk.course.exercise import DEFAULT_ENCODER, is_encoder, load_encoder, threshold_of
from kiosk.errors import EncoderError
from kiosk.files import shipped_weights


def test_default_encoder_is_the_one_of_the_configuration(encoder) -> None:
    assert Config().encoder == DEFAULT_ENCODER
    assert encoder.spec == encoders.load_encoder(DEFAULT_ENCODER).spec


def test_unknown_encoder_is_an_error() -> None:
    with pytest.raises(EncoderError, match="did you mean 'dlib_resnet'"):
        load_encoder("dlib_resnett")


def test_each_model_has_its_own_threshold(encoder, openface_like) -> None:
    assert is_encoder(encoder)
    assert threshold_of(encoder) == encoder.spec.threshold == 1.12
    assert not is_encoder(openface_like)
    assert threshold_of(openface_like) == 0.7
    assert threshold_of(SimpleNamespace(spec=SimpleNamespace(threshold=0.3))) == 0.7


@pytest.mark.parametrize("name", [None, 3, ["dlib_resnet", 3], 1.5])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(EncoderError, match="is no name"):
        load_encoder(name)


def test_own_specs_are_found_in_the_folder_weights(tmp_path, monkeypatch):
    (tmp_path / "weights").mkdir()
    spec = shipped_weights("dlib_resnet.yaml").read_text()
    (tmp_path / "weights" / "mine.yaml").write_text(spec)
    monkeypatch.chdir(tmp_path)
    assert load_encoder("mine").spec.name == "mine"
    assert load_encoder("mine", folder=str(tmp_path / "weights")).spec.name == "mine"
