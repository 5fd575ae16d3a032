"""Weights in .h5 files of Keras, read with nothing but HDF5: no model in them is built, no code in them is run.

Three layouts hold the same tensors. A whole model of Keras 2 has the group model_weights (Keras 3 writes it for
model.save("name.h5")), a file of weights alone has the same groups at its root: layer/scope/weight:0. Keras 3's
save_weights("name.weights.h5") has layers/<anything>/vars/<index>, where the attribute `name` of vars is the layer's.

Some damaged files keep HDF5 busy for ever (a text attribute suffices) or end its process: another process reads them.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import h5py  # type: ignore[import-untyped]
import numpy as np
from numpy.typing import NDArray

from kiosk.errors import WeightsError
from kiosk.i18n import Message

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]


_REMEDY: Final = "use the published .h5 file of this network, or one that Keras saved from it"
_LONGEST_NAME: Final = 256  # bytes
_PACKAGE_ROOT: Final = Path(__file__).parents[2]
_MODULE: Final = "kiosk.encoders.keras_h5"

Arrays: TypeAlias = dict[str, NDArray[np.float32]]
Names: TypeAlias = Mapping[str, list[str]]  # a layer's weights in Keras' order
Shapes: TypeAlias = Mapping[str, tuple[int, ...]]  # of each tensor, named layer/weight
Found: TypeAlias = Iterator[tuple[str, h5py.Dataset | None]]  # None: a link


class _Leaf(NamedTuple):
    parent: h5py.Group
    top: str  # the outermost group around it, below the one that was asked; "" where there is none
    name: str
    dataset: h5py.Dataset | None  # None: a link


def load_h5(model: keras.Model, path: Path, seconds: float = 120.0) -> None:
    """Give the model the weights of the file, each by the name of its layer and its own.

    Raises WeightsError that names each tensor that is missing, surplus, of another shape or not finite, or where the
    file is not read within `seconds`; the model then keeps what it had.
    """
    layers = {layer.name: layer.weights for layer in model.layers if layer.weights}
    names = {layer: [weight.name for weight in weights] for layer, weights in layers.items()}
    variables = {f"{layer}/{weight.name}": weight for layer, weights in layers.items() for weight in weights}
    shapes = {name: tuple(variable.shape) for name, variable in variables.items()}
    arrays = _read_apart(path, names, shapes, seconds)
    for name, variable in variables.items():
        variable.assign(arrays[name])


def _read_apart(path: Path, names: Names, shapes: Shapes, seconds: float) -> Arrays:
    """What read_h5 gives or raises in the other process."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "arrays.npz"
        command = [sys.executable, "-m", _MODULE, str(path.absolute()), str(out)]
        asked = json.dumps([names, shapes])
        try:
            done = subprocess.run(  # noqa: S603 - the command is the kiosk's own
                command, input=asked, capture_output=True, text=True, timeout=seconds, cwd=_PACKAGE_ROOT, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise WeightsError(path, f"is not read by HDF5 within {seconds:g} s", _REMEDY) from error
        if done.returncode == WeightsError.exit_code:
            raise WeightsError(path, json.loads(done.stdout), _REMEDY)
        if done.returncode:
            raise WeightsError(path, f"ended the process that read it ({done.returncode})", _REMEDY)
        with np.load(out) as arrays:
            return {name: arrays[name] for name in shapes}


def main() -> int:
    """The other process: a file to read and one to write as arguments, names and shapes on standard input."""
    path, out = map(Path, sys.argv[1:])
    names, shapes = json.load(sys.stdin)
    try:
        arrays = read_h5(path, names, {name: tuple(shape) for name, shape in shapes.items()})
    except WeightsError as error:
        json.dump(error.reason, sys.stdout)
        return error.exit_code
    np.savez(out, **arrays)  # type: ignore[arg-type]  # its other option is not among the names
    return 0


def read_h5(path: Path, names: Names, shapes: Shapes) -> Arrays:
    """The tensors of `shapes` as the file has them, read in this process; raises WeightsError."""
    if not path.is_file():
        raise WeightsError(path, "is no file", _REMEDY)
    try:
        with h5py.File(path, "r") as file:
            arrays, faults = _read(file, names, shapes)
    except Exception as error:  # h5py answers damage with whatever class fits the damaged place
        raise WeightsError(path, f"is no readable HDF5 file: {error}", _REMEDY) from error
    missing = [name for name in shapes if name not in arrays and name not in faults]
    if len(missing) == len(shapes):
        raise WeightsError(path, "holds no weights of this network", _REMEDY)
    if missing or faults:
        clauses = [f"{name} is missing" for name in missing] + [f"{name} {fault}" for name, fault in faults.items()]
        raise WeightsError(path, ", ".join(clauses), _REMEDY)
    return arrays


def _read(file: h5py.File, names: Names, shapes: Shapes) -> tuple[Arrays, dict[str, str]]:
    """The tensors that are as they should be, and what is wrong with each other one."""
    arrays: Arrays = {}
    faults: dict[str, str] = {}
    for name, dataset in _tensors(file, names):
        if name not in shapes:
            faults[name] = "is a link" if dataset is None else "is surplus"
        elif name in arrays or name in faults:
            faults[name] = "is there twice"
        elif fault := _fault(dataset, shapes[name]):
            faults[name] = fault
        else:
            with np.errstate(over="ignore"):  # what is too large for float32 is found by the next line
                arrays[name] = dataset[()].astype(np.float32)  # type: ignore[index]  # None is a fault
            faults |= _faults_of_numbers(name, arrays[name])
    return arrays, faults


def _tensors(file: h5py.File, names: Names) -> Found:
    """Every tensor under the name layer/weight."""
    for group, read in (("model_weights", _by_path), ("layers", _by_index)):
        if isinstance(_item(file, group), h5py.Group):
            yield from read(file[group], names)
            return
    yield from _by_path(file, names)


def _by_path(group: h5py.Group, _: Names) -> Found:
    for leaf in _leaves(group):
        weight = leaf.name.partition(":")[0]
        yield f"{leaf.top}/{weight}" if leaf.top else weight, leaf.dataset


def _by_index(group: h5py.Group, names: Names) -> Found:
    for leaf in _leaves(group):
        layer = _layer_name(leaf.parent)
        order = {str(index): weight for index, weight in enumerate(names.get(layer, []))}
        yield f"{layer}/{order.get(leaf.name, leaf.name)}", leaf.dataset


def _layer_name(group: h5py.Group) -> str:
    """The attribute that Keras 3 writes, or the group's own path."""
    if "name" in group.attrs:
        attribute = group.attrs.get_id("name")
        text = h5py.check_string_dtype(attribute.dtype) is not None and attribute.dtype.itemsize <= _LONGEST_NAME
        if text and attribute.shape == ():
            value = group.attrs["name"]
            return value if isinstance(value, str) else bytes(value).decode(errors="replace")
    return str(group.name).strip("/")


def _leaves(group: h5py.Group) -> Iterator[_Leaf]:
    """Everything below a group that is none; a group is entered once, so that one that contains itself has an end."""
    waiting: list[tuple[h5py.Group, str]] = [(group, "")]
    entered = {_address(group)}
    while waiting:
        parent, top = waiting.pop()
        for name in map(str, parent):
            item = _item(parent, name)
            if not isinstance(item, h5py.Group):
                yield _Leaf(parent, top, name, item if isinstance(item, h5py.Dataset) else None)
            elif _address(item) not in entered:
                entered.add(_address(item))
                waiting.append((item, top or name))


def _item(group: h5py.Group, name: str) -> object:
    """What is under a name; None where nothing is, or a soft or external link: those lead elsewhere."""
    return group[name] if isinstance(group.get(name, getlink=True), h5py.HardLink) else None


def _address(group: h5py.Group) -> int:
    return int(h5py.h5o.get_info(group.id).addr)


def _fault(dataset: h5py.Dataset | None, shape: tuple[int, ...]) -> str | None:
    """Why a dataset is not to be read; asked before anything of it is in memory."""
    if dataset is None:
        return "is a link"
    if dataset.shape != shape:
        return f"has shape {dataset.shape} instead of {shape}"
    if dataset.dtype.kind != "f" or dataset.dtype.itemsize > 8:
        return f"has type {dataset.dtype} instead of float32"
    return _fault_of_storage(dataset)


def _fault_of_storage(dataset: h5py.Dataset) -> str | None:
    if dataset.is_virtual or dataset.external:
        return "lies in another file"
    # Keras writes neither; what unpacks pieces in HDF5 does not survive every damaged file, nor any size declared.
    if dataset.chunks:
        return "is compressed or stored in pieces"
    return "was declared and never written" if dataset.id.get_storage_size() == 0 else None


def _faults_of_numbers(name: str, array: NDArray[np.float32]) -> dict[str, str]:
    if not np.isfinite(array).all():
        return {name: "has numbers that are not finite"}
    return {name: "has negative numbers"} if name.endswith("/moving_variance") and array.min() < 0 else {}


if __name__ == "__main__":
    sys.exit(main())


def set_weights(model: keras.Model, weights: Mapping[str, Sequence[NDArray[Any]]], source: str) -> None:
    """Give each layer the arrays under its name; raises WeightsError unless names and shapes match exactly.

    Keras itself would match by order, where two branches of equal shape change places without a word.
    """
    expected = {layer.name: [tuple(array.shape) for array in layer.weights] for layer in model.layers if layer.weights}
    found = {name: [array.shape for array in arrays] for name, arrays in weights.items()}
    for name in [*expected, *found]:
        if expected.get(name) != found.get(name):
            reason = Message(
                "layer {name} needs weights {expected}, the file has {found}",
                name=name,
                expected=expected.get(name),
                found=found.get(name),
            )
            raise WeightsError(source, reason, "use the file that the encoder was written for")
    for name, arrays in weights.items():
        model.get_layer(name).set_weights([np.asarray(array) for array in arrays])


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
