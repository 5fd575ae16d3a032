"""Where the files lie that the configuration names, or that are the user's."""

import os
import shutil
import tempfile
from pathlib import Path

from platformdirs import user_cache_path, user_data_path, user_documents_path, user_downloads_path

from kiosk.config import ConfigFile
from kiosk.resources import asset

_APPLICATION = "kiosk"
_MOST_PLACES = 6


def gallery_folder(config: ConfigFile) -> Path:
    """The image folder that the configuration names."""
    return config.below(config.current.gallery.folder)


def demo_gallery() -> Path:
    """The demo's people: a copy of the pictures that are shipped, so that somebody can be enrolled and erased there."""
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
    """Where the decisions of the door, or of the demo, are written."""
    named = config.current.journal.file
    return _own("demo" if demo else "journal") if demo or not named else config.below(named)


def staff_file(config: ConfigFile) -> Path:
    """Where the staff and the hashes of their PINs are."""
    named = config.current.reception.staff_file
    return config.below(named) if named else _own("staff")


def visitors_file(*, demo: bool = False) -> Path:
    """Where the faces of refused visitors are kept, if they are."""
    return _own("demo-visitors" if demo else "visitors")


def cache_folder() -> Path:
    """Where embeddings of gallery pictures are remembered."""
    return user_cache_path(_APPLICATION) / "templates"


def export_folders() -> list[Path]:
    """Where an archive may be put: drives that are plugged in, then the user's own folders."""
    user = Path.home().name
    mounted = [path for root in (Path("/media"), Path("/run/media")) for path in _below(root / user)]
    own = [user_downloads_path(), user_documents_path(), Path.home()]
    there = [path for path in dict.fromkeys([*mounted, *own]) if path.is_dir() and os.access(path, os.W_OK)]
    return there[:_MOST_PLACES]


def _below(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _own(name: str) -> Path:
    return user_data_path(_APPLICATION) / f"{name}.sqlite3"
