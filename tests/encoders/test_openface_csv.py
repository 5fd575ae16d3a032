import os
from pathlib import Path

import numpy as np
import pytest

from kiosk.encoders.openface import read_tensors
from kiosk.errors import WeightsError

SHAPES = {"conv1_w": (2, 3, 1, 2), "conv1_b": (2,), "bn1_v": (2,)}
SPARE = {"conv1_m": (2,)}
TENSORS = {
    "conv1_w": "0.5,-0.25,3,4,5,6,7,8,9,10,11,1.0938501358032e-05\n",
    "conv1_b": "-1,2\n",
    "bn1_v": "0.0061478530988097,1e-06\n",
    "conv1_m": "1,1\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in TENSORS.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="ascii")
    return tmp_path


def fault(folder: Path) -> str:
    with pytest.raises(WeightsError) as raised:
        read_tensors(folder, SHAPES, SPARE)
    assert raised.value.thing == str(folder)
    return raised.value.reason


def test_every_tensor_is_read_in_its_order(folder: Path) -> None:
    found = read_tensors(folder, SHAPES, SPARE)
    assert list(found) == list(SHAPES)
    assert {tensor.dtype for tensor in found.values()} == {np.dtype(np.float32)}
    assert found["conv1_w"].tolist()[0] == [[[0.5, -0.25]], [[3, 4]], [[5, 6]]]
    assert found["conv1_w"][1, 2, 0, 1] == np.float32(1.0938501358032e-05)
    assert found["bn1_v"].tolist() == [np.float32(0.0061478530988097), np.float32(1e-6)]


def test_a_spare_file_may_be_absent(folder: Path) -> None:
    (folder / "conv1_m.csv").unlink()
    assert read_tensors(folder, SHAPES, SPARE).keys() == SHAPES.keys()


def test_lines_separate_numbers_too(folder: Path) -> None:
    (folder / "conv1_b.csv").write_bytes(b"-1\r\n2\r\n")
    assert read_tensors(folder, SHAPES, SPARE)["conv1_b"].tolist() == [-1, 2]


def test_float32_survives_being_written_with_all_its_digits(folder: Path) -> None:
    tensor = np.random.default_rng(1).normal(0, 1e-20, 12).astype(np.float32)
    np.savetxt(folder / "conv1_w.csv", tensor[None], delimiter=",")
    assert np.array_equal(read_tensors(folder, SHAPES, SPARE)["conv1_w"].ravel(), tensor)


def test_files_of_other_kinds_and_hidden_ones_do_not_matter(folder: Path) -> None:
    for name in ("manifest.yaml", "dlib_resnet.tflite", ".DS_Store", "._conv1_b.csv"):
        (folder / name).write_bytes(b"\0")
    assert read_tensors(folder, SHAPES, SPARE).keys() == SHAPES.keys()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"1", r"has 1 numbers instead of 2 for shape \(2,\)"),
        (b"1,2,3", "has 3 numbers instead of 2"),
        (b"1,2,", "is no list of numbers"),
        (b"1;2", "is no list of numbers"),
        (b"<!DOCTYPE html>", "is no list of numbers"),
        (b"version https://git-lfs.github.com/spec/v1", "is no list of numbers"),
        (b"nan,1", "has 1 numbers that are not finite"),
        (b"inf,-inf", "has 2 numbers that are not finite"),
        (b"1e39,1", "has 1 numbers that are not finite"),
        (b"\xff\xfe1,2", "is no text"),
        (b"\0" * 20, "is no list of numbers"),
        (b"1," * 1000, "has more than the 96 bytes that its tensor can need"),
    ],
)
def test_a_damaged_file_is_named(folder: Path, content: bytes, reason: str) -> None:
    (folder / "conv1_b.csv").write_bytes(content)
    assert fault(folder).count(".csv") == 1
    with pytest.raises(WeightsError, match=f"conv1_b.csv {reason}"):
        read_tensors(folder, SHAPES, SPARE)


def test_a_variance_below_zero_is_named(folder: Path) -> None:
    (folder / "bn1_v.csv").write_text("1,-1e-9", encoding="ascii")
    assert fault(folder) == "bn1_v.csv has a variance below zero"


def test_a_damaged_spare_file_is_named(folder: Path) -> None:
    (folder / "conv1_m.csv").write_text("1,2,3", encoding="ascii")
    assert fault(folder).startswith("conv1_m.csv has 3 numbers")


def test_all_faults_stand_in_one_error(folder: Path) -> None:
    (folder / "bn1_v.csv").unlink()
    (folder / "conv1_b.csv").write_text("1", encoding="ascii")
    (folder / "conv1_w.csv").write_text("x", encoding="ascii")
    (folder / "bn9_w.csv").write_text("1", encoding="ascii")
    assert fault(folder).split(", ", 1)[0] == "bn1_v.csv is missing"
    for part in ("conv1_b.csv has 1", "conv1_w.csv is no list", "bn9_w.csv belongs to no tensor"):
        assert part in fault(folder)


@pytest.mark.parametrize("name", ["CONV1_B.csv", "conv1_b.CSV", "conv1_b (1).csv"])
def test_a_second_file_for_a_tensor_is_surplus(folder: Path, name: str) -> None:
    (folder / name).write_text("1,2", encoding="ascii")
    assert fault(folder) == f"{name} belongs to no tensor"


def test_a_name_in_another_case_is_another_name(folder: Path) -> None:
    (folder / "bn1_v.csv").rename(folder / "BN1_V.csv")
    assert fault(folder) == "bn1_v.csv is missing, BN1_V.csv belongs to no tensor"


def test_thousands_of_surplus_files_are_counted(folder: Path) -> None:
    for number in range(1050):
        (folder / f"{number:04}.csv").touch()
    assert fault(folder).endswith("0049.csv belongs to no tensor, 1000 more belong to none")


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("nowhere")])
def test_what_is_no_file_is_named(folder: Path, make) -> None:
    (folder / "conv1_b.csv").unlink()
    make(folder / "conv1_b.csv")
    assert fault(folder) == "conv1_b.csv is no file"


def test_a_huge_file_is_not_read_whole(folder: Path) -> None:
    with (folder / "conv1_b.csv").open("wb") as opened:
        opened.truncate(1 << 40)
    assert fault(folder) == "conv1_b.csv has more than the 96 bytes that its tensor can need"


def test_a_link_to_a_file_is_followed(folder: Path) -> None:
    (folder / "conv1_b.csv").rename(folder / "elsewhere")
    (folder / "conv1_b.csv").symlink_to("elsewhere")
    assert read_tensors(folder, SHAPES, SPARE)["conv1_b"].tolist() == [-1, 2]


@pytest.mark.parametrize(("name", "reason"), [("absent", "No such file"), ("conv1_b.csv", "Not a directory")])
def test_what_is_no_folder_is_named(folder: Path, name: str, reason: str) -> None:
    assert fault(folder / name).startswith(f"cannot be listed: {reason}")
