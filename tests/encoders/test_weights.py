import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kiosk import resources
from kiosk.encoders.weights import MANIFEST, WeightsFile, manifest_entry, read_manifest, set_weights, verified_bytes
from kiosk.errors import WeightsError

CONTENT = b"the weights of a small network"
ENTRY = f"""\
small.tflite:
  sha256: {hashlib.sha256(CONTENT).hexdigest()}
  size: {len(CONTENT)}
  source: a test
  licence: CC0-1.0
  rebuild: make weights
  reference: [0.5, -0.25]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / MANIFEST).write_text(ENTRY, encoding="utf-8")
    (tmp_path / "small.tflite").write_bytes(CONTENT)
    return tmp_path


def test_an_entry_tells_what_a_file_is(folder: Path) -> None:
    assert manifest_entry("small.tflite", folder) == WeightsFile(
        file="small.tflite",
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        size=len(CONTENT),
        source="a test",
        licence="CC0-1.0",
        rebuild="make weights",
        reference=(0.5, -0.25),
    )


def test_the_file_described_is_read(folder: Path) -> None:
    assert verified_bytes(manifest_entry("small.tflite", folder), folder) == CONTENT


def test_every_shipped_file_is_the_one_in_the_manifest() -> None:
    entries = read_manifest()
    assert {"dlib_resnet.tflite", "dlib_landmarks.npz"} <= entries.keys()
    shipped = {path.name for path in resources.weights().iterdir()} - {MANIFEST}
    assert shipped == entries.keys()
    for entry in entries.values():
        assert len(verified_bytes(entry)) == entry.size
        assert entry.licence == "CC0-1.0"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "has 0 bytes instead of 30"),
        (CONTENT[:-1], "has 29 bytes instead of 30"),
        (CONTENT + b"!", "has more bytes instead of 30"),
        (CONTENT.replace(b"small", b"large"), "was altered"),
    ],
)
def test_an_altered_file_is_refused(folder: Path, content: bytes, reason: str) -> None:
    (folder / "small.tflite").write_bytes(content)
    with pytest.raises(WeightsError, match=reason):
        verified_bytes(manifest_entry("small.tflite", folder), folder)


def test_a_huge_file_in_its_place_is_not_read_whole(folder: Path) -> None:
    with (folder / "small.tflite").open("wb") as opened:
        opened.truncate(1 << 40)
    with pytest.raises(WeightsError, match="has more bytes"):
        verified_bytes(manifest_entry("small.tflite", folder), folder)


def test_a_missing_file_is_named_with_its_remedy(folder: Path) -> None:
    (folder / "small.tflite").unlink()
    with pytest.raises(WeightsError, match=r"small.tflite: cannot be read: No such file.*; run `make weights`"):
        verified_bytes(manifest_entry("small.tflite", folder), folder)


def test_a_folder_in_place_of_the_file_is_a_fault(folder: Path) -> None:
    (folder / "small.tflite").unlink()
    (folder / "small.tflite").mkdir()
    with pytest.raises(WeightsError, match="cannot be read: Is a directory"):
        verified_bytes(manifest_entry("small.tflite", folder), folder)


def test_a_file_that_the_manifest_does_not_name_is_refused(folder: Path) -> None:
    with pytest.raises(WeightsError, match=r"manifest.yaml: does not name other.tflite"):
        manifest_entry("other.tflite", folder)


def test_a_missing_manifest_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"manifest.yaml: is missing; run `make weights`"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "cannot be read"),
        ("just words", "cannot be read"),
        ("- a\n- list", "cannot be read"),
        ("small.tflite: 3", "cannot be read"),
        ("small.tflite: {", "cannot be read"),
        ("a: &a [*a]", "cannot be read"),
        (ENTRY + ENTRY, "duplicate key"),
        (ENTRY + "  colour: blue\n", "unknown key colour"),
        (ENTRY.replace("  licence: CC0-1.0\n", ""), "licence"),
        (ENTRY.replace("sha256: ", "sha256: x"), "sha256 is not 64"),
        (ENTRY.replace("size: 30", "size: -1"), "size is not a number of bytes"),
        (ENTRY.replace("size: 30", "size: thirty"), "size is not a number of bytes"),
        (ENTRY.replace("0.5", ".nan"), "reference is not a list of finite numbers"),
        (ENTRY.replace("0.5", "half"), "reference is not a list of finite numbers"),
        (ENTRY.replace("[0.5, -0.25]", "0.5"), "cannot be read"),
        (ENTRY.replace("small.tflite", "../small.tflite"), "not a plain file name"),
        (ENTRY.replace("small.tflite", "/etc/passwd"), "not a plain file name"),
    ],
)
def test_a_damaged_manifest_is_a_fault(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(WeightsError, match=reason):
        read_manifest(tmp_path)


def test_a_manifest_that_is_no_text_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes(b"\xff\xfe\x00\x80" * 20)
    with pytest.raises(WeightsError, match="cannot be read"):
        read_manifest(tmp_path)


@pytest.fixture
def model() -> Any:
    """Two dense layers of equal shape, and one without weights between them."""
    keras = pytest.importorskip("keras")
    layers = keras.layers
    model = keras.Sequential([layers.Dense(2, name="left"), layers.ReLU(name="relu"), layers.Dense(2, name="right")])
    model.build((None, 2))
    return model


def arrays(value: float) -> list[np.ndarray]:
    return [np.full((2, 2), value), np.full(2, value)]


def test_weights_go_to_the_layers_of_their_names_in_whatever_order_they_come(model: Any) -> None:
    set_weights(model, {"right": arrays(2), "left": arrays(1)}, "some.dat")
    assert model.get_layer("left").get_weights()[0].tolist() == [[1, 1], [1, 1]]
    assert model.get_layer("right").get_weights()[1].tolist() == [2, 2]


@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        ({"left": arrays(1)}, "layer right needs weights"),
        ({"left": arrays(1), "right": arrays(1), "third": arrays(1)}, "layer third needs weights None"),
        ({"left": arrays(1), "right": arrays(1)[:1]}, "layer right"),
        ({"left": arrays(1), "right": [np.zeros((2, 3)), np.zeros(2)]}, "layer right"),
    ],
)
def test_weights_that_do_not_fit_exactly_change_no_layer(
    model: Any, weights: dict[str, list[np.ndarray]], reason: str
) -> None:
    before = [array.copy() for array in model.get_weights()]
    with pytest.raises(WeightsError, match=f"some.dat: {reason}"):
        set_weights(model, weights, "some.dat")
    assert all(map(np.array_equal, before, model.get_weights()))
