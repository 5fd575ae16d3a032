"""The gallery as the commands about pictures use it: loaded behind a progress bar, with a reader for more pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.cli.options import read_config
from kiosk.cli.output import progress_bar

if TYPE_CHECKING:
    from kiosk.door.desk import Desk
    from kiosk.people.gallery import GallerySnapshot
    from kiosk.recognition.matching import Comparison
    from kiosk.recognition.pipeline import PhotographReader


@dataclass(frozen=True, slots=True)
class Known:
    """Everybody in one image folder."""

    threshold: float
    margin: float
    comparison: Comparison
    folder: Path
    gallery: GallerySnapshot
    reader: PhotographReader


def open_gallery(config: Path | None, gallery: Path | None) -> Known:
    """Loads the image folder `gallery`, or that of the configuration; raises KioskError."""
    from kiosk.door.build import (
        load_configured_encoder,
        make_gallery,
        make_landmarks,
        photograph_reader,
        weights_folders,
    )
    from kiosk.door.matching import comparison_of, matching_numbers
    from kiosk.paths import gallery_folder

    settings = read_config(config)
    folder = gallery or gallery_folder(settings)
    encoder, landmarks = load_configured_encoder(settings), make_landmarks(settings)
    known = make_gallery(settings, folder, encoder, landmarks)
    comparison = comparison_of(settings.current.path, encoder.spec, weights_folders(settings))
    with progress_bar("reading the gallery") as show:
        known.load(show)
    reader = photograph_reader(settings, encoder, landmarks)
    numbers = matching_numbers(settings.current, encoder.spec, len(known.snapshot.people))
    return Known(*numbers, comparison, folder, known.snapshot, reader)


def open_desk_of(config: Path | None, gallery: Path | None) -> Desk:
    """Registers and journal beside the image folder `gallery`, or that of the configuration; raises KioskError."""
    from kiosk.door.build import Choices
    from kiosk.door.desk import open_desk
    from kiosk.paths import gallery_folder

    settings = read_config(config)
    return open_desk(Choices(settings, gallery or gallery_folder(settings), ""))
