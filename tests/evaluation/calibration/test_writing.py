"""The answer in config.yaml: numbers changed, words kept."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.config import ConfigFile
from kiosk.errors import ConfigError
from kiosk.evaluation.calibration.calibrating import DoorReport, write_answer

TEXT = """# our door
matching:
  threshold: {sface: 0.9}   # of the other encoder
  margin: auto
decision:
  k: 2   # was too slow with 3
"""


def test_numbers_are_written_and_comments_stay(make_report: Callable[..., DoorReport], tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(TEXT)
    report = make_report(20, 3, config=ConfigFile(path))
    assert report.answer is not None
    assert write_answer(report) == path
    current = ConfigFile(path).current
    assert current.matching.threshold == {"sface": 0.9, "dlib_resnet": report.answer.threshold}
    assert current.matching.margin == {"dlib_resnet": 0.04}
    assert (current.decision.k, current.decision.n) == (3, 5)
    assert current.matching.stranger_rate == 1e-2
    for comment in ("# our door", "# of the other encoder", "# was too slow with 3"):
        assert comment in path.read_text()


def test_a_door_without_configuration_gets_one(
    make_report: Callable[..., DoorReport], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    report = make_report(20, 3, config=ConfigFile(None))
    path = write_answer(report)
    assert report.answer is not None
    assert ConfigFile(path).current.matching.threshold == {"dlib_resnet": report.answer.threshold}


def test_an_estimate_is_not_written(make_report: Callable[..., DoorReport], tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(TEXT)
    with pytest.raises(ConfigError, match="no promise"):
        write_answer(make_report(3, 1, config=ConfigFile(path)))
    assert path.read_text() == TEXT


def test_a_configuration_that_may_not_be_written_is_a_fault(
    make_report: Callable[..., DoorReport], tmp_path: Path
) -> None:
    path = tmp_path / "gone" / "config.yaml"
    path.parent.mkdir()
    path.write_text(TEXT)
    config = ConfigFile(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(ConfigError):
        write_answer(make_report(20, 3, config=config))
