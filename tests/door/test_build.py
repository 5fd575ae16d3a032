"""From the configuration to a station and the services of the staff side."""

import hashlib
import logging
import re
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from kiosk.cli.output import read_config
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
from kiosk.door.former_settings import save_former_settings
from kiosk.errors import EncoderError, KioskError, WeightsError
from kiosk.files import asset
from kiosk.paths import journal_file, visitors_file
from kiosk.people.register import PeopleRegister, PersonRecord, people_file
from kiosk.people.staff import Refused, Role
from kiosk.people.visitors import VisitorStore
from kiosk.store.journal import Action, Journal
from kiosk.vision.landmarks import shipped_landmarks
from kiosk.vision.pictures import read_picture


@pytest.fixture
def config(home: Path) -> ConfigFile:
    return ConfigFile(home / "config.yaml")


def written(home: Path, text: str) -> ConfigFile:
    (home / "config.yaml").write_text(text)
    return ConfigFile(home / "config.yaml")


def test_the_command_line_wins_over_the_configuration_and_without_a_camera_the_demo_is_shown(home, monkeypatch):
    monkeypatch.setattr(build, "first_camera", lambda: None)
    choices = choose(written(home, "threads: 1"), source=None, gallery=None, fast=False)
    assert choices.demo
    assert [path.stem for path in choices.gallery.iterdir()] == ["Grace_Hopper"]
    config = written(home, "camera: {source: 3}\n")
    assert choose(config, source=None, gallery=None, fast=False).source == "/dev/video3"
    choices = choose(config, source="film.mp4", gallery=Path("others"), fast=True)
    assert (choices.source, choices.gallery, choices.fast) == ("film.mp4", Path("others"), True)


def test_a_station_that_cannot_be_made_leaves_nothing_running(config, home, monkeypatch):
    heard: list[tuple[str, int, int]] = []

    def fail(*, enabled):
        raise RuntimeError("no thread left")

    monkeypatch.setattr(build, "Voice", fail)
    choices = choose(config, source="demo", gallery=home / "images", fast=True)
    with pytest.raises(RuntimeError, match="no thread left"):
        build_station(choices, lambda *step: heard.append(step))
    assert "gallery watch" not in [thread.name for thread in threading.enumerate()]
    assert (heard[0], heard[-1]) == (("encoder", 0, 1), ("gallery", 1, 1))


def test_how_people_are_compared_does_not_change_a_stored_embedding(home):
    keys = set()
    for options in ("", "pooling_frames: 1, template_rule: nearest, cohort: off"):
        config = written(home, f"threads: 1\npath: {{{options}}}\n")
        keys.add(photograph_reader(config, load_configured_encoder(config), make_landmarks()).key)
    assert len(keys) == 1


def test_an_encoder_or_detector_that_is_not_there_says_what_to_do(home):
    for option, make, told in (
        ("detector: har", make_detector, "config.yaml: line 1: detector: 'har' is not known; did you mean 'haar'?"),
        ("encoder: sface", load_configured_encoder, "is not there; type: kiosk weights fetch sface"),
        ("encoder: openface", load_configured_encoder, "kiosk weights export openface"),
        ("encoder: [dlib_resnet, sfacee]", load_configured_encoder, "'sfacee' is not known; did you mean 'sface'"),
        ("encoder: ../../etc/passwd", load_configured_encoder, "is not known"),
        ("encoder: Manifest", load_configured_encoder, "is not known"),
    ):
        with pytest.raises(KioskError, match=re.escape(told)):
            make(written(home, option))


class TestDetectorFromAFile:
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

    def test_a_change_of_it_while_the_gallery_is_read_changes_no_reader(self, home, yunet):
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


def test_faces_whose_time_is_up_go_even_if_the_station_cannot_be_built(home):
    now = datetime.now(UTC)
    for hours, left in ((24, 1), (0, 0)):
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


# The settings of version 0.1.


def leave_journal(config: ConfigFile) -> Path:
    """Leave a journal with an entry, as this version makes it."""
    with closing(Journal(journal_file(config))) as journal:
        journal.note(Action.DOOR_TESTED, "Ida", None, None, datetime.now(UTC))
    return journal_file(config)


def leave_register(config: ConfigFile) -> Path:
    file = people_file(config.below(config.current.gallery.folder))
    PeopleRegister(file).save_all([PersonRecord("Ada")])
    return file


def make_old(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA {statement}")


def started(config: Path) -> ConfigFile:
    """Return the configuration of a kiosk that is started."""
    settings = read_config(config)
    save_former_settings(settings)
    return settings


@pytest.mark.parametrize(
    ("leave", "old"), [(leave_journal, "application_id = 0"), (leave_register, "user_version = 1")]
)
def test_an_installation_of_version_01_keeps_its_encoder_and_one_of_this_version_does_not(
    tmp_path, caplog, monkeypatch, leave, old
):
    config = tmp_path / "config.yaml"
    config.write_text("# The front door.\nthreads: 1\n")
    file, before = leave(ConfigFile(config)), config.read_bytes()
    assert started(config).current.encoder == "sface_fp16"
    assert config.read_bytes() == before
    make_old(file, old)
    with monkeypatch.context() as unwritable:
        unwritable.setattr("os.access", lambda path, mode: False)
        kept = started(config)
    assert "(encoder: dlib_resnet, matching.stranger_rate: 0.0005) are kept for this run only: " in caplog.text
    assert config.read_bytes() == before
    config.write_text("# The front door.\nthreads: 2\n")
    kept.changed()
    numbers = (kept.current.encoder, kept.current.matching.stranger_rate, kept.current.threads)
    assert numbers == ("dlib_resnet", 0.0005, 2)
    caplog.set_level(logging.WARNING)
    kept = started(config)
    assert (kept.current.encoder, kept.current.matching.stranger_rate) == ("dlib_resnet", 0.0005)
    assert config.read_text().startswith("# The front door.\nencoder: dlib_resnet\nthreads: 2\n")
    assert f"{config}: encoder: dlib_resnet, matching.stranger_rate: 0.0005 added" in caplog.text
    caplog.clear()
    assert started(config).current == ConfigFile(config).current == kept.current
    assert caplog.text == ""


def test_a_journal_that_cannot_be_read_or_is_of_another_program_is_no_installation(tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("threads: 1\n")
    file = journal_file(ConfigFile(config))
    file.parent.mkdir(parents=True)
    for content in (b"", b"no database", b"SQLite format 3\0" + b"\xff" * 200):
        file.write_bytes(content)
        assert read_config(config).current.encoder == "sface_fp16"
        assert file.read_bytes() == content
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE x (a)")
    assert started(config).current.encoder == "sface_fp16"
    assert config.read_text() == "threads: 1\n"


# The services of the staff side.


def test_without_a_station_nobody_is_in_force_and_no_distance_is_told(services):
    assert services.snapshot.people == ()
    with pytest.raises(EncoderError, match="is being loaded"):
        _ = services.threshold


def test_photographs_are_read_with_the_encoder_of_the_configuration(services, home):
    with services.reader() as first:
        outcome = first.one(read_picture(asset("demo", "grace_hopper.jpg")))
    assert isinstance(outcome, Embedding)
    assert outcome.encoder == "sface_fp16"
    with services.reader() as second:
        assert second is first
    (home / "config.yaml").write_text("threads: 1\n")
    services.config.changed()
    with services.reader() as third:
        assert third is not first


def test_a_wrong_pin_and_a_lock_out_stand_in_the_journal(services):
    services.staff.add("Ida", Role.INSTALLER, "482913")
    assert isinstance(services.enter("739104"), Refused)
    assert [(entry.action, entry.staff) for entry in services.journal.actions(1)] == [("wrong_pin", "?")]
    services.staff.reset("Ida", "482913")
    assert services.enter("482913").name == "Ida"
