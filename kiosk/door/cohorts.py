"""The strangers that distances are seen against, as files: weights/<encoder>.cohort.npz."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kiosk import resources
from kiosk.encoders import EncoderSpec
from kiosk.errors import WeightsError
from kiosk.i18n import QT_TRANSLATE_NOOP, translate
from kiosk.recognition.cohort import Cohort, read_cohort
from kiosk.weights.manifest import read_manifest, verified_bytes

_MAX_BYTES = 16 * 2**20
_REMEDY = QT_TRANSLATE_NOOP("faults", "make it anew with `kiosk weights cohort FOLDER`")


def cohort_file(encoder: str) -> str:
    """What the file of an encoder's cohort is called."""
    return f"{encoder}.cohort.npz"


def find_cohort(spec: EncoderSpec, folders: Sequence[Path]) -> Cohort | None:
    """The encoder's cohort, from the first of the folders that has one; None where none does.

    A shipped one is verified by its hash. Raises WeightsError where it is altered or another encoder's.
    """
    path = next((path for folder in folders if (path := folder / cohort_file(spec.name)).is_file()), None)
    if path is None:
        return None
    return read_cohort(path, _content(path), spec.key, spec.dimension)


def _content(path: Path) -> bytes:
    if path.parent.resolve() == resources.weights().resolve() and (entry := read_manifest().get(path.name)):
        return verified_bytes(entry)
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        reason = translate("faults", "cannot be read: {cause}").format(cause=error.strerror)
        raise WeightsError(path, reason, translate("faults", "check its permissions")) from error
    if len(content) > _MAX_BYTES:
        reason = translate("faults", "has more than {size} bytes").format(size=_MAX_BYTES)
        raise WeightsError(path, reason, translate("faults", _REMEDY))
    return content
