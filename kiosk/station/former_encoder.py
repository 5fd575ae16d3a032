"""Installations of version 0.1 keep their encoder and threshold, because their templates belong to them."""

from __future__ import annotations

import logging

from kiosk.access.journal import MADE_BY as JOURNAL_MADE_BY
from kiosk.access.people import people_file
from kiosk.access.people.rows import SCHEMA_VERSION as REGISTER_VERSION
from kiosk.access.sqlite_file import pragma_of
from kiosk.config import ConfigFile
from kiosk.config.schema import Value
from kiosk.config.writing import ConfigWriter
from kiosk.errors import KioskError
from kiosk.station.places import gallery_folder, journal_file
from kiosk.weights.catalogue import DEFAULT_ENCODER, FORMER_ENCODER

_FORMER_STRANGER_RATE = 0.0005

_log = logging.getLogger("kiosk")


def keep_former_encoder(config: ConfigFile) -> None:
    """Write the encoder and the stranger rate of version 0.1 into config.yaml where it left a journal or a register.

    Nothing is done where the configuration names an encoder. Where the file cannot be written, both are kept for this
    run.
    """
    if "encoder" in config.current.model_fields_set or not _was_installed(config):
        return
    path = config.path or config.folder / "config.yaml"
    matching = config.current.matching
    rate = matching.stranger_rate if "stranger_rate" in matching.model_fields_set else _FORMER_STRANGER_RATE
    changes: dict[str, Value] = {"encoder": FORMER_ENCODER, "matching.stranger_rate": rate}
    try:
        writer = ConfigWriter(path)
        writer.change(changes, writer.look())
    except KioskError as error:
        matching = config.current.matching.model_copy(update={"stranger_rate": rate})
        config.current = config.current.model_copy(update={"encoder": FORMER_ENCODER, "matching": matching})
        _log.warning("the encoder of version 0.1, %s, is kept for this run only: %s", FORMER_ENCODER, error)
        return
    config.adopt(path)
    config.changed()
    _log.warning(
        "%s: `encoder: %s` and `stranger_rate: %g` are added, which version 0.1 used here; for the better encoder "
        "write `encoder: %s` and remove `stranger_rate`",
        path,
        FORMER_ENCODER,
        rate,
        DEFAULT_ENCODER,
    )


def _was_installed(config: ConfigFile) -> bool:
    """Return whether version 0.1 made the journal or the people register."""
    journal = pragma_of(journal_file(config), "application_id")
    register = pragma_of(people_file(gallery_folder(config)), "user_version")
    return journal not in {None, JOURNAL_MADE_BY} or register not in {None, REGISTER_VERSION}
