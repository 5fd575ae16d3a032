"""The command line as a whole: help, exit codes, faults, tables."""

import json

import pytest
from rich.console import Console

from kiosk import cli
from kiosk.cli import app, output
from kiosk.cli.output import print_json, print_table

COMMANDS = [
    *("run", "demo", "identify", "verify", "enrol", "people", "encoders"),
    *("train", "evaluate", "calibrate", "doctor"),
]
OPTIONS = {"encoders": {"--json", "--config"}, "train": {"--json"}, "evaluate": {"--json"}}


def test_every_command_has_help_with_an_example(kiosk):
    shown = kiosk("--help")
    assert shown.code == 0
    assert [name for name in COMMANDS if name not in shown.out] == []
    groups = {"people"}  # that do something by themselves
    assert {command.callback.__name__ for command in app.registered_commands} == set(COMMANDS) - groups
    for command in COMMANDS:
        shown = kiosk(command, "--help")
        assert shown.code == 0
        assert f"Example: kiosk {command}" in " ".join(shown.out.split())
        assert all(option in shown.out for option in OPTIONS.get(command, {"--json", "--config", "--gallery"}))
    assert kiosk("--version").out.startswith("kiosk ")
    for wrong in (["nonsense"], ["identify"], ["run", "--nonsense"], ["verify", "only-one"]):
        assert kiosk(*wrong).code == 2


def test_a_fault_is_one_line_with_the_exit_code_of_its_class(kiosk, tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text("matching:\n  treshold: 0.3\n")
    failed = kiosk("people", "--config", broken)
    assert failed.code == 11
    assert failed.err.count("\n") == 1
    assert "line 2: matching.treshold" in failed.err
    assert "did you mean matching.threshold" in failed.err


def test_an_unforeseen_fault_is_one_line_too_and_debug_shows_its_traceback(kiosk, monkeypatch):
    def surprise(*arguments: object) -> None:
        raise RuntimeError("surprise")

    monkeypatch.setattr("kiosk.cli.people.open_gallery", surprise)
    failed = kiosk("people")
    assert (failed.code, failed.err.count("\n"), "--debug" in failed.err) == (10, 1, True)
    with pytest.raises(RuntimeError, match="surprise"):
        cli.main(["people", "--debug"])


def test_each_configuration_is_found_in_its_turn(kiosk, tmp_path, monkeypatch):
    (tmp_path / "here" / "config.yaml").write_text("here: 1\n")
    (tmp_path / "by-variable.yaml").write_text("variable: 1\n")
    (tmp_path / "given.yaml").write_text("given: 1\n")
    assert "here: there is no such option" in kiosk("people").err
    monkeypatch.setenv("KIOSK_CONFIG", str(tmp_path / "by-variable.yaml"))
    assert "variable: there is no such option" in kiosk("people").err
    assert "given: there is no such option" in kiosk("people", "--config", tmp_path / "given.yaml").err
    monkeypatch.setenv("KIOSK_CONFIG", "nowhere.yaml")
    failed = kiosk("people")
    assert (failed.code, "KIOSK_CONFIG" in failed.err) == (11, True)
    assert kiosk("people", "--config", "nowhere.yaml").code == 11


def test_json_is_one_line_in_which_names_stay_readable(capsys):
    print_json({"name": "Nguyễn\nThị"})
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == {"name": "Nguyễn\nThị"}
    assert "Nguyễn" in out


def test_a_table_loses_nothing_and_breaks_lines_between_words(capsys, monkeypatch):
    print_table(("file", "reason"), [("x" * 200, "[bold]no markup[/bold]")])  # nobody watches: as wide as its words
    out = capsys.readouterr().out
    assert "x" * 200 in out
    assert "[bold]no markup[/bold]" in out
    monkeypatch.setattr(output, "Console", lambda width: Console(width=60))
    print_table(["name", *"abcde"], [["mobilefacenet *", "Apache-2.0_not_proven", *["x" * 12] * 4]])
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 60
    assert ("mobilefacenet *" in out, out.count("x"), "…" in out) == (True, 48, False)
    monkeypatch.setattr(output, "Console", lambda width: Console(width=40))
    print_table(["name", "size", "needed"], [["mobilefacenet *", "5.6 M, 11.3 MB", "150 px dlib_chip"]])
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 40
    assert {"mobilefacenet", "dlib_chip", "11.3", "needed"} <= set(out.split())
