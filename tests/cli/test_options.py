from kiosk.cli.output import read_config
from kiosk.config import Config


def test_without_any_file_the_built_in_defaults_are_in_force(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = read_config(None)
    assert (config.path, config.current) == (None, Config())
