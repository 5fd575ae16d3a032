import json

from rich.console import Console

from kiosk.cli import output
from kiosk.cli.output import print_json, print_table


def test_json_is_one_line_in_which_names_stay_readable(capsys):
    print_json({"name": "Nguyễn\nThị"})
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == {"name": "Nguyễn\nThị"}
    assert "Nguyễn" in out


def test_a_table_is_as_wide_as_its_words_where_nobody_watches(capsys):
    print_table(("file", "reason"), [("x" * 200, "[bold]no markup[/bold]")])
    out = capsys.readouterr().out
    assert "x" * 200 in out
    assert "[bold]no markup[/bold]" in out


def test_a_table_in_a_narrow_terminal_loses_nothing_and_breaks_no_short_name(capsys, monkeypatch):
    monkeypatch.setattr(output, "Console", lambda width: Console(width=60))
    words = ["mobilefacenet *", "Apache-2.0_not_proven", *["x" * 12] * 4]
    print_table(["name", *"abcde"], [words])
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 60
    assert "mobilefacenet *" in out
    assert out.count("x") == 48
    assert "…" not in out


def test_lines_break_between_words_where_there_is_room_for_that(capsys, monkeypatch):
    monkeypatch.setattr(output, "Console", lambda width: Console(width=40))
    print_table(["name", "size", "needed"], [["mobilefacenet *", "5.6 M, 11.3 MB", "150 px dlib_chip"]])
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 40
    assert {"mobilefacenet", "dlib_chip", "11.3", "needed"} <= set(out.split())
