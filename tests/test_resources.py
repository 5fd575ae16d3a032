"""What the product ships is found inside the installed package, or beside it in a checkout."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from kiosk import files
from kiosk.files import asset, shipped_weights
from kiosk.weights.catalogue import read_catalogue


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a package that holds nothing yet."""
    folder = tmp_path / "site" / "kiosk"
    folder.mkdir(parents=True)
    monkeypatch.setattr(files, "_PACKAGE", folder)
    monkeypatch.setattr(files, "_INSTALLED", folder / "shipped")
    return folder


def put(folder: Path, name: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("here")
    return path


@pytest.mark.parametrize(("find", "folder"), [(asset, "assets"), (shipped_weights, "weights")])
class TestShippedFiles:
    def test_installed_file_is_found_inside_the_package(self, package: Path, find, folder: str) -> None:
        inside = put(package, f"shipped/{folder}/a/b.txt")
        put(package.parent, f"{folder}/a/b.txt")
        assert find("a", "b.txt") == inside

    def test_file_of_a_checkout_is_found_beside_the_package(self, package: Path, find, folder: str) -> None:
        assert find("b.txt") == put(package.parent, f"{folder}/b.txt")

    def test_missing_file_is_named_where_a_checkout_would_have_it(self, package: Path, find, folder: str) -> None:
        assert find("none.txt") == package.parent / folder / "none.txt"

    def test_folder_itself_is_found(self, package: Path, find, folder: str) -> None:
        inside = put(package, f"shipped/{folder}/b.txt")
        assert find() == inside.parent


def test_working_directory_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = asset("style.qss")
    monkeypatch.chdir(tmp_path)
    assert asset("style.qss") == before
    assert before.is_absolute()


@pytest.mark.parametrize("path", [asset("style.qss"), asset("cascades"), shipped_weights()])
def test_product_ships_what_its_parts_ask_for(path: Path) -> None:
    assert path.exists()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what `pip install .` would put into site-packages."""
    folder = tmp_path_factory.mktemp("wheel")
    root = Path(__file__).parents[1]
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


def files_below(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def test_the_wheel_carries_what_the_checkout_has_at_its_top(installed: Path) -> None:
    root = Path(__file__).parents[1]
    assert files_below(installed / "kiosk/shipped/assets") == files_below(root / "assets")
    fetched = {Path(entry.file) for entry in read_catalogue().fetch}
    assert files_below(installed / "kiosk/shipped/weights") == files_below(root / "weights") - fetched


def test_the_wheel_works_from_any_folder(installed: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kiosk", "identify", str(installed / "kiosk/shipped/assets/demo/grace_hopper.jpg")]
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
    code = "import kiosk; print(kiosk.__file__)"
    where = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    )
    assert where.stdout.startswith(str(installed))
    command += ["--gallery", str(installed / "kiosk/shipped/assets/demo/gallery"), "--json"]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, check=False, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["faces"][0]["person"] == "Grace_Hopper"
