"""The living design rule: which file may import what, and how large it may be.

Each checker takes the folder of a package and returns what it objects to, a line each. The last part of this file
breaks every rule once in a scratch copy, so that a checker that has gone blind is noticed.
"""

import ast
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "kiosk"

# The first name below kiosk is the layer. A layer imports itself and what stands above it in this list; two in one row
# do not import each other.
LAYERS = (
    ("errors",),
    ("i18n",),
    ("domain",),
    ("names",),
    ("files",),
    ("weights",),
    ("config",),
    ("paths",),
    ("store",),
    ("vision", "encoders"),
    ("recognition",),
    ("people",),
    ("door",),
    ("health",),
    ("evaluation",),
    ("training",),
    ("course",),
    ("gui",),
    ("cli",),
    ("__main__",),
)
RANKS = {layer: rank for rank, row in enumerate(LAYERS) for layer in row}
ALIASES = {"encoders/siamese.py"}  # former places of modules that the README named
PUBLIC = "course"  # the layer whose names kiosk/__init__.py offers, and loads when they are asked for

# Each heavy library has one home: a layer, or a file.
HOMES = {
    "cv2": ("vision/opencv.py",),
    "PIL": ("vision", "encoders/encoder.py", "course"),
    "keras": ("encoders", "training"),
    "tensorflow": ("encoders", "training"),
    "ai_edge_litert": ("encoders",),
    "onnxruntime": ("encoders",),
    "h5py": ("encoders", "training"),
    "requests": ("weights",),
    "PyQt6": ("gui",),
    "sqlite3": ("store", "people"),
    "pyttsx3": ("door",),
    "argon2": ("people",),
    "pyqtgraph": ("gui",),
    "http": ("door",),
    "urllib.request": ("door",),
    # Beside the doors: streams are told from files by name, and gui/display.py asks whether a compositor answers on its
    # local socket, because Qt ends the process where none does.
    "socket": ("door", "vision/capture.py", "gui/display.py"),
    "typer": ("cli",),
    "rich": ("cli",),
    "matplotlib": ("evaluation/pages",),
    "jinja2": ("evaluation/pages",),
    "dlib": ("evaluation/dlib_peer.py",),
}

# What runs an event loop inside a slot. While it runs, the idle timeout or another language deletes the page below it.
NESTED_LOOPS = {
    *("exec", "exec_", "processEvents", "QEventLoop", "QDrag", "QMenu", "QDialog", "QColorDialog", "QErrorMessage"),
    *("QFileDialog", "QFontDialog", "QInputDialog", "QMessageBox", "QProgressDialog", "QWizard"),
}
OWN_LOOP = {"gui/app.py": {"QEventLoop": 2, "exec": 1}}  # the application's: imported, made, run

LONGEST_FILE = 600
LONGEST_FUNCTION = 60
LONGEST_GRAPH = 100  # a network, drawn layer by layer in encoders

Import = tuple[str, int]  # the dotted name, the line


# Reading a package -------------------------------------------------------------------------------------------------


def modules(package: Path) -> Iterator[tuple[str, ast.Module]]:
    """Every file of a package: its path below the package, and its tree."""
    for path in sorted(package.rglob("*.py")):
        yield path.relative_to(package).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.AST) -> Iterator[Import]:
    """What is imported anywhere in a tree: in functions, under TYPE_CHECKING and by import_module("name") too."""
    for node in ast.walk(tree):
        yield from _imports_of(node)


def imports_at_start(tree: ast.Module) -> Iterator[Import]:
    """What is imported as soon as the module is: not what stands in functions or under TYPE_CHECKING."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            waiting += node.orelse
            continue
        yield from _imports_of(node)
        waiting += ast.iter_child_nodes(node)


def _imports_of(node: ast.AST) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        yield from ((alias.name, node.lineno) for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.level == 0:
        # `from kiosk import gui` imports kiosk.gui: the names count as well.
        yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)
    elif isinstance(node, ast.Call) and _called(node) in {"import_module", "__import__"}:
        names = [argument.value for argument in node.args[:1] if isinstance(argument, ast.Constant)]
        yield from ((str(name), node.lineno) for name in names)


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _layer(path: str) -> str:
    return path.partition("/")[0].removesuffix(".py")


def _layer_imported(name: str) -> str | None:
    """The layer that an import reaches; None for other packages and for what kiosk/__init__.py itself defines."""
    first, _, rest = name.partition(".")
    layer = rest.split(".")[0]
    return layer if first == "kiosk" and layer in RANKS else None


def _within(path: str, home: str) -> bool:
    return path == home or path.startswith(f"{home}/")


# The rules ---------------------------------------------------------------------------------------------------------


def wrong_directions(package: Path) -> list[str]:
    """Imports that go up, or across between vision and encoders; layers that the list does not know."""
    found = []
    for path, tree in modules(package):
        layer = _layer(path)
        if layer != "__init__" and layer not in RANKS:
            found.append(f"{path}: {layer} is no layer of the design")
            continue
        for name, line in imports(tree) if path not in ALIASES else ():
            reached = _layer_imported(name)
            if layer == "__init__":
                allowed = name.split(".")[0] in sys.stdlib_module_names or reached == PUBLIC
            else:
                allowed = reached in {None, layer} or RANKS[reached] < RANKS[layer]
            if not allowed:
                found.append(f"{path}:{line}: {layer} imports {name}")
    return found


def early_public_names(package: Path) -> list[str]:
    """What kiosk/__init__.py imports at once beside the standard library: everybody who imports kiosk waits for it."""
    return [
        f"{path}:{line}: {name} belongs into the function that needs it"
        for path, tree in modules(package)
        if path == "__init__.py"
        for name, line in imports_at_start(tree)
        if name.split(".")[0] not in sys.stdlib_module_names
    ]


def strayed_libraries(package: Path) -> list[str]:
    """Heavy libraries outside their home."""
    return [
        f"{path}:{line}: {name} belongs to {', '.join(homes)}"
        for path, tree in modules(package)
        for name, line in imports(tree)
        for library, homes in HOMES.items()
        if (name == library or name.startswith(f"{library}.")) and not any(_within(path, home) for home in homes)
    ]


def relative_imports(package: Path) -> list[str]:
    return [
        f"{path}:{node.lineno}: relative import"
        for path, tree in modules(package)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level > 0
    ]


def early_windows(package: Path) -> list[str]:
    """Modules of the command line that bring Qt or an encoder along before a command has asked for it."""
    return [
        f"{path}:{line}: {name} belongs into the function that needs it"
        for path, tree in modules(package)
        if _layer(path) in {"cli", "__main__"}
        for name, line in imports_at_start(tree)
        if _layer_imported(name) in {"gui", "encoders"}
    ]


def nested_loops(package: Path) -> list[str]:
    """What runs an event loop in the window beside the application's own."""
    found = []
    for path, tree in modules(package):
        if _layer(path) != "gui":
            continue
        left = Counter(OWN_LOOP.get(path, {}))
        for name, line in ((name, node.lineno) for node in ast.walk(tree) for name in _named(node)):
            if name in NESTED_LOOPS:
                left[name] -= 1
                if left[name] < 0:
                    found.append(f"{path}:{line}: {name} runs an event loop inside another")
    return found


def _named(node: ast.AST) -> Iterator[str]:
    """The names that a piece of code uses, in strings too: getattr(dialog, "exec")."""
    if isinstance(node, ast.alias):
        yield node.name.rpartition(".")[2]
    elif isinstance(node, ast.Name | ast.Attribute):
        yield node.id if isinstance(node, ast.Name) else node.attr
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def overlong(package: Path) -> list[str]:
    """Files and functions that hold more than one idea."""
    found = []
    for path, tree in modules(package):
        lines = len((package / path).read_text(encoding="utf-8").splitlines())
        if lines > LONGEST_FILE:
            found.append(f"{path}: {lines} lines")
        limit = LONGEST_GRAPH if _layer(path) == "encoders" else LONGEST_FUNCTION
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > limit:
                    found.append(f"{path}:{node.lineno}: {node.name} has {length} lines")
    return found


# The package follows them ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "check",
    [wrong_directions, early_public_names, strayed_libraries, relative_imports, early_windows, nested_loops, overlong],
    ids=lambda c: c.__name__,
)
def test_package_follows_the_rule(check: Callable[[Path], list[str]]) -> None:
    assert check(PACKAGE) == []


def test_every_home_of_a_library_is_still_there() -> None:
    assert [home for homes in HOMES.values() for home in homes if not (PACKAGE / home).exists()] == []


def test_a_command_without_window_loads_neither_qt_nor_tensorflow() -> None:
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "kiosk", "people", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    loaded = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines() if line.startswith("import time:")}
    assert "kiosk.cli" in loaded
    assert {name for name in loaded if name.split(".")[0] in {"PyQt6", "tensorflow", "keras"}} == set()


# Each rule can fail ------------------------------------------------------------------------------------------------


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A copy of some files of the package that break no rule."""
    for name in ("__init__", "domain", "vision/tracking", "recognition/matching", "door/decision"):
        path = tmp_path / "kiosk" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PACKAGE / f"{name}.py", path)
    return tmp_path / "kiosk"


def _add(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{text}\n")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("domain.py", "import kiosk.vision.tracking"),
        ("domain.py", "from kiosk import door"),
        ("vision/tracking.py", "from kiosk.encoders import load_encoder"),
        ("vision/tracking.py", "def later():\n    from kiosk.recognition import matching"),
        ("recognition/matching.py", "if TYPE_CHECKING:\n    from kiosk.door.decision import DecisionRule"),
        ("recognition/matching.py", "import_module('kiosk.gui.app')"),
        ("__init__.py", "from kiosk.domain import Frame"),
        ("__init__.py", "import numpy"),
        ("__init__.py", "def __getattr__(name):\n    return import_module('kiosk.gui.app')"),
        ("utils.py", "ANSWER = 42"),
    ],
)
def test_wrong_direction_is_found(scratch: Path, path: str, text: str) -> None:
    assert wrong_directions(scratch) == []
    _add(scratch / path, text)
    assert [fault.split(":")[0] for fault in wrong_directions(scratch)] == [path]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("vision/tracking.py", "import cv2"),
        ("recognition/matching.py", "from PIL import Image"),
        ("recognition/matching.py", "def later():\n    import keras"),
        ("vision/tracking.py", "from ai_edge_litert.interpreter import Interpreter"),
        ("door/decision.py", "from PyQt6.QtCore import QObject"),
        ("recognition/matching.py", "from sqlite3 import connect"),
        ("recognition/matching.py", "from urllib import request"),
        ("door/decision.py", "from rich.table import Table"),
        ("gui/window.py", "import socket"),
    ],
)
def test_strayed_library_is_found(scratch: Path, path: str, text: str) -> None:
    assert strayed_libraries(scratch) == []
    _add(scratch / path, text)
    assert [fault.split(":")[0] for fault in strayed_libraries(scratch)] == [path]


@pytest.mark.parametrize("text", ["from . import detector", "from ..domain import Frame", "from .detector import Face"])
def test_relative_import_is_found(scratch: Path, text: str) -> None:
    assert relative_imports(scratch) == []
    _add(scratch / "vision/tracking.py", text)
    assert len(relative_imports(scratch)) == 1


def test_window_imported_too_early_is_found(scratch: Path) -> None:
    late = "if TYPE_CHECKING:\n    from kiosk.gui.window import Window\ndef run():\n    from kiosk.gui.app import run\n"
    _add(scratch / "cli/running.py", late)
    assert early_windows(scratch) == []
    _add(scratch / "cli/running.py", "try:\n    from kiosk.gui.app import run\nfinally:\n    pass")
    assert len(early_windows(scratch)) == 1


@pytest.mark.parametrize(
    "text", ["from kiosk.course import verify", "C = import_module('kiosk.course')", "import numpy"]
)
def test_public_name_imported_too_early_is_found(scratch: Path, text: str) -> None:
    assert early_public_names(scratch) == []
    _add(scratch / "__init__.py", text)
    assert len(early_public_names(scratch)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "from PyQt6.QtWidgets import QFileDialog",
        "def ask(menu):\n    return menu.exec()",
        "def ask(menu):\n    return getattr(menu, 'exec')()",
        "def ask(widgets):\n    widgets.QMessageBox.question(None, '', '')",
        "def wait(application):\n    application.processEvents()",
    ],
)
@pytest.mark.parametrize("path", ["gui/reception/page.py", "gui/app.py"])
def test_nested_event_loop_is_found(scratch: Path, path: str, text: str) -> None:
    _add(scratch / "gui/app.py", (PACKAGE / "gui/app.py").read_text(encoding="utf-8"))
    _add(scratch / "door/decision.py", "def run(statement):\n    statement.exec()")
    assert nested_loops(scratch) == []
    _add(scratch / path, text)
    assert [fault.split(":")[0] for fault in nested_loops(scratch)] == [path]


def test_overlong_function_is_found(scratch: Path) -> None:
    assert overlong(scratch) == []
    _add(scratch / "vision/quality.py", "def long():\n" + "    pass\n" * LONGEST_FUNCTION)
    _add(scratch / "encoders/graph.py", "def graph():\n" + "    pass\n" * LONGEST_FUNCTION)
    assert overlong(scratch) == [f"vision/quality.py:2: long has {LONGEST_FUNCTION + 1} lines"]


def test_overlong_file_is_found(scratch: Path) -> None:
    _add(scratch / "vision/quality.py", "# a comment\n" * LONGEST_FILE)
    assert [fault.split(":")[0] for fault in overlong(scratch)] == ["vision/quality.py"]
