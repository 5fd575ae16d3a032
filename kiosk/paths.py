"""Paths of the files that the configuration names, and of those in the user's folders."""

import contextlib
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

from kiosk.config import ConfigFile
from kiosk.files import asset

_APPLICATION = "kiosk"
_MOUNTS = Path("/proc/self/mounts")
# Desktops mount USB sticks here; below /mnt may be a disk of the machine.
_STICK_ROOTS = (Path("/media"), Path("/run/media"))


@dataclass(frozen=True, slots=True)
class Place:
    """A folder from which the staff takes files and to which it exports."""

    path: Path
    is_stick: bool  # else it is the exchange folder


def gallery_folder(config: ConfigFile) -> Path:
    """Return the image folder that the configuration names."""
    return config.below(config.current.gallery.folder)


def demo_gallery() -> Path:
    """Return the demo's image folder: a copy of the shipped pictures, so that people can be enrolled and erased."""
    shipped, own = asset("demo", "gallery"), user_data_path(_APPLICATION) / "demo-gallery"
    if not own.is_dir():
        try:
            own.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=own.parent) as unfinished:
                copy = Path(shutil.copytree(shipped, Path(unfinished) / own.name))
                copy.rename(own)
        except OSError:
            return own if own.is_dir() else shipped  # another process was first, or nothing can be written here
    return own


def journal_file(config: ConfigFile, *, demo: bool = False) -> Path:
    """Return the file for the decisions of the door, or of the demo."""
    named = config.current.journal.file
    return _own("demo" if demo else "journal") if demo or not named else config.below(named)


def staff_file(config: ConfigFile) -> Path:
    """Return the file with the staff and the hashes of their PINs."""
    named = config.current.reception.staff_file
    return config.below(named) if named else _own("staff")


def visitors_file(*, demo: bool = False) -> Path:
    """Return the file for the faces of refused visitors."""
    return _own("demo-visitors" if demo else "visitors")


def cache_folder() -> Path:
    """Return the folder for the embeddings of gallery pictures."""
    return user_cache_path(_APPLICATION) / "templates"


def exchange_places() -> list[Place]:
    """Return the mounted USB sticks by name, then the exchange folder, which is made where it is missing."""
    exchange = user_data_path(_APPLICATION) / "exchange"
    with contextlib.suppress(OSError):
        exchange.mkdir(parents=True, exist_ok=True)
    sticks = [Place(path, is_stick=True) for path in sorted(_mounted_sticks())]
    return [*sticks, Place(exchange, is_stick=False)] if exchange.is_dir() else sticks


def _mounted_sticks() -> set[Path]:
    """Return where block devices are mounted below _STICK_ROOTS; network shares and folders of this disk are not."""
    try:
        table = _MOUNTS.read_bytes()
    except OSError:  # another system than Linux
        return set()
    lines = [line.split() for line in table.splitlines()]
    mounted = {_unescaped(line[1]): line[0] for line in lines if len(line) > 2}
    elsewhere = {source for path, source in mounted.items() if not _below_a_root(path)}
    return {
        path
        for path, source in mounted.items()
        if _below_a_root(path) and source.startswith(b"/dev/") and source not in elsewhere
    }


def _below_a_root(path: Path) -> bool:
    return any(path.is_relative_to(root) for root in _STICK_ROOTS)


def _unescaped(field: bytes) -> Path:
    """Return a path of the mount table, in which blanks and the like are written as octal numbers (proc(5))."""
    return Path(os.fsdecode(re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), field)))


def _own(name: str) -> Path:
    return user_data_path(_APPLICATION) / f"{name}.sqlite3"
