"""Other values in the text of a config.yaml; comments, order and layout stay as they are.

The value itself is replaced in the text where it stands in one place; what that cannot do (a block that becomes one
word, a section in braces that grows) ruamel.yaml writes. Either way the result is read again and compared.
"""

import contextlib
import errno
import hashlib
import io
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from kiosk.config.file import content_of, understood
from kiosk.config.schema import Value, objection, values
from kiosk.config.sections import Config
from kiosk.errors import ConfigError
from kiosk.files import atomic_write, clear_partials, folder_lock
from kiosk.i18n import Message

_HEADER = "# What differs from the defaults of the kiosk.\n\n"
_BOM = "\ufeff"
_PLAIN = re.compile(r"[A-Za-z/][\w./+*-]*", re.ASCII)
_WORDS = frozenset({"true", "false", "null", "yes", "no", "y", "n"})  # that YAML, or an older one, reads otherwise
_Names: TypeAlias = tuple[str, ...]
_Changes: TypeAlias = Mapping[_Names, Value]
_Way: TypeAlias = Callable[[str, _Changes], str]


class _NotHere(Exception):  # noqa: N818  (no fault: the other way is taken)
    """The text cannot take the value where it would belong."""


def edited(path: Path, raw: bytes, changes: Mapping[str, Value]) -> bytes:
    """The content with these options changed; `path` is for the messages.

    Raises ConfigError where the content, or what would come of it, is no configuration.
    """
    before = values(understood(path, raw))
    wanted = {key: value for key, value in changes.items() if before[key] != value}
    if not wanted:
        return raw
    reason = objection(before, wanted)
    if reason:
        raise ConfigError(", ".join(wanted), reason, "choose another value")
    for way in (_in_place, _written_anew):
        fresh = _by_one_way(way, path, raw, wanted)
        if fresh is not None:
            return fresh
    unchanged = Message("{options} cannot be changed here", options=", ".join(wanted))
    raise ConfigError(path, unchanged, "edit the file by hand")


def new_file(path: Path, changes: Mapping[str, Value]) -> bytes:
    """A config.yaml that says nothing but these options; raises ConfigError."""
    return edited(path, _HEADER.encode(), changes)


def _by_one_way(way: _Way, path: Path, raw: bytes, changes: Mapping[str, Value]) -> bytes | None:
    """The content with the changes, or None where it does not say then what it should."""
    text = raw.decode("utf-8")
    try:
        fresh = way(text, {tuple(key.split(".")): value for key, value in changes.items()}).encode("utf-8")
        said = values(understood(path, fresh))
    except (YAMLError, ConfigError, _NotHere):
        return None
    return fresh if said == {**values(understood(path, raw)), **changes} else None


# In the text -------------------------------------------------------------------------------------------------------


def _in_place(text: str, changes: _Changes) -> str:
    """Each value put where the old one stands, or in a line of its own."""
    mark, body = (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
    for names, value in changes.items():
        body = _set(body, names, value)
    return mark + body


def _set(text: str, names: _Names, value: Value) -> str:
    node, missing = _deepest(YAML(typ="rt").compose(text), names)
    if not missing and node is not None:
        if isinstance(value, dict) and _is_block(node):
            return _set_each(text, names, value)
        return _replaced(text, node, value)
    if len(missing) == len(names):  # not even the section is there
        return _appended(text, names, value)
    return _added(text, node, missing[0], value)


def _deepest(node: Node | None, names: _Names) -> tuple[Node | None, _Names]:
    """The node of the option, or of the innermost part of its path that is there, and what is missing below it."""
    for depth, name in enumerate(names):
        entries = node.value if isinstance(node, MappingNode) else []
        below = next((found for key, found in entries if key.value == name), None)
        if below is None:
            return node, names[depth:]
        node = below
    return node, ()


def _is_block(node: Node | None) -> bool:
    return isinstance(node, CollectionNode) and not node.flow_style


def _set_each(text: str, names: _Names, numbers: Mapping[str, float]) -> str:
    for name, number in numbers.items():
        text = _set(text, (*names, name), number)
    return text


def _replaced(text: str, node: Node, value: Value) -> str:
    if _is_block(node) or (isinstance(node, ScalarNode) and node.style in {"|", ">"}):
        raise _NotHere
    quoted = isinstance(node, ScalarNode) and node.style in {'"', "'"}
    start, end = node.start_mark.index, node.end_mark.index
    old, new = text[start:end], _quoted(value) if quoted and isinstance(value, str) else rendered(value)
    gap = re.match(r" +(?=#)", text[end:])
    if gap is None:
        return text[:start] + new + text[end:]
    # The comment stays in its column where there is room.
    spaces = " " * max(len(old) + len(gap[0]) - len(new), 1)
    return text[:start] + new + spaces + text[end + len(gap[0]) :]


def _added(text: str, block: Node | None, name: str, value: Value) -> str:
    """A line at the end of a block, below the comments that go on from its last line."""
    if not isinstance(block, MappingNode) or block.flow_style or not block.value:
        raise _NotHere
    indent = block.value[0][0].start_mark.column
    last: Node = block
    while isinstance(last, MappingNode) and not last.flow_style and last.value:
        last = last.value[-1][1]
    end = _end_of_line(text, last.end_mark.index)
    while comment := re.match(rf"\r?\n {{{indent + 1},}}#[^\n]*?(?=\r?\n|$)", text[end:]):
        end += comment.end()
    return f"{text[:end]}{_newline(text)}{' ' * indent}{name}: {rendered(value)}{text[end:]}"


def _appended(text: str, names: _Names, value: Value) -> str:
    """At the end of the file, under the name of its section."""
    newline = _newline(text)
    gap = "" if not text or text.endswith("\n") else newline
    if len(names) == 1:
        return f"{text}{gap}{names[0]}: {rendered(value)}{newline}"
    empty_line = "" if not text.strip() or text.endswith(("\n\n", "\n\r\n")) else newline
    return f"{text}{gap}{empty_line}{names[0]}:{newline}  {names[1]}: {rendered(value)}{newline}"


def _end_of_line(text: str, start: int) -> int:
    end = text.find("\n", start)
    if end < 0:
        return len(text)
    return end - 1 if end > start and text[end - 1] == "\r" else end


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def rendered(value: Value) -> str:
    """A value as YAML, in one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if _is_plain(value) else _quoted(value)
    if isinstance(value, list):
        return f"[{', '.join(map(rendered, value))}]"
    if isinstance(value, dict):
        pairs = [f"{rendered(name)}: {rendered(number)}" for name, number in value.items()]
        return f"{{{', '.join(pairs)}}}" if pairs else "auto"
    return repr(value)


def _is_plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None and text.lower() not in _WORDS


def _quoted(text: str) -> str:
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in {'"', "\\"}:
        return f"\\{character}"
    if character.isprintable():
        return character
    return f"\\U{ord(character):08X}"


# By ruamel.yaml ----------------------------------------------------------------------------------------------------


def _written_anew(text: str, changes: _Changes) -> str:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096  # no line is broken that was none before
    content = yaml.load(text)
    if content is None:
        content = CommentedMap()
    for names, value in changes.items():
        home = content
        for name in names[:-1]:
            home = home.setdefault(name, CommentedMap())
        home[names[-1]] = _node(value)
    out = io.StringIO()
    yaml.dump(content, out)
    mark = _BOM if text.startswith(_BOM) else ""
    return mark + out.getvalue().removeprefix(_BOM).replace("\r\n", "\n").replace("\n", _newline(text))


def _node(value: Value) -> object:
    if isinstance(value, str):
        return value if _is_plain(value) else DoubleQuotedScalarString(value)
    if not isinstance(value, list | dict):
        return value
    if not value:
        return "auto"
    node = CommentedMap(value) if isinstance(value, dict) else CommentedSeq(value)
    node.fa.set_flow_style()
    return node


BACKUPS = 10
_TRIES = 3
_PATIENCE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What a form was filled from: all options by key, and the hash of the file, "" where there was none."""

    values: Mapping[str, Value]
    digest: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """An option that was changed in the file since it was seen, to something else than is to be saved."""

    key: str
    seen: Value
    ours: Value
    theirs: Value


class ConfigWriter:
    """Changes one config.yaml, which need not be there yet; any thread, one at a time, other processes too.

    Attributes:
        path: the file; a link is followed, so that it stays one.
        backups: the folder with what stood in the file before, the last ten times that it was changed here.
    """

    def __init__(self, path: Path, now: Callable[[], datetime] = datetime.now) -> None:
        self.path = Path(os.path.realpath(path))
        self.backups = self.path.with_name(f"{self.path.name}.backups")
        self._now = now

    def look(self) -> Seen:
        """What the file says now; raises ConfigError where that is no configuration."""
        return _seen(self.path, self._content())

    def change(self, changes: Mapping[str, Value], seen: Seen) -> Seen | tuple[Conflict, ...]:
        """Save the changes of a form that was filled from `seen`; what it would be filled from now.

        Options that somebody else changed meanwhile stay changed. Where it is the very same option, nothing is written
        and the conflicts are returned: look again, and change again to overwrite. Raises ConfigError, and nothing is
        written then.
        """
        with self._alone():
            for _ in range(_TRIES):
                before = self._content()
                self._require_there(before, seen)
                now = _seen(self.path, before)
                conflicts = _conflicts(changes, seen, now)
                if conflicts:
                    return conflicts
                fresh = new_file(self.path, changes) if before is None else edited(self.path, before, changes)
                if fresh == before or self._saved(before, fresh):
                    return _seen(self.path, fresh)
        raise ConfigError(
            self.path,
            "is being changed by another program all the time",
            "try again later",
        )

    def _content(self) -> bytes | None:
        try:
            there = self.path.exists() or self.path.is_symlink()
        except OSError as error:
            raise self._fault(error) from error
        return content_of(self.path) if there else None

    def _require_there(self, content: bytes | None, seen: Seen) -> None:
        if content is None and seen.digest:
            remedy = Message("put it back; the last ones are kept in {name}", name=self.backups.name)
            raise ConfigError(self.path, "was deleted in the meantime", remedy)

    def _saved(self, before: bytes | None, fresh: bytes) -> bool:
        """Put the content in place; return False where the file has changed since it was read."""

        def write(partial: Path) -> None:
            partial.write_bytes(fresh)
            if self._content() != before:
                raise FileExistsError

        try:
            if before is not None:
                self._back_up(before)
            atomic_write(self.path, write, overwrite=before is not None)
        except FileExistsError:
            return False
        except OSError as error:
            raise self._fault(error) from error
        return True

    def _back_up(self, content: bytes) -> None:
        self.backups.mkdir(mode=0o700, exist_ok=True)
        kept = sorted(filter(_number, self.backups.iterdir()), key=_number)
        number = _number(kept[-1]) + 1 if kept else 1
        backup = self.backups / f"{number:04}-{self._now():%Y-%m-%dT%H-%M-%S}-{self.path.name}"
        atomic_write(backup, content, mode=stat.S_IMODE(self.path.stat().st_mode))
        for old in kept[: max(len(kept) + 1 - BACKUPS, 0)]:
            old.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other kiosks from changing it meanwhile; an editor does not ask."""
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
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        rights = Message("check the permissions of the file and its folder")
        remedy = Message("free space on its disk") if full else rights
        return ConfigError(
            self.path,
            Message("cannot be written ({cause})", cause=error.strerror or error),
            Message("{remedy}; nothing was changed", remedy=remedy),
        )


def _seen(path: Path, content: bytes | None) -> Seen:
    config = Config() if content is None else understood(path, content)
    return Seen(values(config), "" if content is None else hashlib.sha256(content).hexdigest())


def _conflicts(changes: Mapping[str, Value], seen: Seen, now: Seen) -> tuple[Conflict, ...]:
    return tuple(
        Conflict(key, seen.values[key], ours, now.values[key])
        for key, ours in changes.items()
        if now.values[key] not in (seen.values[key], ours)
    )


def _number(backup: Path) -> int:
    """Counts up, so that a clock that was set back puts no backup in the place of another; 0 = it is none."""
    number = backup.name.partition("-")[0]
    return int(number) if number.isascii() and number.isdigit() else 0
