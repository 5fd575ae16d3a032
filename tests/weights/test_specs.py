"""Specs: read, written, found by name in folders, and refused with their faults."""

from pathlib import Path
from typing import Annotated

import numpy as np
import pytest
from pydantic import Field, ValidationError

from kiosk.errors import WeightsError
from kiosk.weights.specs import Sha256, Spec, faults_told, find_spec, is_name, read_spec, spec_names, spec_text

DIGITS = "0123456789abcdef" * 4


class Part(Spec):
    size_px: int = Field(ge=1)
    margin: float = 0.0


class Small(Spec):
    sha256: Sha256
    words: str = "none"
    part: Part
    numbers: Annotated[tuple[float, ...], Field(strict=False)] = ()


GOOD = f"kind: thing\nsha256: {DIGITS}\npart: {{size_px: 4}}\n"


def write(folder: Path, name: str, text: str | bytes = GOOD) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_spec_written_is_the_spec_read(tmp_path: Path) -> None:
    numbers = tuple(np.random.default_rng(1).normal(scale=1e-5, size=200).tolist())
    spec = Small(
        sha256=DIGITS,
        words="a: b # 'c' \u00e9 & *d",
        part=Part(size_px=2, margin=1 / 3),
        numbers=(*numbers, 0.0, 1e300),
    )
    text = spec_text(spec, "thing")
    assert read_spec(write(tmp_path, "small", text), Small, "thing") == spec
    assert text.startswith(b"kind: thing\n")
    assert all(len(line) <= 120 and line == line.rstrip() for line in text.splitlines())


def test_each_fault_is_named_with_its_key(tmp_path: Path) -> None:
    faults = (
        ("size_px: 4", "size_px: 4, colour: blue", "part.colour: is not known"),
        ("size_px: 4", "size_px: four", "part.size_px: a whole number was expected"),
        ("size_px: 4", "margin: 1", "part.size_px: is missing"),
        ("size_px: 4", "size_px: 4, margin: .nan", "part.margin: a number was expected"),
        ("{size_px: 4}", "[4]", "part: names with values"),
        (DIGITS, DIGITS.upper(), "sha256: a text of the form"),
        ("words: x", "? [a, b]\n: x", "is not known"),
        ("kind: thing", "kind: detector", "kind is 'detector', not 'thing'"),
        ("kind: thing", "", "kind is None, not 'thing'"),
        ("kind: thing", f"kind: [{'x, ' * 500}]", "kind is ["),
    )
    for old, new, reason in faults:
        path = write(tmp_path, "small", (GOOD + "words: x\n").replace(old, new))
        with pytest.raises(WeightsError) as raised:
            read_spec(path, Small, "thing")
        assert reason in raised.value.reason, new[:40]
        assert raised.value.remedy == "compare it with weights/dlib_resnet.yaml"
        assert len(str(raised.value)) < len(str(path)) + 400


def test_a_few_lines_that_stand_for_more_than_memory_holds_are_refused_at_once(tmp_path: Path) -> None:
    lines = [f"l{at}: &l{at} [{', '.join([f'*l{at - 1}'] * 9)}]" for at in range(1, 40)]
    bomb = "\n".join(["l0: &l0 [lol]", *lines, "kind: *l39", "? *l39\n: x"])
    with pytest.raises(WeightsError, match="aliases"):
        read_spec(write(tmp_path, "small", bomb), Small, "thing")
    assert spec_names([tmp_path], "thing") == ("small",)


def test_many_faults_are_told_in_one_sentence(tmp_path: Path) -> None:
    many = "".join(f"wrong{at}{'g' * 900 if at == 1 else ''}: {at}\n" for at in range(12))
    with pytest.raises(WeightsError) as raised:
        read_spec(write(tmp_path, "small", GOOD + many), Small, "thing")
    assert "wrong0: is not known" in raised.value.reason
    assert raised.value.reason.endswith("and 7 more")
    assert len(raised.value.reason) < 1000


def test_files_of_other_names_are_no_specs(tmp_path: Path) -> None:
    for name in ("manifest", "catalogue", "Upper", "with-dash", ".hidden", "", "\u00e9"):
        write(tmp_path, name)
        assert spec_names([tmp_path], "thing") == (), name
        assert not is_name(name)
        with pytest.raises(WeightsError, match="has no spec in"):
            find_spec(name, [tmp_path])


def test_a_name_never_leads_to_another_folder(tmp_path: Path) -> None:
    write(tmp_path, "small")
    (tmp_path / "sub").mkdir()
    for name in ("../small", "/etc/passwd", "sub/small", "small.yaml", "small\0", "x" * 500):
        with pytest.raises(WeightsError, match=r"has no spec in .*; see `kiosk encoders`") as raised:
            find_spec(name, [tmp_path / "sub"])
        assert len(str(raised.value)) < len(str(tmp_path)) + 200


# Faults ------------------------------------------------------------------------------------------------------------

Number = Annotated[float, Field(ge=-10, le=10)]


class Inner(Spec):
    mean: Number | Annotated[tuple[Number, Number, Number], Field(strict=False)] = 0.0
    size: int


class Outer(Spec):
    inner: Inner
    note: str | None = None


def test_a_fault_is_one_sentence_about_a_key_that_stands_in_the_file() -> None:
    faults: tuple[tuple[object, str], ...] = (
        ({"size": 1, "mean": "x"}, "inner.mean: a number was expected"),
        ({"size": 1, "mean": 11}, "inner.mean: a number of at most 10 was expected"),
        ({"size": 1, "mean": [1, 2]}, "inner.mean.2: is missing"),
        (None, "inner: names with values"),
        (
            {"mean": "x", "width": 3},
            "inner.mean: a number was expected; inner.size: is missing; inner.width",
        ),
    )
    for inner, told in faults:
        content = {"inner": inner}
        with pytest.raises(ValidationError) as raised:
            Outer.model_validate(content)
        found = str(faults_told(raised.value, content))
        assert found.startswith(told)
        assert found.count(";") == told.count(";")
        assert "constrained" not in found
        assert "tuple[" not in found
