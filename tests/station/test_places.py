from pathlib import Path

import pytest

from kiosk.config import ConfigFile
from kiosk.resources import asset
from kiosk.station.places import (
    cache_folder,
    demo_gallery,
    export_folders,
    gallery_folder,
    journal_file,
    staff_file,
    visitors_file,
)


@pytest.fixture
def config(home: Path) -> ConfigFile:
    return ConfigFile(home / "config.yaml")


def test_relative_paths_start_where_the_configuration_lies(home):
    (home / "config.yaml").write_text(
        "gallery: {folder: faces}\njournal: {file: log/door.sqlite3}\nreception: {staff_file: staff.sqlite3}\n"
    )
    config = ConfigFile(home / "config.yaml")
    assert gallery_folder(config) == home / "faces"
    assert journal_file(config) == home / "log" / "door.sqlite3"
    assert staff_file(config) == home / "staff.sqlite3"


def test_the_demo_never_writes_into_the_files_of_the_door(config):
    assert journal_file(config, demo=True) != journal_file(config)
    assert journal_file(config, demo=True).name == "demo.sqlite3"
    assert visitors_file(demo=True) != visitors_file()


def test_what_is_not_named_lies_in_the_users_own_folders(config, tmp_path):
    assert all(path.is_relative_to(tmp_path) for path in (staff_file(config), visitors_file(), cache_folder()))


def test_the_demo_has_a_copy_of_its_people_that_may_be_changed(tmp_path):
    folder = demo_gallery()
    assert folder.is_relative_to(tmp_path)
    (folder / "Grace_Hopper.jpg").unlink()
    assert list(demo_gallery().iterdir()) == []
    assert asset("demo", "gallery", "Grace_Hopper.jpg").is_file()


def test_where_nothing_can_be_written_the_demo_shows_what_is_shipped(monkeypatch):
    def refuse(*asked: object, **options: object) -> None:
        raise OSError(30, "read-only")

    monkeypatch.setattr(Path, "mkdir", refuse)
    assert demo_gallery() == asset("demo", "gallery")


def test_archives_are_put_where_the_user_may_write(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "Documents").mkdir()
    found = export_folders()
    assert found[-2:] == [tmp_path / "Documents", tmp_path]
    assert all(folder.is_dir() for folder in found)
