"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from kiosk.config import ConfigFile, find_config

ConfigOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Configuration; else $KIOSK_CONFIG, ./config.yaml, the defaults."),
]
GalleryOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--gallery", metavar="DIR", help="Image folder; else the one of the configuration."),
]
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def read_config(given: Path | None) -> ConfigFile:
    """Return the configuration in force; raises ConfigError."""
    from kiosk.door.former_settings import keep_former_settings

    config = ConfigFile(find_config(given))
    keep_former_settings(config)
    return config
