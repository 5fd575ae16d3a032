"""The design, checked: which package may import what, where the heavy libraries live, and what no window may do.

Each check takes the folder of a package and returns its violations, one line each. The last test breaks every rule
on purpose, to prove that each check still finds something.
"""

import ast
import functools
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "kiosk"

# A layer imports itself and the layers above it in this list. Two layers on one line do not import each other.
LAYERS = (
    ("i18n",),
    ("errors",),
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
ALIASES = {"encoders/siamese.py"}  # old places of modules that the README named
PUBLIC = "course"  # the layer whose names kiosk/__init__.py offers, and imports on first use

# The only places that may import a heavy library: packages or files.
HOMES = {
    "cv2": ("vision/opencv.py",),
    "PIL": ("vision", "encoders/golden.py", "course"),
    "keras": ("encoders", "training"),
    "tensorflow": ("encoders", "training"),
    "ai_edge_litert": ("encoders",),
    "onnxruntime": ("encoders",),
    "h5py": ("training",),
    "requests": ("weights",),
    "PyQt6": ("gui",),
    "sqlite3": ("store", "people"),
    "pyttsx3": ("door",),
    "argon2": ("people",),
    "pyqtgraph": ("gui",),
    "http": ("door",),
    "urllib.request": ("door",),
    # gui/display.py asks whether a Wayland compositor answers on its local socket.
    "socket": ("door", "vision/capture.py", "gui/display.py"),
    "typer": ("cli",),
    "rich": ("cli",),
    "matplotlib": ("evaluation/pages", "training/training.py"),
    "jinja2": ("evaluation/pages",),
    "dlib": ("evaluation/extractors.py",),
}

# Names that run an event loop inside a slot. During that loop, a time-out or a change of language deletes the page.
NESTED_LOOPS = {
    *("exec", "exec_", "processEvents", "QEventLoop", "QDrag", "QMenu", "QDialog", "QColorDialog", "QErrorMessage"),
    *("QFileDialog", "QFontDialog", "QInputDialog", "QMessageBox", "QProgressDialog", "QWizard"),
}
MAIN_LOOP = {"gui/app.py": {"QEventLoop": 2, "exec": 1}}  # the loop of the application: imported, made, run
LONG_FILE = 600  # lines


def modules(package: Path) -> Iterator[tuple[str, str, ast.Module]]:
    """Yield (path, layer, tree) of every file; the path is relative to the package."""
    for file in sorted(package.rglob("*.py")):
        path = file.relative_to(package).as_posix()
        yield path, path.partition("/")[0].removesuffix(".py"), _parsed(file.read_text(encoding="utf-8"))


@functools.cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


def imports(tree: ast.Module, *, only_at_start: bool = False) -> Iterator[tuple[str, int]]:
    """Yield (dotted name, line) of each import.

    `only_at_start` leaves out imports inside functions and below TYPE_CHECKING.
    """
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if only_at_start and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if only_at_start and isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            waiting += node.orelse
            continue
        yield from ((name, node.lineno) for name in _imported_names(node))
        waiting += ast.iter_child_nodes(node)


def _imported_names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        # `from kiosk import gui` imports kiosk.gui, so the names count.
        return [f"{node.module}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Call) and _used_name(node.func) in {"import_module", "__import__"}:
        return [str(argument.value) for argument in node.args[:1] if isinstance(argument, ast.Constant)]
    return []


def _layer_of_import(name: str) -> str | None:
    """Return the layer that an import reaches, or None for another library and for the names of kiosk/__init__.py."""
    first, _, rest = name.partition(".")
    layer = rest.partition(".")[0]
    return layer if first == "kiosk" and layer in RANKS else None


def _is_stdlib(name: str) -> bool:
    return name.partition(".")[0] in sys.stdlib_module_names


def wrong_import_order(package: Path) -> list[str]:
    """Find imports of a higher layer, imports between vision and encoders, and unknown layers."""
    found = []
    for path, layer, tree in modules(package):
        if layer != "__init__" and layer not in RANKS:
            found.append(f"{path}: {layer} is no layer of the design")
        elif path not in ALIASES:
            for name, line in imports(tree):
                target = _layer_of_import(name)
                if layer == "__init__":
                    allowed = _is_stdlib(name) or target == PUBLIC
                else:
                    allowed = target in {None, layer} or RANKS[target] < RANKS[layer]
                if not allowed:
                    found.append(f"{path}:{line}: {layer} imports {name}")
    return found


def libraries_away_from_home(package: Path) -> list[str]:
    """Find imports of heavy libraries outside their homes."""
    return [
        f"{path}:{line}: {name} belongs to {', '.join(homes)}"
        for path, _, tree in modules(package)
        for name, line in imports(tree)
        for library, homes in HOMES.items()
        if f"{name}.".startswith(f"{library}.") and not any(f"{path}/".startswith(f"{home}/") for home in homes)
    ]


def early_imports(package: Path) -> list[str]:
    """Find imports at the start of kiosk/__init__.py and of the command line that cost every user time."""
    found = []
    for path, layer, tree in modules(package):
        for name, line in imports(tree, only_at_start=True):
            slow_start = path == "__init__.py" and not _is_stdlib(name)
            slow_command = layer in {"cli", "__main__"} and _layer_of_import(name) in {"gui", "encoders"}
            if slow_start or slow_command:
                found.append(f"{path}:{line}: import {name} in the function that needs it")
    return found


def nested_event_loops(package: Path) -> list[str]:
    """Find names in the gui that run an event loop, other than the loop of the application."""
    found = []
    for path, layer, tree in modules(package):
        allowed = Counter(MAIN_LOOP.get(path, {}))
        for node in ast.walk(tree) if layer == "gui" else ():
            name = _used_name(node)
            if name in NESTED_LOOPS:
                allowed[name] -= 1
                if allowed[name] < 0:
                    found.append(f"{path}:{node.lineno}: {name} runs an event loop inside another")
    return found


def _used_name(node: ast.AST) -> str:
    """Return the name that a node uses; also from a string, as in getattr(dialog, "exec")."""
    if isinstance(node, ast.alias):
        return node.name.rpartition(".")[2]
    if isinstance(node, ast.Attribute):
        return node.attr
    return str(getattr(node, "id", getattr(node, "value", "")))


RULES: tuple[Callable[[Path], list[str]], ...] = (
    wrong_import_order,
    libraries_away_from_home,
    early_imports,
    nested_event_loops,
)


def test_the_package_follows_every_rule() -> None:
    assert [fault for rule in RULES for fault in rule(PACKAGE)] == []
    assert [home for homes in HOMES.values() for home in homes if not (PACKAGE / home).exists()] == []


def test_a_file_above_600_lines_gives_a_warning() -> None:
    for file in PACKAGE.rglob("*.py"):
        lines = len(file.read_text(encoding="utf-8").splitlines())
        if lines >= LONG_FILE:
            warnings.warn(f"{file.relative_to(ROOT)} has {lines} lines: does it hold two ideas?", stacklevel=1)


def test_a_command_without_window_loads_neither_qt_nor_tensorflow() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "kiosk", "people", "--help"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    loaded = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines() if line.startswith("import time:")}
    assert "kiosk.cli" in loaded
    assert {name for name in loaded if name.split(".")[0] in {"PyQt6", "tensorflow", "keras"}} == set()


LATE_WINDOW = """
if TYPE_CHECKING:
    from kiosk.gui.window import Window
def run():
    from kiosk.gui.app import run
"""
# (rule, file, a text that breaks it)
VIOLATIONS = (
    (wrong_import_order, "domain.py", "import kiosk.vision.tracking"),
    (wrong_import_order, "domain.py", "from kiosk import door"),
    (wrong_import_order, "vision/tracking.py", "from kiosk.encoders import load_encoder"),
    (wrong_import_order, "vision/tracking.py", "def later():\n    from kiosk.recognition import matching"),
    (wrong_import_order, "recognition/matching.py", "if TYPE_CHECKING:\n    from kiosk.door.decision import Rule"),
    (wrong_import_order, "recognition/matching.py", "import_module('kiosk.gui.app')"),
    (wrong_import_order, "__init__.py", "def __getattr__(name):\n    return import_module('kiosk.gui.app')"),
    (wrong_import_order, "utils.py", "ANSWER = 42"),
    (libraries_away_from_home, "vision/tracking.py", "import cv2"),
    (libraries_away_from_home, "recognition/matching.py", "def later():\n    import keras"),
    (libraries_away_from_home, "recognition/matching.py", "from urllib import request"),
    (libraries_away_from_home, "door/decision.py", "from PyQt6.QtCore import QObject"),
    (libraries_away_from_home, "gui/window.py", "import socket"),
    (early_imports, "__init__.py", "from kiosk.course import verify"),
    (early_imports, "__init__.py", "import numpy"),
    (early_imports, "cli/running.py", "try:\n    from kiosk.gui.app import run\nfinally:\n    pass"),
    (nested_event_loops, "gui/page.py", "from PyQt6.QtWidgets import QFileDialog"),
    (nested_event_loops, "gui/page.py", "def ask(menu):\n    return menu.exec()"),
    (nested_event_loops, "gui/page.py", "def ask(menu):\n    return getattr(menu, 'exec')()"),
    (nested_event_loops, "gui/app.py", "def wait(application):\n    application.processEvents()"),
)


def test_every_rule_finds_what_breaks_it(tmp_path: Path) -> None:
    harmless = {
        "__init__.py": "import sys",
        "domain.py": "import numpy",
        "vision/tracking.py": "from kiosk.domain import Box",
        "recognition/matching.py": "from kiosk.vision import tracking",
        "door/decision.py": "def run(statement):\n    statement.exec()",
        "gui/app.py": (PACKAGE / "gui/app.py").read_text(encoding="utf-8"),
        "cli/running.py": LATE_WINDOW,
    }
    for number, (rule, path, text) in enumerate(VIOLATIONS):
        package = tmp_path / str(number) / "kiosk"
        for name, content in harmless.items():
            (package / name).parent.mkdir(parents=True, exist_ok=True)
            (package / name).write_text(content, encoding="utf-8")
        assert rule(package) == [], (rule, path)
        with (package / path).open("a", encoding="utf-8") as file:
            file.write(f"\n{text}\n")
        assert [fault.partition(":")[0] for fault in rule(package)] == [path], text
