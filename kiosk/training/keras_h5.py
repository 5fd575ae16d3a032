"""Weights in Keras' .h5 files, read by the names of layers and without building the model that the file describes.

Three layouts contain the same tensors. A whole model (Keras 2, or model.save("name.h5") of Keras 3) has the group
model_weights, a file of weights has the same groups at its root: layer/scope/weight:0. Keras 3's
save_weights("name.weights.h5") has layers/<anything>/vars/<index>, where the attribute `name` of vars is the layer's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.errors import WeightsError

if TYPE_CHECKING:
    import h5py  # type: ignore[import-untyped]
    import keras  # type: ignore[import-untyped]

_REMEDY: Final = "use the published .h5 file of this network, or one that Keras saved from it"

Datasets: TypeAlias = "dict[str, list[h5py.Dataset]]"  # by layer/weight


def load_h5(model: keras.Model, path: Path) -> None:
    """Give the model the weights of the file, each by the name of its layer and its own.

    Raises WeightsError that names each tensor that is missing, surplus, of another shape or not finite; the model is
    unchanged then.
    """
    variables = {f"{layer.name}/{weight.name}": weight for layer in model.layers for weight in layer.weights}
    arrays = read_h5(path, {name: tuple(variable.shape) for name, variable in variables.items()})
    for name, variable in variables.items():
        variable.assign(arrays[name])


def read_h5(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, NDArray[np.float32]]:
    """Return the tensors of `shapes`, which are named layer/weight, in Keras' order; raises WeightsError."""
    import h5py  # noqa: PLC0415 - of the extra [training]

    if not path.is_file():
        raise WeightsError(path, "is no file", _REMEDY)
    try:
        with h5py.File(path, "r") as file:
            found = _datasets(file, shapes)
            checked = {name: _fault(found.get(name), shapes.get(name)) for name in {**shapes, **found}}
            faults = {name: fault for name, fault in checked.items() if fault}
            arrays = {name: found[name][0][()].astype(np.float32) for name in shapes if name not in faults}
    except Exception as error:  # h5py's exceptions for damaged files have no common class
        raise WeightsError(path, f"is no readable HDF5 file: {error}", _REMEDY) from error
    if not found.keys() & shapes.keys():
        raise WeightsError(path, "holds no weights of this network", _REMEDY)
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            faults[name] = "has numbers that are not finite"
        elif name.endswith("/moving_variance") and array.min() < 0:
            faults[name] = "has negative numbers"
    if faults:
        raise WeightsError(path, ", ".join(f"{name} {fault}" for name, fault in faults.items()), _REMEDY)
    return arrays


def _datasets(file: h5py.File, names: Iterable[str]) -> Datasets:
    """Return the datasets of a file; links to other places are left out."""
    import h5py  # noqa: PLC0415 - see read_h5

    root = next((file[group] for group in ("model_weights", "layers") if group in file), file)
    found: Datasets = {}

    def visit(path: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            name = _name_by_index(item, names) if root.name == "/layers" else _name_by_path(path)
            found.setdefault(name, []).append(item)

    root.visititems(visit)
    return found


def _name_by_path(path: str) -> str:
    layer, _, rest = path.partition("/")
    return f"{layer}/{rest.rpartition('/')[2].partition(':')[0]}"


def _name_by_index(dataset: h5py.Dataset, names: Iterable[str]) -> str:
    index = dataset.name.rpartition("/")[2]
    layer = str(dataset.parent.attrs.get("name", dataset.parent.name.strip("/")))
    known = [name for name in names if name.rpartition("/")[0] == layer]
    return known[int(index)] if index.isdecimal() and int(index) < len(known) else f"{layer}/{index}"


def _fault(datasets: list[h5py.Dataset] | None, shape: tuple[int, ...] | None) -> str | None:
    if datasets is None:
        return "is missing"
    if shape is None:
        return "is surplus"
    if len(datasets) > 1:
        return "is there twice"
    if datasets[0].shape != shape:
        return f"has shape {datasets[0].shape} instead of {shape}"
    return None if datasets[0].dtype.kind == "f" else f"has type {datasets[0].dtype} instead of float32"
