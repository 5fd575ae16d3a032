import pytest

from kiosk import cli
from kiosk.cli import app

COMMANDS = [
    *("run", "demo", "identify", "verify", "enrol", "people", "encoders"),
    *("train", "evaluate", "calibrate", "doctor"),
]
OPTIONS = {"encoders": {"--json", "--config"}, "train": {"--json"}, "evaluate": {"--json"}}


def test_every_command_is_there(kiosk):
    shown = kiosk("--help")
    assert shown.code == 0
    assert [name for name in COMMANDS if name not in shown.out] == []
    groups = {"people"}  # that do something by themselves
    assert {command.callback.__name__ for command in app.registered_commands} == set(COMMANDS) - groups


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(kiosk, command):
    shown = kiosk(command, "--help")
    assert shown.code == 0
    assert f"Example: kiosk {command}" in " ".join(shown.out.split())
    assert all(option in shown.out for option in OPTIONS.get(command, {"--json", "--config", "--gallery"}))


def test_the_version_is_told(kiosk):
    assert kiosk("--version").out.startswith("kiosk ")


@pytest.mark.parametrize("wrong", [["nonsense"], ["identify"], ["run", "--nonsense"], ["verify", "only-one"]])
def test_wrong_usage_ends_with_2(kiosk, wrong):
    assert kiosk(*wrong).code == 2


def test_a_fault_is_one_line_with_the_exit_code_of_its_class(kiosk, tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text("matching:\n  treshold: 0.3\n")
    failed = kiosk("people", "--config", broken)
    assert failed.code == 11
    assert failed.err.count("\n") == 1
    assert "line 2: matching.treshold" in failed.err
    assert "did you mean matching.threshold" in failed.err


def test_an_unforeseen_fault_is_one_line_too(kiosk, monkeypatch):
    def surprise(*arguments: object) -> None:
        raise RuntimeError("surprise")

    monkeypatch.setattr("kiosk.cli.people.open_gallery", surprise)
    failed = kiosk("people")
    assert failed.code == 10
    assert failed.err.count("\n") == 1
    assert "--debug" in failed.err


def test_debug_shows_the_traceback(monkeypatch):
    def surprise(*arguments: object) -> None:
        raise RuntimeError("surprise")

    monkeypatch.setattr("kiosk.cli.people.open_gallery", surprise)
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


def test_a_configuration_that_is_not_there_is_a_fault(kiosk, monkeypatch):
    assert kiosk("people", "--config", "nowhere.yaml").code == 11
    monkeypatch.setenv("KIOSK_CONFIG", "nowhere.yaml")
    failed = kiosk("people")
    assert (failed.code, "KIOSK_CONFIG" in failed.err) == (11, True)
