"""Saving options into config.yaml: comments and order stay, with backups, and no edit of others is overwritten."""

import contextlib
import errno
import hashlib
import io
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from kiosk.config.file import COMPARE, read_config
from kiosk.config.options import Config
from kiosk.config.schema import AUTO, Value, objection, values
from kiosk.errors import ConfigError
from kiosk.files import atomic_write, clear_partials, folder_lock, load_yaml, read_bytes, round_trip
from kiosk.i18n import Message

_HEADER = "# What differs from the defaults of the kiosk.\n\n"
_BOM = "\ufeff"

BACKUPS = 10
_TRIES = 3
_PATIENCE_SECONDS = 2.0


def edited(path: Path, raw: bytes, changes: Mapping[str, Value]) -> bytes:
    """Return the content with these options changed and without those that were removed; `path` is for the messages.

    Raises ConfigError where the content, or the result, is no configuration.
    """
    config, removed = read_config(path, raw)
    before = values(config)
    wanted = {key: value for key, value in changes.items() if before[key] != value}
    if not wanted:
        return raw
    reason = objection(before, wanted)
    if reason:
        raise ConfigError(", ".join(wanted), reason, "choose another value")
    text = raw.decode("utf-8").removeprefix(_BOM)
    content = load_yaml(path, text.encode(), ConfigError, COMPARE)
    # ruamel.yaml does not keep comments without options.
    alone = all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines())
    comments = text if alone and not content else ""
    for key in (one.key for one in removed):
        section, _, name = key.rpartition(".")
        _drop(content[section] if section else content, name)
        if section and not content[section]:
            _drop(content, section)
    for key, value in wanted.items():
        _set(content, key, value)
    fresh = _written(comments, content, like=raw.decode("utf-8"))
    if values(read_config(path, fresh)[0]) != {**before, **wanted}:
        unchanged = Message("{options} cannot be changed here", options=", ".join(wanted))
        raise ConfigError(path, unchanged, "edit the file by hand")
    return fresh


def rendered(value: Value) -> str:
    """Return a value as YAML, in one line."""
    out = io.StringIO()
    yaml = YAML(typ="rt")
    yaml.width = 4096
    yaml.dump([_node(value)], out)
    return out.getvalue().removeprefix("- ").rstrip("\n").removesuffix("\n...")


def _set(content: CommentedMap, key: str, value: Value) -> None:
    section, _, name = key.rpartition(".")
    if section and section not in content:
        content[section] = CommentedMap()
    home = content[section] if section else content
    node = _node(value)
    if name not in home:
        home.insert(0, name, node)  # the comments below the last option may belong to what follows it
    elif isinstance(home[name], CommentedMap) and isinstance(node, CommentedMap):
        for gone in home[name].keys() - node.keys():
            del home[name][gone]
        home[name].update(node)
    else:
        home[name] = node


def _drop(home: CommentedMap, name: str) -> None:
    """Delete an option and its comment; an empty line that follows stays."""
    names = list(home)
    place = names.index(name)
    comment = home.ca.items.get(name)
    ends_empty = comment is not None and comment[2] is not None and comment[2].value.endswith("\n\n")
    del home[name]
    if ends_empty and place:
        before = home.ca.items.get(names[place - 1])
        if before is not None and before[2] is not None:
            before[2].value += "\n"


def _node(value: Value) -> object:
    if isinstance(value, str) and (not value.isprintable() or value.startswith(("?", ":"))):
        # The only style that can escape characters; and ruamel.yaml cannot read such a plain start in braces.
        return DoubleQuotedScalarString(value)
    if not isinstance(value, list | dict):
        return value
    if not value:
        return AUTO
    node: CommentedMap | CommentedSeq = CommentedSeq(map(_node, value))
    if isinstance(value, dict):
        node = CommentedMap((_node(name), number) for name, number in value.items())
    node.fa.set_flow_style()
    return node


def _written(comments: str, content: CommentedMap, like: str) -> bytes:
    """Return comments and content with the line ends and the byte order mark of the text that it was read from."""
    out = io.StringIO()
    round_trip().dump(content, out)
    text = comments + ("\n" if comments and not comments.endswith("\n") else "") + out.getvalue()
    if "\r\n" in like:
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    return ((_BOM if like.startswith(_BOM) else "") + text).encode()


@dataclass(frozen=True, slots=True)
class Seen:
    """The content that a form shows: all options by key, and the hash of the file, "" where there was none."""

    values: Mapping[str, Value]
    digest: str


class Draft:
    """Changes, by key, on top of what was seen in the file."""

    def __init__(self, seen: Seen, changes: Mapping[str, Value] | None = None) -> None:
        self.seen = seen
        self.changes = {key: value for key, value in (changes or {}).items() if value != seen.values[key]}

    def value(self, key: str) -> Value:
        """Return the value of an option with the changes."""
        return self.changes.get(key, self.seen.values[key])

    def set(self, key: str, value: Value) -> None:
        """Change an option; the value that the file has is no change."""
        self.changes[key] = value
        if value == self.seen.values[key]:
            del self.changes[key]

    def rebased(self, seen: Seen, *, mine: bool) -> "Draft":
        """Return the changes on top of a newer file, `mine` also those of options that others changed."""
        kept = {key: value for key, value in self.changes.items() if mine or seen.values[key] == self.seen.values[key]}
        return Draft(seen, kept)


@dataclass(frozen=True, slots=True)
class Conflict:
    """An option that was changed in the file since it was seen, to another value than the one to be saved."""

    key: str
    ours: Value
    theirs: Value


class ConfigWriter:
    """Changes a config.yaml, which may be missing; safe to use from several threads and processes.

    Attributes:
        path: the file; links are followed, so that they stay links.
        backups: the folder with the contents before the last ten changes.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(os.path.realpath(path))
        self.backups = self.path.with_name(f"{self.path.name}.backups")

    def look(self) -> Seen:
        """Return the options in the file; raises ConfigError where it is no configuration."""
        try:
            return _seen(self.path, self._content())
        except OSError as error:
            raise self._fault(error) from error

    def change(self, changes: Mapping[str, Value], seen: Seen) -> Seen | tuple[Conflict, ...]:
        """Save the changes of a form that shows `seen`; return the new content.

        Options that others changed meanwhile stay changed. For a change of the same option nothing is written and the
        conflicts are returned; to overwrite, call `look` and `change` again. Raises ConfigError, and nothing is written
        then.
        """
        with self._alone():
            for _ in range(_TRIES):
                before = self._content()
                if before is None and seen.digest:
                    remedy = Message("put it back; the last ones are kept in {name}", name=self.backups.name)
                    raise ConfigError(self.path, "was deleted in the meantime", remedy)
                now = _seen(self.path, before)
                conflicts = tuple(
                    Conflict(key, ours, now.values[key])
                    for key, ours in changes.items()
                    if now.values[key] not in (seen.values[key], ours)
                )
                if conflicts:
                    return conflicts
                fresh = edited(self.path, _HEADER.encode() if before is None else before, changes)
                if fresh == before or self._saved(before, fresh):
                    return _seen(self.path, fresh)
        raise ConfigError(self.path, "is being changed by another program all the time", "try again later")

    def _content(self) -> bytes | None:
        there = self.path.exists() or self.path.is_symlink()
        return read_bytes(self.path, ConfigError, COMPARE) if there else None

    def _saved(self, before: bytes | None, fresh: bytes) -> bool:
        """Put the content in place; return False where the file has changed since it was read."""

        def write(partial: Path) -> None:
            partial.write_bytes(fresh)
            if self._content() != before:
                raise FileExistsError

        if before is not None:
            self._back_up(before)
        try:
            atomic_write(self.path, write, overwrite=before is not None)
        except FileExistsError:
            return False
        return True

    def _back_up(self, content: bytes) -> None:
        self.backups.mkdir(mode=0o700, exist_ok=True)
        kept = sorted(filter(_number, self.backups.iterdir()), key=_number)
        number = _number(kept[-1]) + 1 if kept else 1
        backup = self.backups / f"{number:04}-{datetime.now():%Y-%m-%dT%H-%M-%S}-{self.path.name}"
        atomic_write(backup, content, mode=stat.S_IMODE(self.path.stat().st_mode))
        for old in kept[: max(len(kept) + 1 - BACKUPS, 0)]:
            old.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other kiosks from changing the file meanwhile; an editor takes no lock."""
        busy = ConfigError(self.path, "another kiosk is changing it", "try again")
        try:
            if self.path.exists() and not os.access(self.path, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            with folder_lock(self.path.parent, busy, _PATIENCE_SECONDS):
                clear_partials(self.path.parent, self.path.suffix)
                yield
        except OSError as error:
            raise self._fault(error) from error

    def _fault(self, error: OSError) -> ConfigError:
        remedy = Message("check the permissions of the file and its folder")
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            remedy = Message("free space on its disk")
        reason = Message("cannot be written ({cause})", cause=error.strerror or error)
        return ConfigError(self.path, reason, Message("{remedy}; nothing was changed", remedy=remedy))


def _seen(path: Path, content: bytes | None) -> Seen:
    if content is None:
        return Seen(values(Config()), "")
    return Seen(values(read_config(path, content)[0]), hashlib.sha256(content).hexdigest())


def _number(backup: Path) -> int:
    """Return the number of a backup, which counts up whatever the clock says; 0 for another file."""
    number = backup.name.partition("-")[0]
    return int(number) if number.isascii() and number.isdigit() else 0
