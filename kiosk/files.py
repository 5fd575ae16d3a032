"""Files: the product's own, atomic writes, a folder's lock, the listing of a USB stick, guarded reading of YAML."""

import contextlib
import errno
import itertools
import os
import secrets
import stat
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn, TypeAlias

from filelock import lock_descriptor
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, ScalarEvent

from kiosk.errors import KioskError, WeightsError, cause_of
from kiosk.i18n import QT_TRANSLATE_NOOP, Message, Text
from kiosk.names import is_system_folder, printable

_PACKAGE = Path(str(files("kiosk")))
_INSTALLED = _PACKAGE / "shipped"

PARTIAL: Final = ".new-"  # prefix of a file that is being written
_TOKEN_BYTES: Final = 4
_LOCK_STEP_SECONDS: Final = 0.02
_NO_LOCKS: Final = {errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK, errno.EINVAL}  # of some network shares
_NO_LINKS: Final = {errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP}  # FAT, some network shares

_MAX_YAML_BYTES: Final = 64 * 1024
_MAX_DEPTH: Final = 10
_MOST_OF_A_TAG: Final = 80  # characters that a message shows
_MAX_VALUE: Final = 1000  # characters; keeps a number short enough to be shown

Key: TypeAlias = tuple[int | str, ...]
Stamps: TypeAlias = dict[Path, tuple[int, int, int] | None]
Content: TypeAlias = bytes | Callable[[Path], None]  # of a file, or a function that writes it


def asset(*parts: str) -> Path:
    """Return the path of a file below assets/."""
    return _shipped("assets", *parts)


def shipped_weights(*parts: str) -> Path:
    """Return the path of a file below weights/."""
    return _shipped("weights", *parts)


def is_file(path: Path) -> bool:
    """Return whether there is a file; unlike Path.is_file it never raises."""
    return os.path.isfile(path)  # noqa: PTH113


def stamps(paths: Iterable[Path]) -> Stamps:
    """Return a stamp for each file, which differs once the file is replaced, written to or removed."""
    found: Stamps = {}
    for path in paths:
        found[path] = None
        with contextlib.suppress(OSError):
            status = path.stat()
            found[path] = status.st_mtime_ns, status.st_size, status.st_ino
    return found


def _shipped(*parts: str) -> Path:
    return (_INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent).joinpath(*parts)


# Writing -----------------------------------------------------------------------------------------------------------


def atomic_write(
    path: Path, data: Content, *, mode: int | None = None, overwrite: bool = True, durable: bool = True
) -> None:
    """Put a file in place as a whole: after a crash or a power cut it is the old one or the new one.

    `data` is its content, or a function that writes it to the path that it gets, which has the suffix of `path`; `mode`
    its permissions, by default those of the file before; `durable` waits until it is on the disk. Raises OSError, what
    `data` raises, and without `overwrite` FileExistsError if there is a file; it is unchanged then.
    """
    with _beside(path, data, mode, durable=durable) as partial:
        if overwrite:
            partial.replace(path)
        else:
            _move_to_free_name(partial, path)
    if durable:
        with contextlib.suppress(OSError):  # it is in place, if not yet for good
            sync_folder(path.parent)


def clear_partials(folder: Path, suffix: str = "") -> None:
    """Delete unfinished files of an atomic_write that was killed; no other may be running in the folder."""
    for left in folder.glob(f"{PARTIAL}*{suffix}"):
        left.unlink(missing_ok=True)


def atomic_write_all(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write several files of a folder; when all are written, put them in place in their order. Raises OSError."""
    with contextlib.ExitStack() as stack:
        written = {
            stack.enter_context(_beside(folder / name, data, None, durable=True)): folder / name
            for name, data in contents.items()
        }
        for partial, path in written.items():
            partial.replace(path)
    with contextlib.suppress(OSError):
        sync_folder(folder)


@contextlib.contextmanager
def _beside(path: Path, data: Content, mode: int | None, *, durable: bool) -> Iterator[Path]:
    """Write a file beside `path`; it is deleted at the end unless it was moved."""
    partial = path.with_name(f"{PARTIAL}{secrets.token_hex(_TOKEN_BYTES)}{path.suffix}")
    try:
        replaced = None
        with contextlib.suppress(FileNotFoundError):
            replaced = path.stat()
        private = mode is not None or replaced is not None  # until it has its permissions
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        os.close(os.open(partial, flags, 0o600 if private else 0o666))
        if replaced is not None:
            with contextlib.suppress(PermissionError):
                os.chown(partial, replaced.st_uid, replaced.st_gid)
        if isinstance(data, bytes):
            partial.write_bytes(data)
        else:
            data(partial)
        if mode is not None:
            partial.chmod(mode)
        elif replaced is not None:
            partial.chmod(stat.S_IMODE(replaced.st_mode))
        if durable:
            _sync(partial, os.O_RDONLY)
        yield partial
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def _move_to_free_name(partial: Path, path: Path) -> None:
    try:
        os.link(partial, path)  # unlike a rename, never over a file that has just appeared
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        partial.rename(path)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder last through a power cut, where the file system can. Raises OSError for a full disk."""
    try:
        _sync(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as fault:
        if fault.errno in {errno.ENOSPC, errno.EDQUOT, errno.EIO}:
            raise


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_files(out: Path, contents: Mapping[str, bytes]) -> None:
    """Create the folder `out` and put files into it in their order, a spec after its weights. Raises WeightsError."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        atomic_write_all(out, contents)
    except OSError as error:
        raise WeightsError(out, f"cannot be written: {error.strerror}", "name another folder with --out") from error


# Locking -----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def folder_lock(folder: Path, busy: KioskError, patience_seconds: float = 0.0) -> Iterator[bool]:
    """Keep out other threads and processes that lock the same folder; the lock ends with the process.

    Yields whether it is locked: some network shares have no locks. Raises `busy` where others hold it for longer than
    `patience_seconds`, OSError where the folder cannot be opened.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield _lock(descriptor, busy, time.monotonic() + patience_seconds)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, busy: KioskError, until: float) -> bool:
    try:
        while not lock_descriptor(descriptor, blocking=False):
            if time.monotonic() >= until:
                raise busy
            time.sleep(_LOCK_STEP_SECONDS)
    except OSError as error:
        if error.errno in _NO_LOCKS:
            return False
        raise
    return True


# Browsing ----------------------------------------------------------------------------------------------------------

MOST_FILES = 20_000  # listed of one folder


@dataclass(frozen=True, slots=True)
class Entry:
    """A folder to open or a file to choose."""

    path: Path
    is_folder: bool

    @property
    def name(self) -> str:
        """The name, printable."""
        return printable(self.path.name)


@dataclass(frozen=True, slots=True)
class Listing:
    """The content of a folder: folders first, then files, by name."""

    entries: tuple[Entry, ...]
    is_cut: bool = False  # there are more than MOST_FILES


def list_files(place: Path, folder: Path, suffixes: Collection[str]) -> Listing:
    """List folders, and files with one of the suffixes, below `place`; nothing hidden, no links. Raises KioskError."""
    try:
        if not folder.resolve().is_relative_to(place.resolve()):
            raise _unreadable(folder, Message("it is somewhere else"))
        with os.scandir(folder) as scanned:
            files = list(itertools.islice(scanned, MOST_FILES + 1))
        entries = []
        for file in files[:MOST_FILES]:
            is_folder = file.is_dir(follow_symlinks=False)
            is_wanted = Path(file.name).suffix.lower() in suffixes and file.is_file(follow_symlinks=False)
            if not file.name.startswith(".") and (not is_system_folder(file.name) if is_folder else is_wanted):
                entries.append(Entry(folder / file.name, is_folder))
    except OSError as fault:
        raise _unreadable(folder, cause_of(fault)) from fault
    entries.sort(key=lambda entry: (not entry.is_folder, entry.name.casefold()))
    return Listing(tuple(entries), len(files) > MOST_FILES)


def _unreadable(folder: Path, why: Text) -> KioskError:
    reason = Message("cannot be read ({reason})", reason=why)
    return KioskError(printable(folder), reason, "plug the USB stick in again, or choose another folder")


# Reading YAML ------------------------------------------------------------------------------------------------------


class YamlContent(NamedTuple):
    """The options of a YAML file as plain Python values, and the line of each key, () for the whole."""

    values: dict[str, Any]
    lines: dict[Key, int]


# What pydantic finds, by the type of its fault, with the values of its context.
_REASONS: Final = {
    **dict.fromkeys(("bool_parsing", "bool_type"), QT_TRANSLATE_NOOP("faults", "true or false was expected")),
    **dict.fromkeys(
        ("int_parsing", "int_type", "int_from_float"), QT_TRANSLATE_NOOP("faults", "a whole number was expected")
    ),
    **dict.fromkeys(
        ("float_parsing", "float_type", "finite_number"), QT_TRANSLATE_NOOP("faults", "a number was expected")
    ),
    "string_type": QT_TRANSLATE_NOOP("faults", "a text was expected"),
    "model_type": QT_TRANSLATE_NOOP("faults", "names with values below it were expected"),
    "literal_error": QT_TRANSLATE_NOOP("faults", "{expected} was expected"),
    "enum": QT_TRANSLATE_NOOP("faults", "{expected} was expected"),
    "string_pattern_mismatch": QT_TRANSLATE_NOOP("faults", "a text of the form {pattern} was expected"),
    "string_too_short": QT_TRANSLATE_NOOP("faults", "must not be empty"),
    "greater_than": QT_TRANSLATE_NOOP("faults", "a number above {gt:g} was expected"),
    "greater_than_equal": QT_TRANSLATE_NOOP("faults", "a number of at least {ge:g} was expected"),
    "less_than": QT_TRANSLATE_NOOP("faults", "a number below {lt:g} was expected"),
    "less_than_equal": QT_TRANSLATE_NOOP("faults", "a number of at most {le:g} was expected"),
    "missing": QT_TRANSLATE_NOOP("faults", "is missing"),
    "extra_forbidden": QT_TRANSLATE_NOOP("faults", "is not known"),
}


def reason_of(fault: ErrorDetails) -> Text:
    """Return in plain words what pydantic found; its own words where there are no plain ones."""
    words = _REASONS.get(fault["type"])
    if words is None:
        return fault["msg"].removeprefix("Value error, ")
    return Message(words, **fault.get("ctx", {}))


def read_yaml(path: Path, fault: type[KioskError], remedy: Text) -> YamlContent:
    """Read the options in a file; raises `fault` where it holds anything else, or more than such a file may."""
    return parse_yaml(path, read_bytes(path, fault, remedy), fault, remedy)


def read_bytes(path: Path, fault: type[KioskError], remedy: Text) -> bytes:
    """Read a small regular file, at most one byte more than a YAML file may have; raises `fault`."""
    try:
        # A pipe in the file's place would be waited for without end.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise fault(path, "is not a file", "put a file in its place")
            return file.read(_MAX_YAML_BYTES + 1)
    except FileNotFoundError as error:
        raise fault(path, "is not there", remedy) from error
    except OSError as error:
        reason = Message("cannot be read ({cause})", cause=error.strerror)
        raise fault(path, reason, "check its permissions") from error


def parse_yaml(path: Path, raw: bytes, fault: type[KioskError], remedy: Text) -> YamlContent:
    """Read options from the content of a file; raises `fault` as read_yaml does."""
    content = load_yaml(path, raw, fault, remedy)
    lines: dict[Key, int] = {(): 1}
    return YamlContent(_plain_map(content, (), lines), lines)


def load_yaml(path: Path, raw: bytes, fault: type[KioskError], remedy: Text) -> CommentedMap:
    """Read options with their comments, as ruamel.yaml's round trip writes them; raises `fault`."""
    if len(raw) > _MAX_YAML_BYTES:
        reason = Message("is larger than {kilobytes} kB", kilobytes=_MAX_YAML_BYTES // 1024)
        raise fault(path, reason, remedy)
    try:
        text = raw.decode("utf-8")
        _check_shape(path, text, fault)
        content = round_trip().load(text)
    except UnicodeDecodeError as error:
        raise fault(path, Message("is not UTF-8 at byte {byte}", byte=error.start), "save it as UTF-8") from None
    except MarkedYAMLError as error:
        _raise_marked(path, error, fault)
    except (YAMLError, ValueError, TypeError, LookupError, ArithmeticError) as error:
        # What the constructors of ruamel.yaml let through for values that only look like numbers or dates.
        raise fault(path, Message("is no YAML ({error})", error=error), remedy) from None
    if content is None:
        return CommentedMap()
    if not isinstance(content, CommentedMap):
        raise fault(path, "line 1: options as `name: value` were expected", remedy)
    return content


def round_trip() -> YAML:
    """Return a reader and writer of YAML that keeps comments, quotes and the lengths of lines."""
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    return yaml


def _raise_marked(path: Path, error: MarkedYAMLError, fault: type[KioskError]) -> NoReturn:
    mark = error.problem_mark or error.context_mark
    problem: Text = error.problem or Message("is no YAML")
    reason = Message("line {line}: {problem}", line=mark.line + 1, problem=problem) if mark else problem
    raise fault(path, reason, "mend that line") from None


def _check_shape(path: Path, text: str, fault: type[KioskError]) -> None:
    """Refuse aliases, tags, deep nesting and long values, by which a small file can fill the memory."""
    depth = 0
    for event in YAML(typ="rt").parse(text):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        oddity = None
        if isinstance(event, AliasEvent):
            oddity = Message("aliases (*name) are not used here")
        elif getattr(event, "tag", None) is not None:
            oddity = Message("tags ({tag}) are not used here", tag=event.tag[:_MOST_OF_A_TAG])
        elif depth > _MAX_DEPTH:
            oddity = Message("options are nested too deep")
        elif isinstance(event, ScalarEvent) and len(event.value) > _MAX_VALUE:
            oddity = Message("a value of {count} characters", count=len(event.value))
        if oddity is not None:
            reason = Message("line {line}: {oddity}", line=event.start_mark.line + 1, oddity=oddity)
            raise fault(path, reason, "mend that line")


def _plain_map(content: CommentedMap, above: Key, lines: dict[Key, int]) -> dict[str, Any]:
    plain = {}
    marks = content.lc.data or {}
    for name, value in content.items():
        key = (*above, str(name))
        lines[key] = marks[name][0] + 1 if name in marks else lines[above]
        plain[str(name)] = _plain_map(value, key, lines) if isinstance(value, CommentedMap) else _plain(value)
    return plain


def _plain(value: Any) -> Any:  # noqa: ANN401  (whatever YAML holds)
    """Return a value of ruamel.yaml as int, float, str or bool, as strict validation needs it."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value
