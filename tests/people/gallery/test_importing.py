import errno
import hashlib
import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.errors import EnrolmentError, GalleryError
from kiosk.people.changes import add_people, require_free
from kiosk.people.folder import list_folder
from kiosk.people.staging import PictureFile, recover

PEOPLE = ["Ada", "Lin", "Zoë 李"]


def pictures(person: str, count: int = 2) -> list[PictureFile]:
    contents = [f"{person} {number}".encode() for number in range(count)]
    return [
        PictureFile(f"{number}.jpg", hashlib.sha256(content).hexdigest(), content)
        for number, content in enumerate(contents)
    ]


def everybody() -> dict[str, list[PictureFile]]:
    return {person: pictures(person) for person in PEOPLE}


def people(folder: Path) -> list[str]:
    return sorted({picture.person for picture in list_folder(folder).pictures})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / "Ben.jpg").write_bytes(b"Ben")
    return folder


def test_all_come_in_and_nothing_is_left_over(folder: Path) -> None:
    assert add_people(folder, everybody()) == 6
    assert people(folder) == ["Ada", "Ben", "Lin", "Zoë 李"]
    assert (folder / "Lin" / "1.jpg").read_bytes() == b"Lin 1"
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    add_people(tmp_path / "new" / "images", everybody())
    assert people(tmp_path / "new" / "images") == PEOPLE


@pytest.mark.parametrize("there", ["ada.jpg", "ADA/1.jpg", "Ada"])
def test_a_name_that_is_taken_keeps_everybody_out(folder: Path, there: str) -> None:
    (folder / there).parent.mkdir(exist_ok=True)
    (folder / there).write_bytes(b"x")
    before = sorted(folder.rglob("*"))
    with pytest.raises(EnrolmentError, match="already in the gallery"):
        add_people(folder, everybody())
    assert sorted(folder.rglob("*")) == before


def test_those_who_are_in_the_way_are_named(folder: Path) -> None:
    add_people(folder, {f"P{number}": pictures("x") for number in range(5)})
    with pytest.raises(EnrolmentError, match="p0, p1, p2 and 2 more"):
        require_free(folder, [f"p{number}" for number in range(9)])


def test_a_picture_that_cannot_be_read_keeps_everybody_out(folder: Path) -> None:
    def damaged() -> Iterator[PictureFile]:
        yield pictures("Lin")[0]
        raise EnrolmentError("picture", "is damaged", "take another one")

    with pytest.raises(EnrolmentError):
        add_people(folder, {"Ada": pictures("Ada"), "Lin": damaged()})
    assert [path.name for path in folder.iterdir()] == ["Ben.jpg"]


@pytest.mark.parametrize("at", range(1, 6))
def test_a_rename_that_fails_keeps_everybody_out(folder: Path, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    rename, calls = Path.rename, iter(range(100))

    def full(path: Path, target: Path) -> Path:
        if next(calls) == at - 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", full)
    if at > 4:
        add_people(folder, everybody())
    else:
        with pytest.raises(GalleryError, match="No space left"):
            add_people(folder, everybody())
        assert [path.name for path in folder.iterdir()] == ["Ben.jpg"]


def _add_and_die(folder: Path, at: int) -> None:
    """Adds everybody, and is killed at the n-th rename or write."""
    calls = iter(range(100))

    def killing(original):
        def call(*arguments, **options):
            if next(calls) == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*arguments, **options)

        return call

    for name in ("rename", "mkdir", "rmdir", "open"):
        setattr(Path, name, killing(getattr(Path, name)))
    add_people(folder, everybody())


def test_killed_at_every_step_it_is_as_before_or_after(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    seen = set()
    for at in range(60):
        folder = tmp_path / str(at)
        folder.mkdir()
        child = context.Process(target=_add_and_die, args=(folder, at))
        child.start()
        child.join()
        recover(folder)
        found = tuple(people(folder))
        assert found in {(), tuple(PEOPLE)}, at
        assert not list(folder.glob(".*")), "nothing is left over"
        if found:
            assert sorted(path.name for path in (folder / "Lin").iterdir()) == ["0.jpg", "1.jpg"]
        seen.add(found)
        if child.exitcode == 0:
            break
    assert len(seen) == 2
    assert child.exitcode == 0, "the last one came to its end"


def test_who_came_in_by_hand_meanwhile_is_left_alone(folder: Path) -> None:
    arriving = folder / ".import-00"
    for name in ("Ada", "Lin"):
        (arriving / name).mkdir(parents=True)
        (arriving / name / "1.jpg").write_bytes(b"imported")
    (folder / "Ada").mkdir()
    (folder / "Ada" / "1.jpg").write_bytes(b"by hand")
    recover(folder)
    assert (folder / "Ada" / "1.jpg").read_bytes() == b"by hand"
    assert (folder / "Lin" / "1.jpg").read_bytes() == b"imported"
    assert not arriving.exists()


def test_a_folder_that_is_nobody_s_is_in_nobody_s_way(folder: Path) -> None:
    (folder / "_Ada").mkdir()
    (folder / "_Ada" / "1.jpg").write_bytes(b"put aside")
    add_people(folder, everybody())
    assert people(folder) == ["Ada", "Ben", "Lin", "Zoë 李"]
    assert (folder / "_Ada" / "1.jpg").read_bytes() == b"put aside"
