"""Encoders: chips to embeddings. This file finds and loads an encoder by its name in the configuration."""

import reprlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from kiosk.encoders.encoder import CompositeEncoder, Encoder, EncoderSpec
from kiosk.encoders.runtimes import ENCODER, described, load_from_file, read_encoder_spec
from kiosk.encoders.specs import EXPORTED
from kiosk.errors import EncoderError, did_you_mean
from kiosk.files import shipped_weights
from kiosk.i18n import Message
from kiosk.weights.manifest import find_file
from kiosk.weights.specs import find_spec, spec_names

__all__ = ["EXPORTED", "Encoder", "EncoderSpec", "encoder_names", "encoder_paths", "encoder_spec", "load_encoder"]


def encoder_names(folder: Path | None = None) -> tuple[str, ...]:
    """Return the names of all encoders with a spec in `folder` or shipped."""
    return spec_names(_folders(folder), ENCODER)


def encoder_spec(name: str, folder: Path | None = None) -> EncoderSpec:
    """Return the facts in the spec of an encoder, without opening its file; raises WeightsError."""
    return described(name, read_encoder_spec(find_spec(name, _folders(folder))))


def encoder_paths(name: str, folder: Path | None = None) -> tuple[Path, Path]:
    """Return the paths of the spec and the file of an encoder; raises WeightsError when the spec cannot be read."""
    folders = _folders(folder)
    spec = find_spec(name, folders)
    return spec, find_file(read_encoder_spec(spec).file, [*folders, spec.parent])


def load_encoder(
    name: str | Sequence[str] | Mapping[str, float], threads: int = 2, folder: Path | None = None
) -> Encoder:
    """Return the verified encoder, with `threads` processor threads for a face.

    Several names make a composite encoder; a mapping gives each its weight instead of 1 / its threshold. Specs and
    files are searched in `folder`, then among the shipped ones.

    Raises EncoderError for an unknown name, WeightsError when spec or file is missing or altered.
    """
    folders = _folders(folder)
    known = spec_names(folders, ENCODER)
    names = [name] if isinstance(name, str) else list(name)
    for each in names:
        _require_known(each, known)
    # Two encoders in parallel, a thread each, take 14 ms, like one after the other on two threads; with other work on
    # the processor 15 ms instead of 19.
    share = max(threads // max(len(names), 1), 1)
    encoders = [load_from_file(find_spec(each, folders), share, folders) for each in names]
    if isinstance(name, Mapping):
        return CompositeEncoder(encoders, list(name.values()), threads)
    return encoders[0] if len(encoders) == 1 else CompositeEncoder(encoders, None, threads)


def _require_known(name: str, known: Sequence[str]) -> None:
    if name in known:
        return
    if name in EXPORTED:
        export = Message("make it of its published weights: kiosk weights export {name} --weights PATH", name=name)
        raise EncoderError(f"encoder {name}", "has no file yet", export)
    remedy = did_you_mean(name, [*known, *EXPORTED], "see `kiosk encoders`; its spec belongs into the folder `weights`")
    raise EncoderError(f"encoder {reprlib.repr(name)}", "is not known", remedy)


def _folders(folder: Path | None) -> list[Path]:
    return [*([folder] if folder else []), shipped_weights()]
