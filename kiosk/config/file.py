"""Reading config.yaml: which file, its faults with line and key, and changes while the kiosk runs."""

from __future__ import annotations

import copy
import difflib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from kiosk.config.options import REMOVED_OPTIONS, REMOVED_VALUES, SECTIONS, Config
from kiosk.config.schema import Value, objection, options, values, with_changes
from kiosk.errors import ConfigError, did_you_mean
from kiosk.files import Key, Stamps, is_file, parse_yaml, read_bytes, read_yaml, reason_of, stamps
from kiosk.i18n import Message, Text

COMPARE = Message("compare it with the config.yaml that is shipped")
_MAX_FAULTS = 5  # told at once


def find_config(given: Path | None) -> Path | None:
    """Return the file to use: `given`, $KIOSK_CONFIG, ./config.yaml; None = the built-in defaults.

    Raises ConfigError where a file that was asked for is not there.
    """
    named = os.environ.get("KIOSK_CONFIG")
    asked = given or (Path(named) if named else None)
    if asked is not None:
        if not is_file(asked):
            there = os.path.exists(asked)  # noqa: PTH110  (see is_file)
            reason = Message("is not a file") if there else Message("there is no such file")
            raise ConfigError(asked, reason, "check --config and the variable KIOSK_CONFIG")
        return asked
    here = Path("config.yaml")
    return here if here.is_file() else None


@dataclass(frozen=True, slots=True)
class Removed:
    """An option of a config.yaml that was removed, or whose value was removed; it is ignored."""

    line: int
    key: str
    value: str  # "" where the whole option was removed

    def __str__(self) -> str:
        return f"{self.key}: {self.value}" if self.value else self.key


class ConfigFile:
    """A config.yaml, or the built-in defaults where `path` is None, and its last valid content.

    Attributes:
        path: the file, or None.
        folder: where relative paths inside the configuration start.
        current: the last configuration without a fault.
        kept: values, by key, that options have where the file does not set them; see `keep`.
        unset: the keys of `kept` that the file does not set.
        removed: options and values in the file that were removed from the kiosk.
        fault_found: why the file, as it was last saved, cannot be used; None where it can.
    """

    def __init__(self, path: Path | None) -> None:
        """Raises ConfigError where the file cannot be used."""
        self.path = path.resolve() if path else None
        self.folder = self.path.parent if self.path else Path.cwd()
        self._seen = self._stamp()
        self.fault_found: str | None = None
        self.kept: Mapping[str, Value] = {}
        self.unset: tuple[str, ...] = ()
        self.removed: tuple[Removed, ...] = ()
        self.current: Config = self._read()

    def changed(self) -> Config | None:
        """Return the new configuration if the file was saved since the last call, else None.

        If it cannot be used, `fault_found` says why and `current` stays as it was.
        """
        stamp = self._stamp()
        if stamp == self._seen:
            return None
        self._seen = stamp
        try:
            fresh = self._read()
        except ConfigError as error:
            self.fault_found = str(error)
            return None
        self.fault_found = None
        if fresh == self.current:
            return None
        self.current = fresh
        return fresh

    def keep(self, options: Mapping[str, Value]) -> None:
        """Use these values instead of built-in defaults, now and when the file is read again."""
        self.kept = options
        self.current = self._with_kept(self.current)

    def adopt(self, path: Path) -> None:
        """Use a file that was written where there was none; call it in the thread that calls `changed`."""
        self.path, self._seen = path.resolve(), {}

    def below(self, path: str) -> Path:
        """Return a path of the configuration as an absolute one; raises ConfigError for an unknown home."""
        try:
            return self.folder / Path(path).expanduser()
        except RuntimeError:
            raise ConfigError(path, "the folder after ~ is not known", "write the path in full") from None

    def fault(self, key: str, reason: Text, remedy: Text) -> ConfigError:
        """Return the fault for a top-level option that is valid but names something that does not exist."""
        if self.path is None:
            return ConfigError(key, reason, remedy)
        line = read_yaml(self.path, ConfigError, COMPARE).lines.get((key,), 1)
        told = Message("line {line}: {key}: {reason}", line=line, key=key, reason=reason)
        return ConfigError(self.path, told, remedy)

    def _stamp(self) -> Stamps:
        return stamps([self.path] if self.path else [])

    def _read(self) -> Config:
        if self.path is None:
            return self._with_kept(Config())
        config, self.removed = read_config(self.path, read_bytes(self.path, ConfigError, COMPARE))
        return self._with_kept(config)

    def _with_kept(self, config: Config) -> Config:
        self.unset = tuple(key for key in self.kept if not _is_set(config, key))
        return with_changes(values(config), {key: self.kept[key] for key in self.unset}) if self.unset else config


def _is_set(config: Config, key: str) -> bool:
    section, _, name = key.rpartition(".")
    return name in (getattr(config, section) if section else config).model_fields_set


def read_config(path: Path, raw: bytes) -> tuple[Config, tuple[Removed, ...]]:
    """Return the configuration in the content of a file and the options that are ignored; raises ConfigError."""
    content, lines = parse_yaml(path, raw, ConfigError, COMPARE)
    removed = tuple(Removed(lines[tuple(key.split("."))], key, value) for key, value in _removed(content))
    for one in removed:
        section, _, name = one.key.rpartition(".")
        del (content[section] if section else content)[name]
    try:
        return Config.model_validate(content), removed
    except ValidationError as error:
        faults = error.errors()
        told = [_describe(fault, lines) for fault in faults[:_MAX_FAULTS]]
        if len(faults) > _MAX_FAULTS:
            told.append(Message("and {number} more", number=len(faults) - _MAX_FAULTS))
        raise ConfigError(path, Message("{faults}", faults=told), "mend it there, nothing was changed") from None


def _removed(content: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    """Return the keys of removed options, and of options with removed values, and that value or ""."""
    found: list[tuple[str, str]] = []
    for name, value in content.items():
        key = f"{above}{name}"
        if isinstance(value, dict):
            found += _removed(value, f"{key}.")
        if key in REMOVED_OPTIONS:
            found.append((key, ""))
        elif isinstance(value, str) and (key, value) in REMOVED_VALUES:
            found.append((key, value))
    return found


def _describe(fault: ErrorDetails, lines: dict[Key, int]) -> Message:
    key: Key = fault["loc"]
    while key not in lines:  # pydantic adds the name of a type where several are allowed
        key = key[:-1]
    reason = reason_of(fault)
    if fault["type"] == "extra_forbidden":
        reason = _no_such_option(key)
    elif fault["type"] == "model_type":
        reason = Message("options below it were expected, found {found}", found=_shown(fault["input"]))
    elif not isinstance(fault.get("input"), Mapping):
        reason = Message("{reason}, found {found}", reason=reason, found=_shown(fault["input"]))
    return Message("line {line}: {key}: {reason}", line=lines[key], key=".".join(map(str, key)), reason=reason)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _no_such_option(key: Key) -> Text:
    """Return a text with the most likely valid key: by its last word, then by the whole key."""
    valid = [*filter(None, SECTIONS), *options()]
    words = {name.rsplit(".", 1)[-1]: name for name in reversed(valid)}
    found = difflib.get_close_matches(str(key[-1]), words, 1, 0.6)
    if found:
        return Message("there is no such option, did you mean {name}?", name=words[found[0]])
    whole = difflib.get_close_matches(".".join(map(str, key)), valid, 1, 0.0)
    return Message("there is no such option, the nearest is {name}", name=whole[0])


_MOST_CHARACTERS = 1000
_REMEDY = "write it as in config.yaml, such as --set decision.k=3"


def overridden(config: ConfigFile, settings: Sequence[str]) -> ConfigFile:
    """Return the configuration with options set as `section.option=value`, the value as in config.yaml.

    Raises ConfigError for an unknown option or a value that it cannot have.
    """
    known = values(config.current)
    return with_values(config, dict(_option_of(setting, known) for setting in settings))


def with_values(config: ConfigFile, changes: Mapping[str, Value]) -> ConfigFile:
    """Return the configuration with other values of some options; raises ConfigError."""
    if not changes:
        return config
    before = values(config.current)
    if reason := objection(before, changes):
        raise ConfigError(", ".join(changes), reason, "choose another value")
    fresh = copy.copy(config)
    # No line of the file is to blame for what is found wrong with it.
    fresh.path, fresh.current = None, with_changes(before, changes)
    return fresh


def _option_of(setting: str, known: dict[str, Value]) -> tuple[str, Value]:
    """Return key and value, as YAML reads it; an empty text stays empty."""
    key, equals, text = setting.partition("=")
    key = key.strip()
    if not equals:
        raise ConfigError(f"--set {setting[:80]}", "names no value", _REMEDY)
    if key not in known:
        raise ConfigError(f"--set {key[:80]}", "there is no such option", did_you_mean(key, known, _REMEDY))
    if len(text) > _MOST_CHARACTERS or "&" in text or "*" in text:
        return key, text  # no value that an option can have, and nothing that YAML should unfold
    try:
        value: Value | None = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError) as error:
        raise ConfigError(f"--set {key}", "the value is no YAML", _REMEDY) from error
    return key, "" if value is None else value
