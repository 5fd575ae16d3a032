import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from kiosk.encoders.facenet import facenet_model
from kiosk.errors import WeightsError
from kiosk.training.keras_h5 import load_h5, read_h5

Weights = dict[str, np.ndarray]
Damage = Callable[[h5py.Group], None]

# Three layers of the network, as small as they can be: what is read wrong here is read wrong in the large file.
NAMES = {
    "Conv": ["kernel", "bias"],
    "Conv_BatchNorm": ["beta", "moving_mean", "moving_variance"],
    "Bottleneck": ["kernel"],
}
SHAPES = {
    "Conv/kernel": (3, 3, 2, 4),
    "Conv/bias": (4,),
    "Conv_BatchNorm/beta": (4,),
    "Conv_BatchNorm/moving_mean": (4,),
    "Conv_BatchNorm/moving_variance": (4,),
    "Bottleneck/kernel": (4, 5),
}


def random_weights(shapes: dict[str, tuple[int, ...]]) -> Weights:
    generator = np.random.default_rng(21)
    return {name: generator.uniform(0.1, 2, shape).astype(np.float32) for name, shape in shapes.items()}


SMALL = random_weights(SHAPES)


def write(group: h5py.Group, weights: Weights, suffix: str = ":0") -> None:
    """The layout of Keras 2, layers and their weights in any order, with some that have no weights."""
    layers: dict[str, list[str]] = {"input_1": [], "lambda_1": []}
    for name in np.random.default_rng(22).permutation(sorted(weights)):
        layers.setdefault(name.partition("/")[0], []).append(f"{name}{suffix}")
    group.attrs["layer_names"] = [layer.encode() for layer in layers]
    group.attrs["backend"], group.attrs["keras_version"] = b"tensorflow", b"2.1.2"
    for layer, names in layers.items():
        group.create_group(layer).attrs["weight_names"] = [name.encode() for name in names]
        for name in names:
            group[layer][name] = weights[name.removesuffix(suffix)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A small file without a fault."""
    with h5py.File(tmp_path / "weights.h5", "w") as file:
        write(file, SMALL)
    return tmp_path / "weights.h5"


def read(path: Path) -> Weights:
    return read_h5(path, NAMES, SHAPES)


def same(found: Weights, expected: Weights) -> bool:
    return found.keys() == expected.keys() and all(np.array_equal(found[name], expected[name]) for name in expected)


# The whole network ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model() -> Any:
    pytest.importorskip("tensorflow")
    return facenet_model()


def held(model: Any) -> Weights:
    return {f"{layer.name}/{weight.name}": weight.numpy() for layer in model.layers for weight in layer.weights}


def set_random(model: Any) -> Weights:
    weights = random_weights({name: array.shape for name, array in held(model).items()})
    for layer in model.layers:
        for weight in layer.weights:
            weight.assign(weights[f"{layer.name}/{weight.name}"])
    return weights


def set_zero(model: Any) -> None:
    for weight in model.weights:
        weight.assign(np.zeros(weight.shape, np.float32))


@pytest.mark.parametrize("group", ["model_weights", "/"], ids=["whole model", "weights only"])
def test_a_file_of_the_port_gives_every_layer_its_own_weights(model: Any, tmp_path: Path, group: str) -> None:
    weights = set_random(model)
    with h5py.File(tmp_path / "facenet_keras.h5", "w") as file:
        file.attrs["model_config"] = b'{"class_name": "Model"}'
        write(file.require_group(group), weights)
    set_zero(model)
    load_h5(model, tmp_path / "facenet_keras.h5")
    assert same(held(model), weights)


@pytest.mark.parametrize("file", ["model.h5", "model.weights.h5"])
def test_a_file_that_keras_writes_today_is_read_back(model: Any, tmp_path: Path, file: str) -> None:
    weights = set_random(model)
    if file == "model.h5":
        model.save(tmp_path / file)
    else:
        model.save_weights(tmp_path / file)
    set_zero(model)
    load_h5(model, tmp_path / file)
    assert same(held(model), weights)


def test_nothing_is_loaded_from_a_file_with_one_fault(model: Any, tmp_path: Path) -> None:
    before = set_random(model)
    changed = {name: array + 1 for name, array in before.items()}
    del changed["Bottleneck_BatchNorm/beta"]
    with h5py.File(tmp_path / "some.h5", "w") as file:
        write(file, changed)
    with pytest.raises(WeightsError, match=r"some\.h5: Bottleneck_BatchNorm/beta is missing; use"):
        load_h5(model, tmp_path / "some.h5")
    assert same(held(model), before)


def test_a_file_that_is_not_read_in_time_is_a_fault(path: Path) -> None:
    with pytest.raises(WeightsError, match=r"weights\.h5: is not read by HDF5 within 0\.001 s"):
        load_h5(Layers(), path, seconds=0.001)


def test_a_file_that_ends_its_reader_is_a_fault(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = path.with_name("reader")
    reader.write_text("#!/bin/sh\nkill -SEGV $$\n")
    reader.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(reader))
    with pytest.raises(WeightsError, match=r"weights\.h5: ended the process that read it \(-11\)"):
        load_h5(Layers(), path)


class Layers:
    """A model without layers."""

    layers = ()


# A small one ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [":0", ""])
@pytest.mark.parametrize("group", ["model_weights", "/"])
def test_names_decide_and_not_the_order(tmp_path: Path, group: str, suffix: str) -> None:
    with h5py.File(tmp_path / "some.h5", "w") as file:
        write(file.require_group(group), SMALL, suffix)
    assert same(read(tmp_path / "some.h5"), SMALL)


def test_the_name_of_a_layers_scope_does_not_matter(path: Path) -> None:
    with h5py.File(path, "a") as file:
        # What Keras 2 wrote where the network was built a second time in one session.
        file.move("Conv/Conv", "Conv/Conv_1")
    assert same(read(path), SMALL)


def test_a_file_without_attributes_is_read_by_its_names(path: Path) -> None:
    with h5py.File(path, "a") as file:
        for item in (file, *file.values()):
            for name in list(item.attrs):
                del item.attrs[name]
    assert same(read(path), SMALL)


@pytest.mark.parametrize("kind", ["<f2", ">f4", "<f8"])
def test_floats_of_other_sizes_are_converted(path: Path, kind: str) -> None:
    with h5py.File(path, "a") as file:
        replace(file, "Conv/Conv/bias:0", SMALL["Conv/bias"].astype(kind))
    found = read(path)["Conv/bias"]
    assert found.dtype == np.float32
    assert np.allclose(found, SMALL["Conv/bias"], rtol=1e-3)


def replace(group: h5py.Group, name: str, array: np.ndarray, **options: Any) -> None:
    del group[name]
    group.create_dataset(name, data=array, **options)


def without_kernel(file: h5py.Group) -> None:
    del file["Conv/Conv/kernel:0"]


def without_layer(file: h5py.Group) -> None:
    del file["Bottleneck"]


def one_layer_more(file: h5py.Group) -> None:
    file["Logits/Logits/kernel:0"] = np.ones(3, np.float32)


def one_weight_more(file: h5py.Group) -> None:
    file["Conv_BatchNorm/Conv_BatchNorm/gamma:0"] = np.ones(4, np.float32)


def an_array_at_the_root(file: h5py.Group) -> None:
    file["kernel:0"] = np.ones(4, np.float32)


def one_weight_twice(file: h5py.Group) -> None:
    file["Conv/Conv_1/bias:0"] = SMALL["Conv/bias"]


def another_shape(file: h5py.Group) -> None:
    replace(file, "Bottleneck/Bottleneck/kernel:0", np.ones((5, 4), np.float32))


def one_number(file: h5py.Group) -> None:
    replace(file, "Conv/Conv/bias:0", np.float32(1))


def no_number(file: h5py.Group) -> None:
    replace(file, "Conv/Conv/bias:0", h5py.Empty("f4"))


def not_a_number(file: h5py.Group) -> None:
    file["Conv/Conv/bias:0"][1] = np.nan


def infinite_as_float32(file: h5py.Group) -> None:
    replace(file, "Conv/Conv/bias:0", np.full(4, 1e300))


def negative_variance(file: h5py.Group) -> None:
    file["Conv_BatchNorm/Conv_BatchNorm/moving_variance:0"][2] = -0.5


def integers(file: h5py.Group) -> None:
    replace(file, "Conv/Conv/bias:0", np.arange(4))


def words(file: h5py.Group) -> None:
    replace(file, "Conv/Conv/bias:0", np.array([b"a", b"b", b"c", b"d"]))


def objects(file: h5py.Group) -> None:
    replace(file, "Conv/Conv/bias:0", np.array(["a", "b", "c", "d"], object), dtype=h5py.string_dtype())


def references(file: h5py.Group) -> None:
    replace(file, "Conv/Conv/bias:0", np.array([file.ref] * 4, object), dtype=h5py.ref_dtype)


def arrays_of_any_length(file: h5py.Group) -> None:
    del file["Conv/Conv/bias:0"]
    file.create_dataset("Conv/Conv/bias:0", (4,), h5py.vlen_dtype(np.float32))[0] = np.ones(7, np.float32)


def a_group_in_its_place(file: h5py.Group) -> None:
    del file["Conv/Conv/bias:0"]
    file.create_group("Conv/Conv/bias:0")


def a_type_in_its_place(file: h5py.Group) -> None:
    del file["Conv/Conv/bias:0"]
    file["Conv/Conv/bias:0"] = np.dtype("f4")


def huge(file: h5py.Group) -> None:
    del file["Conv/Conv/bias:0"]
    file.create_dataset("Conv/Conv/bias:0", (2**50,), np.float32)


def compressed(file: h5py.Group) -> None:
    replace(file, "Conv/Conv/kernel:0", SMALL["Conv/kernel"], compression="gzip")


def huge_pieces(file: h5py.Group) -> None:
    del file["Conv/Conv/bias:0"]
    options = {"chunks": (2**29,), "maxshape": (None,), "compression": "gzip"}
    file.create_dataset("Conv/Conv/bias:0", (4,), np.float32, **options)


def never_written(file: h5py.Group) -> None:
    del file["Conv/Conv/bias:0"]
    file.create_dataset("Conv/Conv/bias:0", (4,), np.float32)


def soft_link(file: h5py.Group) -> None:
    del file["Conv/Conv/bias:0"]
    file["Conv/Conv/bias:0"] = h5py.SoftLink("/Conv_BatchNorm/Conv_BatchNorm/beta:0")


def soft_link_to_nothing(file: h5py.Group) -> None:
    del file["Conv/Conv/bias:0"]
    file["Conv/Conv/bias:0"] = h5py.SoftLink("/nowhere")


def other_file(file: h5py.Group) -> str:
    """A file with the right tensor in it, so that only the way to it is wrong."""
    name = Path(file.file.filename).with_name("other.h5")
    with h5py.File(name, "w") as other:
        other["bias"] = SMALL["Conv/bias"]
    return str(name)


def external_link(file: h5py.Group) -> None:
    del file["Conv/Conv/bias:0"]
    file["Conv/Conv/bias:0"] = h5py.ExternalLink(other_file(file), "/bias")


def virtual(file: h5py.Group) -> None:
    del file["Conv/Conv/bias:0"]
    layout = h5py.VirtualLayout((4,), np.float32)
    layout[:] = h5py.VirtualSource(other_file(file), "bias", (4,))
    file.create_virtual_dataset("Conv/Conv/bias:0", layout)


def external_storage(file: h5py.Group) -> None:
    del file["Conv/Conv/bias:0"]
    raw = Path(file.file.filename).with_name("raw")
    raw.write_bytes(SMALL["Conv/bias"].tobytes())
    file.create_dataset("Conv/Conv/bias:0", (4,), np.float32, external=str(raw))


def linked_layer(file: h5py.Group) -> None:
    file.move("Bottleneck", "elsewhere")
    file["Bottleneck"] = h5py.SoftLink("/elsewhere")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (without_kernel, "Conv/kernel is missing"),
        (without_layer, "Bottleneck/kernel is missing"),
        (one_layer_more, "Logits/kernel is surplus"),
        (one_weight_more, "Conv_BatchNorm/gamma is surplus"),
        (an_array_at_the_root, "kernel is surplus"),
        (one_weight_twice, "Conv/bias is there twice"),
        (another_shape, "Bottleneck/kernel has shape (5, 4) instead of (4, 5)"),
        (one_number, "Conv/bias has shape () instead of (4,)"),
        (no_number, "Conv/bias has shape None instead of (4,)"),
        (not_a_number, "Conv/bias has numbers that are not finite"),
        (infinite_as_float32, "Conv/bias has numbers that are not finite"),
        (negative_variance, "Conv_BatchNorm/moving_variance has negative numbers"),
        (integers, "Conv/bias has type int64 instead of float32"),
        (words, "Conv/bias has type |S1 instead of float32"),
        (objects, "Conv/bias has type object instead of float32"),
        (references, "Conv/bias has type object instead of float32"),
        (arrays_of_any_length, "Conv/bias has type object instead of float32"),
        (a_group_in_its_place, "Conv/bias is missing"),
        (a_type_in_its_place, "Conv/bias is a link"),
        (huge, "Conv/bias has shape (1125899906842624,) instead of (4,)"),
        (compressed, "Conv/kernel is compressed or stored in pieces"),
        (huge_pieces, "Conv/bias is compressed or stored in pieces"),
        (never_written, "Conv/bias was declared and never written"),
        (soft_link, "Conv/bias is a link"),
        (soft_link_to_nothing, "Conv/bias is a link"),
        (external_link, "Conv/bias is a link"),
        (virtual, "Conv/bias lies in another file"),
        (external_storage, "Conv/bias lies in another file"),
        (linked_layer, "Bottleneck/kernel is missing, Bottleneck is a link, elsewhere/kernel is surplus"),
    ],
    ids=lambda value: getattr(value, "__name__", "is named"),
)
def test_each_fault_is_named(path: Path, damage: Damage, reason: str) -> None:
    with h5py.File(path, "a") as file:
        damage(file)
    with pytest.raises(WeightsError) as raised:
        read(path)
    assert raised.value.reason == reason
    assert raised.value.thing == str(path)


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    damages = (without_layer, one_layer_more, one_weight_more, not_a_number, negative_variance)
    with h5py.File(tmp_path / "some.h5", "w") as file:
        write(file.create_group("model_weights"), SMALL)
        for damage in damages:
            damage(file["model_weights"])
    with pytest.raises(WeightsError) as raised:
        read(tmp_path / "some.h5")
    assert set(raised.value.reason.split(", ")) == {
        "Bottleneck/kernel is missing",
        "Logits/kernel is surplus",
        "Conv_BatchNorm/gamma is surplus",
        "Conv/bias has numbers that are not finite",
        "Conv_BatchNorm/moving_variance has negative numbers",
    }


def test_weights_of_another_network_are_refused_in_one_sentence(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "some.h5", "w") as file:
        write(file, {f"dense_{number}/kernel": np.ones(3) for number in range(20)})
    with pytest.raises(WeightsError, match=r"some\.h5: holds no weights of this network; use"):
        read(tmp_path / "some.h5")


@pytest.mark.parametrize("name", ["model_weights", "layers"])
def test_an_array_where_the_weights_should_be_is_a_fault(path: Path, name: str) -> None:
    with h5py.File(path.with_name("some.h5"), "w") as file:
        file[name] = np.ones((2, 3), np.float32)
    with pytest.raises(WeightsError, match="holds no weights"):
        read(path.with_name("some.h5"))


@pytest.mark.parametrize("name", ["model_weights", "layers", "some"])
@pytest.mark.parametrize("link", [h5py.SoftLink("/"), h5py.ExternalLink("weights.h5", "/")])
def test_a_link_is_not_followed_to_the_weights(path: Path, name: str, link: object) -> None:
    with h5py.File(path.with_name("some.h5"), "w") as file:
        file[name] = link
    with pytest.raises(WeightsError, match="holds no weights"):
        read(path.with_name("some.h5"))


def test_a_group_that_contains_itself_has_an_end(path: Path) -> None:
    with h5py.File(path, "a") as file:
        for number in range(20):
            file[f"Conv/again_{number}"] = file
            file[f"Conv/Conv/again_{number}"] = file["Conv"]
    assert same(read(path), SMALL)


def test_groups_in_groups_without_end_are_read(path: Path) -> None:
    with h5py.File(path, "a") as file:
        group = file
        for _ in range(3000):
            group = group.create_group("g")
        group["kernel"] = np.ones(3)
    with pytest.raises(WeightsError, match=r"weights\.h5: g/kernel is surplus"):
        read(path)


# Keras 3's file of weights alone ----------------------------------------------------------------------------------


def write_by_index(path: Path) -> None:
    with h5py.File(path, "w") as file:
        for place, (layer, names) in enumerate(NAMES.items()):
            group = file.create_group(f"layers/layer_{place}/vars")
            group.attrs["name"] = layer
            for index, name in enumerate(names):
                group[str(index)] = SMALL[f"{layer}/{name}"]
        file["optimizer/vars/0"] = np.ones(3)


def test_layers_under_other_names_are_known_by_their_attribute(path: Path) -> None:
    write_by_index(path)
    assert same(read(path), SMALL)


@pytest.mark.parametrize("name", [None, 3, "Bottleneck", np.bytes_(b"\xff\xfe"), ["Conv", "Conv"], "x" * 60000])
def test_a_layer_without_its_own_name_is_a_fault(path: Path, name: Any) -> None:
    write_by_index(path)
    with h5py.File(path, "a") as file:
        attributes = file["layers/layer_0/vars"].attrs
        del attributes["name"]
        if name is not None:
            attributes["name"] = name
    with pytest.raises(WeightsError, match="Conv/kernel is missing, Conv/bias is missing"):
        read(path)


@pytest.mark.parametrize("index", ["2", "-1", "weight", "01", "\u0661"])
def test_an_index_that_the_layer_does_not_have_is_surplus(path: Path, index: str) -> None:
    write_by_index(path)
    with h5py.File(path, "a") as file:
        file.move("layers/layer_0/vars/1", f"layers/layer_0/vars/{index}")
    with pytest.raises(WeightsError, match=f"Conv/bias is missing, Conv/{index} is surplus"):
        read(path)


# No such file -----------------------------------------------------------------------------------------------------

MAGIC = b"\x89HDF\r\n\x1a\n"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"some words",
        MAGIC,
        MAGIC + bytes(4000),
        MAGIC + np.random.default_rng(1).bytes(4000),
        MAGIC + b"\0" + np.random.default_rng(2).bytes(4000),
        b"PK\x03\x04" + bytes(4000),
    ],
)
def test_what_is_no_hdf5_is_a_fault(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "some.h5").write_bytes(content)
    with pytest.raises(WeightsError, match=r"some\.h5: is no readable HDF5 file"):
        read(tmp_path / "some.h5")


@pytest.mark.parametrize("kept", [0.01, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_a_fault(path: Path, kept: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(WeightsError, match=r"weights\.h5: is no readable HDF5 file"):
        read(path)


def test_a_path_without_a_file_is_a_fault(tmp_path: Path) -> None:
    for wrong in (tmp_path, tmp_path / "none.h5"):
        with pytest.raises(WeightsError, match="is no file; use"):
            read(wrong)


def test_damaged_bytes_give_all_weights_or_a_fault(path: Path) -> None:
    content, generator, faults = path.read_bytes(), np.random.default_rng(7), 0
    for _ in range(150):
        damaged = bytearray(content)
        for at in generator.integers(0, len(content), size=4):
            damaged[at] = generator.integers(0, 256)
        path.write_bytes(damaged)
        try:
            found = read(path)
        except WeightsError:
            faults += 1
        else:
            assert {name: array.shape for name, array in found.items()} == SHAPES
    assert 0 < faults < 150
