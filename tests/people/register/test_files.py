import os
import time
from pathlib import Path

import pytest

from kiosk.people.register import is_young, put_in_place, stamp_of


def test_a_stamp_is_another_one_after_every_change(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert stamp_of(path) is None
    path.write_text("a")
    before = stamp_of(path)
    assert before is not None
    assert is_young(before)
    other = tmp_path / "other"
    other.write_text("b")
    os.utime(other, ns=(before[1], before[1]))
    other.replace(path)
    assert stamp_of(path) != before


def test_what_has_rested_is_young_no_more() -> None:
    long_ago = int((time.time() - 60) * 1e9)
    assert not is_young((1, long_ago, long_ago, 1))


@pytest.mark.parametrize("with_links", [True, False])
def test_a_new_file_never_takes_the_place_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_links: bool
) -> None:
    def no_links(*arguments: object) -> None:
        raise OSError(95, "Operation not supported")

    if not with_links:
        monkeypatch.setattr(os, "link", no_links)
    new, path = tmp_path / "new", tmp_path / "path"
    new.write_text("new")
    put_in_place(new, path)
    assert path.read_text() == "new"
    new.unlink(missing_ok=True)
    new.write_text("newer")
    with pytest.raises(FileExistsError):
        put_in_place(new, path)
    assert path.read_text() == "new"
