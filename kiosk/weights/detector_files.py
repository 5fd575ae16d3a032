"""Detectors that come as a file with a spec."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pydantic import Field

from kiosk.weights.catalogue import how_to_get
from kiosk.weights.files import find_file, verified_file
from kiosk.weights.spec_files import Sha256, Spec, find_spec, read_spec

KIND: Final = "detector"


class DetectorSpec(Spec):
    """One detector for OpenCV's FaceDetectorYN, in a file beside its spec."""

    file: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.onnx$")
    size: int = Field(gt=0, le=2**30)  # bytes
    sha256: Sha256
    licence: str = Field(min_length=1, max_length=200)
    source: str = Field(min_length=1, max_length=500)


def detector_content(name: str, folders: Sequence[Path]) -> bytes:
    """The verified bytes of a detector's file; raises WeightsError where spec or file is missing or another."""
    spec, _, path = _found(name, folders)
    return verified_file(path, spec.size, spec.sha256, lambda: how_to_get(spec.file, spec.sha256))


def detector_paths(name: str, folders: Sequence[Path]) -> tuple[Path, Path]:
    """Where spec and file lie; raises WeightsError where there is no spec."""
    _, spec_path, path = _found(name, folders)
    return spec_path, path


def _found(name: str, folders: Sequence[Path]) -> tuple[DetectorSpec, Path, Path]:
    spec_path = find_spec(name, folders)
    spec = read_spec(spec_path, DetectorSpec, KIND)
    return spec, spec_path, find_file(spec.file, [*folders, spec_path.parent])
