import os
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest
from pydantic import Field, ValidationError

from kiosk.errors import WeightsError
from kiosk.files import faults_told, read_yaml
from kiosk.weights.specs import Spec

REMEDY = "mend it"


def read(folder: Path, content: str | bytes) -> dict[str, Any]:
    path = folder / "some.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_yaml(path, REMEDY)


def nested(depth: int) -> str:
    return "a: " + "[" * (depth - 1) + "]" * (depth - 1)


def test_keys_are_words_and_values_plain(tmp_path: Path) -> None:
    assert read(tmp_path, "a: [1, 2.5, x]\n3: {b: true}\n") == {"a": [1, 2.5, "x"], "3": {"b": True}}


def test_eight_levels_and_a_thousand_characters_are_enough(tmp_path: Path) -> None:
    assert read(tmp_path, nested(8) + "\nb: " + "x" * 1000)["b"] == "x" * 1000


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("[" * 4000, "is nested too deep in line 1"),
        ("{a: " * 4000, "is nested too deep in line 1"),
        ("- " * 4000 + "a", "is nested too deep in line 1"),
        ("b: 1\n" + nested(9), "is nested too deep in line 2"),
        ("a: !!bool x", r"uses a tag \(tag:yaml.org,2002:bool\) in line 1"),
        ('a: !!float ""', "uses a tag"),
        ("a: !own x", "uses a tag"),
        ("!!omap\n- a: b", "uses a tag"),
        ("!!" + "x" * 9000 + " {}", "uses a tag"),
        ("b: 1\na: &b [*b]", r"uses an alias \(&name, \*name\) in line 2"),
        ("a: &a {&a b: 1}", "uses an alias"),
        ("kind: 0x" + "f" * 5000, "has a value of 5002 characters in line 1"),
        ("k" * 1001 + ": 1", "has a value of 1001 characters"),
        ("a: 0b_", "is no YAML"),
        ("a: 2001-99-99", "is no YAML"),
        ("%YAML 1.1\n---\na: -_", "is no YAML"),
        ("? [[1]]\n: 1", "is no YAML"),
        ("a: 1\n\nb: {", "is no YAML: line 3: "),
        ("a: 1\na: 2", 'is no YAML: line 2: found duplicate key "a"'),
        ("a: 1\n--- \nb: 2", "is no YAML"),
        (b"\xff\x00\x81", "is no YAML"),
        (b"\xc3\x28: 1", "is no YAML"),
        ("", "holds no options"),
        ("- 1", "holds no options"),
        ("a: '" + "x" * 70_000 + "'", "is larger than 64 kB"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_what_no_such_file_needs_is_refused(tmp_path: Path, content: str | bytes, reason: str) -> None:
    with pytest.raises(WeightsError, match=rf"some\.yaml: {reason}.*; mend it") as raised:
        read(tmp_path, content)
    assert len(raised.value.reason) < 300


def test_a_file_that_is_no_file_or_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"some\.yaml: is not there; mend it"):
        read_yaml(tmp_path / "some.yaml", REMEDY)
    with pytest.raises(WeightsError, match="cannot be read: File name too long"):
        read_yaml(tmp_path / ("x" * 300), REMEDY)
    with pytest.raises(WeightsError, match="cannot be read: Is a directory"):
        read_yaml(tmp_path, REMEDY)
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(WeightsError, match="holds no options"):
        read_yaml(tmp_path / "pipe.yaml", REMEDY)


def test_whatever_is_written_there_no_other_exception_comes_out(tmp_path: Path) -> None:
    generator = np.random.default_rng(5)
    pieces = [
        "a: ",
        "0x",
        "0b",
        "0o",
        "_",
        "1",
        ".",
        "e",
        "+",
        "-",
        ":",
        "\n",
        "- ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "? ",
        "<<: ",
    ]
    pieces += [
        "2001-01-01",
        "T",
        "00:00",
        "&x ",
        "!!int ",
        "~",
        "'",
        '"',
        "%YAML 1.1\n---\n",
        "=",
        "\t",
        "|\n ",
        "#",
        "\0",
    ]
    read_well = 0
    for _ in range(1500):
        try:
            read_well += bool(read(tmp_path, "a: " + "".join(generator.choice(pieces, size=6))))
        except WeightsError:
            continue
    assert read_well > 50


# Faults ------------------------------------------------------------------------------------------------------------

Number = Annotated[float, Field(ge=-10, le=10)]


class Inner(Spec):
    mean: Number | Annotated[tuple[Number, Number, Number], Field(strict=False)] = 0.0
    size: int


class Outer(Spec):
    inner: Inner
    note: str | None = None


@pytest.mark.parametrize(
    ("inner", "told"),
    [
        ({"size": 1, "mean": "x"}, "inner.mean: Input should be a valid number"),
        ({"size": 1, "mean": {"x": 1}}, "inner.mean: Input should be a valid number"),
        ({"size": 1, "mean": 11}, "inner.mean: Input should be less than or equal to 10"),
        ({"size": 1, "mean": [1, 2]}, "inner.mean.2: Field required"),
        ({"size": 1, "mean": [1, 2, "x"]}, "inner.mean.2: Input should be a valid number"),
        ({"size": 1, "mean": [1, 2, 3, 4]}, "inner.mean: Tuple should have at most 3 items"),
        ({"mean": 1}, "inner.size: Field required"),
        ({"size": 1, "colour": 1}, "inner.colour: Extra inputs"),
        (None, "inner: Input should be"),
        (
            {"mean": "x", "width": 3},
            "inner.mean: Input should be a valid number; inner.size: Field required; inner.width",
        ),
    ],
    ids=str,
)
def test_a_fault_is_one_sentence_about_a_key_that_stands_in_the_file(inner: object, told: str) -> None:
    content = {"inner": inner}
    with pytest.raises(ValidationError) as raised:
        Outer.model_validate(content)
    found = faults_told(raised.value, content)
    assert found.startswith(told)
    assert found.count(";") == told.count(";")
    assert "constrained" not in found
    assert "tuple[" not in found
