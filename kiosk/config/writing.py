"""Saving changed options in config.yaml: whole or not at all, with backups, and never over somebody else's edit."""

import contextlib
import errno
import fcntl
import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kiosk.config.editing import edited, new_file
from kiosk.config.file import content_of, understood
from kiosk.config.schema import Value, values
from kiosk.config.sections import Config
from kiosk.errors import ConfigError
from kiosk.i18n import translate
from kiosk.weights.writing import sync

BACKUPS = 10
_TRIES = 3
_PATIENCE_SECONDS = 2.0
_STEP_SECONDS = 0.02


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
            translate("faults", "is being changed by another program all the time"),
            translate("faults", "try again later"),
        )

    def _content(self) -> bytes | None:
        try:
            there = self.path.exists() or self.path.is_symlink()
        except OSError as error:
            raise self._fault(error) from error
        return content_of(self.path) if there else None

    def _require_there(self, content: bytes | None, seen: Seen) -> None:
        if content is None and seen.digest:
            remedy = translate("faults", "put it back; the last ones are kept in {name}").format(name=self.backups.name)
            raise ConfigError(self.path, translate("faults", "was deleted in the meantime"), remedy)

    def _saved(self, before: bytes | None, fresh: bytes) -> bool:
        """Whether it was put in place; not where the file has changed since it was read."""
        partial = self.path.with_name(f".{self.path.name}.partial")
        try:
            if before is not None:
                self._back_up(before)
            self._write(partial, fresh)
            if self._content() != before:
                return False
            if before is None:
                os.link(partial, self.path)  # unlike a rename, never over a file that has just appeared
            else:
                partial.replace(self.path)
        except FileExistsError:
            return False
        except OSError as error:
            raise self._fault(error) from error
        finally:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # it is in place, if not yet for good
            sync(self.path.parent)
        return True

    def _back_up(self, content: bytes) -> None:
        self.backups.mkdir(mode=0o700, exist_ok=True)
        kept = sorted(filter(_number, self.backups.iterdir()), key=_number)
        number = _number(kept[-1]) + 1 if kept else 1
        self._write(self.backups / f"{number:04}-{self._now():%Y-%m-%dT%H-%M-%S}-{self.path.name}", content)
        for old in kept[: max(len(kept) + 1 - BACKUPS, 0)]:
            old.unlink(missing_ok=True)

    def _write(self, path: Path, content: bytes) -> None:
        """A new file with the owner and the rights of config.yaml; it is on the disk when this returns."""
        path.unlink(missing_ok=True)  # of a run that was killed; never followed where it is a link
        like = self._rights()
        mode = 0o666 if like is None else 0o600
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        try:
            with os.fdopen(descriptor, "wb") as file:
                if like is not None:
                    _give(descriptor, like)
                file.write(content)
                file.flush()
                os.fsync(descriptor)
        except BaseException:
            with contextlib.suppress(OSError):
                path.unlink()
            raise

    def _rights(self) -> os.stat_result | None:
        with contextlib.suppress(FileNotFoundError):
            return self.path.stat()
        return None

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keeps other kiosks from changing it meanwhile; an editor does not ask."""
        try:
            if self.path.exists() and not os.access(self.path, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise self._fault(error) from error
        try:
            give_up_at = time.monotonic() + _PATIENCE_SECONDS
            while not _locked(folder):
                if time.monotonic() > give_up_at:
                    raise ConfigError(
                        self.path, translate("faults", "another kiosk is changing it"), translate("faults", "try again")
                    )
                time.sleep(_STEP_SECONDS)
            yield
        finally:
            os.close(folder)

    def _fault(self, error: OSError) -> ConfigError:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        rights = translate("faults", "check the permissions of the file and its folder")
        remedy = translate("faults", "free space on its disk") if full else rights
        return ConfigError(
            self.path,
            translate("faults", "cannot be written ({cause})").format(cause=error.strerror or error),
            translate("faults", "{remedy}; nothing was changed").format(remedy=remedy),
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


def _give(descriptor: int, like: os.stat_result) -> None:
    if (like.st_uid, like.st_gid) != (os.getuid(), os.getgid()):
        os.fchown(descriptor, like.st_uid, like.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(like.st_mode))


def _locked(folder: int) -> bool:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
