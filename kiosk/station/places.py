"""Where the files lie that the configuration names, or that are the user's."""

from pathlib import Path

from platformdirs import user_cache_path, user_data_path

from kiosk.config import ConfigFile

_APPLICATION = "kiosk"


def gallery_folder(config: ConfigFile) -> Path:
    """The image folder that the configuration names."""
    return config.below(config.current.gallery.folder)


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


def _own(name: str) -> Path:
    return user_data_path(_APPLICATION) / f"{name}.sqlite3"
