import dataclasses

import pytest

from kiosk.errors import EncoderError
from kiosk.training.checkpoint import HEADINGS, Row, TrainingLog


def row(step):
    return Row(step, step * 1.5, 1e-3, 0.25, 100.5, 0.125, 80.0, 0.75)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log.csv"


def steps(path):
    heading, *lines = path.read_text().splitlines()
    assert heading == ",".join(HEADINGS)
    return [int(line.split(",")[0]) for line in lines]


def test_a_new_log_has_headings_and_takes_rows(path):
    log = TrainingLog(path, 0)
    log.add(row(10))
    assert steps(path) == [10]
    assert path.read_text().splitlines()[1] == "10,15,0.001,0.25,100.5,0.125,80,0.75"


def test_rows_behind_the_checkpoint_are_taken_off_and_none_is_there_twice(path):
    log = TrainingLog(path, 0)
    for step in (10, 20, 30):
        log.add(row(step))
    log = TrainingLog(path, 20)
    assert steps(path) == [10, 20]
    log.add(row(30))
    assert steps(path) == [10, 20, 30]
    assert log.rows == [row(10), row(20), row(30)]


def test_a_row_that_a_kill_cut_off_is_dropped(path):
    log = TrainingLog(path, 0)
    log.add(row(10))
    log.add(row(20))
    path.write_text(path.read_text()[:-9])
    assert [each.step for each in TrainingLog(path, 30).rows] == [10]
    assert steps(path) == [10]


def test_lines_that_are_none_of_ours_are_dropped(path):
    path.write_bytes(b"a,b\n1,2\n\xff\xfe\n" + b"5," + b"0.5," * 6 + b"0.5\n" + b"x," * 8 + b"\n")
    assert [each.step for each in TrainingLog(path, 30).rows] == [5]


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(EncoderError, match=r"log\.csv: cannot be used"):
        TrainingLog(tmp_path / "missing" / "log.csv", 0)
    log = TrainingLog(tmp_path / "log.csv", 0)
    (tmp_path / "log.csv").unlink()
    (tmp_path / "log.csv").mkdir()
    with pytest.raises(EncoderError, match=r"log\.csv: cannot be used"):
        log.add(row(1))


def test_every_number_of_a_row_has_a_heading():
    assert tuple(field.name for field in dataclasses.fields(Row)) == HEADINGS
