import logging
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.cli.output import read_config
from kiosk.config import ConfigFile
from kiosk.door.former_settings import save_former_settings
from kiosk.paths import journal_file
from kiosk.people.register import PeopleRegister, PersonRecord, people_file
from kiosk.store.journal import Action, Journal


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text("# The front door.\nthreads: 1\n")
    return path


def pragma(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA {statement}")


def leave_journal(config: ConfigFile) -> Path:
    """A journal with an entry, as this version makes it."""
    file = journal_file(config)
    with closing(Journal(file)) as journal:
        journal.note(Action.DOOR_TESTED, "Ida", None, None, datetime.now(UTC))
    return file


def leave_register(config: ConfigFile) -> Path:
    file = people_file(config.below(config.current.gallery.folder))
    PeopleRegister(file).save(PersonRecord("Ada"))
    return file


def leave_old_journal(config: ConfigFile) -> None:
    pragma(leave_journal(config), "application_id = 0")


def leave_old_register(config: ConfigFile) -> None:
    pragma(leave_register(config), "user_version = 1")


def started(config: Path | None) -> ConfigFile:
    """The configuration of a kiosk that is started."""
    settings = read_config(config)
    save_former_settings(settings)
    return settings


@pytest.mark.parametrize("leave", [leave_old_journal, leave_old_register])
def test_an_installation_of_version_01_keeps_its_encoder(config, caplog, leave):
    leave(ConfigFile(config))
    caplog.set_level(logging.WARNING)
    kept = started(config)
    assert (kept.current.encoder, kept.current.matching.stranger_rate) == ("dlib_resnet", 0.0005)
    assert config.read_text().startswith("# The front door.\nencoder: dlib_resnet\nthreads: 1\n")
    assert f"{config}: encoder: dlib_resnet, matching.stranger_rate: 0.0005 added" in caplog.text
    caplog.clear()
    assert started(config).current == kept.current
    assert caplog.text == ""
    assert ConfigFile(config).current == kept.current


@pytest.mark.parametrize("leave", [leave_journal, leave_register])
def test_an_installation_of_this_version_has_the_new_default(config, leave):
    leave(ConfigFile(config))
    before = config.read_bytes()
    assert read_config(config).current.encoder == "sface_fp16"
    assert config.read_bytes() == before


def test_where_it_cannot_be_written_the_encoder_is_kept_for_this_run(config, caplog, monkeypatch):
    leave_old_journal(ConfigFile(config))
    monkeypatch.setattr("os.access", lambda path, mode: False)
    kept = started(config)
    assert "(encoder: dlib_resnet, matching.stranger_rate: 0.0005) are kept for this run only: " in caplog.text
    assert "encoder" not in config.read_text()
    config.write_text("threads: 2\n")
    kept.changed()
    assert (kept.current.encoder, kept.current.matching.stranger_rate) == ("dlib_resnet", 0.0005)
    assert kept.current.threads == 2


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 200])
def test_a_journal_that_cannot_be_read_is_no_installation(config, content):
    file = journal_file(ConfigFile(config))
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    assert read_config(config).current.encoder == "sface_fp16"
    assert file.read_bytes() == content
