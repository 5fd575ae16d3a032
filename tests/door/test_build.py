import hashlib
import re
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from kiosk.config import ConfigFile
from kiosk.domain import Embedding
from kiosk.door import build
from kiosk.door.build import (
    Choices,
    build_station,
    choose,
    load_configured_encoder,
    make_detector,
    make_gallery,
    make_landmarks,
    photograph_reader,
)
from kiosk.errors import ConfigError, KioskError, WeightsError
from kiosk.paths import visitors_file
from kiosk.people.visitors import VisitorStore
from kiosk.vision.landmarks import shipped_landmarks


@pytest.fixture
def config(home: Path) -> ConfigFile:
    return ConfigFile(home / "config.yaml")


def written(home: Path, text: str) -> ConfigFile:
    (home / "config.yaml").write_text(text)
    return ConfigFile(home / "config.yaml")


def test_without_a_camera_the_demo_is_chosen_with_its_own_gallery(config, monkeypatch):
    monkeypatch.setattr(build, "first_camera", lambda: None)
    choices = choose(config, source=None, gallery=None, fast=False)
    assert choices.demo
    assert [path.stem for path in choices.gallery.iterdir()] == ["Grace_Hopper"]


def test_the_command_line_wins_over_the_configuration(home):
    config = written(home, "camera: {source: 3}\n")
    assert choose(config, source=None, gallery=None, fast=False).source == "/dev/video3"
    choices = choose(config, source="film.mp4", gallery=Path("others"), fast=True)
    assert (choices.source, choices.gallery, choices.fast) == ("film.mp4", Path("others"), True)


@pytest.mark.parametrize(
    ("option", "make", "nearest"),
    [("detector: har", make_detector, "haar"), ("encoder: dlibresnet", load_configured_encoder, "dlib_resnet")],
)
def test_what_is_not_known_is_told_with_file_line_and_the_nearest(home, option, make, nearest):
    with pytest.raises(ConfigError, match=rf"config.yaml: line 2: .* is not known; did you mean '{nearest}'"):
        make(written(home, f"threads: 1\n{option}\n"))


def test_a_station_that_cannot_be_made_leaves_nothing_running(config, home, monkeypatch):
    def fail(*, enabled):
        raise RuntimeError("no thread left")

    monkeypatch.setattr(build, "Voice", fail)
    choices = choose(config, source="demo", gallery=home / "images", fast=True)
    with pytest.raises(RuntimeError, match="no thread left"):
        build.build_station(choices, lambda *step: None)
    assert "gallery watch" not in [thread.name for thread in threading.enumerate()]


def test_how_people_are_compared_does_not_change_a_stored_embedding(home):
    keys = set()
    for options in ("", "pooling_frames: 1, template_rule: nearest, cohort: off"):
        config = written(home, f"threads: 1\npath: {{{options}}}\n")
        keys.add(photograph_reader(config, load_configured_encoder(config), make_landmarks()).key)
    assert len(keys) == 1


def test_progress_tells_of_encoder_and_gallery(home, config):
    heard: list[tuple[str, int, int]] = []
    choices = choose(config, source="demo", gallery=home / "images", fast=True)
    build.build_station(choices, lambda *step: heard.append(step)).close()
    assert heard[0] == ("encoder", 0, 1)
    assert heard[-1] == ("gallery", 1, 1)


class TestEncoderOfTheConfiguration:
    @pytest.mark.parametrize(
        ("option", "told"),
        [
            ("encoder: sface", "is not there; type: kiosk weights fetch sface"),
            ("encoder: openface", "kiosk weights export openface"),
            ("encoder: [dlib_resnet, sfacee]", "line 1: encoder: 'sfacee' is not known; did you mean 'sface'"),
            ("encoder: ../../etc/passwd", "is not known"),
            ("encoder: Manifest", "is not known"),
        ],
    )
    def test_one_that_is_not_there_says_what_to_do(self, home, option, told):
        with pytest.raises(KioskError, match=re.escape(told)):
            load_configured_encoder(written(home, option))


class TestDetectorOfTheConfiguration:
    @pytest.fixture
    def yunet(self, home, data):
        content = (data / "detectors" / "face_detection_yunet_2026may.onnx").read_bytes()
        (home / "weights").mkdir()
        (home / "weights" / "yunet.onnx").write_bytes(content)
        sha256 = hashlib.sha256(content).hexdigest()
        (home / "weights" / "mine.yaml").write_text(
            f"kind: detector\nfile: yunet.onnx\nsize: {len(content)}\nsha256: {sha256}\nlicence: MIT\nsource: test\n"
        )
        return home / "weights" / "yunet.onnx"

    def test_what_becomes_of_it_while_the_gallery_is_read_changes_no_reader(self, home, yunet):
        config = written(home, "detector: mine")
        gallery = make_gallery(config, home / "images", load_configured_encoder(config), shipped_landmarks())
        yunet.write_bytes(b"another")
        written(home, "detector: haar")
        config.changed()
        gallery.load()
        assert gallery.snapshot.people == ("Grace_Hopper",)

    def test_its_file_is_watched_whatever_is_wrong_with_the_encoders_spec(self, home, yunet, save_spec):
        save_spec("broken").write_text("kind: [")
        config = written(home, "detector: mine\nencoder: broken")
        before = build._watched(config)
        assert build._watched(config) == before
        yunet.write_bytes(b"another")
        assert build._watched(config) != before


@pytest.mark.parametrize(("hours", "left"), [(24, 1), (0, 0)])
def test_faces_whose_time_is_up_go_also_where_the_station_cannot_be_built(home, hours, left):
    now = datetime.now(UTC)
    for demo in (False, True):
        with closing(VisitorStore(visitors_file(demo=demo))) as store:
            for age in (timedelta(hours=25), timedelta(hours=1)):
                store.keep(b"face", Embedding(np.ones(4, np.float32), "any"), now - age)
    config = written(home, f"encoder: sface\nreception: {{keep_refused_hours: {hours}}}\n")
    with pytest.raises(WeightsError):
        build_station(Choices(config, home / "images", "demo"), lambda what, done, total: None)
    for demo in (False, True):
        with closing(VisitorStore(visitors_file(demo=demo))) as store:
            assert store.count() == left
