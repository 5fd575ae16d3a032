from pathlib import Path

import pytest

from kiosk.config import ConfigFile
from kiosk.errors import ConfigError, WeightsError
from kiosk.station import build
from kiosk.station.build import choose, gallery_folder, journal_file, load_configured_encoder, make_detector


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


def test_the_first_camera_is_chosen_where_there_is_one(config, monkeypatch, home):
    monkeypatch.setattr(build, "first_camera", lambda: "/dev/v4l/by-id/usb-door")
    choices = choose(config, source=None, gallery=None, fast=False)
    assert (choices.source, choices.demo, choices.gallery) == ("/dev/v4l/by-id/usb-door", False, home / "images")


def test_the_command_line_wins_over_the_configuration(home):
    config = written(home, "camera: {source: 3}\n")
    assert choose(config, source=None, gallery=None, fast=False).source == "/dev/video3"
    choices = choose(config, source="film.mp4", gallery=Path("others"), fast=True)
    assert (choices.source, choices.gallery, choices.fast) == ("film.mp4", Path("others"), True)


def test_relative_paths_start_where_the_configuration_lies(home):
    config = written(home, "gallery: {folder: faces}\njournal: {file: log/door.sqlite3}\n")
    assert gallery_folder(config) == home / "faces"
    assert journal_file(config) == home / "log" / "door.sqlite3"


def test_the_demo_never_writes_into_the_journal_of_the_door(config):
    assert journal_file(config, demo=True) != journal_file(config)
    assert journal_file(config, demo=True).name == "demo.sqlite3"


@pytest.mark.parametrize(
    ("option", "make", "nearest"),
    [("detector: har", make_detector, "haar"), ("encoder: dlibresnet", load_configured_encoder, "dlib_resnet")],
)
def test_what_is_not_known_is_told_with_file_line_and_the_nearest(home, option, make, nearest):
    with pytest.raises(ConfigError, match=rf"config.yaml: line 2: .* is not known; did you mean '{nearest}'"):
        make(written(home, f"threads: 1\n{option}\n"))


def test_an_altered_landmark_model_is_refused(tmp_path, monkeypatch):
    shipped = build.weights("dlib_landmarks.npz")
    altered = tmp_path / shipped.name
    altered.write_bytes(shipped.read_bytes()[:-1] + b"x")
    (tmp_path / "manifest.yaml").write_bytes(shipped.with_name("manifest.yaml").read_bytes())
    monkeypatch.setattr("kiosk.resources._shipped", lambda folder, *parts: tmp_path.joinpath(*parts))
    with pytest.raises(WeightsError, match=shipped.name):
        build.load_landmarks()


def test_progress_tells_of_encoder_and_gallery(home, config):
    heard: list[tuple[str, int, int]] = []
    choices = choose(config, source="demo", gallery=home / "images", fast=True)
    build.build_station(choices, lambda *step: heard.append(step)).close()
    assert heard[0] == ("encoder", 0, 1)
    assert heard[-1] == ("gallery", 1, 1)
