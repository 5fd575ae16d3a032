"""The catalogue, what of it is installed, and detectors in files."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.errors import WeightsError
from kiosk.files import folder_lock, shipped_weights
from kiosk.weights.catalogue import (
    CATALOGUE,
    Catalogue,
    CatalogueEntry,
    Known,
    how_to_get,
    installed,
    read_catalogue,
)
from kiosk.weights.fetch import busy, remove
from kiosk.weights.manifest import MANIFEST, FileState, read_manifest

ONE = """\
fetch:
  - name: small
    kind: encoder
    file: small.onnx
    url: https://example.org/small.onnx
    size: 30
    sha256: 0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79
    licence: MIT
    note: Made for a test.
shipped:
  - {name: other, kind: encoder, file: other.tflite, note: Comes along.}
"""


@pytest.fixture
def read(tmp_path: Path, ship_weights: Callable[[Path], None]) -> Callable[[str], Catalogue]:
    """read(text): the catalogue with that text."""
    ship_weights(tmp_path)

    def write_and_read(text: str) -> Catalogue:
        (tmp_path / CATALOGUE).write_text(text, encoding="utf-8")
        return read_catalogue()

    return write_and_read


def test_the_shipped_catalogue_names_files_of_the_opencv_model_zoo() -> None:
    catalogue = read_catalogue()
    sface, (yunet,) = catalogue.entry("sface"), [each for each in catalogue.shipped if each.name == "yunet"]
    assert (sface.file, sface.size, sface.licence) == ("face_recognition_sface_2021dec.onnx", 38_696_353, "Apache-2.0")
    for known in (sface, yunet):
        assert (known.url or "").startswith("https://media.githubusercontent.com/media/opencv/opencv_zoo/")
    assert {known.file for known in catalogue.shipped} == read_manifest().keys()
    for entry in catalogue.fetch:
        assert entry.url.startswith("https://")
        assert "/main/" not in entry.url, "a branch moves"
        spec = shipped_weights(f"{entry.name}.yaml").read_text(encoding="utf-8")
        assert all(value in spec for value in (entry.file, entry.sha256, str(entry.size), f"licence: {entry.licence}"))
    for known in (*catalogue.fetch, *catalogue.shipped):
        assert (known.figure is None) == (known.whose is None), known.name


def test_a_name_that_is_not_known_is_answered_with_the_nearest() -> None:
    answers = {
        "sfac": "are not known; did you mean 'sface'",
        "": "are not known; see `kiosk weights list`",
        "x" * 9999: "are not known; see `kiosk weights list`",
        "dlib_resnet": "dlib_resnet: comes with the kiosk",
    }
    for name, answer in answers.items():
        with pytest.raises(WeightsError, match=answer) as raised:
            read_catalogue().entry(name)
        assert len(str(raised.value)) < 200, name


def test_a_missing_or_damaged_catalogue_is_a_fault(tmp_path: Path, read: Callable[[str], Catalogue]) -> None:
    assert read(ONE).entry("small").size == 30
    damaged = (
        ("just words", "were expected"),
        ("fetch: []", "shipped: is missing"),
        (ONE + "colour: blue\n", "colour: is not known"),
        (ONE.replace("kind: encoder\n    file", "kind: landmarks\n    file"), "fetch.0.kind"),
        (ONE.replace("https", "file"), "fetch.0.url"),
        (ONE.replace("file: small.onnx", "file: ../small.onnx"), "fetch.0.file"),
        (ONE.replace("    licence: MIT\n", ""), "fetch.0.licence: is missing"),
        (ONE.replace("name: other", "name: small"), "small stands there twice"),
        (ONE.replace("other.tflite", "small.onnx"), "small.onnx stands there twice"),
    )
    for text, reason in damaged:
        with pytest.raises(WeightsError, match=f"catalogue.yaml.*({reason}).*; install kiosk again"):
            read(text)
    (tmp_path / CATALOGUE).unlink()
    with pytest.raises(WeightsError, match=r"is not there; install kiosk again"):
        read_catalogue()


def test_a_fault_says_how_to_get_the_file(tmp_path: Path, ship_weights: Callable[[Path], None]) -> None:
    sface, by_hand = read_catalogue().entry("sface"), "put the file there that its spec describes"
    assert how_to_get(sface.file, sface.sha256) == "type: kiosk weights fetch sface"
    assert how_to_get("dlib_resnet.tflite", "0" * 64) == "install kiosk again"
    for file, sha256 in (("mine.onnx", sface.sha256), (sface.file, "0" * 64)):
        assert how_to_get(file, sha256) == by_hand
    ship_weights(tmp_path)  # without a catalogue
    assert how_to_get(sface.file, sface.sha256) == by_hand


# Installed ---------------------------------------------------------------------------------------------------------

SHIPPED = b"what comes with the kiosk"
SHA256 = hashlib.sha256(SHIPPED).hexdigest()


@pytest.fixture
def shipped(tmp_path: Path, ship_weights: Callable[[Path], None]) -> Path:
    """A folder in place of the one that the kiosk ships."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    (folder / MANIFEST).write_text(
        f"default.tflite: {{sha256: {SHA256}, size: {len(SHIPPED)}, source: a test, licence: CC0-1.0, rebuild: make}}\n"
    )
    (folder / "default.tflite").write_bytes(SHIPPED)
    ship_weights(folder)
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


@pytest.fixture
def catalogue(entry: CatalogueEntry) -> Catalogue:
    default = Known(name="default", kind="encoder", file="default.tflite", note="Comes along.")
    return Catalogue(fetch=(entry,), shipped=(default,))


def test_what_is_shipped_and_what_can_be_fetched_is_listed_with_its_state(shipped, own, catalogue, content) -> None:
    default, small = installed(catalogue, own)
    assert (default.known, default.shipped, default.path) == (catalogue.shipped[0], True, shipped / "default.tflite")
    assert (default.facts.size, default.facts.sha256, default.state) == (len(SHIPPED), SHA256, FileState.INTACT)
    assert (small.known, small.path, small.state) == (catalogue.fetch[0], own / "small.onnx", FileState.MISSING)
    (shipped / "small.onnx").write_bytes(content)
    assert installed(catalogue, own / "none")[1].path == shipped / "small.onnx"
    (own / "small.onnx").write_bytes(content[:-1] + b"!")
    (shipped / "default.tflite").unlink()
    assert [each.state for each in installed(catalogue, own)] == [FileState.MISSING, FileState.ALTERED]
    with pytest.raises(WeightsError, match=r"default\.tflite: stands in the manifest, not in the catalogue"):
        installed(Catalogue(fetch=catalogue.fetch, shipped=()), own)


def test_a_fetched_file_is_removed_and_nothing_else(own, entry, tmp_path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"precious")
    (own / "other.onnx").touch()
    path = own / "small.onnx"
    path.symlink_to(tmp_path / "elsewhere")
    with folder_lock(own, busy(own)), pytest.raises(WeightsError, match="another process is fetching"):
        remove(entry, own)
    assert remove(entry, own) == path
    assert [each.name for each in own.iterdir()] == ["other.onnx"]
    assert (tmp_path / "elsewhere").read_bytes() == b"precious"
    for folder in (own, own / "none"):
        with pytest.raises(WeightsError, match=r"small: is not installed in .*; see `kiosk weights list`"):
            remove(entry, folder)
    path.mkdir()
    with pytest.raises(WeightsError, match=r"small\.onnx: cannot be removed: Is a directory"):
        remove(entry, own)
