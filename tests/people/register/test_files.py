import os
import time
from pathlib import Path

from kiosk.people.register import is_young, stamp_of


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
