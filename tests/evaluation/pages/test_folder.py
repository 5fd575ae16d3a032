import errno
import os
from pathlib import Path

import pytest

from kiosk.errors import EvaluationError
from kiosk.evaluation.pages import page as module
from kiosk.evaluation.pages.acquisition import failures, stages
from kiosk.evaluation.pages.page import Page, Plots, Section, check_folder, write_folder, write_page
from kiosk.evaluation.pages.plots import Plot

AS_ROOT = os.geteuid() == 0


def page(title: str = "first", *plots: Plot) -> Page:
    shown = (Section("a", "b", (Plots(tuple((plot, "") for plot in plots)),)),) if plots else ()
    return Page(title, "", (), (), shown, ())


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_folder_holds_page_and_plots_and_nothing_else(tmp_path: Path) -> None:
    index = write_folder(tmp_path / "new" / "report", page("first", stages([("a", {"b": 1.0})])))
    assert names(index.parent) == {"index.html", "milliseconds.png"}
    assert (index.parent / "milliseconds.png").read_bytes().startswith(b"\x89PNG")
    assert "first" in index.read_text(encoding="utf-8")


def test_next_report_takes_the_place_of_the_last_and_leaves_other_files(tmp_path: Path) -> None:
    write_folder(tmp_path, page("first", stages([("a", {"b": 1.0})])))
    (tmp_path / "holiday.png").write_bytes(b"mine")
    write_folder(tmp_path, page("second", failures([("a", {"b": 1.0})])))
    assert names(tmp_path) == {"index.html", "failures.png", "holiday.png"}
    assert "second" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_somebody_elses_page_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<h1>Mine</h1><figure data-plot="holiday.png">', encoding="utf-8")
    (tmp_path / "holiday.png").write_bytes(b"mine")
    for write in (lambda: write_folder(tmp_path, page()), lambda: write_page(tmp_path / "index.html", page())):
        with pytest.raises(EvaluationError, match="no page of the kiosk"):
            write()
    assert names(tmp_path) == {"index.html", "holiday.png"}


def test_full_disk_leaves_the_last_report_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path, page("first", stages([("a", {"b": 1.0})])))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if content.startswith(b"<!doctype html>"):
            write(path, content[:100])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(EvaluationError, match="No space left on device"):
        write_folder(tmp_path, page("second", stages([("a", {"b": 2.0})])))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_interruption_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(path: Path, _: bytes) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_folder(tmp_path / "report", page())
    assert names(tmp_path / "report") == set()


def test_place_that_is_a_file_is_a_clear_fault(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    for where in (tmp_path / "taken", tmp_path / "taken" / "report"):
        with pytest.raises(EvaluationError, match="cannot be written"):
            check_folder(where)
    with pytest.raises(EvaluationError, match="cannot be written"):
        write_page(tmp_path, page())


@pytest.mark.skipif(AS_ROOT, reason="root may write anywhere")
def test_folder_that_may_not_be_written_is_a_clear_fault(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(EvaluationError, match="cannot be written"):
        check_folder(tmp_path)


def test_folder_is_checked_without_leaving_a_trace(tmp_path: Path) -> None:
    assert check_folder(tmp_path / "a" / "b") == set()
    assert names(tmp_path / "a" / "b") == set()


def test_page_alone_replaces_an_earlier_one(tmp_path: Path) -> None:
    for title in ("first", "second"):
        write_page(tmp_path / "out" / "calibration.html", page(title))
    assert names(tmp_path / "out") == {"calibration.html"}
    assert "second" in (tmp_path / "out" / "calibration.html").read_text(encoding="utf-8")


def test_plots_named_by_a_page_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    hostile = f'{module._OURS}<figure data-plot="../precious.png"><figure data-plot="/precious.png">'
    (tmp_path / "report" / "index.html").write_text(hostile, encoding="utf-8")
    (tmp_path / "precious.png").write_bytes(b"mine")
    write_folder(tmp_path / "report", page())
    assert (tmp_path / "precious.png").exists()
