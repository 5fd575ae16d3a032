"""Which config.yaml is read, what its faults are told as, and what happens when it is saved while the kiosk runs."""

import contextlib
import io
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from kiosk.config import Config, ConfigFile, find_config
from kiosk.errors import ConfigError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


def fault_of(path: Path, content: str | bytes) -> str:
    """What is said about a file of that content, after its name."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigError) as caught:
        ConfigFile(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert len(message) < 1500
    return message.removeprefix(f"{path}: ")


def save(path: Path, content: str) -> None:
    """As most editors do it: a new file takes the place of the old one."""
    fresh = path.with_suffix(".new")
    fresh.write_text(content, encoding="utf-8")
    fresh.replace(path)


class TestChoice:
    @pytest.fixture(autouse=True)
    def files(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        for name in ("given", "variable", "config"):
            (tmp_path / f"{name}.yaml").write_text(f"encoder: {name}\n")

    def test_given_file_then_variable_then_working_directory_then_defaults(self, monkeypatch):
        monkeypatch.setenv("KIOSK_CONFIG", "variable.yaml")
        assert find_config(Path("given.yaml")) == Path("given.yaml")
        assert find_config(None) == Path("variable.yaml")
        monkeypatch.setenv("KIOSK_CONFIG", "")
        assert find_config(None) == Path("config.yaml")
        assert ConfigFile(find_config(None)).current.encoder == "config"
        Path("config.yaml").unlink()
        assert find_config(None) is None
        nothing = ConfigFile(None)
        assert (nothing.path, nothing.current, nothing.changed()) == (None, Config(), None)
        assert nothing.below("images") == Path.cwd() / "images"

    def test_what_was_asked_for_and_is_no_file_is_a_fault(self, monkeypatch):
        Path("loop").symlink_to("loop")
        told = "there is no such file; check --config and the variable KIOSK_CONFIG"
        for name in ("none.yaml", "given.yaml/below", "x" * 5000, "a\0b", "loop"):
            with pytest.raises(ConfigError, match=told):
                find_config(Path(name))
        monkeypatch.setenv("KIOSK_CONFIG", "none.yaml")
        with pytest.raises(ConfigError, match=told):
            find_config(None)
        os.mkfifo("pipe")
        for name in (".", "pipe"):
            with pytest.raises(ConfigError, match="is not a file"):
                find_config(Path(name))


def test_relative_paths_start_where_the_file_lies_and_home_folders_are_known_or_a_fault(path, monkeypatch):
    path.write_text("")
    monkeypatch.chdir(path.parent)
    monkeypatch.setenv("HOME", "/home/services")
    config = ConfigFile(Path("config.yaml"))
    monkeypatch.chdir("/")
    assert config.below("images") == path.parent / "images"
    assert config.below("/srv/images") == Path("/srv/images")
    assert config.below("~/images") == Path("/home/services/images")
    assert config.changed() is None
    with pytest.raises(ConfigError, match="the folder after ~ is not known"):
        config.below("~nobody-of-this-name/images")


class TestFaults:
    def test_value_is_told_with_line_key_reason(self, path):
        faults = (
            (
                "threads: 2\nmatching:\n  treshold: 0.3\n",
                r"line 3: matching\.treshold: .* did you mean matching\.thresh",
            ),
            ("threshold: 0.3\n", r"line 1: threshold: .* did you mean matching\.threshold\?"),
            ("\nmatchin:\n  margin: 1\n", r"line 2: matchin: .* did you mean matching\?"),
            ("\n\n\n7: x\n", r"line 4: 7: there is no such option, the nearest is "),
            ("int: 3\n", r"line 1: int: there is no such option"),
            ("camera:\n  str: 3\n", r"line 2: camera\.str: there is no such option"),
            ("\ntrue: 1\n", r"line 2: True: there is no such option"),
            ("~: 1\n", r"line 1: None: there is no such option"),
            ("? [a, b]\n: 1\n", r"line 1: .* there is no such option"),
            ("threads: two\n", r"line 1: threads: a whole number was expected, found 'two'"),
            ("camera:\n  source: 1.5\n", r"line 2: camera\.source: .* found 1\.5"),
            ("camera:\n  rate_hz: fast\n", r"line 2: camera\.rate_hz: .* found 'fast'"),
            ("camera: 3\n", r"line 1: camera: options below it were expected, found 3"),
            ("camera:\nthreads: 2\n", r"line 1: camera: options below it were expected, found None"),
            ("voice: [a, b]\n", r"line 1: voice: options below it were expected, found \["),
            ("\ndoor:\n\n  open_seconds: .nan\n", r"line 4: door\.open_seconds: a number was expected, found nan"),
            ("door:\n  open_seconds: -5\n", r"line 2: door\.open_seconds: a number above 0 was expected, found -5"),
            (
                "door: {open_seconds: 61}\n",
                r"line 1: door\.open_seconds: a number of at most 60 was expected, found 61",
            ),
            ("decision:\n  k: 6\n", r"line 1: decision: k must not be larger than n"),
            ("voice: {enabled: 1}\n", r"line 1: voice\.enabled: true or false was expected, found 1"),
            ("voice: {enabled: yes}\n", r"line 1: voice\.enabled: true or false was expected, found 'yes'"),
            ("detector: 2020-01-01\n", r"line 1: detector: a text was expected, found datetime"),
            ("\n\ndecision:\n  <<: {k: 0}\n", r"line 3: decision\.k: .* found 0"),
        )
        for content, told in faults:
            assert re.match(told, fault_of(path, content)), content

    def test_text_that_is_no_configuration_or_would_blow_up_is_refused(self, path):
        faults = (
            ("door:\n  open_seconds: 1\n  open_seconds: 2\n", "line 3: found duplicate key"),
            ("camera:\n\tsource: 1\n", r"line 2: found character '\\t'"),
            ("threads: 1\n---\nthreads: 2\n", "line 2: .*another document"),
            ("threads\n", "line 1: options as `name: value` were expected"),
            ("threads: 2\n".encode("utf-16"), "is not UTF-8 at byte 0"),
            (b"threads: \x00\n", "is no YAML"),
            ("encoder: 2020-13-41\n", "is no YAML"),
            ("#" * 70_000, "is larger than 64 kB"),
            ("a: &a {k: 1}\ndecision:\n  <<: *a\n", "line 3: aliases"),
            ("\nencoder: !!python/object/apply:os.getcwd []\n", "line 2: tags"),
            ("camera: " + "[" * 20_000, "line 1: options are nested too deep"),
            ("\nthreads: 0x" + "f" * 20_000, "line 2: a value of 20002 characters"),
        )
        for content, told in faults:
            assert re.match(told, fault_of(path, content)), content[:30]

    def test_several_faults_are_told_at_once_but_not_thousands_and_no_long_value(self, path):
        told = fault_of(path, "threads: 0\ndoor:\n  open_seconds: 0\n")
        assert "line 1: threads" in told
        assert "line 3: door.open_seconds" in told
        assert "line 5: a4: " in (many := fault_of(path, "".join(f"a{i}: 1\n" for i in range(500))))
        assert "and 495 more" in many
        assert "…" in fault_of(path, f"theme: {'x' * 900}\nvoice: [{'x, ' * 900}]\n")

    def test_what_is_no_file_is_a_fault_and_not_waited_for(self, path):
        with pytest.raises(ConfigError, match="is not there"):
            ConfigFile(path)
        with pytest.raises(ConfigError, match="Is a directory"):
            ConfigFile(path.parent)
        os.mkfifo(path)
        with pytest.raises(ConfigError, match="is not a file"):
            ConfigFile(path)

    def test_file_that_says_nothing_means_the_defaults_and_windows_lines_are_no_fault(self, path):
        for content in ("", "# nothing\n", "~\n", "---\n", "{}\n", "\ufeff"):
            path.write_text(content, encoding="utf-8")
            assert ConfigFile(path).current == Config(), content
        path.write_bytes(b"\xef\xbb\xbfthreads: 3\r\ndoor:\r\n  open_seconds: 7\r\n")
        config = ConfigFile(path).current
        assert (config.threads, config.door.open_seconds) == (3, 7.0)


class TestChanges:
    @pytest.fixture
    def config(self, path: Path) -> ConfigFile:
        path.write_text("threads: 3\n")
        return ConfigFile(path)

    def test_saved_values_are_taken_over_once(self, config, path):
        assert [config.changed(), config.changed()] == [None, None]
        save(path, "threads: 4\n")
        fresh = config.changed()
        assert fresh is not None
        assert (fresh is config.current, fresh.threads, config.changed()) == (True, 4, None)
        save(path, "# a comment\nthreads: 4\n")  # the same values
        assert config.changed() is None
        path.write_text("threads: 12\n")  # in place
        assert (fresh := config.changed()) is not None
        assert fresh.threads == 12

    def test_broken_edit_or_a_deleted_file_is_told_once_and_changes_nothing(self, config, path):
        before = config.current
        for threads, spoil, told in (
            (5, lambda: save(path, "threads: many\n"), "line 1: threads"),
            (6, lambda: save(path, "threads: [\n"), "line 2"),
            (7, path.unlink, "is not there"),
        ):
            spoil()
            for _ in range(2):
                assert (config.changed(), config.current) == (None, before)
                assert told in config.fault_found
            save(path, f"threads: {threads}\n")
            assert (before := config.changed()) is not None
            assert (before.threads, config.fault_found) == (threads, None)

    def test_file_that_was_written_where_there_was_none_is_followed(self, path, monkeypatch):
        monkeypatch.chdir(path.parent)
        config = ConfigFile(None)
        path.write_text("threads: 7\n")
        assert config.changed() is None
        config.adopt(path)
        assert (fresh := config.changed()) is not None
        assert (fresh.threads, config.path, config.below("x")) == (7, path, path.parent / "x")
        save(path, "threads: 8\n")
        assert config.changed() is not None


yaml_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates() | st.binary(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12) | st.integers(), inner, max_size=4)
    ),
    max_leaves=12,
)
words = st.sampled_from(
    [*"-:?[]{},&*!|>'\"%@`#~\n\t ", "threads", "camera", "source", "k", "0x", "1e9", ".nan", "---", "...", "<<", ": ",
     "\n  ", "!!int", "!!bool ", "&a ", "*a", "%YAML 1.1\n", "'", "yes", "\u2028", "\x85", "2020-99-99", "1:60"]
)  # fmt: skip


def as_yaml(content: Any) -> bytes:
    stream = io.BytesIO()
    with contextlib.suppress(YAMLError, UnicodeError):  # what YAML cannot say
        YAML(typ="safe").dump(content, stream)
    return stream.getvalue()


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.binary(max_size=200)
    | st.lists(words, max_size=15).map(lambda found: "".join(found).encode())
    | st.dictionaries(st.sampled_from([*Config.model_fields, "other"]), yaml_values, max_size=4).map(as_yaml)
)
def test_anything_is_read_or_a_config_error(path, content):
    path.write_bytes(content)
    with contextlib.suppress(ConfigError):
        assert isinstance(ConfigFile(path).current, Config)
