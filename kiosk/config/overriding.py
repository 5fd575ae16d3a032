"""Options set for one run, beside what config.yaml says."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from kiosk.config.file import ConfigFile
from kiosk.config.schema import Value, objection, values
from kiosk.config.sections import Config
from kiosk.errors import ConfigError, did_you_mean

_MOST_CHARACTERS = 1000
_REMEDY = "write it as in config.yaml, such as --set decision.k=3"


def overridden(config: ConfigFile, settings: Sequence[str]) -> ConfigFile:
    """The configuration with options set as `section.option=value`, the value as in config.yaml.

    Raises ConfigError for an option that there is not, or a value that it cannot have.
    """
    known = values(config.current)
    return with_values(config, dict(_change(setting, known) for setting in settings))


def with_values(config: ConfigFile, changes: Mapping[str, Value]) -> ConfigFile:
    """The configuration with other values of some options; raises ConfigError for one that cannot be."""
    if not changes:
        return config
    before = values(config.current)
    sections: dict[str, dict[str, Value]] = {}
    for key, value in {**before, **changes}.items():
        section, _, name = key.rpartition(".")
        sections.setdefault(section, {})[name] = value
    try:
        current = Config.model_validate({**sections.pop(""), **sections})
    except ValidationError as error:
        raise ConfigError(", ".join(changes), objection(before, changes), "choose another value") from error
    fresh = copy.copy(config)
    # No line of the file is to blame for what is found wrong with it.
    fresh.path, fresh.current = None, current
    return fresh


def _change(setting: str, known: dict[str, Value]) -> tuple[str, Value]:
    key, equals, text = setting.partition("=")
    key = key.strip()
    if not equals:
        raise ConfigError(f"--set {setting[:80]}", "names no value", _REMEDY)
    if key not in known:
        raise ConfigError(f"--set {key[:80]}", "there is no such option", did_you_mean(key, known, _REMEDY))
    return key, _value(key, text)


def _value(key: str, text: str) -> Value:
    """As YAML reads it; an empty text stays one."""
    try:
        if len(text) > _MOST_CHARACTERS or "&" in text or "*" in text:
            return text  # no value that an option can have, and nothing that YAML should unfold
        value: Value | None = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError) as error:
        raise ConfigError(f"--set {key}", "the value is no YAML", _REMEDY) from error
    return "" if value is None else value
