import os
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from kiosk.evaluation.cache import Entries

NUMBERS = np.arange(6, dtype=np.float32)


def both(header, numbers):
    return header, numbers


@pytest.fixture
def entries(tmp_path):
    found = Entries(tmp_path, "kind", "key")
    found.put("digest", {"name": "Zoë"}, [NUMBERS[:2], NUMBERS[2:]])
    return found


def file_of(tmp_path):
    (path,) = (path for path in tmp_path.rglob("*") if path.is_file())
    return path


def test_what_was_put_is_read_again(entries):
    header, numbers = entries.get("digest", both)
    assert header == {"name": "Zoë"}
    np.testing.assert_array_equal(numbers, NUMBERS)


def test_another_kind_or_key_knows_nothing_of_it(entries, tmp_path):
    assert Entries(tmp_path, "kind", "other").get("digest", both) is None
    assert Entries(tmp_path, "other", "key").get("digest", both) is None
    assert entries.get("another", both) is None


@pytest.mark.parametrize("damage", [b"", b"abc", b"\0" * 100])
def test_damage_is_a_miss(entries, tmp_path, damage):
    file_of(tmp_path).write_bytes(damage)
    assert entries.get("digest", both) is None


def test_an_entry_that_is_not_understood_is_a_miss(entries):
    assert entries.get("digest", lambda header, _: header["age"]) is None


def test_what_is_used_again_is_not_cleared_away(entries, tmp_path):
    path = file_of(tmp_path)
    os.utime(path, (0, time.time() - 50 * 86400))
    entries.get("digest", both)
    assert time.time() - path.stat().st_mtime < 3600


def test_where_nothing_can_be_written_nothing_is_remembered(tmp_path):
    (tmp_path / "file").write_text("")
    entries = Entries(tmp_path / "file", "kind", "key")
    entries.put("digest", {}, [])
    assert entries.get("digest", both) is None


def test_many_at_once_leave_a_whole_entry(tmp_path):
    entries = Entries(tmp_path, "kind", "key")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: entries.put("one", {"n": number}, [np.full(1000, number, np.float32)]), range(40)))
    header, numbers = entries.get("one", both)
    assert set(numbers.tolist()) == {header["n"]}
