"""Which encoders and detectors a form offers: those that could be loaded."""

from kiosk.config import ConfigFile
from kiosk.health.encoder_table import detectors, encoders


def test_encoders_are_those_shipped_and_those_of_the_user(home, save_spec) -> None:
    config = ConfigFile(home / "config.yaml")
    assert encoders(config) == ["dlib_resnet", "sface_fp16"]
    save_spec("other")
    assert encoders(config) == ["dlib_resnet", "other", "sface_fp16"]


def test_what_cannot_be_loaded_is_not_offered(home, save_spec) -> None:
    save_spec("fetched_later", file="missing.tflite")
    (home / "weights" / "broken.yaml").write_text("kind: kiosk-encoder\nfile: [\n")
    config = ConfigFile(home / "config.yaml")
    assert encoders(config) == ["dlib_resnet", "sface_fp16"]
    assert detectors(config) == ["haar", "yunet"]
