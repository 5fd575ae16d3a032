"""Other values in config.yaml: nothing else of the text changes, and what comes out says what was asked for."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.config import Config
from kiosk.config.file import understood
from kiosk.config.saving import edited, new_file
from kiosk.config.schema import Kind, Value, objection, options, value_of, values
from kiosk.errors import ConfigError

PATH = Path("config.yaml")
# Encoder and stranger rate are not set there.
SHIPPED = (
    (Path(__file__).parents[2] / "config.yaml")
    .read_text(encoding="utf-8")
    .replace("#encoder: ", "encoder: ")
    .replace("#stranger_rate: ", "stranger_rate: ")
)


def after(text: str, **changes: Value) -> str:
    """The text with these options changed; "__" stands for the dot of a key."""
    named = {key.replace("__", "."): value for key, value in changes.items()}
    fresh = edited(PATH, text.encode(), named).decode()
    config = understood(PATH, fresh.encode())
    assert {key: value_of(config, key) for key in named} == named
    return fresh


def lines_changed(before: str, now: str) -> list[str]:
    old, new = before.splitlines(), now.splitlines()
    assert len(old) == len(new)
    return [line for was, line in zip(old, new, strict=True) if was != line]


class TestShippedFile:
    @pytest.mark.parametrize("info", options()[::3], ids=lambda info: info.key)
    def test_one_option_changes_one_line(self, info: Any) -> None:
        other: dict[Kind, Value] = {
            Kind.FLAG: info.default is False,
            Kind.TEXT: "de" if info.key == "screen.language" else "other/place.txt",
            Kind.CHOICE: next((choice for choice in info.choices if choice != info.default), ""),
            Kind.ENCODER: ["dlib_resnet", "sface"],
            Kind.BY_ENCODER: {"dlib_resnet": 0.36},
        }
        value = other.get(info.kind)
        if info.kind in {Kind.WHOLE, Kind.NUMBER}:
            down = info.default == info.maximum or info.key == "decision.k"
            value = info.default + (-1 if down else 1)
            value = 0.5 if info.maximum == 1 else value
        fresh = after(SHIPPED, **{info.key.replace(".", "__"): value})
        (line,) = lines_changed(SHIPPED, fresh)
        assert line.strip().startswith(f"{info.key.rpartition('.')[2]}: ")

    def test_comments_stay_in_their_column(self) -> None:
        (line,) = lines_changed(SHIPPED, after(SHIPPED, decision__retry_seconds=12.25))
        assert line.index("#") == 32

    def test_value_that_reaches_into_the_comments_keeps_a_space(self) -> None:
        (line,) = lines_changed(SHIPPED, after(SHIPPED, gallery__folder="/srv/pictures/of/everybody/here"))
        assert "/srv/pictures/of/everybody/here #" in line

    def test_several_at_once(self) -> None:
        fresh = after(SHIPPED, decision__k=9, decision__n=12, voice__text="Hallo {names}!", encoder="sface")
        assert len(lines_changed(SHIPPED, fresh)) == 4

    def test_there_and_back_is_the_same_text(self) -> None:
        there = after(SHIPPED, matching__threshold={"dlib_resnet": 0.4}, voice__name="de", door__open_seconds=7.5)
        assert after(there, matching__threshold="auto", voice__name="", door__open_seconds=5.0) == SHIPPED

    def test_nothing_new_changes_nothing(self) -> None:
        assert edited(PATH, SHIPPED.encode(), values(Config())) == SHIPPED.encode()


class TestLayouts:
    @pytest.mark.parametrize(
        ("before", "changes", "now"),
        [
            ("", {"threads": 3}, "threads: 3\n"),
            ("# mine\n", {"threads": 3}, "# mine\nthreads: 3\n"),
            ("threads: 3", {"decision__k": 2}, "threads: 3\n\ndecision:\n  k: 2\n"),
            ("decision:\n  k: 2\n", {"threads": 3}, "decision:\n  k: 2\nthreads: 3\n"),
            ("decision:\n    k: 2 # two\n\nthreads: 3\n", {"decision__n": 8}, None),
            ("door: {open_seconds: 5.0}\n", {"door__open_seconds": 6.5}, "door: {open_seconds: 6.5}\n"),
            ("decision: {k: 2}\n", {"decision__n": 9}, "decision: {k: 2, n: 9}\n"),
            ("voice:\n  text: 'Hello'  # said\n", {"voice__text": "Hi"}, 'voice:\n  text: "Hi"     # said\n'),
            ("camera:\n  source: 0\n", {"camera__source": "0"}, 'camera:\n  source: "0"\n'),
            ("camera:\n  source: '0'\n", {"camera__source": 0}, "camera:\n  source: 0\n"),
            ("encoder: [a, b]   # two\n", {"encoder": {"a": 1.0, "b": 0.5}}, "encoder: {a: 1.0, b: 0.5} # two\n"),
            ("encoder:\n  - a\n  - b\n", {"encoder": "sface"}, "encoder: sface\n"),
            (
                "matching:\n  threshold:\n    sface: 0.9  # measured\n",
                {"matching__threshold": {"sface": 1.05}},
                "matching:\n  threshold:\n    sface: 1.05 # measured\n",
            ),
            (
                "matching:\n  threshold:\n    sface: 0.9\n",
                {"matching__threshold": {"sface": 0.9, "dlib_resnet": 0.4}},
                "matching:\n  threshold:\n    sface: 0.9\n    dlib_resnet: 0.4\n",
            ),
            ("matching:\n  threshold:\n    sface: 0.9\n", {"matching__threshold": "auto"}, None),
            ("matching:\n  threshold:\n    a: 0.9\n    b: 0.8\n", {"matching__threshold": {"b": 0.7}}, None),
            ("voice:\n  text: |\n    Hello\n    you\n", {"voice__text": "Hi"}, None),
            ("voice: {text: Hello,\n  name: x}\n", {"voice__name": "", "voice__volume": 0.5}, None),
            ("---\nthreads: 2\n...\n", {"threads": 3}, "---\nthreads: 3\n...\n"),
            ("---\nthreads: 2\n...\n", {"decision__k": 2}, None),
            ("{threads: 2}\n", {"decision__k": 2}, None),
            ("? threads\n: 2\n", {"threads": 4}, "? threads\n: 4\n"),
        ],
    )
    def test_value_finds_its_place(self, before: str, changes: dict[str, Value], now: str | None) -> None:
        fresh = after(before, **changes)
        assert now is None or fresh == now

    def test_windows_lines_and_byte_order_mark_stay(self) -> None:
        before = "\ufeffthreads: 2\r\ndecision:\r\n  k: 2   # few\r\n# end\r\n"
        assert after(before, threads=12) == before.replace("threads: 2", "threads: 12")
        fresh = after(before, decision__n=9, door__open_seconds=2.0, matching__margin={"sface": 0.1})
        assert fresh.startswith("\ufeff")
        assert "\n" not in fresh.replace("\r\n", "")
        assert "  k: 2   # few\r\n  n: 9\r\n# end" in fresh

    def test_new_line_comes_below_the_comments_of_the_last_one(self) -> None:
        before = "decision:\n  k: 2      # frames\n            # that agree\n\n# the door\ndoor:\n  open_seconds: 3.0\n"
        assert "agree\n  n: 7\n\n# the door\n" in after(before, decision__n=7)

    def test_new_file_says_only_what_is_changed(self) -> None:
        fresh = new_file(PATH, {"screen.theme": "dark", "decision.k": 2}).decode()
        assert fresh.startswith("# ")
        assert fresh.endswith("screen:\n  theme: dark\n\ndecision:\n  k: 2\n")


class TestFaults:
    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"decision.k": 99}, "No more frames can agree"),
            ({"threads": 65}, "threads"),
            ({"voice.text": "{nobody}"}, "names"),
            ({"screen.language": "de: {a"}, "screen.language"),
        ],
    )
    def test_configuration_that_would_not_be_valid_is_refused(self, changes: dict[str, Value], told: str) -> None:
        with pytest.raises(ConfigError, match=told):
            edited(PATH, SHIPPED.encode(), changes)

    @pytest.mark.parametrize("content", ["threads: many\n", "threads: [\n", "a: &a 1\nb: *a\n", "no_such: 1\n"])
    def test_text_that_is_no_configuration_is_not_touched(self, content: str) -> None:
        with pytest.raises(ConfigError, match="line"):
            edited(PATH, content.encode(), {"threads": 2})

    def test_file_does_not_grow_beyond_what_is_read_again(self) -> None:
        full = "threads: 2\n# " + "x" * (64 * 1024 - 13)
        assert len(full) == 64 * 1024
        assert b"threads: 3" in edited(PATH, full.encode(), {"threads": 3})
        with pytest.raises(ConfigError, match="cannot be changed here"):
            edited(PATH, full.encode(), {"decision.k": 2})


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
nasty = st.sampled_from(
    ["true", "null", "~", "on", "1.0", "0x1f", "- a", "a: b", "a #b", "'", '"', "{a}", "[", "%", "é"]
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["", "threads: 2 # few\r\n", "voice: {text: a}\n", "encoder:\n  - a\nvoice:\n  name: |\n    a\n"]),
    st.fixed_dictionaries(
        {},
        optional={
            "voice.name": texts | nasty,
            "voice.text": texts | nasty,
            "gallery.folder": texts | nasty,
            "threads": st.integers(0, 65),
            "door.open_seconds": st.floats(0, 61),
            "matching.margin": st.dictionaries(nasty, st.floats(0, 1), max_size=3),
            "encoder": st.lists(nasty, min_size=1, max_size=3),
            "voice.enabled": st.booleans(),
        },
    ),
)
def test_any_value_is_written_so_that_it_is_read_again(text: str, changes: dict[str, Value]) -> None:
    before = values(understood(PATH, text.encode()))
    changes = {key: "auto" if value == {} else value for key, value in changes.items()}
    if objection(before, changes):
        with pytest.raises(ConfigError):
            edited(PATH, text.encode(), changes)
        return
    fresh = understood(PATH, edited(PATH, text.encode(), changes))
    assert values(fresh) == {**before, **changes}
