from pathlib import Path

import pytest

from kiosk.config import ConfigFile
from kiosk.files import asset
from kiosk.paths import (
    Place,
    cache_folder,
    demo_gallery,
    exchange_places,
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


def test_the_demo_has_files_of_its_own_and_a_copy_of_its_people(config, tmp_path, monkeypatch):
    assert journal_file(config, demo=True).name == "demo.sqlite3" != journal_file(config).name
    assert visitors_file(demo=True) != visitors_file()
    assert all(path.is_relative_to(tmp_path) for path in (staff_file(config), visitors_file(), cache_folder()))
    folder = demo_gallery()
    assert folder.is_relative_to(tmp_path)
    (folder / "Grace_Hopper.jpg").unlink()
    assert list(demo_gallery().iterdir()) == []
    assert asset("demo", "gallery", "Grace_Hopper.jpg").is_file()
    folder.rmdir()

    def refuse(*asked: object, **options: object) -> None:
        raise OSError(30, "read-only")

    monkeypatch.setattr(Path, "mkdir", refuse)
    assert demo_gallery() == asset("demo", "gallery")


def test_sticks_come_by_name_and_then_the_exchange_folder(sticks, tmp_path):
    assert [place.is_stick for place in exchange_places()] == [False]
    folders = [sticks.plug(name) for name in ("KINGSTON", "A name with blanks", "línea\n")]
    found = exchange_places()
    assert [place.path for place in found[:-1]] == sorted(folders)
    assert found[-1].path.is_relative_to(tmp_path / "user")
    assert found[-1].path.is_dir()
    sticks.pull(folders[1])
    assert [place.path for place in exchange_places()[:-1]] == sorted([folders[0], folders[2]])


def test_what_is_no_stick_is_not_offered(sticks):
    lines = (
        "/dev/sda1 /home vfat rw 0 0",  # not where sticks are mounted
        "server:/share {root}/share nfs rw 0 0",  # another computer
        "tmpfs {root}/cache tmpfs rw 0 0",
        "/dev/sda2 {root}/home ext4 rw 0 0",  # a folder of the disk on which the system is
        "/dev/sdb1",
        "",
    )
    mounted = sticks.table.read_text()
    for line in lines:
        sticks.table.write_text(f"{mounted}{line.format(root=sticks.root)}\n")
        assert [place.is_stick for place in exchange_places()] == [False], line


def test_without_a_mount_table_or_a_folder_of_its_own_there_are_fewer_places(sticks, tmp_path, monkeypatch):
    stick = sticks.plug()
    monkeypatch.setenv("XDG_DATA_HOME", "/dev/null")
    assert exchange_places() == [Place(stick, is_stick=True)]
    sticks.table.unlink()
    assert exchange_places() == []
