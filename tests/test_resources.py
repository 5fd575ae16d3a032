"""What the product ships is found inside the installed package, or beside it in a checkout."""

from pathlib import Path

import pytest

from kiosk import resources


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a package that holds nothing yet."""
    folder = tmp_path / "site" / "kiosk"
    folder.mkdir(parents=True)
    monkeypatch.setattr(resources, "_PACKAGE", folder)
    return folder


def put(folder: Path, name: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("here")
    return path


@pytest.mark.parametrize(("find", "folder"), [(resources.asset, "assets"), (resources.weights, "weights")])
class TestShippedFiles:
    def test_installed_file_is_found_inside_the_package(self, package: Path, find, folder: str) -> None:
        inside = put(package, f"{folder}/a/b.txt")
        put(package.parent, f"{folder}/a/b.txt")
        assert find("a", "b.txt") == inside

    def test_file_of_a_checkout_is_found_beside_the_package(self, package: Path, find, folder: str) -> None:
        assert find("b.txt") == put(package.parent, f"{folder}/b.txt")

    def test_missing_file_is_named_where_a_checkout_would_have_it(self, package: Path, find, folder: str) -> None:
        assert find("none.txt") == package.parent / folder / "none.txt"

    def test_folder_itself_is_found(self, package: Path, find, folder: str) -> None:
        inside = put(package, f"{folder}/b.txt")
        assert find() == inside.parent


def test_working_directory_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = resources.asset("style.qss")
    monkeypatch.chdir(tmp_path)
    assert resources.asset("style.qss") == before
    assert before.is_absolute()


@pytest.mark.parametrize("path", [resources.asset("style.qss"), resources.asset("cascades"), resources.weights()])
def test_product_ships_what_its_parts_ask_for(path: Path) -> None:
    assert path.exists()
