"""Shipped files, atomic writes, the lock of a folder, and guarded reading of YAML."""

import errno
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from kiosk import files
from kiosk.errors import GalleryError, WeightsError
from kiosk.files import asset, atomic_write, atomic_write_all, folder_lock, read_yaml, shipped_weights, write_files
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


def test_files_are_found_in_the_installed_package_or_beside_it_in_a_checkout(package: Path) -> None:
    for find, folder in ((asset, "assets"), (shipped_weights, "weights")):
        assert find("b.txt") == package.parent / folder / "b.txt"
    for find, folder in ((asset, "assets"), (shipped_weights, "weights")):
        inside = put(package, f"shipped/{folder}/a/b.txt")
        assert find("a", "b.txt") == inside
        assert inside.is_absolute()


# Writing -----------------------------------------------------------------------------------------------------------


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_file_is_replaced_as_a_whole_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    atomic_write(path, b"first")
    path.chmod(0o640)

    def write(beside: Path) -> None:
        assert (beside.parent, beside.suffix, path.read_bytes()) == (tmp_path, ".npz", b"first")
        beside.write_bytes(b"second")

    atomic_write(path, write)
    assert contents(tmp_path) == {"a.npz": b"second"}
    assert path.stat().st_mode & 0o777 == 0o640
    atomic_write(path, b"third", mode=0o600)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_writer_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    def write(path: Path) -> None:
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    (tmp_path / "a.npz").write_bytes(b"before")
    with pytest.raises(KeyboardInterrupt):
        atomic_write(tmp_path / "a.npz", write)
    assert contents(tmp_path) == {"a.npz": b"before"}
    (tmp_path / f"{files.PARTIAL}of-a-killed-one.npz").write_bytes(b"half")
    files.clear_partials(tmp_path, ".npz")
    assert contents(tmp_path) == {"a.npz": b"before"}


def test_content_is_on_the_disk_before_its_name_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    sync, replace = os.fsync, Path.replace

    def noted_sync(descriptor: int) -> None:
        name = Path(f"/proc/self/fd/{descriptor}").resolve().name
        order.append("file" if name.startswith(files.PARTIAL) else name)
        sync(descriptor)

    def noted_replace(self: Path, target: Path) -> Path:
        order.append("renamed")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    atomic_write(tmp_path / "a.npz", b"content")
    assert order == ["file", "renamed", tmp_path.name]


def test_a_new_file_never_takes_the_place_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*arguments: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    for name in ("with links", "without"):
        atomic_write(tmp_path / name, b"new", overwrite=False)
        with pytest.raises(FileExistsError):
            atomic_write(tmp_path / name, b"newer", overwrite=False)
        monkeypatch.setattr(os, "link", no_links)
    assert contents(tmp_path) == {"with links": b"new", "without": b"new"}


def test_several_files_are_put_in_place_when_all_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    atomic_write_all(tmp_path, {"a": b"first", "b": b"first"})
    write = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if content == b"too much":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        atomic_write_all(tmp_path, {"a": b"second", "b": b"too much"})
    assert contents(tmp_path) == {"a": b"first", "b": b"first"}


def test_a_file_that_names_another_comes_after_it_and_what_cannot_be_written_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").mkdir()
    with pytest.raises(WeightsError, match="cannot be written: Is a directory; name another folder with --out"):
        write_files(tmp_path, {"a.tflite": b"network", "b.yaml": b"its spec"})
    assert (tmp_path / "a.tflite").read_bytes() == b"network"
    with pytest.raises(WeightsError, match="cannot be written"):
        write_files(tmp_path / "a.tflite", {"a.npz": b"a"})


# Locking -----------------------------------------------------------------------------------------------------------

BUSY = GalleryError("images", "is busy", "wait")
HOLD = """
import sys, time
from pathlib import Path
from kiosk.errors import KioskError
from kiosk.files import folder_lock
with folder_lock(Path(sys.argv[1]), KioskError("a", "b", "c")):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_folder_is_locked_for_one_at_a_time_until_the_holder_ends(tmp_path: Path) -> None:
    with folder_lock(tmp_path, BUSY) as locked:
        assert locked
        with pytest.raises(GalleryError, match="is busy"), folder_lock(tmp_path, BUSY, 0.05):
            pass
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(GalleryError), folder_lock(tmp_path, BUSY):
            pass
        holder.kill()
    with folder_lock(tmp_path, BUSY, 10.0) as locked:
        assert locked
    assert list(tmp_path.iterdir()) == []


def test_a_share_without_locks_is_used_without_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def without(descriptor: int, *, blocking: bool) -> bool:
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(files, "lock_descriptor", without)
    with folder_lock(tmp_path, BUSY) as locked:
        assert not locked
    with pytest.raises(FileNotFoundError), folder_lock(tmp_path / "none", BUSY):
        pass


# Reading YAML ------------------------------------------------------------------------------------------------------


def read(path: Path, content: str | bytes) -> files.YamlContent:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_yaml(path, WeightsError, "mend it")


def nested(depth: int) -> str:
    return "a: " + "[" * (depth - 1) + "]" * (depth - 1)


def test_keys_are_words_values_plain_and_lines_known(tmp_path: Path) -> None:
    found = read(tmp_path / "a.yaml", "a: [1, 2.5, x, {y: 1.0}]\n3:\n  b: true\n")
    assert found.values == {"a": [1, 2.5, "x", {"y": 1.0}], "3": {"b": True}}
    assert {type(value) for value in found.values["a"]} == {int, float, str, dict}
    assert found.lines == {(): 1, ("a",): 1, ("3",): 2, ("3", "b"): 3}
    assert read(tmp_path / "a.yaml", "").values == {}
    assert read(tmp_path / "a.yaml", nested(10) + "\nb: " + "x" * 1000).values["b"] == "x" * 1000


def test_what_no_such_file_needs_is_refused(tmp_path: Path) -> None:
    faults = (
        ("[" * 4000, "line 1: options are nested too deep"),
        ("{a: " * 4000, "line 1: options are nested too deep"),
        ("b: 1\n" + nested(11), "line 2: options are nested too deep"),
        ("a: !!bool x", "line 1: tags (tag:yaml.org,2002:bool) are not used here"),
        ("!!omap\n- a: b", "line 1: tags"),
        ("!!" + "x" * 9000 + " {}", "line 1: tags"),
        ("b: 1\na: [*b]", "line 2: aliases (*name) are not used here"),
        ("kind: 0x" + "f" * 5000, "line 1: a value of 5002 characters"),
        ("k" * 1001 + ": 1", "line 1: a value of 1001 characters"),
        ("a: 1\n\nb: {", "line 3: "),
        ("a: 1\na: 2", 'line 2: found duplicate key "a"'),
        (b"\xff\x00\x81", "is not UTF-8 at byte 0"),
        ("- 1", "line 1: options as `name: value` were expected"),
        ("a: '" + "x" * 70_000 + "'", "is larger than 64 kB"),
    )
    for content, reason in faults:
        with pytest.raises(WeightsError) as raised:
            read(tmp_path / "some.yaml", content)
        assert raised.value.reason.startswith(reason), content[:40]
        assert len(raised.value.reason) < 300, content[:40]


def test_a_file_that_is_no_file_or_not_there_is_a_fault(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    faults = {"none.yaml": "is not there; mend it", "x" * 300: "File name too long", "pipe.yaml": "is not a file"}
    for name, reason in faults.items():
        with pytest.raises(WeightsError, match=reason):
            read_yaml(tmp_path / name, WeightsError, "mend it")
    with pytest.raises(WeightsError, match=r"is not a file|Is a directory"):
        read_yaml(tmp_path, WeightsError, "mend it")


def test_whatever_is_written_there_no_other_exception_comes_out(tmp_path: Path) -> None:
    generator = np.random.default_rng(5)
    pieces = ["a: ", "0x", "0b", "0o", "_", "1", ".", "e", "+", "-", ":", "\n", "- ", "[", "]", "{", "}", ",", "? "]
    pieces += ["<<: ", "2001-01-01", "T", "00:00", "&x ", "!!int ", "~", "'", '"', "%YAML 1.1\n---\n", "=", "\t"]
    pieces += ["|\n ", "#", "\0"]
    read_well = 0
    for _ in range(400):
        try:
            read_well += bool(read(tmp_path / "a.yaml", "a: " + "".join(generator.choice(pieces, size=6))).values)
        except WeightsError:
            continue
    assert read_well > 10


# The wheel ---------------------------------------------------------------------------------------------------------


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


@pytest.mark.slow
def test_the_wheel_carries_what_the_checkout_has_at_its_top(installed: Path) -> None:
    root = Path(__file__).parents[1]
    assert files_below(installed / "kiosk/shipped/assets") == files_below(root / "assets")
    fetched = {Path(entry.file) for entry in read_catalogue().fetch}
    assert files_below(installed / "kiosk/shipped/weights") == files_below(root / "weights") - fetched


@pytest.mark.slow
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
