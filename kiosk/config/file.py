"""Reading config.yaml: which one, its faults with file, line and key, and changes while running."""

import difflib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from kiosk.config.sections import Config
from kiosk.errors import ConfigError

_MAX_BYTES = 256 * 1024
_Key = tuple[int | str, ...]


def find_config(given: Path | None) -> Path | None:
    """The file to use: `given`, $KIOSK_CONFIG, ./config.yaml; None = the built-in defaults.

    Raises ConfigError where a file that was asked for is not there.
    """
    asked = given or (Path(os.environ["KIOSK_CONFIG"]) if os.environ.get("KIOSK_CONFIG") else None)
    if asked is not None:
        if not asked.is_file():
            raise ConfigError(asked, "there is no such file", "check --config and the variable KIOSK_CONFIG")
        return asked
    here = Path("config.yaml")
    return here if here.is_file() else None


class ConfigFile:
    """One config.yaml, or the built-in defaults where `path` is None, and what it said last.

    Attributes:
        path: the file, or None.
        folder: where relative paths inside the configuration start.
        current: the last configuration without a fault.
        broken: whether the file, as it was saved last, cannot be used.
    """

    def __init__(self, path: Path | None) -> None:
        """Raises ConfigError where the file cannot be used."""
        self.path = path.resolve() if path else None
        self.folder = self.path.parent if self.path else Path.cwd()
        self._seen = self._stamp()
        self.broken = False
        self.current = self._read()

    def changed(self) -> Config | None:
        """The new configuration if the file was saved since the last look, else None.

        Raises ConfigError, once a save, where it cannot be used; `current` then stays as it was.
        """
        stamp = self._stamp()
        if stamp == self._seen:
            return None
        self._seen, self.broken = stamp, True
        fresh = self._read()
        self.broken = False
        if fresh == self.current:
            return None
        self.current = fresh
        return fresh

    def below(self, path: str) -> Path:
        """A path of the configuration as an absolute one."""
        return self.folder / Path(path).expanduser()

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            found = os.stat(self.path) if self.path else None  # noqa: PTH116  (Path.stat would need a second None check)
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_size, found.st_ino) if found else None

    def _read(self) -> Config:
        if self.path is None:
            return Config()
        content = _parse(self.path)
        try:
            return Config.model_validate(_plain(content))
        except ValidationError as error:
            faults = "; ".join(_describe(content, fault["loc"], fault) for fault in error.errors())
            raise ConfigError(self.path, faults, "mend it there, nothing was changed") from None


def _parse(path: Path) -> CommentedMap:
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
        if len(raw) > _MAX_BYTES:
            raise ConfigError(path, f"is larger than {_MAX_BYTES // 1024} kB", "this is no kiosk configuration")
        content = YAML(typ="rt").load(raw.decode("utf-8"))
    except OSError as error:
        raise ConfigError(path, f"cannot be read ({error.strerror})", "check its permissions") from None
    except UnicodeDecodeError as error:
        raise ConfigError(path, f"is not UTF-8 at byte {error.start}", "save it as UTF-8") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f"line {mark.line + 1}: " if mark else ""
        raise ConfigError(path, f"{line}{error.problem or 'is no YAML'}", "mend that line") from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(path, f"is no YAML ({error})", "compare it with the config.yaml that is shipped") from None
    if content is None:
        return CommentedMap()
    if not isinstance(content, CommentedMap):
        raise ConfigError(path, "line 1: options as `name: value` were expected", "compare it with the one shipped")
    return content


def _plain(value: Any) -> Any:  # noqa: ANN401  (whatever YAML holds)
    """The YAML values as plain Python ones, so that strict validation sees int, float, str and bool."""
    if isinstance(value, Mapping):
        return {key if isinstance(key, str) else repr(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value


def _describe(content: CommentedMap, location: _Key, fault: Mapping[str, Any]) -> str:
    key = tuple(part for part in location if part not in ("int", "constrained-str", "str"))
    reason = str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        reason = f"there is no such option{_nearest(key)}"
    elif fault["type"] == "model_type":
        reason = f"options below it were expected, found {fault['input']!r}"
    elif not isinstance(fault.get("input"), Mapping):
        reason = f"{reason}, found {fault['input']!r}"
    return f"line {_line(content, key)}: {'.'.join(map(str, key))}: {reason}"


def _line(content: CommentedMap, key: _Key) -> int:
    line, node = 1, content
    for part in key:
        if not isinstance(node, CommentedMap) or part not in node:
            break
        line = node.lc.key(part)[0] + 1
        node = node[part]
    return line


def _nearest(key: _Key) -> str:
    """The valid key that is meant most likely: by its last word, then by the whole of it."""
    valid = list(_keys(Config))
    words = {name.rsplit(".", 1)[-1]: name for name in reversed(valid)}
    found = difflib.get_close_matches(str(key[-1]), words, 1, 0.6)
    if found:
        return f", did you mean {words[found[0]]}?"
    whole = difflib.get_close_matches(".".join(map(str, key)), valid, 1, 0.0)
    return f", the nearest is {whole[0]}"


def _keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield prefix + name
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _keys(field.annotation, f"{prefix}{name}.")
