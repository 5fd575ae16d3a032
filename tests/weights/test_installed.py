import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.errors import WeightsError
from kiosk.weights.catalogue import Catalogue, CatalogueEntry, Known
from kiosk.weights.fetch import held_part, part_of
from kiosk.weights.installed import Installed, installed, remove
from kiosk.weights.manifest import MANIFEST, FileState

SHIPPED = b"what comes with the kiosk"
SHA256 = hashlib.sha256(SHIPPED).hexdigest()
MANIFEST_TEXT = f"""\
default.tflite:
  sha256: {SHA256}
  size: {len(SHIPPED)}
  source: a test
  licence: CC0-1.0
  rebuild: make weights
"""


@pytest.fixture
def shipped(tmp_path: Path, ship_weights: Callable[[Path], None]) -> Path:
    """A folder in place of the one that the kiosk ships."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    (folder / MANIFEST).write_text(MANIFEST_TEXT, encoding="utf-8")
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


def of(name: str, found: list[Installed]) -> Installed:
    return next(each for each in found if each.known.name == name)


def test_what_is_shipped_and_what_can_be_fetched_is_listed(shipped, own, catalogue, entry) -> None:
    default, small = installed(catalogue, own)
    assert default == Installed(
        catalogue.shipped[0], True, shipped / "default.tflite", len(SHIPPED), SHA256, "CC0-1.0", FileState.INTACT
    )
    assert small == Installed(entry, False, own / "small.onnx", entry.size, entry.sha256, "MIT", FileState.MISSING)


def test_a_folder_that_is_not_there_holds_nothing(shipped, tmp_path, catalogue) -> None:
    assert of("small", installed(catalogue, tmp_path / "none")).state is FileState.MISSING


def test_a_fetched_file_is_verified(shipped, own, catalogue, content) -> None:
    (own / "small.onnx").write_bytes(content)
    assert of("small", installed(catalogue, own)).state is FileState.INTACT
    (own / "small.onnx").write_bytes(content[:-1] + b"!")
    assert of("small", installed(catalogue, own)).state is FileState.ALTERED


def test_a_file_beside_what_is_shipped_counts_where_the_own_folder_has_none(shipped, own, catalogue, content) -> None:
    (shipped / "small.onnx").write_bytes(content)
    found = of("small", installed(catalogue, own))
    assert (found.state, found.path) == (FileState.INTACT, shipped / "small.onnx")


def test_an_unfinished_download_is_told(shipped, own, catalogue) -> None:
    part_of(own / "small.onnx").write_bytes(bytes(12))
    found = of("small", installed(catalogue, own))
    assert (found.state, found.fetched_bytes) == (FileState.MISSING, 12)


@pytest.mark.parametrize(("left", "state"), [(None, FileState.MISSING), (b"other", FileState.ALTERED)])
def test_a_damaged_installation_is_told(shipped, own, catalogue, left: bytes | None, state: FileState) -> None:
    (shipped / "default.tflite").unlink()
    if left:
        (shipped / "default.tflite").write_bytes(left)
    assert of("default", installed(catalogue, own)).state is state


def test_a_shipped_file_that_the_catalogue_does_not_know_is_a_fault(shipped, own, entry) -> None:
    with pytest.raises(WeightsError, match=r"default\.tflite: stands in the manifest, not in the catalogue"):
        installed(Catalogue(fetch=(entry,), shipped=()), own)


def test_a_fetched_file_is_removed_with_what_an_unfinished_download_left(own, entry, content) -> None:
    (own / "small.onnx").write_bytes(content)
    part_of(own / "small.onnx").write_bytes(b"half")
    (own / "other.onnx").touch()
    assert remove(entry, own) == own / "small.onnx"
    assert [path.name for path in own.iterdir()] == ["other.onnx"]


def test_an_unfinished_download_alone_is_removed(own, entry) -> None:
    part_of(own / "small.onnx").write_bytes(b"half")
    remove(entry, own)
    assert list(own.iterdir()) == []


def test_what_is_not_installed_is_not_removed(own, entry) -> None:
    for folder in (own, own / "none"):
        with pytest.raises(WeightsError, match=r"small: is not installed in .*; see `kiosk weights list`"):
            remove(entry, folder)
    assert list(own.iterdir()) == []


def test_a_link_is_removed_and_not_what_it_leads_to(own, entry, tmp_path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"precious")
    (own / "small.onnx").symlink_to(tmp_path / "elsewhere")
    remove(entry, own)
    assert list(own.iterdir()) == []
    assert (tmp_path / "elsewhere").read_bytes() == b"precious"


def test_what_is_being_fetched_is_not_removed(own, entry) -> None:
    with held_part(own / "small.onnx") as part:
        part.write(b"half")
        with pytest.raises(WeightsError, match="is being fetched by another process"):
            remove(entry, own)
    assert part_of(own / "small.onnx").exists()


def test_a_folder_under_the_files_name_is_not_removed(own, entry) -> None:
    (own / "small.onnx").mkdir()
    with pytest.raises(WeightsError, match=r"small\.onnx: cannot be removed: Is a directory"):
        remove(entry, own)
    assert (own / "small.onnx").is_dir()


def test_a_folder_of_a_name_too_long_holds_no_part(shipped, tmp_path, catalogue, content) -> None:
    (shipped / "small.onnx").write_bytes(content)
    found = of("small", installed(catalogue, tmp_path / ("x" * 300)))
    assert (found.state, found.fetched_bytes) == (FileState.INTACT, 0)
