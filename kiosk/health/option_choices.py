"""What an option may be set to on this machine, where the files say so."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

from kiosk.config import ConfigFile
from kiosk.door.build import HAAR, own_weights, weights_folders
from kiosk.encoders import encoder_names, encoder_paths
from kiosk.errors import WeightsError
from kiosk.weights.detector_files import KIND as DETECTOR
from kiosk.weights.detector_files import detector_paths
from kiosk.weights.spec_files import spec_names


def encoders(config: ConfigFile) -> list[str]:
    """The encoders whose files are there."""
    own = own_weights(config)
    return [name for name in encoder_names(own) if _is_there(partial(encoder_paths, name, own))]


def detectors(config: ConfigFile) -> list[str]:
    """The detectors whose files are there, the one that needs none first."""
    folders = weights_folders(config)
    names = [name for name in spec_names(folders, DETECTOR) if name != HAAR]
    return [HAAR, *(name for name in names if _is_there(partial(detector_paths, name, folders)))]


def _is_there(paths: Callable[[], Iterable[Path]]) -> bool:
    with suppress(WeightsError, OSError):
        return all(path.is_file() for path in paths())
    return False
