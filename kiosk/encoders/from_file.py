"""An encoder from a file and its spec."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from kiosk.encoders.encoder import PATH_VERSION, EncoderSpec, Golden, Network, NetworkEncoder
from kiosk.encoders.golden import check_golden
from kiosk.encoders.litert import LiteRtNetwork
from kiosk.encoders.onnx import OnnxNetwork
from kiosk.encoders.spec_file import SpecFile
from kiosk.weights.catalogue import how_to_get
from kiosk.weights.files import find_file, verified_file
from kiosk.weights.spec_files import read_spec

KIND: Final = "encoder"


def read_encoder_spec(path: Path) -> SpecFile:
    """The spec in weights/<name>.yaml; raises WeightsError."""
    return read_spec(path, SpecFile, KIND)


def load_from_file(path: Path, threads: int, folders: Sequence[Path] = ()) -> NetworkEncoder:
    """The encoder whose spec is `path`, verified by hash and golden vector; raises WeightsError or EncoderError.

    Its file is looked for in `folders`, then beside the spec.
    """
    spec = read_encoder_spec(path)
    file = find_file(spec.file, [*folders, path.parent])
    content = verified_file(file, spec.size, spec.sha256, lambda: how_to_get(spec.file, spec.sha256))
    encoder = encoder_of(path.stem, spec, content, threads)
    check_golden(encoder)
    return encoder


def encoder_of(name: str, spec: SpecFile, content: bytes, threads: int) -> NetworkEncoder:
    """The encoder on the verified bytes of its file, its golden vector not checked yet."""
    network = network_of(spec, content, threads)
    return NetworkEncoder(described(name, spec), network, spec.input.format, mirror=spec.mirror)


def described(name: str, spec: SpecFile) -> EncoderSpec:
    """What a spec file says, as the rest of the kiosk knows it."""
    return EncoderSpec(
        name=name,
        dimension=spec.dimension,
        crops=(spec.chip,),
        threshold=spec.threshold,
        margin=spec.margin,
        key=_key(spec),
        licence=spec.licence,
        source=spec.source,
        size_bytes=spec.size,
        parameters=spec.parameters,
        golden=Golden(spec.golden.picture, spec.golden.values) if spec.golden else None,
        statistics=spec.statistics.statistics if spec.statistics else None,
        averaging=spec.averaging,
    )


def _key(spec: SpecFile) -> str:
    """Of what decides about an embedding; threshold, margin and words do not."""
    deciding = spec.model_dump_json(include={"sha256", "input", "crop", "mirror", "dimension"})
    return hashlib.sha256(f"{PATH_VERSION} {deciding}".encode()).hexdigest()[:16]


def network_of(spec: SpecFile, content: bytes, threads: int) -> Network:
    """The network on the runtime that its file is for."""
    shape = spec.input.format.batch_shape(2 if spec.mirror is True else 1, spec.input.size_px)
    if spec.file.endswith(".onnx"):
        return OnnxNetwork(spec.file, content, shape, spec.dimension, threads)
    return LiteRtNetwork(spec.file, content, shape, spec.dimension, threads)
