"""Keeps the encoder and stranger rate of an installation of version 0.1: its thresholds depend on them."""

from __future__ import annotations

import logging
from typing import Final

from kiosk.config import ConfigFile
from kiosk.config.saving import ConfigWriter
from kiosk.config.schema import Value
from kiosk.errors import KioskError
from kiosk.paths import gallery_folder, journal_file
from kiosk.people.register import APPLICATION_ID, people_file
from kiosk.store.sqlite_file import identity_of
from kiosk.weights.catalogue import DEFAULT_ENCODER, FORMER_ENCODER

FORMER: Final[dict[str, Value]] = {"encoder": FORMER_ENCODER, "matching.stranger_rate": 0.0005}

_log = logging.getLogger("kiosk")


def keep_former_settings(config: ConfigFile) -> None:
    """Use the settings of version 0.1 if it has left a journal or register, and config.yaml sets no others."""
    journal = identity_of(journal_file(config))
    # Its journals had a version, but no application id; a file without either is of another program.
    has_journal = journal is not None and journal[0] == 0 and journal[1] != 0
    has_register = identity_of(people_file(gallery_folder(config))) == (APPLICATION_ID, 1)
    if has_journal or has_register:
        config.keep(FORMER)


def save_former_settings(config: ConfigFile) -> None:
    """Write the kept settings into config.yaml; if that fails, they apply to this run only."""
    if not config.unset:
        return
    path = config.path or config.folder / "config.yaml"
    changes = {key: config.kept[key] for key in config.unset}
    added = ", ".join(f"{key}: {value}" for key, value in changes.items())
    try:
        writer = ConfigWriter(path)
        writer.change(changes, writer.look())
    except KioskError as error:
        _log.warning("the settings of version 0.1 (%s) are kept for this run only: %s", added, error)
        return
    config.adopt(path)
    config.changed()
    _log.warning(
        "%s: %s added, which version 0.1 used here; for better recognition write `encoder: %s` and, under "
        "matching, `stranger_rate: 0.0001` instead",
        path,
        added,
        DEFAULT_ENCODER,
    )
